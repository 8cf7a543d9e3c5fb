import type { Decision } from '../kernel/table.js';
import { allTables } from '../tables.js';

const WHEN: ReadonlyMap<string, Readonly<Record<string, unknown>>> = new Map(
  allTables.flatMap(({ rows }) => rows.map(({ id, when }) => [id, when] as const)),
);

/** Words for what stood in nobody's way. */
export const IDLE: ReadonlySet<string> = new Set([
  'open',
  'no-demand',
  'not-demanded',
  'not-required',
  'fresh',
  'no',
  'none',
]);

/**
 * The columns that made the row of a decision apply, of those that it was decided on: a row says nothing of the others. Those come
 * last that say only that nothing stood in the way.
 */
export function tellingColumns({ row, input }: Pick<Decision, 'row' | 'input'>): readonly string[] {
  const columns = Object.keys(input);
  const when = WHEN.get(row) ?? {};
  const named = columns.filter((column) => Object.hasOwn(when, column));
  const telling = named.length === 0 ? columns : named;
  const isIdle = (column: string) => IDLE.has(String(input[column]));
  return [...telling.filter((column) => !isIdle(column)), ...telling.filter(isIdle)];
}

/** What made the row apply, each fact once. `facts`: one for each column of the input, in order. */
export function tellingFacts(
  decision: Pick<Decision, 'row' | 'input'> & { readonly facts: readonly string[] },
): readonly string[] {
  const columns = Object.keys(decision.input);
  const facts = tellingColumns(decision).flatMap((column) => decision.facts[columns.indexOf(column)] ?? []);
  return [...new Set(facts)];
}
