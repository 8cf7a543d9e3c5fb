import { describe, expect, it } from 'vitest';
import { PLAIN, SHOWN } from '../certificate/facts.fixture.js';
import type { CertificateFacts, PeerFacts } from '../certificate/facts.js';
import type { TlsaRecord } from '../dane/tlsa.js';
import { DEFAULT_SETTINGS } from '../settings.js';
import { judgePeer, judgePkix } from './authenticate.js';
import { type HostPlan, type PlanFacts, planHost } from './plan.js';
import { isRecommended, suitesFor } from './tls-suites.js';

const HOST = 'mx.a.example';
const KEY = 'a1'.repeat(32);
const record: TlsaRecord = {
  ...{ kind: 'tlsa', usage: 3, selector: 1, matching: 1, data: KEY, content: 'opaque', digest: null },
};

function shown(own: Partial<CertificateFacts> = {}, path: object = { kind: 'trusted' }): PeerFacts {
  const leaf = { ...PLAIN, dnsNames: [HOST], spkiSha256: KEY, ...own };
  return { kind: 'presented', ...SHOWN, chain: [leaf], signatures: [], path: path as never };
}
const expired = { kind: 'untrusted', cause: 'expired', code: 'CERT_HAS_EXPIRED' };
const unknown = { kind: 'untrusted', cause: 'unknown-issuer', code: 'NO_ISSUER' };
const unreadable: PeerFacts = { kind: 'unreadable', code: 'EMPTY' };

function planOf(own: Partial<PlanFacts>): HostPlan {
  return planHost({
    ...{ host: HOST, source: 'mx', mxSecurity: 'insecure', nextHop: 'a.example', expandedNextHop: null },
    ...{ tlsa: { kind: 'absent' }, sts: { kind: 'none' }, message: 'ordinary', report: 'none' },
    ...{ attempt: 1, operator: 'none', settings: DEFAULT_SETTINGS },
    ...own,
  });
}
const policy = (mode: 'enforce' | 'testing', freshness: 'fresh' | 'stale' = 'fresh') =>
  ({ kind: 'policy', policy: { mode, mx: [HOST], maxAgeSeconds: 1, lines: [] }, freshness }) as const;
const DANE = { tlsa: { kind: 'present', baseDomain: HOST, records: [record] } } as const;

describe('whoever answers', () => {
  const judge = (own: Partial<PlanFacts>, peer: PeerFacts) => {
    const { decision, ...rest } = judgePeer(planOf(own), peer, [record], HOST, 500);
    return { ...rest, verdict: decision.verdict };
  };

  it('is not looked at where nobody asks', () => {
    const none = { dane: null, pkix: null, pkixByDnsId: null, pkixCode: '', verdict: 'none' };
    for (const peer of [shown(), shown({}, unknown), unreadable]) expect(judge({}, peer)).toEqual(none);
  });

  it('has to pass what a policy asks for, or is refused: for now, where the policy may be out of date', () => {
    const enforce = { sts: policy('enforce') };
    expect(judge(enforce, shown())).toMatchObject({ pkix: 'passed', pkixCode: '', verdict: 'pkix' });
    expect(judge(enforce, shown({}, expired))).toMatchObject({
      ...{ pkix: 'expired', pkixByDnsId: 'expired', pkixCode: 'CERT_HAS_EXPIRED', verdict: 'refuse' },
    });
    expect(judge(enforce, shown({}, unknown))).toMatchObject({ pkix: 'not-trusted', pkixCode: 'NO_ISSUER' });
    expect(judge(enforce, shown({ dnsNames: ['b.example'] }))).toMatchObject({
      ...{ pkix: 'name-mismatch', pkixCode: '', verdict: 'refuse' },
    });
    expect(judge(enforce, unreadable)).toMatchObject({ pkix: 'unreadable', pkixCode: 'EMPTY' });
    expect(judge({ sts: policy('enforce', 'stale') }, unreadable).verdict).toBe('refuse-for-now');
  });

  it('is looked at under a policy that is tested, and passes whatever comes of it', () => {
    const testing = { sts: policy('testing') };
    expect(judge(testing, shown({}, unknown))).toMatchObject({
      ...{ pkix: 'not-trusted', pkixByDnsId: 'not-trusted', pkixCode: 'NO_ISSUER', verdict: 'none' },
    });
    expect(judge(testing, shown({ dnsNames: ['a.example'] }))).toMatchObject({ pkix: 'name-mismatch' });
  });

  it('is held to DNS names alone for the report, where a common name may pass', () => {
    const required = { message: 'requires-tls', mxSecurity: 'secure' } as const;
    expect(judge(required, shown({ dnsNames: [], commonNames: [HOST] }))).toMatchObject({
      ...{ pkix: 'passed', pkixByDnsId: 'name-mismatch', verdict: 'pkix' },
    });
  });

  it('has to match TLSA records that are there', () => {
    expect(judge(DANE, shown({}, unknown))).toMatchObject({
      ...{ dane: { kind: 'matched', record: 0 }, pkix: null, pkixCode: '', verdict: 'dane' },
    });
    expect(judge(DANE, shown({ spkiSha256: 'x' }))).toMatchObject({
      ...{ dane: { kind: 'mismatch' }, verdict: 'refuse' },
    });
    expect(judge({ ...DANE, sts: policy('enforce') }, shown()).verdict).toBe('dane+pkix');
  });

  it('may match them, where either way will do', () => {
    const either = {
      ...DANE,
      ...({ message: 'tls-optional', mxSecurity: 'secure', operator: 'verify' } as const),
    };
    const words = (peer: PeerFacts) => judgePeer(planOf(either), peer, [record], HOST, 500).decision.input;
    expect(words(shown({}, unknown))).toMatchObject({ dane: 'suffices', pkix: 'failed' });
    expect(words(shown({ spkiSha256: 'x' }))).toMatchObject({ dane: 'does-not-suffice', pkix: 'passed' });
  });
});

it('a certificate passes for one name out of each list', () => {
  const both = [[HOST, 'a.example'], ['b.example']];
  expect(judgePkix(shown({ dnsNames: ['a.example', 'b.example'] }), both, 'never')).toBe('passed');
  expect(judgePkix(shown({ dnsNames: ['a.example', HOST] }), both, 'never')).toBe('name-mismatch');
  expect(judgePkix(shown(), [], 'never')).toBe('passed');
});

it('what has no forward secrecy is offered where nobody demands TLS, and is told from the rest', () => {
  expect((['opportunistic', 'encrypted', 'authenticated', 'unreachable'] as const).map(suitesFor)).toEqual([
    ...['any', 'recommended', 'recommended', 'recommended'],
  ]);
  const recommended = (protocol: string, cipher: string) => isRecommended({ protocol, cipher });
  expect(recommended('TLSv1.3', 'TLS_AES_128_GCM_SHA256')).toBe(true);
  expect(recommended('TLSv1.2', 'ECDHE-RSA-AES128-GCM-SHA256')).toBe(true);
  expect(recommended('TLSv1.2', 'DHE-RSA-AES128-GCM-SHA256')).toBe(true);
  expect(recommended('TLSv1.2', 'AES128-GCM-SHA256')).toBe(false);
  expect(recommended('TLSv1.2', 'PSK-DHE-X')).toBe(false);
});
