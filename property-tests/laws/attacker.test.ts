/*
 * The attacker in every place, in every way that he has there: mail that a policy, DANE or REQUIRETLS protects is late at worst. It never goes in clear
 * or to him, it is not given up early, and once he is gone it arrives.
 */
import { describe, expect, it } from 'vitest';
import { applyChange, type World } from '../../src/adapters/scripted/index.js';
import { programs } from '../../src/machine/programs.js';
import { ACTS, ATTACKER, joined } from '../../src/testing/world/attacker.js';
import { diceOf } from '../../src/testing/world/dice.js';
import { breachesOf, type KeptPolicy, keptBehind } from '../../src/testing/world/laws/check-attempt.js';
import { keyHolder } from '../../src/testing/world/make-domain.js';
import { EPOCH, HOUR_MS } from '../../src/testing/world/plan.js';
import { type PolicyMemory, playAttempt } from '../../src/testing/world/play-attempt.js';
import { plainDomain, REQUIRETLS_HOST, stsDomain, together } from '../../src/testing/worlds.js';

const DOMAIN = 'a.example';
const HOST = 'mx.a.example';
const signed: World = {
  signedZones: [DOMAIN],
  dns: { [`TLSA ${HOST}`]: [`3 1 1 @${keyHolder(HOST)}`] },
  mail: { [keyHolder(HOST)]: { connect: 'refuse', certificate: { key: HOST } } },
};
const PROTECTED: readonly (readonly [string, World, 'yes' | 'no'])[] = [
  ['an enforced policy that is kept', stsDomain('enforce'), 'no'],
  ['DANE', together(plainDomain({ certificate: { issuer: 'self' } }), signed), 'no'],
  ['both', together(stsDomain('enforce'), signed), 'no'],
  ['REQUIRETLS and a policy that is kept', stsDomain('enforce', REQUIRETLS_HOST), 'yes'],
  ['REQUIRETLS and DANE', together(plainDomain(REQUIRETLS_HOST), signed), 'yes'],
];

const orNone = (acts: object): readonly (string | null)[] => [null, ...Object.keys(acts)];
const PLACEMENTS = orNone(ACTS.dns).flatMap((dns) =>
  orNone(ACTS.https).flatMap((https) => orNone(ACTS.smtp).map((smtp) => ({ dns, https, smtp }))),
);

/** The world as he makes it, with those dice. */
function attacked(world: World, placement: (typeof PLACEMENTS)[number], seed: number): World {
  const isOpen = world.signedZones?.length === 0 || world.signedZones === undefined;
  let done = {};
  for (const place of ['dns', 'https', 'smtp'] as const) {
    const name = placement[place];
    const dice = diceOf(seed).within(place, name ?? '');
    const change =
      name === null
        ? null
        : ACTS[place][name]!({ name: DOMAIN, world: applyChange(world, done), isOpen }, dice);
    if (change !== null) done = joined(done, change);
  }
  return applyChange(world, done);
}

/** A message through worlds, one after the other, an hour apart. */
function through(worlds: readonly World[], requireTls: 'yes' | 'no') {
  const policies: PolicyMemory = new Map();
  let kept: KeptPolicy | null = null;
  return worlds.map((world, number) => {
    const at = EPOCH + number * HOUR_MS;
    const message = {
      sender: 'me@b.example',
      requireTls,
      tlsRequired: 'absent',
      report: 'none',
      sizeBytes: 1,
      body: '7bit',
      utf8: 'not-needed',
    } as const;
    const destination = { kind: 'domain', name: DOMAIN } as const;
    const input = {
      startedAt: at,
      attempt: 1,
      destination,
      recipients: ['user@a.example'],
      message,
      dialled: {},
      purpose: 'deliver',
    } as const;
    const attempted = playAttempt({ programs, world, input, policies, store: 'keeps', dice: diceOf(number) });
    const sight = { domain: DOMAIN, world, at, message, attempted, before: kept };
    kept = keptBehind(sight);
    return { attempted, breaches: breachesOf(sight) };
  });
}

describe('an attacker', () => {
  it('has more than one way in every place', () => {
    expect(PLACEMENTS.length).toBeGreaterThan(400);
  });

  it.each(PROTECTED)(
    'only delays mail that %s protects, wherever he stands (CHOICE-22)',
    (_, world, requireTls) => {
      const seen = new Map<string, number>();
      for (const [seed, placement] of PLACEMENTS.entries()) {
        const bad = attacked(world, placement, seed);
        const [calm, during, after] = through([world, bad, world], requireTls);
        const told = JSON.stringify(placement);
        expect(calm!.attempted.result.recipients[0]!.outcome, told).toBe('delivered');
        expect(during!.breaches, told).toEqual([]);
        const { outcome, status } = during!.attempted.result.recipients[0]!;
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        // Choice 7: what no host can keep ends a message that requires it. Who stands in the host's place, on its path or behind
        // a forged address, makes it so; an answer that nobody stands behind never does.
        const isInItsPlace = placement.smtp !== null || placement.dns === 'forge-address';
        const isByChoice = requireTls === 'yes' && /^5\.7\.(10|30)$/.test(status) && isInItsPlace;
        if (!isByChoice) expect(['delivered', 'deferred'], told).toContain(outcome);
        const { sendings } = during!.attempted;
        for (const { id, tls, taken } of sendings)
          if (taken.length > 0) expect([id, tls], told).toEqual([HOST, 'yes']);
        expect(sendings.map(({ id }) => id)).not.toContain(ATTACKER);
        expect(after!.attempted.result.recipients[0]!.outcome, told).toBe('delivered');
      }
      expect(seen.get('deferred')).toBeGreaterThan(50);
    },
  );

  it('can hide a policy that was never learned, which is what trust on first use costs', () => {
    const hidden = attacked(
      stsDomain('enforce'),
      { dns: 'hide-policy', https: null, smtp: 'strip-starttls' },
      1,
    );
    const [first] = through([hidden], 'no');
    expect(first!.attempted.sendings).toMatchObject([{ id: HOST, tls: 'no', taken: ['user@a.example'] }]);
  });
});
