import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJournal, printJournal } from '../../src/effects/codecs/journal.codec.js';
import { JOURNAL_FORMAT, JOURNAL_VERSION } from '../../src/effects/journal.js';
import { replay } from '../../src/effects/replay.js';
import { programs } from '../../src/machine/programs.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { play } from '../arbitraries/plays.js';
import { aSchedule } from '../arbitraries/schedules.js';
import { aWorld } from '../arbitraries/worlds.js';

describe('law 13', () => {
  it('the same journal gives the same result, byte for byte', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, aSchedule, (world, input, schedule) => {
        const { journal } = play(world, input, { schedule });
        const again = replay(programs, journal);
        if (again.kind !== 'same') throw new Error(JSON.stringify(again).slice(0, 400));
        expect(JSON.stringify(again.result)).toBe(JSON.stringify(journal.result));
      }),
    );
  });

  it('a journal that was printed and read is the same journal, prints the same, and replays to the same result', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, aSchedule, (world, input, schedule) => {
        const { journal } = play(world, input, { schedule });
        const text = printJournal({ format: JOURNAL_FORMAT, version: JOURNAL_VERSION, attempts: [journal] });
        const read = parseJournal(text);
        if (!read.ok) throw new Error(JSON.stringify(read.problems));
        expect(read.value.attempts).toEqual([journal]);
        expect(printJournal(read.value)).toBe(text);
        expect(replay(programs, read.value.attempts[0]!).kind).toBe('same');
      }),
      { numRuns: 500 },
    );
  });

  it('a journal that lacks an answer is not replayed, but said to have diverged', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, fc.nat(), (world, input, at) => {
        const { journal } = play(world, input);
        const answers = journal.entries.flatMap((entry, place) => (entry.kind === 'answer' ? [place] : []));
        if (answers.length === 0) return;
        const without = {
          ...journal,
          entries: journal.entries.filter((_, place) => place !== answers[at % answers.length]),
        };
        expect(replay(programs, without).kind).toBe('diverged');
      }),
      { numRuns: 300 },
    );
  });
});
