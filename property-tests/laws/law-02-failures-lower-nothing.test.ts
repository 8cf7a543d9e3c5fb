import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StsPolicy } from '../../src/policy/mta-sts/policy.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { aDnsFailure } from '../arbitraries/dns-answers.js';
import { anMtaStsPolicy } from '../arbitraries/mta-sts.js';
import { play } from '../arbitraries/plays.js';
import { NOW } from '../arbitraries/universe.js';
import { aWorld, serverAt, type World } from '../arbitraries/worlds.js';
import {
  isUsable,
  lists,
  matchesDane,
  passesPkix,
  referencesOf,
  setsPoliciesAside,
  tlsaOf,
} from './naive-demands.js';
import { sendingsOf } from './witness.js';

/** A world that keeps an enforced policy, and in which something on the way to the current one fails. */
const aBrokenWorld = fc
  .record({
    world: aWorld,
    policy: anMtaStsPolicy,
    failure: aDnsFailure,
    broken: fc.subarray(['announcement', 'policyHost', 'served'] as const, { minLength: 1 }),
  })
  .map(({ world, policy, failure, broken }) => {
    const kept: StsPolicy = { ...policy, mode: 'enforce', maxAgeSeconds: 604_800 };
    const faults = {
      announcement: { answer: failure, id: null },
      policyHost: { a: failure, aaaa: failure },
      served: { answer: { kind: 'failed', cause: 'connect', code: 'ECONNREFUSED' }, policy: null },
    } as const;
    const cache = {
      kind: 'read',
      cached: { id: 'kept', policy: kept, fetchedAt: NOW - 60_000 },
      failure: null,
    } as const;
    return {
      kept,
      world: {
        ...world,
        ...Object.fromEntries(broken.map((part) => [part, faults[part]])),
        cache,
      } satisfies World,
    };
  });

describe('law 2', () => {
  it('a lookup or fetch that fails never lowers what a kept enforce policy demands (STS-3.3-12, STS-3.1-5)', () => {
    fc.assert(
      fc.property(aBrokenWorld, anAttemptInput, ({ world, kept }, input) => {
        if (setsPoliciesAside(input) || input.destination.kind === 'literal') return;
        for (const { host, tls, peer } of play(world, input).runs.flatMap(sendingsOf)) {
          expect(tls).toBe('yes');
          expect(lists(kept, host)).toBe(true);
          const tlsa = tlsaOf(world, input, host);
          const isLetOff =
            input.settings.whenDanePasses === 'skip-pkix' &&
            tlsa.kind === 'records' &&
            matchesDane(tlsa.records, peer!, referencesOf(tlsa.base, world, input), NOW);
          expect(isLetOff || passesPkix(peer!, host, false)).toBe(true);
        }
      }),
    );
  });

  it('an address family that cannot be looked up never takes the secure TLSA records of a host away (DANE-2.1.2-4)', () => {
    fc.assert(
      fc.property(
        aWorld,
        anAttemptInput,
        aDnsFailure,
        fc.constantFrom('a', 'aaaa'),
        (world, input, failure, family) => {
          const lame: World = {
            ...world,
            servers: world.servers.map((server) => ({
              ...server,
              addresses: { ...server.addresses, [family]: failure },
            })) as unknown as World['servers'],
          };
          if (setsPoliciesAside(input)) return;
          for (const { host, tls, peer } of play(lame, input).runs.flatMap(sendingsOf)) {
            const { addresses } = serverAt(lame, host);
            if (addresses.a.kind === 'insecure' || addresses.aaaa.kind === 'insecure') continue;
            if (isAliasInDoubt(world, host)) continue;
            const known = tlsaOf(world, input, host);
            if (known.kind !== 'records') continue;
            expect(tls).toBe('yes');
            if (known.records.some(isUsable))
              expect(matchesDane(known.records, peer!, referencesOf(known.base, world, input), NOW)).toBe(
                true,
              );
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** A name is an alias for every type or for none (RFC 1034, Section 3.6.2): where families say both, either alone is believed. */
function isAliasInDoubt(world: World, host: string): boolean {
  const { a, aaaa } = serverAt(world, host).addresses;
  return a.kind !== 'failed' && aaaa.kind !== 'failed' && a.aliases.join() !== aaaa.aliases.join();
}
