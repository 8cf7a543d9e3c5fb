import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addTallies,
  boundTallies,
  detailKeyOf,
  type TlsReportDetail,
  type TlsReportPolicy,
} from './tally.js';

const aDetail: fc.Arbitrary<TlsReportDetail> = fc.record({
  resultType: fc.constantFrom('validation-failure', 'certificate-expired'),
  receivingMxHostname: fc.constantFrom('mx1.example', 'mx2.example'),
  receivingIp: fc.constantFrom('', '192.0.2.1'),
  sendingMtaIp: fc.constant(''),
  failedSessionCount: fc.integer({ min: 1, max: 5 }),
  failureReasonCode: fc.constant(''),
});
const aLine: fc.Arbitrary<TlsReportPolicy> = fc.record({
  policyType: fc.constantFrom('sts', 'tlsa'),
  policyDomain: fc.constantFrom('a.example', 'b.example'),
  policyString: fc.constantFrom([], ['version: STSv1']),
  mxHost: fc.constant([]),
  success: fc.nat(5),
  failure: fc.nat(5),
  details: fc.array(aDetail, { maxLength: 4 }),
});
const lines = fc.array(aLine, { maxLength: 6 });
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const sessions = (tally: readonly TlsReportPolicy[]) =>
  sum(tally.map(({ success, failure }) => success + failure));
const failures = (tally: readonly TlsReportPolicy[]) =>
  sum(tally.flatMap(({ details }) => details.map(({ failedSessionCount }) => failedSessionCount)));

describe('a tally', () => {
  it('names each policy and each failure once, and loses no session (RPT-4-5)', () => {
    fc.assert(
      fc.property(lines, (all) => {
        const tally = addTallies(all);
        const names = tally.map((line) => JSON.stringify({ ...line, success: 0, failure: 0, details: [] }));
        expect(new Set(names).size).toBe(names.length);
        for (const { details } of tally) {
          const kinds = details.map((detail) => JSON.stringify({ ...detail, failedSessionCount: 0 }));
          expect(new Set(kinds).size).toBe(kinds.length);
        }
        expect([sessions(tally), failures(tally)]).toEqual([sessions(all), failures(all)]);
      }),
    );
  });

  it('is the same whether it is cut to its bounds each time or in the end', () => {
    const bounds = fc.record({ policiesMax: fc.integer({ min: 0, max: 4 }), detailsMax: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(lines), bounds, (attempts, bounds) => {
        let each: readonly TlsReportPolicy[] = [];
        for (const attempt of attempts) each = boundTallies([...each, ...attempt], bounds);
        expect(each).toEqual(boundTallies(attempts.flat(), bounds));
        expect(each.length).toBeLessThanOrEqual(bounds.policiesMax);
        for (const { details } of each) expect(details.length).toBeLessThanOrEqual(bounds.detailsMax);
      }),
    );
  });

  it('counts failures beyond the bound in the totals of their policy', () => {
    fc.assert(
      fc.property(lines, (all) => {
        const unbounded = addTallies(all);
        const bounded = boundTallies(all, { policiesMax: 9, detailsMax: 1 });
        expect(sessions(bounded)).toBe(sessions(unbounded));
        expect(bounded.map(({ details }) => details)).toEqual(
          unbounded.map(({ details }) => details.slice(0, 1)),
        );
      }),
    );
  });

  it('knows a failure by the key that stores have written before', () => {
    const detail: TlsReportDetail = {
      resultType: 'certificate-expired',
      receivingMxHostname: 'mx.example',
      receivingIp: '192.0.2.1',
      sendingMtaIp: '192.0.2.2',
      failedSessionCount: 7,
      failureReasonCode: 'CERT_HAS_EXPIRED',
    };
    expect(detailKeyOf(detail)).toBe(
      '[["failedSessionCount",0],["failureReasonCode","CERT_HAS_EXPIRED"],["receivingIp","192.0.2.1"],' +
        '["receivingMxHostname","mx.example"],["resultType","certificate-expired"],["sendingMtaIp","192.0.2.2"]]',
    );
  });
});
