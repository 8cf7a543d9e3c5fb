import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { play } from '../arbitraries/plays.js';
import { aSchedule } from '../arbitraries/schedules.js';
import { aWorld } from '../arbitraries/worlds.js';

describe('law 10', () => {
  it('the order in which parallel answers arrive never changes the result (DANE-10-1, CHOICE-6)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, aSchedule, aSchedule, (world, input, one, other) => {
        expect(play(world, input, { schedule: one }).ended).toEqual(
          play(world, input, { schedule: other }).ended,
        );
      }),
    );
  });
});
