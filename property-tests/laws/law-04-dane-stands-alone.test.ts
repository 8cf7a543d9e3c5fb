import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { play } from '../arbitraries/plays.js';
import { NOW } from '../arbitraries/universe.js';
import { aWorld } from '../arbitraries/worlds.js';
import { isUsable, matchesDane, referencesOf, setsPoliciesAside, tlsaOf } from './naive-demands.js';
import { sendingsOf } from './witness.js';

describe('law 4', () => {
  it('MTA-STS never rescues a failed DANE validation, however good the certificate (STS-2-1, DANE-3.2-1)', () => {
    fc.assert(
      fc.property(
        aWorld,
        anAttemptInput,
        fc.constantFrom('require-sts', 'skip-pkix'),
        (world, given, whenDanePasses) => {
          const policy = {
            mode: 'enforce',
            mx: ['*.a.example', 'mail.b.example', 'a.example'],
            maxAgeSeconds: 86_400,
            lines: [],
          } as const;
          const announcement = {
            answer: { kind: 'secure', records: ['v=STSv1; id=x;'], denial: null, aliases: [], ttlSeconds: 1 },
            id: 'x',
          } as const;
          const cache = {
            kind: 'read',
            cached: { id: 'x', policy, fetchedAt: NOW - 1000 },
            failure: null,
          } as const;
          const input = {
            ...given,
            settings: { ...given.settings, whenDanePasses, halfDane: 'use' },
          } as const;
          if (setsPoliciesAside(input)) return;
          const trusted = { ...world, cache, announcement };
          for (const { host, peer } of play(trusted, input).runs.flatMap(sendingsOf)) {
            const tlsa = tlsaOf(trusted, input, host);
            if (tlsa.kind !== 'records' || !tlsa.records.some(isUsable)) continue;
            expect(matchesDane(tlsa.records, peer!, referencesOf(tlsa.base, trusted, input), NOW)).toBe(true);
          }
        },
      ),
    );
  });
});
