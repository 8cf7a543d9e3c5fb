/*
 * `npm run mutate`: are the tests any good? Every verdict of every table of an attempt is flipped to every other, and every row dropped,
 * one at a time, and each time somebody must notice: a scenario that ends otherwise than expected, or the
 * reference that disagrees. These are the comparisons that the suite makes (spec/scenarios/twice.test.ts and
 * property-tests/agreement); they run here in one process, so that a thousand mutants take minutes. That the generated
 * documents would differ counts for nothing.
 *
 *   npm run mutate            all tables
 *   npm run mutate -- NAME    one table
 */
import {
  compareConclusions,
  compareHosts,
  compareMx,
  comparePolicyCache,
  compareReplies,
} from '../property-tests/agreement/checks.js';
import { compareFirstEhlo, tableComparisons } from '../property-tests/agreement/tables.js';
import { scenarioGroups } from '../spec/scenarios/index.js';
import type { Scenario } from '../src/adapters/scripted/index.js';
import type { Decision, Table } from '../src/policy/kernel/table.js';
import { attemptTables } from '../src/policy/tables.js';
import { simulateScenario } from '../src/testing/scenario/simulate-scenario.js';

const scenarios = scenarioGroups.flatMap((group) => group.scenarios);

/** The cells of a row, by index. */
function cellsOf(table: Table, row: string): readonly number[] {
  return table.cells.flatMap((decision, index) => (decision?.row === row ? [index] : []));
}

/** Puts something else into those cells while the work is done. */
function withCells<T>(
  table: Table,
  indexes: readonly number[],
  mutant: Decision | undefined,
  work: () => T,
): T {
  const kept = indexes.map((index) => table.cells[index]);
  for (const index of indexes) table.cells[index] = mutant;
  try {
    return work();
  } finally {
    indexes.forEach((index, at) => {
      table.cells[index] = kept[at];
    });
  }
}

function isAsExpected(scenario: Scenario): boolean {
  return simulateScenario(scenario).steps.every(({ differences }) => differences.length === 0);
}

/** Who notices, or null. A fault counts: the message is deferred, and a test that expects otherwise fails. */
function killer(table: string, row: string): string | null {
  const own = tableComparisons.filter(([name]) => name === table).map(([, compare]) => compare);
  const cheap = [...own, compareMx, comparePolicyCache, compareReplies, compareFirstEhlo, compareConclusions];
  if (cheap.some(disagrees)) return 'reference';
  const met = rowsOf.get(row) ?? [];
  const telling =
    met.find((scenario) => !isAsExpected(scenario)) ?? scenarios.find((scenario) => !isAsExpected(scenario));
  if (telling !== undefined) return `scenario "${telling.name}"`;
  return disagrees(sampleHosts) ? 'reference' : null;
}

/** As in the suite. */
function sampleHosts() {
  return compareHosts(3, 0, 11);
}

function disagrees(compare: () => unknown): boolean {
  try {
    return compare() !== null;
  } catch {
    return true;
  }
}

/** Which scenarios meet a row: they are asked first. */
const rowsOf = new Map<string, Scenario[]>();
for (const scenario of scenarios) {
  const rows = simulateScenario(scenario).steps.flatMap(({ results }) =>
    results.flatMap(({ decisions }) => decisions.map(({ row }) => row)),
  );
  for (const row of new Set(rows)) rowsOf.set(row, [...(rowsOf.get(row) ?? []), scenario]);
}

const wanted = process.argv[2];
let mutants = 0;
const survivors: string[] = [];
for (const table of attemptTables.filter(({ name }) => wanted === undefined || name === wanted)) {
  for (const row of table.rows) {
    const cells = cellsOf(table, row.id);
    const original = table.cells[cells[0]!]!;
    const verdicts = table.verdicts.filter((verdict) => verdict !== row.then);
    for (const verdict of [...verdicts, undefined]) {
      mutants++;
      const mutant = verdict === undefined ? undefined : { ...original, verdict };
      if (withCells(table, cells, mutant, () => killer(table.name, row.id)) === null) {
        survivors.push(
          `${table.name} ${row.id} ${verdict === undefined ? 'dropped' : `${row.then} -> ${verdict}`}`,
        );
        console.log(`SURVIVED ${survivors.at(-1)}`);
      }
    }
  }
  console.log(`${table.name}: ${table.rows.length} rows done`);
}
console.log(`${mutants} mutants, ${survivors.length} survived`);
process.exitCode = survivors.length === 0 ? 0 : 1;
