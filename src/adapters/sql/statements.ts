/* Statements over many rows and many keys at once, as all stores that speak SQL make them. */
import { type Query, type SqlRow, type SqlValue, textIn } from './database.js';

/** Values in one statement. SQLite takes 32,766, and looks each of them up among all before it. */
const VALUES_MAX = 600;

/** "?1, ?2, ?3", from a number on. */
export function places(count: number, from = 1): string {
  return Array.from({ length: count }, (_, at) => `?${from + at}`).join(', ');
}

/** Inserts rows, as many in a statement as it takes. `sql`: what stands before and behind the values. */
export async function insertRows(
  query: Query,
  sql: { readonly into: string; readonly then?: string },
  rows: readonly (readonly SqlValue[])[],
): Promise<void> {
  const width = rows[0]?.length ?? 1;
  const size = Math.max(1, Math.floor(VALUES_MAX / width));
  for (let from = 0; from < rows.length; from += size) {
    const part = rows.slice(from, from + size);
    const values = part.map((_, at) => `(${places(width, at * width + 1)})`).join(', ');
    await query(`INSERT INTO ${sql.into} VALUES ${values} ${sql.then ?? ''}`, ...part.flat());
  }
}

/** Runs a statement over a set of keys, as many at once as it takes; the keys are ?N and on, N behind the values. */
export async function overKeys(
  query: Query,
  keys: readonly string[],
  statement: (list: string) => string,
  ...values: readonly SqlValue[]
): Promise<readonly SqlRow[]> {
  const found: SqlRow[] = [];
  for (let from = 0; from < keys.length; from += VALUES_MAX) {
    const part = filledUp(keys.slice(from, from + VALUES_MAX));
    found.push(...(await query(statement(places(part.length, values.length + 1)), ...values, ...part)));
  }
  return found;
}

/** The rows that a statement over a set of keys finds, by the column that holds the key. */
export async function rowsByKey(
  query: Query,
  column: string,
  keys: readonly string[],
  statement: (list: string) => string,
): Promise<ReadonlyMap<string, SqlRow>> {
  const rows = await overKeys(query, [...new Set(keys)], statement);
  return new Map(rows.map((row) => [textIn(row, column), row]));
}

/** For sorting what is written by its key: in one order everywhere, so that no two transactions wait for each other's rows. */
export function inKeyOrder([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** Rows by a column, each group in the order of the rows. */
export function groupedBy(rows: readonly SqlRow[], column: string): ReadonlyMap<string, readonly SqlRow[]> {
  const groups = new Map<string, SqlRow[]>();
  for (const row of rows) {
    const group = groups.get(textIn(row, column));
    if (group === undefined) groups.set(textIn(row, column), [row]);
    else group.push(row);
  }
  return groups;
}

/** The last key over and over, up to one of a few lengths: a statement for each number would be prepared anew most of the time. */
function filledUp(keys: readonly string[]): readonly string[] {
  const length = Math.min(VALUES_MAX, 2 ** Math.ceil(Math.log2(keys.length)));
  return [...keys, ...Array<string>(length - keys.length).fill(keys.at(-1)!)];
}
