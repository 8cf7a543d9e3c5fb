/*
 * Reports in the shapes in which they come, of our own making: as the largest senders write them, and with every liberty that
 * has been seen in the field.
 */
import { gzipSync } from 'node:zlib';

/** Everything in order: several policies, a failure of each kind of place. */
export function tidyReport(day = '2026-05-01', more: object = {}): object {
  return {
    'organization-name': 'Tidy Mail',
    'date-range': { 'start-datetime': `${day}T00:00:00Z`, 'end-datetime': `${day}T23:59:59Z` },
    'contact-info': 'tlsrpt@tidy.example',
    'report-id': `${day}.1@tidy.example`,
    policies: [
      {
        policy: {
          'policy-type': 'sts',
          'policy-string': ['version: STSv1', 'mode: testing', 'mx: *.mail.a.example', 'max_age: 86400'],
          'policy-domain': 'a.example',
          'mx-host': ['*.mail.a.example'],
        },
        summary: { 'total-successful-session-count': 5326, 'total-failure-session-count': 303 },
        'failure-details': [
          {
            'result-type': 'certificate-expired',
            'sending-mta-ip': '2001:db8:abcd:12::1',
            'receiving-mx-hostname': 'mx1.mail.a.example',
            'failed-session-count': 100,
          },
          {
            'result-type': 'starttls-not-supported',
            'sending-mta-ip': '2001:db8:abcd:13::1',
            'receiving-mx-hostname': 'mx2.mail.a.example',
            'receiving-ip': '203.0.113.56',
            'failed-session-count': 200,
            'additional-information': 'https://reports.tidy.example/?id=5065427c#StarttlsNotSupported',
          },
          {
            'result-type': 'validation-failure',
            'sending-mta-ip': '198.51.100.62',
            'receiving-ip': '203.0.113.58',
            'receiving-mx-hostname': 'mx-backup.mail.a.example',
            'failed-session-count': 3,
            'failure-reason-code': 'X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED',
          },
        ],
      },
      {
        policy: {
          'policy-type': 'tlsa',
          'policy-string': [`3 1 1 ${'AB'.repeat(32)}`],
          'policy-domain': 'mx1.mail.a.example',
        },
        summary: { 'total-successful-session-count': 12, 'total-failure-session-count': 0 },
      },
    ],
    ...more,
  };
}

/** As Google writes them: an identifier in a scheme of its own, no mx-host, details without a reason. */
export function bigReport(day = '2026-05-01'): object {
  return {
    'organization-name': 'Big Mail Inc.',
    'date-range': { 'start-datetime': `${day}T00:00:00Z`, 'end-datetime': `${day}T23:59:59Z` },
    'contact-info': 'smtp-tls-reporting@big.example',
    'report-id': `${day}T00:00:00Z_a.example`,
    policies: [
      {
        policy: {
          'policy-type': 'sts',
          'policy-string': ['version: STSv1', 'mode: enforce', 'max_age: 604800', 'mx: mx1.mail.a.example'],
          'policy-domain': 'a.example',
        },
        summary: { 'total-successful-session-count': 4100, 'total-failure-session-count': 2 },
        'failure-details': [
          {
            'result-type': 'validation-failure',
            'receiving-mx-hostname': 'mx3.mail.a.example',
            'failed-session-count': 2,
          },
        ],
      },
    ],
  };
}

/** As Microsoft has written them: times without a zone, a number as identifier, the same domain under two policies. */
export function officeReport(day = '2026-05-01'): object {
  const policy = (type: string, strings: readonly string[], failure: number) => ({
    policy: { 'policy-type': type, 'policy-string': strings, 'policy-domain': 'a.example' },
    summary: { 'total-successful-session-count': 900, 'total-failure-session-count': failure },
    'failure-details':
      failure === 0
        ? []
        : [
            {
              'result-type': 'certificate-host-mismatch',
              'sending-mta-ip': '192.0.2.17',
              'receiving-mx-hostname': 'mx1.mail.a.example',
              'receiving-mx-helo': 'host.a.example',
              'receiving-ip': '203.0.113.56',
              'failed-session-count': failure,
              'additional-information': '',
              'failure-reason-code': 'CertificateNameMismatch',
            },
          ],
  });
  return {
    'organization-name': 'Office Mail Corporation',
    'date-range': { 'start-datetime': `${day}T00:00:00`, 'end-datetime': `${day}T23:59:59` },
    'contact-info': 'tlsrpt-noreply@office.example',
    'report-id': '133612345678901234+a.example',
    policies: [
      policy('sts', ['version: STSv1', 'mode: enforce', 'mx: mx1.mail.a.example', 'max_age: 604800'], 14),
      policy('no-policy-found', [], 0),
    ],
  };
}

/** Every liberty at once, and still a report. */
export const SLOPPY_TEXT = `\uFEFF{
  "organization-name": 42,
  "date-range": { "start-datetime": "Fri, 01 May 2026 00:00:00 GMT", "end-datetime": 1777680000, "zone": "UTC" },
  "contact-info": "mailto:Postmaster@Sloppy.Example?subject=hello",
  "report-id": "one",
  "report-id": "two",
  "version": "1.0",
  "policies": {
    "policy": {
      "policy-type": "STS",
      "policy-string": "version: STSv1",
      "policy-domain": "bücher.example",
      "mx-host-pattern": "*.Mail.A.Example"
    },
    "summary": { "total-successful-session-count": "17", "total-failure-session-count": 30 },
    "failure-details": [
      {
        "result-type": "tls-version-too-old",
        "sending-mta-ip": "not known",
        "receiving-mx-host-name": "MX1.Mail.A.Example.",
        "receiving-ip": "203.0.113.056",
        "failed-session-count": 2.5,
        "additional-info-uri": "https://sloppy.example/
 broken",
        "failure-reason-code": 7
      },
      { "failed-session-count": -1 },
      "nothing",
      { "result-type": "certificate-expired", "failed-session-count": "9" }
    ]
  }
}
-- sent by SloppyReporter`;

export interface MessageParts {
  readonly subject?: string;
  readonly fields?: readonly string[];
  /** Content-Type of the whole message. */
  readonly type?: string;
  readonly parts: readonly { readonly head: readonly string[]; readonly body: string }[];
}

/** A multipart message (RFC 8460, Section 5.3). */
export function messageOf({ subject = 'Report', fields = [], type, parts }: MessageParts): Buffer {
  const head = [
    'From: tlsrpt@tidy.example',
    'To: reports@a.example',
    `Subject: ${subject}`,
    'MIME-Version: 1.0',
    ...fields,
    `Content-Type: ${type ?? 'multipart/report; report-type="tlsrpt"'}; boundary="=_limit"`,
  ];
  const bodies = parts.map(({ head, body }) => ['--=_limit', ...head, '', body].join('\r\n'));
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${bodies.join('\r\n')}\r\n--=_limit--\r\n`, 'latin1');
}

export const NOTE = {
  head: ['Content-Type: text/plain; charset=us-ascii'],
  body: 'This is an aggregate TLS report.',
};

/** The report as an attachment, compressed and in base64, as nearly everybody sends it. */
export function gzipPart(report: object, fileName: string, mediaType = 'application/tlsrpt+gzip') {
  return {
    head: [
      `Content-Type: ${mediaType}; name="${fileName}"`,
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment; filename="${fileName}"`,
    ],
    body: gzipSync(JSON.stringify(report)).toString('base64').replace(/.{76}/g, '$&\r\n'),
  };
}
