/*
 * `npm run stryker`: are the tests any good, beyond the tables (which `npm run mutate` does)? Stryker's mutants of src/policy,
 * src/machine and src/services, one at a time; somebody must notice, or scripts/stryker/survivors.ts says why nobody can.
 * Wants `npm ci --prefix scripts/stryker` before.
 *
 *   npm run stryker                            a sample of all files, drawn by seed 1; writes docs/mutants.md
 *   npm run stryker -- --sample 500 --seed 7   another
 *   npm run stryker -- FILE ...                all mutants of some files, named by any part of their paths
 *
 * Stryker's own runner is not used: for a mutant of what is evaluated on import (patterns, constants, the machines) it runs
 * every test there is, it draws no samples, and it knows no reasons. So only its mutants are taken: they sleep in the sources
 * that Vitest is served (stryker/lane.ts), and each is woken for the test files that meet it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mutatedFiles, nearTests, relatedTests } from './stryker/files.js';
import { openLanes } from './stryker/lanes.js';
import { memoryOf } from './stryker/memory.js';
import { type Mutant, mutantsOf, nameOf, type Range, sampleOf } from './stryker/mutants.js';
import { page, type Tried } from './stryker/page.js';
import { search } from './stryker/search.js';
import { survivors } from './stryker/survivors.js';

/** More than there are processors: a lane whose mutant waits for ever is idle until it is given up. */
const LANES = 4;
const root = fileURLToPath(new URL('..', import.meta.url));

function rangesOf(mutants: readonly Mutant[]): ReadonlyMap<string, readonly Range[]> {
  const ranges = new Map<string, readonly Range[]>();
  for (const { file, range } of mutants) ranges.set(file, [...(ranges.get(file) ?? []), range]);
  return ranges;
}

/** The same mutants, in sources that hold no others than they must. */
async function placed(mutants: readonly Mutant[]) {
  const ranges = rangesOf(mutants);
  const { mutants: some, sources } = await mutantsOf(root, [...ranges.keys()], ranges);
  const place = (mutant: Omit<Mutant, 'id'>) => `${nameOf(mutant)} ${JSON.stringify(mutant.range)}`;
  const wanted = new Set(mutants.map(place));
  return { mutants: some.filter((mutant) => wanted.has(place(mutant))), sources };
}

function checkListed(all: readonly Mutant[]): void {
  const names = new Set(all.map(nameOf));
  for (const survivor of survivors)
    if (all.some(({ file }) => file === survivor.file) && !names.has(nameOf(survivor)))
      throw new Error(`listed, but no such mutant: ${nameOf(survivor)}`);
}

async function tryAll(chosen: readonly Mutant[], tests: readonly string[]): Promise<readonly Tried[]> {
  const memory = memoryOf(root);
  const { mutants, sources } = await placed(chosen);
  const lanes = openLanes(root, sources, LANES);
  try {
    await search(lanes, mutants, tests, memory);
  } finally {
    lanes.close();
  }
  const listed = new Map(survivors.map((survivor) => [nameOf(survivor), survivor]));
  return mutants.map((mutant) => ({
    mutant,
    by: memory.by(mutant),
    listed: listed.get(nameOf(mutant)) ?? null,
    meeting: tests.filter((test) => memory.seen(mutant, test) === 'not-noticed').length,
  }));
}

function tell({ mutant, by, listed, meeting }: Tried): void {
  const { file, range, code, becomes } = mutant;
  const at = `${file}:${range.start.line + 1}:${range.start.column + 1}`;
  if (by !== null && listed !== null) console.log(`LISTED, but ${by} notices it: ${at} ${becomes}`);
  if (by === null && listed === null)
    console.log(`SURVIVED, met by ${meeting} test files: ${at}\n    ${code}\n => ${becomes}`);
}

const { values, positionals } = parseArgs({
  options: {
    sample: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
  allowPositionals: true,
});
const files = mutatedFiles(root).filter(
  (file) => positionals.length === 0 || positionals.some((part) => file.includes(part)),
);
if (files.length === 0) throw new Error(`nothing that is mutated is called ${positionals.join(' or ')}`);
const { mutants: all } = await mutantsOf(root, files);
checkListed(all);
const seed = Number(values.seed);
const isSample = positionals.length === 0;
const chosen = isSample ? sampleOf(all, Number(values.sample), seed) : all;
const tests = relatedTests(root, nearTests(root), files);
const tried = await tryAll(chosen, tests);
if (isSample) writeFileSync(join(root, 'docs/mutants.md'), page({ seed, all, tried }));
tried.forEach(tell);
const noticed = tried.filter(({ by }) => by !== null).length;
const asListed = tried.filter(({ by, listed }) => (by === null) === (listed !== null)).length;
const left = tried.filter(({ by, listed }) => by === null && listed === null).length;
console.log(`${tried.length} of ${all.length} mutants tried, ${noticed} noticed, ${left} survived`);
process.exitCode = asListed === tried.length ? 0 : 1;
