import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerOf } from '../../src/effects/catalog.js';
import { simulateHost } from '../../src/effects/simulate.js';
import { programs } from '../../src/machine/programs.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { aHostInput } from '../arbitraries/host-inputs.js';
import { exchangesOf, play } from '../arbitraries/plays.js';
import { answersOf, aWorld, type WorldAsk } from '../arbitraries/worlds.js';
import { setsPoliciesAside, tlsaOf } from './naive-demands.js';
import { hasConnected } from './witness.js';

describe('law 3', () => {
  it('a server whose TLSA lookup failed is never connected to, but for a message that sets policies aside (DANE-2.1.2-4, DANE-2.2-5)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, input) => {
        if (setsPoliciesAside(input)) return;
        for (const run of play(world, input).runs) {
          const asked = exchangesOf(run.exchanges, 'dns.tlsa').some(({ answer }) => answer.kind === 'failed');
          if (asked || tlsaOf(world, input, run.host).kind === 'failed')
            expect(hasConnected(run)).toBe(false);
        }
      }),
    );
  });

  it('nothing is dialled before every TLSA question about the host is answered (DANE-2.1.2-3)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, input) => {
        for (const { exchanges } of play(world, input).runs) {
          const first = exchanges.findIndex(({ type }) => type === 'smtp.connect');
          const last = exchanges.findLastIndex(({ type }) => type.startsWith('dns.'));
          if (first !== -1) expect(last).toBeLessThan(first);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('nor does the host machine by itself, whatever it was started with', () => {
    fc.assert(
      fc.property(aWorld, aHostInput, (world, input) => {
        if (setsPoliciesAside({ ...input, dialled: {} })) return;
        const asked: string[] = [];
        let hasFailed = false;
        const answers = answersOf(world, input.candidate.host, () => false);
        const ended = simulateHost(programs.host, input, {
          answer(ask) {
            asked.push(ask.type);
            const answer = (answers[ask.type] as (ask: WorldAsk) => AnswerOf<WorldAsk['type']>)(ask);
            if (ask.type === 'dns.tlsa' && 'kind' in answer && answer.kind === 'failed') hasFailed = true;
            return { at: input.startedAt, answer };
          },
        });
        expect(ended.kind).toBe('finished');
        if (hasFailed) expect(asked).not.toContain('smtp.connect');
      }),
    );
  });
});
