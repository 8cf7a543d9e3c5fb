import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTallies, type TlsReportDetail, type TlsReportPolicy } from '../../policy/tls-report/tally.js';
import { DATAGRAM_OCTETS_MAX, encodeTlsrptDatagram } from './tlsrpt-datagram.js';
import { sendTlsrptDatagram } from './tlsrpt-sender.js';

const RECORD = 'v=TLSRPTv1; rua=mailto:reports@a.example';
const expired: TlsReportDetail = {
  resultType: 'certificate-expired',
  receivingMxHostname: 'mx1.a.example',
  receivingIp: '203.0.113.5',
  sendingMtaIp: '192.0.2.1',
  failedSessionCount: 1,
  failureReasonCode: 'CERT_HAS_EXPIRED',
};
const sts: TlsReportPolicy = {
  policyType: 'sts',
  policyDomain: 'a.example',
  policyString: ['version: STSv1', 'mode: enforce', 'mx: *.a.example', 'max_age: 86400'],
  mxHost: ['*.a.example'],
  success: 0,
  failure: 1,
  details: [expired],
};
const none: TlsReportPolicy = {
  policyType: 'no-policy-found',
  policyDomain: 'a.example',
  policyString: [],
  mxHost: [],
  success: 1,
  failure: 0,
  details: [],
};
const tlsa: TlsReportPolicy = {
  ...none,
  policyType: 'tlsa',
  policyDomain: 'mx1.a.example',
  policyString: ['3 1 1 AB'],
};

function textOf(...lines: readonly TlsReportPolicy[]): string {
  const encoded = encodeTlsrptDatagram({ domain: 'a.example', record: RECORD, lines });
  if (encoded.kind !== 'datagram') throw new Error(encoded.kind);
  return encoded.text;
}

describe('the datagram', () => {
  it('of a failure has every key in its place', () => {
    expect(textOf(sts)).toBe(
      '{"dpv": "1","d": "a.example","pr": "v=TLSRPTv1; rua=mailto:reports@a.example","policies":[' +
        '{"policy-type":2,"policy-domain": "a.example",' +
        '"policy-string":["version: STSv1","mode: enforce","mx: *.a.example","max_age: 86400"],"mx-host":["*.a.example"],' +
        '"failure-details":[{"c":204,"s": "192.0.2.1","n": "mx1.a.example","r": "203.0.113.5","f": "CERT_HAS_EXPIRED"}],' +
        '"t":1,"f":1}]}',
    );
  });

  it('leaves out what is empty', () => {
    expect(textOf(none)).toContain(
      '"policies":[{"policy-type":9,"policy-domain": "a.example","t":0,"f":0}]}',
    );
    const bare = {
      ...expired,
      sendingMtaIp: '',
      receivingMxHostname: '',
      receivingIp: '',
      failureReasonCode: '',
    };
    expect(textOf({ ...sts, details: [bare] })).toContain('"failure-details":[{"c":204}],"t":1,"f":1}');
  });

  it('has every policy that applied, each with its own end (RPT-4-3)', () => {
    const { policies } = JSON.parse(textOf(sts, tlsa)) as {
      policies: { 'policy-type': number; f: number }[];
    };
    expect(policies.map((policy) => [policy['policy-type'], policy.f])).toEqual([
      [2, 1],
      [1, 0],
    ]);
  });

  it('counts an attempt once: a host that passed makes up for those that failed', () => {
    const other = { ...expired, receivingMxHostname: 'mx2.a.example' };
    const twice = addTallies([sts, { ...sts, details: [other] }]);
    expect(textOf(...twice)).toMatch(/"t":2,"f":1\}\]\}$/);
    const atLast = addTallies([...twice, { ...sts, success: 1, failure: 0, details: [] }]);
    expect(textOf(...atLast)).toMatch(/"t":2,"f":0\}\]\}$/);
  });

  it.each<[TlsReportDetail['resultType'], number]>([
    ['starttls-not-supported', 201],
    ['certificate-host-mismatch', 202],
    ['certificate-not-trusted', 203],
    ['certificate-expired', 204],
    ['validation-failure', 205],
    ['sts-policy-fetch-error', 301],
    ['sts-policy-invalid', 302],
    ['sts-webpki-invalid', 303],
    ['tlsa-invalid', 304],
    ['dnssec-invalid', 305],
    ['dane-required', 306],
  ])('writes %s as %i', (resultType, code) => {
    expect(textOf({ ...sts, details: [{ ...expired, resultType }] })).toContain(`[{"c":${code},`);
  });

  it('is not sent where no policy was counted', () => {
    expect(encodeTlsrptDatagram({ domain: 'a.example', record: RECORD, lines: [] })).toEqual({
      kind: 'nothing',
    });
    const uncounted = { ...sts, failure: 0 };
    expect(encodeTlsrptDatagram({ domain: 'a.example', record: RECORD, lines: [uncounted] })).toEqual({
      kind: 'nothing',
    });
  });

  it('drops details rather than a verdict where it would be too large', () => {
    const details = Array.from({ length: 2000 }, (_, at) => ({
      ...expired,
      receivingMxHostname: `mx${at}.a.example`,
    }));
    const encoded = encodeTlsrptDatagram({
      domain: 'a.example',
      record: RECORD,
      lines: [{ ...sts, details }, tlsa],
    });
    if (encoded.kind !== 'datagram') throw new Error(encoded.kind);
    const { policies } = JSON.parse(encoded.text) as {
      policies: { t: number; f: number; 'failure-details': object[] }[];
    };
    expect(Buffer.byteLength(encoded.text)).toBeLessThanOrEqual(DATAGRAM_OCTETS_MAX);
    expect(policies[0]!.t).toBe(policies[0]!['failure-details'].length);
    expect(policies[0]!.t + encoded.detailsOmitted).toBe(2000);
    expect(policies.map(({ f }) => f)).toEqual([1, 0]);
    const vast = { ...sts, policyString: ['\u00fc'.repeat(40_000)], details: [] };
    expect(encodeTlsrptDatagram({ domain: 'a.example', record: RECORD, lines: [vast] })).toMatchObject({
      kind: 'too-large',
    });
  });

  it('is JSON, and the same for the same delivery, whatever stands in it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }),
        (text, lines) => {
          const line = {
            ...sts,
            policyDomain: text,
            policyString: lines,
            details: [{ ...expired, failureReasonCode: text }],
          };
          const printed = textOf(line);
          expect(printed).toBe(textOf(line));
          const [policy] = (JSON.parse(printed) as { policies: Record<string, unknown>[] }).policies;
          expect([policy!['policy-domain'] ?? '', policy!['policy-string'] ?? []]).toEqual([text, lines]);
        },
      ),
    );
  });
});

describe('sending it', () => {
  const delivery = { domain: 'a.example', record: RECORD, lines: [sts] };

  it('writes one datagram', async () => {
    const written: string[] = [];
    const write = async (octets: Uint8Array) => {
      written.push(Buffer.from(octets).toString());
    };
    expect(await sendTlsrptDatagram(write, delivery)).toBe('sent');
    expect(written).toEqual([textOf(sts)]);
    expect(await sendTlsrptDatagram(write, { ...delivery, lines: [] })).toBe('nothing');
    expect(written).toHaveLength(1);
  });

  it('loses it where the collector does not take it, and goes on', async () => {
    expect(await sendTlsrptDatagram(() => Promise.reject(new Error('ENOENT')), delivery)).toBe('lost');
  });
});
