/* Who notices which mutants: first all together, test file by test file, then those that nobody noticed, each by itself. */
import { dirname } from 'node:path';
import type { Lane, Lanes } from './lanes.js';
import type { Memory } from './memory.js';
import type { Mutant } from './mutants.js';

/** Processor time: of a test file without a mutant; of all that is run for one mutant by itself, and what importing it takes each time. */
const FILE_MS_MAX = 60_000;
const MUTANT_MS_MAX = 20_000;
const IMPORT_MS = 1000;
/** So many mutants of one test file may run for ever, or wait for ever, before it is left alone. */
const STUCK_MAX = 8;

/** Asks the test files, as far as it is not known what they say; what they say is in the memory. */
export async function search(
  lanes: Lanes,
  mutants: readonly Mutant[],
  tests: readonly string[],
  memory: Memory,
): Promise<void> {
  const left = () => mutants.filter((mutant) => memory.by(mutant) === null);
  let done = 0;
  await lanes.forEach(tests, async (test, lane) => {
    await tryTogether(lane, test, left, memory);
    memory.write();
    console.log(
      `${++done} of ${tests.length} test files, ${left().length} of ${mutants.length} left: ${test}`,
    );
  });
  for (const { file, range, code, becomes } of left())
    console.log(`by itself: ${file}:${range.start.line + 1}:${range.start.column + 1} ${code} => ${becomes}`);
  const cost = ({ asked }: { readonly asked: readonly string[] }) => memory.tookMs(asked[0] ?? '');
  const alone = left()
    .map((mutant) => ({ mutant, asked: worthAsking(mutant, tests, memory) }))
    .sort((a, b) => cost(a) - cost(b));
  await lanes.forEach(alone, async ({ mutant, asked }, lane) => {
    await tryAlone(lane, mutant, asked, memory);
    memory.write();
  });
}

async function tryTogether(
  lane: Lane,
  test: string,
  left: () => readonly Mutant[],
  memory: Memory,
): Promise<void> {
  for (let stuck = 0; stuck < STUCK_MAX; stuck++) {
    const unknown = left().filter((mutant) => memory.seen(mutant, test) === null);
    if (unknown.length === 0) return;
    const ran = await lane.run(test, { only: null, each: unknown.map(({ id }) => id) }, FILE_MS_MAX);
    if (ran.failed.length > 0) {
      await checkSound(lane, test);
      const met = new Set(ran.met);
      for (const mutant of unknown) memory.keep(mutant, test, met.has(mutant.id) ? 'unheard' : 'not-met');
      return;
    }
    const [noticed, unheard, met] = [new Set(ran.noticed), new Set(ran.unheard), new Set(ran.met)];
    if (!ran.isInTime && ran.last !== null) noticed.add(ran.last);
    for (const mutant of unknown) {
      if (noticed.has(mutant.id)) memory.keep(mutant, test, 'noticed');
      else if (!ran.isInTime) continue;
      else if (unheard.has(mutant.id)) memory.keep(mutant, test, 'unheard');
      else memory.keep(mutant, test, met.has(mutant.id) ? 'not-noticed' : 'not-met');
    }
    if (ran.tookMs !== null) memory.keepTime(test, ran.tookMs);
    if (ran.isInTime) return;
    if (ran.last === null) break;
  }
  console.log(`left out, for it takes too long: ${test}`);
}

/** A test that fails only behind mutants has met what they left; one that fails without them is no test. */
async function checkSound(lane: Lane, test: string): Promise<void> {
  const { failed } = await lane.run(test, { only: null, each: [] }, FILE_MS_MAX);
  if (failed.length > 0) throw new Error(`${test} fails without a mutant: ${failed[0]}`);
}

async function tryAlone(lane: Lane, mutant: Mutant, tests: readonly string[], memory: Memory): Promise<void> {
  for (const test of tests) {
    const ran = await lane.run(test, { only: mutant.id, each: [] }, 5 * memory.tookMs(test) + 10_000);
    const isNoticed = !ran.isInTime || ran.failed.length > 0;
    memory.keep(mutant, test, isNoticed ? 'noticed' : 'not-noticed');
    if (isNoticed) return;
  }
}

/** The test files that may yet notice a mutant: those that notice most of its file for their time, then those beside it, then the quickest; as many as there is time for. */
function worthAsking(mutant: Mutant, tests: readonly string[], memory: Memory): readonly string[] {
  const isBeside = (test: string) => dirname(test) === dirname(mutant.file);
  const sorted = tests
    .filter((test) => memory.seen(mutant, test) === 'unheard')
    .map((test) => {
      const ms = memory.tookMs(test) + IMPORT_MS;
      return { test, ms, worth: memory.noticedIn(mutant.file, test) / ms };
    })
    .sort((a, b) => b.worth - a.worth || Number(isBeside(b.test)) - Number(isBeside(a.test)) || a.ms - b.ms);
  let ms = 0;
  return sorted
    .filter((each, at) => {
      ms += each.ms;
      return at === 0 || ms <= MUTANT_MS_MAX;
    })
    .map(({ test }) => test);
}
