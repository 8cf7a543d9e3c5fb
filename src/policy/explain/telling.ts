import type { Decision } from '../kernel/table.js';
import { allTables } from '../tables.js';

const WHEN: ReadonlyMap<string, Readonly<Record<string, unknown>>> = new Map(
  allTables.flatMap(({ rows }) => rows.map(({ id, when }) => [id, when] as const)),
);

/** The columns that made the row of a decision apply, of those that it was decided on: a row says nothing of the others. */
export function tellingColumns({ row, input }: Pick<Decision, 'row' | 'input'>): readonly string[] {
  const columns = Object.keys(input);
  const when = WHEN.get(row) ?? {};
  const named = columns.filter((column) => Object.hasOwn(when, column));
  return named.length === 0 ? columns : named;
}
