/*
 * Tables that an attempt asks are held by the comparisons that the suite makes (spec/scenarios/twice.test.ts and
 * property-tests/agreement). They run here in one process, so that a thousand mutants take minutes. That the generated
 * documents would differ counts for nothing.
 */
import { besideComparisons } from '../../property-tests/agreement/beside.js';
import {
  compareConclusions,
  compareHosts,
  compareMx,
  comparePolicyCache,
  compareReplies,
} from '../../property-tests/agreement/checks.js';
import { compareFirstEhlo, tableComparisons } from '../../property-tests/agreement/tables.js';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import type { Scenario } from '../../src/adapters/scripted/index.js';
import type { Table } from '../../src/policy/kernel/table.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
import { type Mutant, plant } from './mutant.js';

const scenarios = scenarioGroups.flatMap((group) => group.scenarios);

/** Which scenarios meet a row: they are asked first. */
const rowsOf = new Map<string, Scenario[]>();
for (const scenario of scenarios) {
  const rows = simulateScenario(scenario).steps.flatMap(({ results }) =>
    results.flatMap(({ decisions }) => decisions.map(({ row }) => row)),
  );
  for (const row of new Set(rows)) rowsOf.set(row, [...(rowsOf.get(row) ?? []), scenario]);
}

/** Who notices, or null. A fault counts: the message is deferred, and a test that expects otherwise fails. */
export function noticedByAttempts(table: Table, mutant: Mutant): string | null {
  const takeOut = plant(table, mutant);
  try {
    return killer(mutant);
  } finally {
    takeOut();
  }
}

/** Whether the reference has read the table and says something else, for tables that no attempt asks. */
export function noticedByReference(table: Table, mutant: Mutant): string | null {
  const takeOut = plant(table, mutant);
  try {
    const own = besideComparisons.filter(([name]) => name === table.name);
    return own.some(([, compare]) => disagrees(compare)) ? 'reference' : null;
  } finally {
    takeOut();
  }
}

function killer({ table, row }: Mutant): string | null {
  const own = tableComparisons.filter(([name]) => name === table).map(([, compare]) => compare);
  const cheap = [...own, compareMx, comparePolicyCache, compareReplies, compareFirstEhlo, compareConclusions];
  if (cheap.some(disagrees)) return 'reference';
  const met = rowsOf.get(row) ?? [];
  const telling =
    met.find((scenario) => !isAsExpected(scenario)) ?? scenarios.find((scenario) => !isAsExpected(scenario));
  if (telling !== undefined) return `scenario "${telling.name}"`;
  return disagrees(sampleHosts) ? 'reference' : null;
}

function isAsExpected(scenario: Scenario): boolean {
  return simulateScenario(scenario).steps.every(({ differences }) => differences.length === 0);
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
