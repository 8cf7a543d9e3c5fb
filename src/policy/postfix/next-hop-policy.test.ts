import { describe, expect, it } from 'vitest';
import type { AttemptResult } from '../attempt/types.js';
import type { StsMode, StsPolicy } from '../mta-sts/policy.js';
import { type LossFacts, lossesOf, suppositionsOf } from './losses.js';
import { judgeNextHop, type NextHopFacts } from './next-hop-policy.js';

/** What was demanded of a host, by the words of the tables that say so. */
interface Host {
  readonly dane?: string;
  readonly sts?: string;
  readonly rule?: string;
  /** Absent: it was found. */
  readonly found?: 'no-target' | 'lookup-failed';
}
const POLICY: StsPolicy = { mode: 'enforce', mx: ['*.a.example'], maxAgeSeconds: 1, lines: [] };
const known = (mode: StsMode) =>
  ({ kind: 'policy', policy: { ...POLICY, mode }, freshness: 'fresh' }) as const;

function attempt(hosts: Readonly<Record<string, Host>>, own: object = {}): AttemptResult {
  const about = (mx: string | null, table: string, verdict: string) => ({ mx, table, verdict });
  return {
    destination: { kind: 'domain', name: 'a.example' },
    recipients: [{ outcome: 'deferred' }],
    mxSecurity: 'insecure',
    policy: { domain: 'a.example', known: { kind: 'none' }, fetched: null },
    decisions: [
      about(null, 'mx-discovery', 'try-hosts'),
      ...Object.entries(hosts).flatMap(([mx, { dane, sts, rule, found }]) =>
        found !== undefined
          ? [about(mx, 'host-without-address', found)]
          : [
              about(mx, 'dane-demand', dane ?? 'no-demand'),
              about(mx, 'sts-demand', sts ?? 'no-demand'),
              about(mx, 'operator-demand', rule ?? 'no-demand'),
              about(mx, 'host-barrier', 'connect'),
            ],
      ),
    ],
    ...own,
  } as never;
}
function judge(hosts: Readonly<Record<string, Host>>, own: object = {}, facts: Partial<NextHopFacts> = {}) {
  const found = attempt(hosts, own);
  return judgeNextHop({ found, notLookedAt: [], kept: null, version: 'from-3.10', ...facts });
}
const needs = (...args: Parameters<typeof judge>) =>
  judge(...args).hosts.map(({ host, need }) => `${host}: ${need.verdict}`);
const [ONE, TWO] = ['mx1.a.example', 'mx2.a.example'];

describe('what the hosts of a next hop need', () => {
  it('is read from what was demanded of each', () => {
    expect(needs({ [ONE]: {}, [TWO]: { dane: 'authenticate' } })).toEqual([
      `${ONE}: nothing`,
      `${TWO}: dane`,
    ]);
    expect(needs({ [ONE]: { dane: 'encrypt' }, [TWO]: { sts: 'authenticate' } })).toEqual([
      ...[`${ONE}: records-tls`, `${TWO}: pkix-by-policy`],
    ]);
    expect(needs({ [ONE]: { rule: 'encrypt' }, [TWO]: { rule: 'authenticate-by-pkix' } })).toEqual([
      ...[`${ONE}: tls`, `${TWO}: pkix-by-rule`],
    ]);
    expect(needs({ [ONE]: { found: 'no-target' }, [TWO]: { found: 'lookup-failed' } })).toEqual([
      ...[`${ONE}: gone`, `${TWO}: unknown`],
    ]);
  });

  it('is what the policy and the rule say, where nobody looked at the host', () => {
    const facts = { notLookedAt: [TWO, ONE, 'mx.b.example'] };
    expect(needs({ [ONE]: { rule: 'encrypt' } }, {}, facts)).toEqual([
      ...[`${ONE}: tls`, `${TWO}: closed`, 'mx.b.example: closed'],
    ]);
    const enforced = { policy: { domain: 'a.example', known: known('enforce'), fetched: null } };
    expect(needs({ [ONE]: {} }, enforced, facts)).toEqual([
      ...[`${ONE}: nothing`, `${TWO}: dane-unread`, 'mx.b.example: dane-closed'],
    ]);
    expect(needs({}, { policy: null }, facts)).toEqual(
      [TWO, ONE, 'mx.b.example'].map((host) => `${host}: unknown`),
    );
  });

  it('of an address is no certificate that Postfix could compare', () => {
    const own = { destination: { kind: 'literal', address: '192.0.2.1' } };
    expect(needs({ '192.0.2.1': { rule: 'authenticate' }, [ONE]: { rule: 'authenticate' } }, own)).toEqual([
      ...['192.0.2.1: closed', `${ONE}: pkix-by-rule`],
    ]);
  });
});

describe('the one policy for all of them', () => {
  const wordsOf = (
    hosts: Readonly<Record<string, Host>>,
    own: object = {},
    facts: Partial<NextHopFacts> = {},
  ) => judge(hosts, own, facts).level.input;

  it('knows whether there are hosts', () => {
    const ended = (verdict: string) => ({
      decisions: [...attempt({ [ONE]: {} }).decisions, { mx: null, table: 'next-candidate', verdict }],
    });
    expect(wordsOf({ [ONE]: {} }).known).toBe('hosts');
    expect(wordsOf({ [ONE]: {} }, ended('conclude')).known).toBe('hosts');
    for (const verdict of ['defer-for-fault', 'defer-for-stop'])
      expect(wordsOf({ [ONE]: {} }, ended(verdict)).known).toBe('unknown');
    expect(wordsOf({ [ONE]: { found: 'no-target' }, [TWO]: { found: 'no-target' } }).known).toBe('no-mail');
    expect(wordsOf({ [ONE]: { found: 'no-target' }, [TWO]: {} }).known).toBe('hosts');
    expect(wordsOf({}).known).toBe('unknown');
    expect(wordsOf({}, { recipients: [{ outcome: 'bounced' }] }).known).toBe('no-mail');
    expect(wordsOf({}, { recipients: [] }).known).toBe('unknown');
  });

  it('knows who proved the hosts, and what policy is enforced', () => {
    expect(wordsOf({ [ONE]: {} }).mx).toBe('insecure');
    expect(wordsOf({ [ONE]: {} }, { mxSecurity: 'secure' }).mx).toBe('proven');
    const alone = { decisions: [{ mx: null, table: 'mx-discovery', verdict: 'try-domain' }] };
    expect([wordsOf({}, alone).mx, wordsOf({}, { decisions: [] }).mx]).toEqual(['proven', 'proven']);
    const under = (mode: StsMode) => ({ policy: { domain: 'a.example', known: known(mode), fetched: null } });
    expect([wordsOf({}, under('enforce')).policy, wordsOf({}, under('testing')).policy]).toEqual([
      ...['enforced', 'other'],
    ]);
    expect(wordsOf({}, { policy: null }, { kept: POLICY }).policy).toBe('enforced');
    expect(wordsOf({}, { policy: null }).policy).toBe('other');
    // What the attempt came to know counts, and not what was kept before.
    expect(wordsOf({}, {}, { kept: POLICY }).policy).toBe('other');
    expect(judge({}, { policy: null }).policyDomain).toBe('a.example');
    const literal = { kind: 'literal', address: '192.0.2.1' };
    expect(judge({}, { policy: null, destination: literal }).policyDomain).toBeNull();
    expect(judge({}, { policy: { domain: 'relay.example', known: { kind: 'none' } } }).policyDomain).toBe(
      'relay.example',
    );
  });

  it.each<[readonly Host[], string, string, string]>([
    [[{}], 'none', 'nothing', 'none'],
    [[{ dane: 'authenticate' }], 'some', 'none', 'none'],
    [[{ dane: 'encrypt' }], 'none', 'records-tls', 'none'],
    [[{ dane: 'encrypt' }, {}], 'none', 'mixed', 'none'],
    [[{ rule: 'encrypt' }], 'none', 'tls', 'none'],
    [[{ rule: 'encrypt' }, { sts: 'authenticate' }], 'none', 'pkix', 'none'],
    [[{ rule: 'authenticate' }, { dane: 'encrypt' }], 'none', 'pkix', 'none'],
    [[{}, { sts: 'unreachable' }], 'none', 'nothing', 'closed'],
    [[{}, { dane: 'unreachable' }], 'none', 'nothing', 'unknown'],
    [[{}, { dane: 'unreachable', sts: 'authenticate' }], 'none', 'nothing', 'closed'],
    [[{ dane: 'authenticate', sts: 'unreachable' }, { sts: 'unreachable' }], 'none', 'none', 'dane-closed'],
  ])('says the most that is true of all: %j', (hosts, dane, others, closed) => {
    const named = Object.fromEntries(hosts.map((host, at) => [`mx${at}.a.example`, host]));
    expect(wordsOf(named)).toMatchObject({ dane, others, closed });
  });

  it('names what certificates may be for', () => {
    const byRule = { [ONE]: { rule: 'authenticate' }, [TWO]: { rule: 'authenticate' } };
    expect(judge(byRule, { mxSecurity: 'secure' })).toMatchObject({
      level: { verdict: 'secure' },
      names: [ONE, TWO],
    });
    // Of hosts that nobody proved to be the domain's, its own name.
    expect(judge(byRule)).toMatchObject({ level: { verdict: 'secure' }, names: ['a.example'] });
    const enforced = { policy: { domain: 'a.example', known: known('enforce'), fetched: null } };
    const mixed = { [ONE]: { sts: 'authenticate' }, [TWO]: { dane: 'authenticate', sts: 'authenticate' } };
    expect(judge(mixed, enforced)).toMatchObject({ level: { verdict: 'secure-all' }, names: [ONE, TWO] });
    expect(judge({ [ONE]: { sts: 'authenticate' }, [TWO]: {} }, enforced)).toMatchObject({ names: [ONE] });
    expect(judge(mixed, { ...enforced, mxSecurity: 'secure' })).toMatchObject({
      ...{ level: { verdict: 'dane-only' }, names: [], attributes: { verdict: 'bare' } },
    });
    expect(judge({ [ONE]: { sts: 'authenticate' } }, enforced).attributes.verdict).toBe(
      'match-name-and-report',
    );
    expect(
      judge({ [ONE]: { sts: 'authenticate' } }, enforced, { version: 'before-3.4' }).attributes.verdict,
    ).toBe('match');
  });
});

describe('what the one policy does not say', () => {
  const enforced = { policy: { domain: 'a.example', known: known('enforce'), fetched: null } };
  const losses = (
    hosts: Readonly<Record<string, Host>>,
    own: object = {},
    facts: Partial<NextHopFacts & Pick<LossFacts, 'settings' | 'relay'>> = {},
  ) =>
    lossesOf({
      policy: judge(hosts, own, facts),
      found: attempt(hosts, own),
      settings: facts.settings ?? { whenDanePasses: 'require-sts' },
      relay: facts.relay ?? null,
    }).map((loss) => loss.replace(/: [^:]*$/, ''));

  it('is named in the order of importance', () => {
    const mixed = {
      [ONE]: { sts: 'authenticate' },
      [TWO]: { dane: 'authenticate', sts: 'authenticate' },
      'mx3.a.example': { dane: 'unreachable', sts: 'authenticate' },
    };
    expect(losses(mixed, { ...enforced, mxSecurity: 'secure' }, { relay: 'relay.b.example' })).toEqual([
      'The relay relay.b.example that the settings name',
      `The certificate that the MTA-STS policy of a.example asks of ${TWO}, mx3.a.example`,
      `That the MTA-STS policy of a.example lists ${TWO}, mx3.a.example was seen for this answer; Postfix does not look again when it connects.`,
      ONE,
      'TLS reports to a.example do not tell how sessions fared under its MTA-STS policy.',
    ]);
    const settings = { whenDanePasses: 'skip-pkix' } as const;
    expect(losses(mixed, { ...enforced, mxSecurity: 'secure' }, { settings })[0]).toMatch(
      /^That the MTA-STS policy/,
    );
    expect(losses({ [TWO]: { dane: 'authenticate' } }, { mxSecurity: 'secure' })).toEqual([]);
  });

  it('is nothing but the relay, where the mail waits', () => {
    const waits = { [ONE]: { sts: 'unreachable' } };
    expect(losses(waits, enforced)).toEqual([]);
    expect(losses(waits, enforced, { relay: 'relay.b.example' })).toEqual([
      'The relay relay.b.example that the settings name',
    ]);
  });

  it('is what older versions cannot be told, and records that are not looked at', () => {
    const one = { [ONE]: { sts: 'authenticate' } };
    expect(losses(one, enforced)).toEqual([]);
    expect(losses(one, enforced, { version: 'from-3.4' })).toEqual([
      expect.stringMatching(/^TLS reports to a/),
    ]);
    expect(losses(one, enforced, { version: 'before-3.4' })).toEqual([
      ...[
        expect.stringMatching(/^The name that a server is to be asked for/),
        expect.stringMatching(/^TLS reports/),
      ],
    ]);
    const both = { ...one, [TWO]: { dane: 'authenticate', sts: 'authenticate' } };
    expect(losses(both, enforced)).toEqual([`The TLSA records of ${TWO}`]);
  });

  it('supposes DNSSEC of Postfix, and its own setting below MX records that nobody proved', () => {
    const supposed = (hosts: Readonly<Record<string, Host>>, own: object = {}) =>
      suppositionsOf(judge(hosts, own)).length;
    expect(supposed({ [ONE]: { dane: 'authenticate' } }, { mxSecurity: 'secure' })).toBe(1);
    expect(supposed({ [ONE]: { dane: 'authenticate' } })).toBe(2);
    expect(supposed({ [ONE]: { dane: 'encrypt' }, [TWO]: {} })).toBe(2);
    expect(supposed({ [ONE]: { dane: 'unreachable' }, [TWO]: {} })).toBe(2);
    expect([supposed({ [ONE]: {} }), supposed({ [ONE]: { rule: 'encrypt' } })]).toEqual([0, 0]);
  });
});
