import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { exchangesOf, play } from '../arbitraries/plays.js';
import { aSchedule } from '../arbitraries/schedules.js';
import { aWorld } from '../arbitraries/worlds.js';
import { breachesIn } from './strictest-demand.js';

describe('law 1', () => {
  it('a message is never sent over less than the strictest demand, whatever the world answers (DANE-2.2-1, STS-4-1, RTLS-4.2.1-1)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, aSchedule, (world, input, schedule) => {
        expect(breachesIn(play(world, input, { schedule }))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('the check itself notices a machine that was lied to', () => {
    const lie = (answer: unknown, { type }: { readonly type: string }) => {
      const { kind } = answer as { readonly kind?: string };
      if (type === 'dns.tlsa')
        return { kind: 'secure', records: [], denial: 'nodata', aliases: [], ttlSeconds: 0 };
      if (type === 'policy-cache.read') return { kind: 'read', cached: null, failure: null };
      return type === 'dns.txt' && kind !== 'failed'
        ? { kind, records: [], denial: 'nodata', aliases: [], ttlSeconds: 0 }
        : answer;
    };
    const found = fc
      .sample(fc.tuple(aWorld, anAttemptInput), { numRuns: 300, seed: 1 })
      .flatMap(([world, input]) => breachesIn(play(world, input, { distort: lie })));
    for (const sign of [
      'matches none',
      'TLSA lookup failed',
      'not valid',
      'does not list',
      'in clear',
      'could not be read',
    ]) {
      expect(found.some((breach) => breach.includes(sign))).toBe(true);
    }
  });

  it('no world makes a fault of ours', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, aSchedule, (world, input, schedule) => {
        const { ended, result } = play(world, input, { schedule });
        expect(ended.kind).toBe('finished');
        expect(result.decisions.map(({ row }) => row)).not.toContain('NEXT-4');
      }),
    );
  });

  it('a path on which octets were injected behind the STARTTLS reply carries nothing (CHOICE-8)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, input) => {
        for (const { exchanges } of play(world, input).runs) {
          const injected = exchangesOf(exchanges, 'smtp.starttls').some(
            ({ answer }) => answer.kind === 'injected',
          );
          if (injected) expect(exchanges.map(({ type }) => type)).not.toContain('smtp.send');
        }
      }),
    );
  });
});
