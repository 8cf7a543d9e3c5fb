import { describe, expect, it } from 'vitest';
import type { TlsaKnowledge } from '../dane/tlsa-knowledge.js';
import type { StsKnowledge, StsMode } from '../mta-sts/policy.js';
import { DEFAULT_SETTINGS } from '../settings.js';
import { type HostPlan, type PlanFacts, planHost } from './plan.js';

const HOST = 'mx.a.example';

function planOf(own: Partial<PlanFacts>): HostPlan {
  return planHost({
    host: HOST,
    source: 'mx',
    mxSecurity: 'insecure',
    nextHop: 'a.example',
    expandedNextHop: null,
    tlsa: { kind: 'not-applicable' },
    sts: { kind: 'none' },
    message: 'ordinary',
    report: 'none',
    attempt: 1,
    operator: 'none',
    settings: DEFAULT_SETTINGS,
    ...own,
  });
}

/** Records below another name than the host's own, as an alias leads to it. */
function tlsa(usage: number): TlsaKnowledge {
  const own = { selector: 1, matching: 1, data: 'ab'.repeat(32), content: 'opaque', digest: null } as const;
  return { kind: 'present', baseDomain: 'real.b.example', records: [{ kind: 'tlsa', usage, ...own }] };
}
const USABLE = tlsa(3);
const UNUSABLE = tlsa(0);

function policy(
  mode: StsMode,
  pattern = '*.a.example',
  freshness: 'fresh' | 'stale' = 'fresh',
): StsKnowledge {
  return { kind: 'policy', policy: { mode, mx: [pattern], maxAgeSeconds: 86_400, lines: [] }, freshness };
}

describe('a plan', () => {
  it('demands nothing where nobody does', () => {
    expect(planOf({})).toMatchObject({
      ...{ strictness: 'opportunistic', dane: 'not-required', pkix: 'ignored', certificateNames: [] },
      ...{ serverName: HOST, references: [], cleartextRetry: 'allowed', stsHost: 'listed' },
      ...{ stsFreshness: 'fresh', commonName: 'never', overridden: 'no', barrier: { verdict: 'connect' } },
    });
  });

  it.each<[string, Partial<PlanFacts>, string | null]>([
    ['the name whose records will judge the certificate', { tlsa: USABLE }, 'real.b.example'],
    ['that name too where no record can be used', { tlsa: UNUSABLE }, 'real.b.example'],
    [
      'its own name where the message sets the records aside',
      { tlsa: USABLE, message: 'tls-optional' },
      HOST,
    ],
    [
      'the name of the records that the operator asks for, whatever the message says',
      { tlsa: USABLE, message: 'tls-optional', mxSecurity: 'secure', operator: 'dane' },
      'real.b.example',
    ],
    ['its own name where there are no records', { tlsa: { kind: 'absent' } }, HOST],
    ['no name where it is an address', { host: '192.0.2.1', source: 'literal' }, null],
  ])('asks the host for %s (DANE-8.1-1)', (_, own, name) => {
    expect(planOf(own).serverName).toBe(name);
  });

  it.each<[string, Partial<PlanFacts>, string, string]>([
    ['usable records', { tlsa: USABLE }, 'authenticated', 'connect'],
    ['records none of which can be used', { tlsa: UNUSABLE }, 'encrypted', 'connect'],
    [
      'records that could not be learned',
      { tlsa: { kind: 'failed', cause: 'x' } },
      'unreachable',
      'skip-for-now',
    ],
    ['an enforced policy', { sts: policy('enforce') }, 'authenticated', 'connect'],
    ['an enforced policy of other hosts', { sts: policy('enforce', 'b.example') }, 'unreachable', 'skip'],
    [
      'a kept policy of other hosts',
      { sts: policy('enforce', 'b.example', 'stale') },
      ...(['unreachable', 'skip-for-now'] as const),
    ],
    ['a policy under test', { sts: policy('testing', 'b.example') }, 'opportunistic', 'connect'],
    ['a policy of mode none', { sts: policy('none', 'b.example') }, 'opportunistic', 'connect'],
    ['a rule that forbids cleartext', { operator: 'encrypt' }, 'encrypted', 'connect'],
    ['a rule that asks who answers', { operator: 'verify' }, 'authenticated', 'connect'],
    ['a rule of DANE without any', { operator: 'dane' }, 'unreachable', 'skip-for-now'],
    [
      'REQUIRETLS behind a proven answer',
      { message: 'requires-tls', mxSecurity: 'secure' },
      'authenticated',
      'connect',
    ],
    ['REQUIRETLS behind an unproven one', { message: 'requires-tls' }, 'unreachable', 'skip'],
    [
      'REQUIRETLS and a policy that could not be learned',
      { message: 'requires-tls', sts: { kind: 'unknown' } },
      ...(['unreachable', 'skip-for-now'] as const),
    ],
    [
      'REQUIRETLS and a kept policy of other hosts, which may have been replaced',
      { message: 'requires-tls', sts: policy('testing', 'b.example', 'stale') },
      ...(['unreachable', 'skip-for-now'] as const),
    ],
    [
      'REQUIRETLS and a policy of other hosts',
      { message: 'requires-tls', sts: policy('testing', 'b.example') },
      ...(['unreachable', 'skip'] as const),
    ],
  ])('holds to %s', (_, own, strictness, barrier) => {
    const plan = planOf(own);
    expect([plan.strictness, plan.barrier.verdict]).toEqual([strictness, barrier]);
    // What is not opportunistic is not retried in clear.
    expect(plan.cleartextRetry).toBe(strictness === 'opportunistic' ? 'allowed' : 'forbidden');
  });

  it.each<[string, Partial<PlanFacts>, 'yes' | 'no']>([
    ['records', { tlsa: USABLE }, 'yes'],
    ['an enforced policy', { sts: policy('enforce') }, 'yes'],
    ['a policy under test, which demands nothing', { sts: policy('testing') }, 'no'],
    ['nothing', {}, 'no'],
  ])('says whether the message set something aside: %s', (_, own, overridden) => {
    const plan = planOf({ ...own, message: 'tls-optional' });
    expect([plan.overridden, plan.strictness]).toEqual([overridden, 'opportunistic']);
    expect(planOf(own).overridden).toBe('no');
  });

  it.each<[string, Partial<PlanFacts>, readonly (readonly string[])[]]>([
    ['a policy wants the host', { sts: policy('enforce') }, [[HOST]]],
    ['a policy under test wants nothing', { sts: policy('testing') }, []],
    [
      'a rule wants the host or the domain',
      { operator: 'verify', mxSecurity: 'secure' },
      [[HOST, 'a.example']],
    ],
    [
      'a host that is the domain itself is one name',
      { operator: 'verify', source: 'implicit', host: 'a.example' },
      [['a.example']],
    ],
    [
      'of a host that anybody may have named a rule wants the domain',
      { operator: 'verify' },
      [['a.example']],
    ],
    [
      'REQUIRETLS by a policy under test, and a rule, want one each',
      {
        ...{ message: 'requires-tls', sts: policy('testing'), operator: 'verify' },
        settings: { ...DEFAULT_SETTINGS, requireTlsTestingPolicy: 'accept' },
      },
      [[HOST], ['a.example']],
    ],
    ['a rule of certificates wants the host', { operator: 'pkix', mxSecurity: 'secure' }, [[HOST]]],
    ['records that match are enough', { operator: 'verify', mxSecurity: 'secure', tlsa: USABLE }, []],
    ['REQUIRETLS wants the host', { message: 'requires-tls', mxSecurity: 'secure' }, [[HOST]]],
  ])('%s in the certificate', (_, own, names) => {
    expect(planOf(own).certificateNames).toEqual(names);
  });

  it('compares the names of an anchor with those that DNSSEC proved, where records are to match (DANE-3.2.2-1)', () => {
    const facts = { tlsa: USABLE, expandedNextHop: 'c.example' } as const;
    expect(planOf({ ...facts, mxSecurity: 'secure' }).references).toEqual([
      ...['real.b.example', 'a.example', 'c.example'],
    ]);
    expect(planOf(facts).references).toEqual(['real.b.example']);
    expect(planOf({ ...facts, message: 'tls-optional' }).references).toEqual([]);
  });

  it('lets a common name stand in for REQUIRETLS alone', () => {
    const facts = { message: 'requires-tls', mxSecurity: 'secure' } as const;
    expect(planOf(facts).commonName).toBe('without-other-ids');
    expect(planOf({ ...facts, sts: policy('enforce') }).commonName).toBe('never');
    expect(planOf({ ...facts, operator: 'verify' }).commonName).toBe('never');
    expect(planOf({ ...facts, message: 'ordinary' }).commonName).toBe('never');
  });

  it('retries in clear from the second attempt on, where the operator would rather wait', () => {
    const settings = { ...DEFAULT_SETTINGS, cleartextRetry: 'after' } as const;
    expect([0, 1, 2, 3].map((attempt) => planOf({ settings, attempt }).cleartextRetry)).toEqual([
      ...['forbidden', 'forbidden', 'allowed', 'allowed'],
    ]);
  });

  it('gives every decision, in order', () => {
    expect(planOf({}).decisions.map(({ table }) => table)).toEqual([
      ...['dane-demand', 'recipient-policy', 'sts-demand', 'recipient-policy', 'requiretls-demand'],
      ...[
        'operator-demand',
        'host-barrier',
        'dane-matching',
        'pkix-demand',
        'server-name',
        'cleartext-retry',
      ],
    ]);
  });
});
