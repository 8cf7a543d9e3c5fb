/*
 * What Postfix does with what it is told, in any world: it goes to no host that the domain, its records or the operator forbid, and
 * to none for less than they demand, save for what the answer is said to lose. Postfix is written down here the plain way, from
 * its own documents, and sees the same world.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptInput } from '../../src/policy/attempt/types.js';
import { candidatesOf } from '../../src/policy/mx/discover.js';
import { lossesOf } from '../../src/policy/postfix/losses.js';
import { judgeNextHop, type NextHopPolicy } from '../../src/policy/postfix/next-hop-policy.js';
import { policyText } from '../../src/policy/postfix/policy-text.js';
import { PLAIN_FACTS } from '../../src/policy/require-tls/message.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { type PlayOptions, play } from '../arbitraries/plays.js';
import { aWorld, serverAt, type World } from '../arbitraries/worlds.js';
import {
  isNamedInsecurely,
  isUsable,
  keptPolicy,
  lists,
  operatorDemand,
  policyInForce,
  tlsaOf,
} from './naive-demands.js';

const PLAIN = { ...PLAIN_FACTS, sender: 'postmaster@sender.example' } as const;

/** A lookup knows no message, and where a rule names a relay Postfix knows nothing of it. */
const aLookup: fc.Arbitrary<AttemptInput> = anAttemptInput.map((input) => ({
  ...{ ...input, attempt: 1, dialled: {}, recipients: input.recipients.slice(0, 1), message: PLAIN },
  purpose: 'explain',
  settings: {
    ...input.settings,
    destinations: input.settings.destinations.map(({ relay: _, ...rule }) => rule),
  },
}));

interface Told {
  readonly policy: NextHopPolicy;
  readonly text: string | null;
  readonly loses: readonly string[];
  readonly hosts: readonly string[];
}

function tell(world: World, input: AttemptInput, distort?: PlayOptions['distort']): Told {
  const { result, runs } = play(world, input, {
    distort: (answer, ask, turn) =>
      ask.type === 'smtp.connect'
        ? { kind: 'failed', cause: 'other' }
        : (distort?.(answer, ask, turn) ?? answer),
  });
  const judged = runs.map(({ host }) => host);
  const named = world.mx.kind === 'failed' ? [] : candidatesOf(world.mx.records, []).map(({ host }) => host);
  const notLookedAt = judged.length === 0 ? [] : named.filter((host) => !judged.includes(host));
  const policy = judgeNextHop({
    found: result,
    notLookedAt: input.destination.kind === 'domain' ? notLookedAt : [],
    kept: keptPolicy(world, input.startedAt)?.policy ?? null,
    version: 'from-3.4',
  });
  return {
    policy,
    text: policyText(policy),
    loses: lossesOf({ policy, found: result, settings: input.settings, relay: null }),
    hosts: [...new Set([...judged, ...notLookedAt])],
  };
}

type Treatment = 'not-used' | 'clear' | 'tls' | 'matched' | 'certificate';

/** TLS_README and postconf(5): what each level does with a host. */
function treatmentOf(host: string, { text, policy }: Told, world: World, input: AttemptInput): Treatment {
  if (text === null) return policy.level.verdict === 'none' ? 'clear' : 'not-used';
  const [level, match] = text.split(' ');
  const tlsa = tlsaOf(world, input, host);
  const records = tlsa.kind === 'records' ? (tlsa.records.some(isUsable) ? 'usable' : 'unusable') : tlsa.kind;
  switch (level) {
    case 'encrypt':
      return 'tls';
    case 'dane':
      if (records === 'failed') return 'not-used';
      return records === 'usable' ? 'matched' : records === 'unusable' ? 'tls' : 'clear';
    case 'dane-only':
      return records === 'usable' && !isNamedInsecurely(world, input) ? 'matched' : 'not-used';
    case 'secure': {
      const names = match!.slice('match='.length).split(':');
      const isForDomain = input.destination.kind === 'domain' && names.includes(input.destination.name);
      return isForDomain || names.includes(host) ? 'certificate' : 'not-used';
    }
    default:
      throw new Error(`Postfix does not know ${level}`);
  }
}

/** What is wrong with mail that goes to that host so; empty: nothing. */
function breaches(
  host: string,
  treatment: Treatment,
  told: Told,
  world: World,
  input: AttemptInput,
): readonly string[] {
  if (treatment === 'not-used' || hasNoAddress(world, host)) return [];
  const found: string[] = [];
  const tlsa = tlsaOf(world, input, host);
  const inForce = policyInForce(world, input)?.policy;
  const isEnforced = inForce?.mode === 'enforce';
  const says = (start: string) => told.loses.some((loss) => loss.startsWith(start) && loss.includes(host));
  if (tlsa.kind === 'failed') found.push('its TLSA lookup failed');
  if (tlsa.kind === 'records') {
    const isUsed = tlsa.records.some(isUsable);
    const mayBeLost = treatment === 'certificate' && says('The TLSA records');
    if (isUsed && treatment !== 'matched' && !mayBeLost) found.push('its TLSA records are not looked at');
    if (!isUsed && treatment === 'clear') found.push('its records promise TLS');
  }
  if (isEnforced && !lists(inForce, host)) found.push('the policy does not list it');
  if (isEnforced && treatment !== 'certificate') {
    const isSaid = input.settings.whenDanePasses === 'skip-pkix' || says('The certificate');
    if (treatment !== 'matched' || !isSaid) found.push('the policy demands a certificate');
  }
  const demand = operatorDemand(input);
  if (demand === 'encrypt' && treatment === 'clear') found.push('the operator demands TLS');
  if (demand === 'verify' && treatment !== 'matched' && treatment !== 'certificate')
    found.push('the operator demands to know who answers');
  if (demand === 'dane' && (treatment !== 'matched' || isNamedInsecurely(world, input)))
    found.push('the operator demands DANE');
  return found.map((what) => `${host} ${treatment}: ${what}`);
}

/** Nobody can go there. */
function hasNoAddress(world: World, host: string): boolean {
  const { a, aaaa } = serverAt(world, host).addresses;
  return [a, aaaa].every((each) => each.kind !== 'failed' && each.records.length === 0);
}

function breachesIn(world: World, input: AttemptInput, distort?: PlayOptions['distort']): readonly string[] {
  const told = tell(world, input, distort);
  return told.hosts.flatMap((host) =>
    breaches(host, treatmentOf(host, told, world, input), told, world, input),
  );
}

describe('what Postfix is told', () => {
  it('lets it go to no host for less than is demanded, whatever the world answers (DANE-2.2-1, STS-4-1, STS-2-1)', () => {
    fc.assert(
      fc.property(aWorld, aLookup, (world, input) => {
        expect(breachesIn(world, input)).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  it('nor where it looked at one host of several (DANE-2.1.2-4, STS-4-1)', () => {
    const aShortLookup = aLookup.map((input) => ({
      ...input,
      settings: { ...input.settings, candidatesMax: 1, whenDanePasses: 'require-sts' as const },
    }));
    fc.assert(
      fc.property(aWorld, aShortLookup, (world, input) => {
        expect(breachesIn(world, input)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is every level, in these worlds', () => {
    const levels = fc
      .sample(fc.tuple(aWorld, aLookup), { numRuns: 800, seed: 1 })
      .map(([world, input]) => tell(world, input).policy.level.verdict);
    expect([...new Set(levels)].sort()).toEqual([
      ...['dane', 'dane-only', 'encrypt', 'none', 'secure', 'secure-all', 'wait'],
    ]);
  });

  it('the check itself notices a map that was lied to', () => {
    const lie: PlayOptions['distort'] = (answer, { type }) => {
      if (type === 'dns.tlsa')
        return { kind: 'secure', records: [], denial: 'nodata', aliases: [], ttlSeconds: 0 };
      if (type === 'policy-cache.read') return { kind: 'read', cached: null, failure: null };
      return type === 'dns.txt' && (answer as { readonly kind?: string }).kind !== 'failed'
        ? { kind: 'insecure', records: [], denial: 'nodata', aliases: [], ttlSeconds: 0 }
        : answer;
    };
    const found = fc
      .sample(fc.tuple(aWorld, aLookup), { numRuns: 500, seed: 1 })
      .flatMap(([world, input]) => breachesIn(world, input, lie));
    for (const sign of [
      'lookup failed',
      'not looked at',
      'promise TLS',
      'does not list',
      'demands a certificate',
    ])
      expect(
        found.some((breach) => breach.includes(sign)),
        sign,
      ).toBe(true);
  });
});
