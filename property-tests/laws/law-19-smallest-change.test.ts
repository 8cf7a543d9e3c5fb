import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import type { Edit } from '../../src/effects/change/edit.js';
import { type Aim, editsOf } from '../../src/effects/change/edits/index.js';
import { type Change, smallestChanges } from '../../src/effects/change/index.js';
import { answersIn, type Supposition, suppose } from '../../src/effects/change/suppose.js';
import type { AttemptJournal } from '../../src/effects/journal.js';
import { programs } from '../../src/machine/programs.js';
import type { Owner } from '../../src/policy/explain/fact.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { play } from '../arbitraries/plays.js';
import { aSchedule } from '../arbitraries/schedules.js';
import { aWorld } from '../arbitraries/worlds.js';

const SIZE_MAX = 2;

interface Tried {
  readonly edits: readonly Edit[];
  readonly run: Supposition;
}

const namesOf = (edits: readonly Edit[]) =>
  edits
    .map(({ key }) => key)
    .sort()
    .join(' + ');

/** Everything of at most that size that may be changed, whether or not its parts change anything by themselves. */
function everything(journal: AttemptJournal, recipient: string, aim: Aim): readonly Tried[] {
  const answers = answersIn(journal);
  const tried = new Map<string, Tried>();
  let level: readonly Tried[] = [{ edits: [], run: suppose(programs, journal, answers, []) }];
  for (let size = 1; size <= SIZE_MAX; size++) {
    const next = new Map<string, Tried>();
    for (const { edits, run } of level)
      for (const edit of editsOf(run, recipient, aim)) {
        const all = [...edits, edit];
        const name = namesOf(all);
        if (edits.some(({ key }) => key === edit.key) || tried.has(name) || next.has(name)) continue;
        next.set(name, { edits: all, run: suppose(programs, journal, answers, all) });
      }
    for (const [name, each] of next) tried.set(name, each);
    level = [...next.values()];
  }
  return [...tried.values()];
}

function outcomeIn(run: Supposition, recipient: string) {
  return run.result?.recipients.find((each) => each.recipient === recipient)?.outcome ?? null;
}

const ASKED = ['recipient', 'sender'] as const satisfies readonly Owner[];
const isTheirs = ({ by }: Change) => by === 'recipient' || by === 'sender';

const smallest = (sets: readonly Tried[]) => Math.min(...sets.map(({ edits }) => edits.length));

describe('law 19', () => {
  it('the smallest change that is named does change the verdict, and no smaller one does', () => {
    const sizes = new Set<number>();
    fc.assert(
      fc.property(aWorld, anAttemptInput, aSchedule, fc.nat(2), (world, input, schedule, turn) => {
        const { journal } = play(world, input, { schedule });
        const place = turn % input.recipients.length;
        const recipient = input.recipients[place]!;
        const before = journal.result!.recipients[place]!.outcome;
        const aim = before === 'delivered' ? 'stopped' : 'through';
        const found = smallestChanges(journal, place, programs, { sizeMax: SIZE_MAX, runsMax: 5_000 });
        expect(found.complete).toBe(true);
        const changing = everything(journal, recipient, aim).filter(({ run }) => {
          const outcome = outcomeIn(run, recipient);
          return outcome !== null && (outcome === 'delivered') !== (before === 'delivered');
        });
        const repairs = changing.filter(({ edits }) => edits.every(({ kind }) => kind === 'repair'));
        const others = changing.filter((each) => !repairs.includes(each));
        const least = smallest(changing);
        const expected = [
          ...repairs.filter(({ edits }) => edits.length === smallest(repairs)),
          ...others.filter(({ edits }) => edits.length === least),
        ].map(({ edits }) => namesOf(edits));
        expect(found.sets.map(namesOf).sort()).toEqual(expected.sort());
        for (const [at, change] of found.changes.entries()) {
          expect(change.verdict === 'delivered').toBe(before !== 'delivered');
          expect(change.all).toEqual(found.sets[at]!.map(({ says }) => says));
          sizes.add(change.all.length);
        }
        const theirs = smallestChanges(journal, place, programs, {
          sizeMax: SIZE_MAX,
          runsMax: 5_000,
          by: ASKED,
        });
        expect(theirs.changes.filter(isTheirs)).toEqual(found.changes.filter(isTheirs));
      }),
      { numRuns: 12 },
    );
    expect(sizes.has(1)).toBe(true);
  });

  it('without a change everything is as it was recorded', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, aSchedule, (world, input, schedule) => {
        const { journal } = play(world, input, { schedule });
        const { result, assumed } = suppose(programs, journal, answersIn(journal), []);
        expect(assumed).toEqual([]);
        const ends = (all: typeof result) => all?.recipients.map(({ outcome, status }) => [outcome, status]);
        expect(ends(result)).toEqual(ends(journal.result));
      }),
      { numRuns: 100 },
    );
  });

  /** Nothing that anybody says in the attempt would help: the operator has to give the mail another way, or it has its turn later. */
  const BEYOND_HELP = new Set(['HOP-6', 'HOP-7', 'HOP-8', 'NTX-5']);

  const failures = scenarioGroups
    .flatMap(({ scenarios }) => scenarios)
    .flatMap((scenario) => simulateScenario(scenario).steps)
    .flatMap(({ journal }) => journal.attempts)
    .flatMap((journal) =>
      journal.result!.recipients.flatMap(({ outcome, because }, at) =>
        outcome === 'delivered' || BEYOND_HELP.has(because?.row ?? '') ? [] : [{ journal, at }],
      ),
    );

  it('is looked for no longer where an attempt asks very much', () => {
    const name = 'a server that takes one recipient at a time gets a hundred of them, and the rest waits';
    const scenario = scenarioGroups.flatMap(({ scenarios }) => scenarios).find((each) => each.name === name)!;
    const [journal] = simulateScenario(scenario).steps[0]!.journal.attempts;
    const { complete, runs } = smallestChanges(journal!, 100, programs);
    expect({ complete, isLong: runs > 30 }).toEqual({ complete: false, isLong: false });
  });

  it('of the stories all that failed are helped, by few attempts, and by fewer where only some changes are asked for', () => {
    const failed = failures.map(({ journal, at }) => smallestChanges(journal, at, programs));
    expect(failed.length).toBeGreaterThan(300);
    expect(failed.filter(({ changes }) => changes.length === 0)).toEqual([]);
    expect(Math.max(...failed.map(({ runs }) => runs))).toBeLessThan(250);
    expect(failed.filter(({ complete }) => !complete)).toEqual([]);
    const theirs = failures.map(({ journal, at }) => smallestChanges(journal, at, programs, { by: ASKED }));
    const told = (found: typeof failed) => found.map(({ changes }) => changes.filter(isTheirs));
    expect(told(theirs)).toEqual(told(failed));
    const runsOf = (found: typeof failed) => found.reduce((sum, { runs }) => sum + runs, 0);
    expect(runsOf(theirs)).toBeLessThan((runsOf(failed) * 2) / 3);
  });
});
