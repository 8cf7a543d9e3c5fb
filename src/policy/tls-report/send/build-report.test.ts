import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReport } from '../read/read-report.js';
import { reportResultType } from '../report.tables.js';
import type { TlsReportDetail, TlsReportPolicy } from '../tally.js';
import {
  buildReport,
  DETAILS_MAX,
  POLICIES_MAX,
  type ReportFacts,
  STRING_LENGTH_MAX,
} from './build-report.js';
import { presentAddress } from './present-address.js';

const DAY = '2026-05-01';
const RESULT_TYPES = reportResultType.verdicts.filter((verdict) => verdict !== 'not-reported');

const aDetail: TlsReportDetail = {
  resultType: 'certificate-expired',
  receivingMxHostname: 'mx1.a.example',
  receivingIp: '203.0.113.56',
  sendingMtaIp: '2001:DB8:0:0:0:0:0:1',
  failedSessionCount: 2,
  failureReasonCode: 'CERT_HAS_EXPIRED',
};
const sts: TlsReportPolicy = {
  policyType: 'sts',
  policyDomain: 'xn--bcher-kva.example',
  policyString: [
    'version: STSv1',
    'mode: enforce',
    'mx: *.xn--bcher-kva.example',
    'mx: mx.b.example',
    'x: y ',
  ],
  mxHost: ['*.xn--bcher-kva.example', 'mx.b.example'],
  success: 5,
  failure: 2,
  details: [aDetail],
};
const tlsa: TlsReportPolicy = {
  policyType: 'tlsa',
  policyDomain: 'mx1.a.example',
  policyString: ['3 1 1 00FF'],
  mxHost: [],
  success: 1,
  failure: 0,
  details: [],
};
const none: TlsReportPolicy = {
  ...tlsa,
  policyType: 'no-policy-found',
  policyDomain: 'a.example',
  policyString: [],
};

const build = (lines: readonly TlsReportPolicy[], own: Partial<ReportFacts> = {}) =>
  buildReport({
    organizationName: 'Sender Inc.',
    contactInfo: 'tlsrpt@s.example',
    reportId: '20260501.1@s.example',
    day: DAY,
    lines,
    ...own,
  });

describe('the report of a day', () => {
  it('has the members of the format, in their order, and no others (RPT-4.4-1, RPT-4.4-2, RPT-4.4-7, RPT-4.1-1)', () => {
    expect(JSON.stringify(build([sts]).report, null, 1)).toBe(
      JSON.stringify(
        {
          'organization-name': 'Sender Inc.',
          'date-range': {
            'start-datetime': '2026-05-01T00:00:00Z',
            'end-datetime': '2026-05-01T23:59:59Z',
          },
          'contact-info': 'tlsrpt@s.example',
          'report-id': '20260501.1@s.example',
          policies: [
            {
              policy: {
                'policy-type': 'sts',
                'policy-string': [
                  'version: STSv1',
                  'mode: enforce',
                  'mx: *.xn--bcher-kva.example',
                  'mx: mx.b.example',
                  'x: y',
                ],
                'policy-domain': 'xn--bcher-kva.example',
                'mx-host': ['*.xn--bcher-kva.example', 'mx.b.example'],
              },
              summary: { 'total-successful-session-count': 5, 'total-failure-session-count': 2 },
              'failure-details': [
                {
                  'result-type': 'certificate-expired',
                  'sending-mta-ip': '2001:db8::1',
                  'receiving-mx-hostname': 'mx1.a.example',
                  'receiving-ip': '203.0.113.56',
                  'failed-session-count': 2,
                  'failure-reason-code': 'CERT_HAS_EXPIRED',
                },
              ],
            },
          ],
        },
        null,
        1,
      ),
    );
  });

  it('tells policies as arrays, mx-host of sts only, all names in A-labels (RPT-4-2, RPT-4.4-4, RPT-4.4-5, RPT-4.4-6)', () => {
    const { policies } = build([{ ...tlsa, mxHost: ['mx1.a.example'] }, none, sts]).report;
    expect(policies.map(({ policy }) => policy)).toEqual([
      { 'policy-type': 'no-policy-found', 'policy-domain': 'a.example' },
      expect.objectContaining({ 'policy-type': 'sts', 'policy-domain': 'xn--bcher-kva.example' }),
      { 'policy-type': 'tlsa', 'policy-string': ['3 1 1 00FF'], 'policy-domain': 'mx1.a.example' },
    ]);
    expect(JSON.stringify(policies)).toMatch(/^[\x20-\x7e]+$/);
  });

  it('leaves out what is not known (RPT-4.4-8)', () => {
    const unknown = { receivingMxHostname: '', receivingIp: '', sendingMtaIp: '' };
    const fetch: TlsReportDetail = { ...aDetail, ...unknown, resultType: 'sts-policy-fetch-error' };
    const details = [fetch, { ...fetch, failureReasonCode: '', receivingIp: 'no address' }];
    const { report } = build([{ ...sts, details, failure: 4 }]);
    expect(report.policies[0]?.['failure-details']).toEqual([
      { 'result-type': 'sts-policy-fetch-error', 'failed-session-count': 2 },
      {
        'result-type': 'sts-policy-fetch-error',
        'failed-session-count': 2,
        'failure-reason-code': 'CERT_HAS_EXPIRED',
      },
    ]);
    expect(build([tlsa]).report.policies[0]).not.toHaveProperty('failure-details');
  });

  it('adds what is the same, however it was written', () => {
    const other = { ...aDetail, receivingIp: '::ffff:203.0.113.56', sendingMtaIp: '2001:db8::1' };
    const { report } = build([sts, { ...sts, details: [other] }]);
    expect(report.policies).toHaveLength(1);
    expect(report.policies[0]?.summary['total-failure-session-count']).toBe(4);
    expect(report.policies[0]?.['failure-details']).toMatchObject([{ 'failed-session-count': 4 }]);
  });

  it('is bounded, and says what it leaves out', () => {
    const details = Array.from({ length: DETAILS_MAX + 3 }, (_, at) => ({
      ...aDetail,
      failureReasonCode: `${at}`.padEnd(300, 'x'),
    }));
    const lines = Array.from({ length: POLICIES_MAX + 2 }, (_, at) => ({
      ...sts,
      policyDomain: `${1000 + at}.example`,
      policyString: Array.from({ length: 1000 }, () => 'x'.repeat(10_000)),
      details: at === 0 ? details : [],
    }));
    const { report, leftOut } = build(lines);
    expect(leftOut).toEqual({ policies: 2, failures: 3 });
    expect(report.policies).toHaveLength(POLICIES_MAX);
    expect(report.policies[0]?.['failure-details']).toHaveLength(DETAILS_MAX);
    expect(report.policies[0]?.policy['policy-string']?.[0]).toHaveLength(STRING_LENGTH_MAX);
    expect(JSON.stringify(report).length).toBeLessThan(10_000_000);
  });
});

describe('any tally', () => {
  const aText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ maxLength: 600 }),
    fc.constant('\ud800x'),
  );
  const anyDetail: fc.Arbitrary<TlsReportDetail> = fc.record({
    resultType: fc.constantFrom(...RESULT_TYPES),
    receivingMxHostname: fc.constantFrom('', 'mx1.a.example', 'mx2.a.example'),
    receivingIp: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('')),
    sendingMtaIp: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('')),
    failedSessionCount: fc.integer({ min: 1, max: 1_000_000 }),
    failureReasonCode: aText,
  });
  const aLine: fc.Arbitrary<TlsReportPolicy> = fc.record({
    policyType: fc.constantFrom('sts', 'tlsa', 'no-policy-found'),
    policyDomain: fc.constantFrom('a.example', 'b.example'),
    policyString: fc.array(aText, { maxLength: 3 }),
    mxHost: fc.array(fc.constantFrom('*.a.example', 'mx.b.example'), { maxLength: 2 }),
    success: fc.nat(1_000_000),
    failure: fc.nat(1_000_000),
    details: fc.array(anyDetail, { maxLength: 4 }),
  });

  it('gives I-JSON that a reader takes without a complaint about its form (RPT-4-1, RPT-4.3-1)', () => {
    fc.assert(
      fc.property(fc.array(aLine, { minLength: 1, maxLength: 5 }), (lines) => {
        const text = JSON.stringify(build(lines).report);
        expect(text).not.toMatch(/\p{Surrogate}/u);
        expect(text).not.toMatch(/\\ud[89ab]/i);
        const read = readReport(text);
        if (read.kind === 'refused') throw new Error(read.refusal);
        // Any counts were drawn, so they need not agree; and half characters were put right.
        const drawn = ['counts-disagree', 'damaged-text'];
        const complaints = read.report.deviations.filter(({ kind }) => !drawn.includes(kind));
        expect(complaints).toEqual([]);
        const sum = (key: 'success' | 'failure') => lines.reduce((all, line) => all + line[key], 0);
        const told = (key: 'success' | 'failure') =>
          read.report.policies.reduce((all, policy) => all + policy[key], 0);
        expect([told('success'), told('failure')]).toEqual([sum('success'), sum('failure')]);
      }),
    );
  });

  it('gives the same report in whatever order it was counted', () => {
    fc.assert(
      fc.property(
        fc
          .array(aLine, { maxLength: 5 })
          .chain((lines) =>
            fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length })),
          ),
        ([lines, shuffled]) => {
          expect(JSON.stringify(build(shuffled))).toBe(JSON.stringify(build(lines)));
        },
      ),
    );
  });

  it('counts no further than an integer goes', () => {
    const { report } = build([{ ...tlsa, success: 2 ** 60 }]);
    expect(report.policies[0]?.summary['total-successful-session-count']).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('an address in a report', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:DB8::0:1', '2001:db8::1'],
    ['2001:0db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['::', '::'],
    ['1::', '1::'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[::1]', ''],
    ['192.0.2.01', ''],
    ['mx.a.example', ''],
    ['', ''],
  ])('%s is written %j (RPT-4.4-9)', (address, presented) => {
    expect(presentAddress(address)).toBe(presented);
  });
});
