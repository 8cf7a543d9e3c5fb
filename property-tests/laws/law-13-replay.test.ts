import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJournal, printJournal } from '../../src/effects/codecs/journal.codec.js';
import { type AttemptJournal, JOURNAL_FORMAT, JOURNAL_VERSION } from '../../src/effects/journal.js';
import { replay } from '../../src/effects/replay.js';
import { programs } from '../../src/machine/programs.js';
import type { AttemptResult, RecipientResult } from '../../src/policy/attempt/types.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
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

  it('a result is compared as it would be written, key by key, as far as the record tells', () => {
    const journal = recordedTo(2);
    const recorded = journal.result;
    const kindOf = (result: AttemptResult) => replay(programs, { ...journal, result }).kind;
    const [one, two] = recorded.recipients as readonly [RecipientResult, RecipientResult];
    const withLast = (last: object) => ({ ...recorded, recipients: [one, { ...two, ...last }] });
    expect(kindOf(recorded)).toBe('same');
    expect(kindOf(withLast({ because: { ...two.because!, why: 'In other words.' } }))).toBe('same');
    expect(kindOf(withLast({ because: null }))).toBe('same');
    expect(kindOf(withLast({ because: { ...two.because!, row: 'X-1' } }))).toBe('different');
    expect(kindOf(withLast({ status: '2.0.1' }))).toBe('different');
    expect(kindOf(withLast({ more: 1 }))).toBe('different');
    expect(kindOf(withLast({ status: undefined }))).toBe('different');
    expect(kindOf({ ...recorded, recipients: [one] })).toBe('different');
    expect(kindOf({ ...recorded, recipients: { ...recorded.recipients } as never })).toBe('different');
    const { status, ...rest } = two;
    expect(kindOf({ ...recorded, recipients: [one, { ...rest, status }] })).toBe('different');
  });

  it('the result of a host is compared once, however many recipients share it', () => {
    const journal = recordedTo(20);
    const recorded = journal.result;
    let looks = 0;
    const host = Object.defineProperty({ ...recorded.recipients[0]!.host! }, 'ip', {
      enumerable: true,
      get: () => {
        looks += 1;
        return recorded.recipients[0]!.host!.ip;
      },
    });
    const result = { ...recorded, recipients: recorded.recipients.map((each) => ({ ...each, host })) };
    expect(replay(programs, { ...journal, result }).kind).toBe('same');
    expect(looks).toBe(1);
  });
});

function recordedTo(count: number): AttemptJournal & { readonly result: AttemptResult } {
  const more = Array.from({ length: count - 1 }, (_, at) => `u${at + 1}@a.example`);
  const to = ['u0@a.example', ...more] as const;
  const world = {
    dns: { 'MX a.example': ['10 mx.a.example'], 'A mx.a.example': ['@mx.a.example'] },
    mail: { 'mx.a.example': {} },
  };
  const [step] = simulateScenario({ name: 'x', world, steps: [{ message: { to }, expect: [] }] }).steps;
  const [attempt] = step!.journal.attempts;
  return { ...attempt!, result: attempt!.result! };
}
