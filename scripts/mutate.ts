/*
 * `npm run mutate`: are the tests any good? Every verdict of every table is flipped to every other, and every row dropped,
 * one at a time, and each time somebody must notice: for what an attempt decides, a scenario that ends otherwise than
 * expected or the reference that disagrees (mutants/by-attempts.ts); for all else, the reference where it has read the
 * table, or the test files that hold it (mutants/by-tests.ts).
 *
 *   npm run mutate               all tables
 *   npm run mutate -- NAME ...   some tables
 */
import type { Table } from '../src/policy/kernel/table.js';
import { allTables, attemptTables } from '../src/policy/tables.js';
import { noticedByAttempts, noticedByReference } from './mutants/by-attempts.js';
import { type TestRuns, testRuns } from './mutants/by-tests.js';
import { guards } from './mutants/guards.js';
import { type Mutant, mutantsOf } from './mutants/mutant.js';

async function whoNotices(table: Table, mutant: Mutant, tests: TestRuns): Promise<string | null> {
  if (attemptTables.includes(table)) return noticedByAttempts(table, mutant);
  const files = guards[table.name];
  if (files === undefined)
    throw new Error(`no test holds table ${table.name}: name one in mutants/guards.ts`);
  return noticedByReference(table, mutant) ?? tests.notices(files, mutant);
}

const wanted = process.argv.slice(2);
const tables = allTables.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (tables.length === 0) throw new Error(`no table is called ${wanted.join(' or ')}`);

let mutants = 0;
let survivors = 0;
const tests = await testRuns();
for (const table of tables) {
  for (const mutant of mutantsOf(table)) {
    mutants++;
    if ((await whoNotices(table, mutant, tests)) !== null) continue;
    survivors++;
    const { then } = table.rows.find(({ id }) => id === mutant.row)!;
    console.log(
      `SURVIVED ${table.name} ${mutant.row} ${mutant.verdict === null ? 'dropped' : `${then} -> ${mutant.verdict}`}`,
    );
  }
  console.log(`${table.name}: ${table.rows.length} rows done`);
}
await tests.close();
console.log(`${mutants} mutants, ${survivors} survived`);
process.exitCode = survivors === 0 ? 0 : 1;
