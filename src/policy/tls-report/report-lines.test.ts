/* What a session, and a policy that was looked for, add to the tally, and with which reasons. */
import { describe, expect, it } from 'vitest';
import { type DiscoveryFacts, reportDiscovery } from './report-discovery.js';
import { detailOf, stsPolicyEntry } from './report-entries.js';
import { reportSession, type SessionFacts } from './report-session.js';

const policy = { mode: 'enforce', mx: ['mx.a.test'], maxAgeSeconds: 1, lines: ['version: STSv1'] } as const;
const sts = { kind: 'policy', policy, fresh: 'fresh' };
const record = { usage: 3, selector: 1, matching: 1, data: 'ab'.repeat(32) };

/** A session that came to its end under TLS. */
function linesOf(own: object) {
  const facts = {
    ...{ domain: 'a.test', host: 'mx.a.test', ip: '192.0.2.1', localAddress: '192.0.2.2' },
    ...{ ended: 'established', code: '', tlsa: { kind: 'absent' }, sts: { kind: 'none' } },
    ...{ operator: 'none', plan: { stsHost: 'listed' }, peer: null },
    ...own,
  };
  return reportSession(facts as unknown as SessionFacts).map(({ policyType, success, failure, details }) => [
    ...[policyType, success, failure],
    ...details.map(({ resultType, failureReasonCode }) => `${resultType}: ${failureReasonCode}`),
  ]);
}

describe('a session under a policy of MTA-STS', () => {
  const under = (own: object) => linesOf({ sts, ...own });
  const peer = (pkixByDnsId: string) => ({ peer: { pkixByDnsId, pkixCode: 'CODE', dane: null } });

  it.each([
    [peer('passed'), [['sts', 1, 0]]],
    [peer('expired'), [['sts', 0, 1, 'certificate-expired: CODE']]],
    [peer('not-trusted'), [['sts', 0, 1, 'certificate-not-trusted: CODE']]],
    [peer('name-mismatch'), [['sts', 0, 1, 'certificate-host-mismatch: CODE']]],
    [{ peer: null }, []],
    [{ plan: { stsHost: 'not-listed' } }, [['sts', 0, 1, 'validation-failure: sts-mx-mismatch']]],
    [{ ended: 'not-offered' }, [['sts', 0, 1, 'starttls-not-supported: ']]],
    [{ ended: 'refused', code: '454' }, [['sts', 0, 1, 'starttls-not-supported: 454']]],
    [{ ended: 'injected' }, [['sts', 0, 1, 'validation-failure: response-injection']]],
    [{ ended: 'handshake-failed', code: 'EPROTO' }, [['sts', 0, 1, 'validation-failure: EPROTO']]],
    [
      { ended: 'barred', plan: { stsHost: 'not-listed' } },
      [['sts', 0, 1, 'validation-failure: sts-mx-mismatch']],
    ],
    [{ ended: 'barred' }, []],
  ])('%j', (own, lines) => {
    expect(under(own)).toEqual(lines);
  });

  it('in test is stopped by nothing, and one that asks for nothing is none', () => {
    const in_ = (mode: string) => ({ sts: { ...sts, policy: { ...policy, mode } } });
    const barred = { ended: 'barred', plan: { stsHost: 'not-listed' } };
    expect(linesOf({ ...in_('testing'), ...barred })).toEqual([]);
    expect(linesOf({ ...in_('testing'), plan: barred.plan })).toEqual([
      ['sts', 0, 1, 'validation-failure: sts-mx-mismatch'],
    ]);
    expect(linesOf(in_('none'))).toEqual([['no-policy-found', 1, 0]]);
  });
});

describe('a session under DANE', () => {
  const under = (own: object) =>
    linesOf({ tlsa: { kind: 'present', baseDomain: 'mx.a.test', records: [record] }, ...own });
  const dane = (kind: string) => ({ peer: { dane: { kind }, pkixByDnsId: null, pkixCode: '' } });

  it.each([
    ['matched', [['tlsa', 1, 0]]],
    ['mismatch', [['tlsa', 0, 1, 'certificate-not-trusted: tlsa-mismatch']]],
    ['name-mismatch', [['tlsa', 0, 1, 'certificate-host-mismatch: dane-ta-name-mismatch']]],
    ['expired', [['tlsa', 0, 1, 'certificate-expired: dane-ta-path-expired']]],
    ['unfit', [['tlsa', 0, 1, 'certificate-not-trusted: dane-ta-path-weak']]],
    ['unfinished', [['tlsa', 0, 1, 'validation-failure: dane-ta-chain-too-long']]],
    ['unreadable', [['tlsa', 0, 1, 'validation-failure: no-certificate']]],
  ])('that came to %s', (kind, lines) => {
    expect(under(dane(kind))).toEqual(lines);
  });

  it('is not counted where nobody looked at its certificate', () => {
    expect(under({ peer: null })).toEqual([]);
  });

  it('has records that were not had, or are of no use', () => {
    const failed = (cause: string) => linesOf({ tlsa: { kind: 'failed', cause }, ended: 'barred' });
    expect(failed('bogus')).toEqual([['tlsa', 0, 1, 'dnssec-invalid: bogus']]);
    expect(failed('timeout')).toEqual([]);
    const unusable = { kind: 'present', baseDomain: 'mx.a.test', records: [{ ...record, usage: 0 }] };
    expect(linesOf({ tlsa: unusable })).toEqual([['tlsa', 1, 0, 'tlsa-invalid: all-unusable']]);
    expect(linesOf({ tlsa: unusable, operator: 'dane', ended: 'barred' })).toEqual([
      ['tlsa', 0, 1, 'dane-required: all-unusable'],
    ]);
    expect(linesOf({ operator: 'dane', ended: 'barred' })).toEqual([
      ['tlsa', 0, 1, 'dane-required: no-tlsa-records'],
    ]);
  });
});

it('a detail says where as far as that is known', () => {
  const place = {
    receivingMxHostname: 'mx',
    receivingIp: '192.0.2.1',
    sendingMtaIp: '192.0.2.2',
    failureReasonCode: 'x',
  };
  expect(detailOf('injected', place)).toEqual([
    { resultType: 'validation-failure', failedSessionCount: 1, ...place },
  ]);
  expect(detailOf('injected', {})).toEqual([
    {
      ...{ resultType: 'validation-failure', failedSessionCount: 1, receivingMxHostname: '' },
      ...{ receivingIp: '', sendingMtaIp: '', failureReasonCode: '' },
    },
  ]);
});

it('a policy is named with its lines, and with a hundred of its hosts at most', () => {
  const mx = Array.from({ length: 101 }, (_, at) => `mx${at}.a.test`);
  expect(stsPolicyEntry('a.test', { ...policy, mx })).toEqual({
    ...{ policyType: 'sts', policyDomain: 'a.test', policyString: ['version: STSv1'] },
    mxHost: mx.slice(0, 100),
  });
});

describe('a policy that was looked for', () => {
  const answered = (...records: readonly string[]) => ({
    kind: 'insecure',
    records,
    denial: null,
    aliases: [],
    ttlSeconds: 1,
  });
  const lost = { kind: 'failed', cause: 'servfail', extendedError: null };
  const told = (own: object) =>
    reportDiscovery({
      ...{ domain: 'a.test', txt: answered('v=STSv1; id=1;'), fetched: null, sts: { kind: 'none' } },
      ...own,
    } as unknown as DiscoveryFacts);
  const fetched = { kind: 'failed', failure: 'policy-fetch-failed', reason: 'HTTP status 404' };

  it('and whose host did not hand it out is told of without a host', () => {
    const [line, ...others] = told({ fetched });
    expect([line, others]).toMatchObject([
      {
        ...{
          policyType: 'sts',
          policyDomain: 'a.test',
          policyString: [],
          mxHost: [],
          success: 0,
          failure: 1,
        },
        details: [{ failureReasonCode: 'HTTP status 404', receivingMxHostname: '', receivingIp: '' }],
      },
      [],
    ]);
    expect(told({ fetched, sts })).toMatchObject([
      { policyString: ['version: STSv1'], mxHost: ['mx.a.test'] },
    ]);
    expect(told({ fetched, sts: { ...sts, policy: { ...policy, mode: 'none' } } })).toEqual([]);
  });

  it.each([
    [answered(), 'txt-record-absent'],
    [answered('v=STSv1; id=!;'), 'txt-record-invalid'],
    [lost, 'txt-lookup-failed'],
    [{ ...lost, extendedError: 22 }, 'txt-lookup-failed: servfail'],
  ])('and whose record is hidden is told of where a policy is kept: %j', (txt, reason) => {
    expect(told({ txt, sts }).map(({ details }) => details[0]!.failureReasonCode)).toEqual([
      expect.stringContaining(reason),
    ]);
    expect(told({ txt })).toEqual([]);
    expect(told({ txt, sts: { ...sts, policy: { ...policy, mode: 'none' } } })).toEqual([]);
  });
});
