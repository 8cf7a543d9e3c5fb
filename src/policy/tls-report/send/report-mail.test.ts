import { describe, expect, it } from 'vitest';
import { composeMail, type MailFacts, SIGNED_FIELDS } from './compose-mail.js';
import { isDay, mailDate, utcDay, utcTime } from './report-day.js';
import {
  fileNameOf,
  MEDIA_TYPE,
  type NameFacts,
  REPORT_TYPE,
  reportIdOf,
  subjectOf,
} from './report-names.js';

const names: NameFacts = {
  domain: 'xn--bcher-kva.example',
  submitter: 'mail.s.example',
  day: '2026-05-01',
  uniqueId: 'a1b2c3',
};
const facts: MailFacts = {
  names,
  from: 'tlsrpt@mail.s.example',
  to: 'tls@c.example',
  date: Date.UTC(2026, 4, 2, 3, 4, 5),
  messageId: 'm1',
  leftOut: { policies: 0, failures: 0 },
  base64: 'H4sI'.repeat(50),
};

describe('names of a report', () => {
  it('has an identifier that stands in a Subject as it is (RPT-5.3-5, RPT-4.4-3)', () => {
    expect(reportIdOf(names)).toBe('20260501.a1b2c3@mail.s.example');
    const unfolded = subjectOf(names).replaceAll('\r\n', '');
    expect(unfolded).toBe(
      'Report Domain: xn--bcher-kva.example Submitter: mail.s.example Report-ID: <20260501.a1b2c3@mail.s.example>',
    );
    expect(subjectOf(names)).toMatch(
      /^Report\s+Domain:\s+[a-z0-9.-]+\s+Submitter:\s+[a-z0-9.-]+\s+Report-ID:\s+<[\w.]+@[a-z0-9.-]+>$/,
    );
  });

  it('has a file name with sender, domain and day in seconds, in A-labels (RPT-5.1-1, RPT-5.1-2, RPT-5.1-3)', () => {
    const begin = Date.UTC(2026, 4, 1) / 1000;
    expect(fileNameOf(names)).toBe(
      `mail.s.example!xn--bcher-kva.example!${begin}!${begin + 86_399}!a1b2c3.json.gz`,
    );
  });

  it('uses the registered words (RPT-6.2-1)', () => {
    expect([REPORT_TYPE, MEDIA_TYPE]).toEqual(['tlsrpt', 'application/tlsrpt+gzip']);
  });
});

describe('the message', () => {
  it('is this, octet for octet (RPT-5.3-1, RPT-5.3-2, RPT-5.3-3, X-6)', () => {
    expect(composeMail(facts).split('\r\n')).toEqual([
      'From: <tlsrpt@mail.s.example>',
      'To: <tls@c.example>',
      'Subject: Report Domain: xn--bcher-kva.example',
      ' Submitter: mail.s.example',
      ' Report-ID: <20260501.a1b2c3@mail.s.example>',
      'Date: Sat, 2 May 2026 03:04:05 +0000',
      'Message-ID: <m1@mail.s.example>',
      'TLS-Report-Domain: xn--bcher-kva.example',
      'TLS-Report-Submitter: mail.s.example',
      'TLS-Required: No',
      'Auto-Submitted: auto-generated',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type="tlsrpt";',
      ' boundary="=_tlsrpt_a1b2c3"',
      '',
      '--=_tlsrpt_a1b2c3',
      'Content-Type: text/plain; charset="us-ascii"',
      'Content-Transfer-Encoding: 7bit',
      '',
      'This is an aggregate TLS report (RFC 8460) from mail.s.example',
      'about mail to xn--bcher-kva.example on 2026-05-01 (UTC).',
      'The report itself is the attached file.',
      '',
      '--=_tlsrpt_a1b2c3',
      'Content-Type: application/tlsrpt+gzip',
      'Content-Transfer-Encoding: base64',
      'Content-Disposition: attachment;',
      ' filename="mail.s.example!xn--bcher-kva.example!1777593600!1777679999!a1b2c3.json.gz"',
      '',
      'H4sI'.repeat(19),
      'H4sI'.repeat(19),
      'H4sI'.repeat(12),
      '--=_tlsrpt_a1b2c3--',
      '',
    ]);
  });

  it('has every field that is to be signed, and says what did not fit', () => {
    const message = composeMail({ ...facts, leftOut: { policies: 1, failures: 2 } });
    const [header] = message.split('\r\n\r\n', 1);
    for (const name of SIGNED_FIELDS) expect(header!.match(new RegExp(`^${name}: `, 'gm'))).toHaveLength(1);
    expect(message).toContain('\r\nPolicies that did not fit into it: 1.\r\n');
    expect(message).toContain('\r\nKinds of failures that did not fit into it: 2.\r\n');
  });
});

describe('days', () => {
  it('begin at midnight UTC (RPT-4.1-1)', () => {
    expect(utcDay(Date.UTC(2026, 4, 1, 23, 59, 59, 999))).toBe('2026-05-01');
    expect(utcDay(Date.UTC(2026, 4, 2))).toBe('2026-05-02');
  });

  it('are dates that there are', () => {
    expect(
      ['2026-05-01', '2024-02-29', '2026-02-29', '2026-5-1', '2026-05-01T00:00:00Z', ''].map(isDay),
    ).toEqual([true, true, false, false, false, false]);
  });

  it('are written as mail and RFC 3339 have them, as the platform would', () => {
    for (const time of [0, 951_827_696_000, 1_777_650_000_999, 4_102_444_799_000]) {
      const platform = new Date(time).toUTCString().replace('GMT', '+0000').replace(/, 0/, ', ');
      expect(mailDate(time)).toBe(platform);
      expect(utcTime(time)).toBe(new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z'));
    }
  });
});
