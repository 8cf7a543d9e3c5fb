/*
 * All decision tables as somebody has them: ours under some settings, those of a profile, or those of a file that another
 * version wrote. Columns that hold a setting are fixed by it, since nobody meets the other words.
 */
import { columnsOf, compileRows, type Row, type Table, type Vocabulary } from '../policy/kernel/table.js';
import type { Settings } from '../policy/settings.js';
import { allTables } from '../policy/tables.js';
import { cellsOf, type OtherEnd, type Profile } from './profiles/profile.js';
import { SETTING_COLUMNS } from './setting-columns.js';

export interface SomeTable {
  readonly name: string;
  readonly inputs: Vocabulary;
  /** What each input is decided to, by its words in the order of the columns, joined; a hole is left out. */
  readonly cells: ReadonlyMap<string, { readonly row: string; readonly verdict: string }>;
  /** The columns that a setting has fixed, with its word. */
  readonly fixed: Readonly<Record<string, string>>;
}

export interface TableSet {
  readonly name: string;
  readonly tables: readonly SomeTable[];
  readonly settings: Readonly<Record<string, unknown>> | null;
  readonly ends: readonly OtherEnd[];
}

function fixedBy(table: string, settings: Settings): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(SETTING_COLUMNS[table] ?? {}).map(([column, key]) => [column, String(settings[key])]),
  );
}

/** Ours, under those settings, and with those rows in the place of some. */
export function ourTables(
  name: string,
  settings: Settings,
  profile: Pick<Profile, 'rows' | 'ends'> | null = null,
): TableSet {
  const others = cellsOf(profile?.rows ?? []);
  const tables = allTables.map((table): SomeTable => {
    const own = others.filter((each) => each.table.name === table.name);
    return {
      name: table.name,
      inputs: table.inputs,
      fixed: fixedBy(table.name, settings),
      cells: cellsBy(table as Table, (index) =>
        own.findLast(({ cells }) => cells.has(index))?.cells.get(index),
      ),
    };
  });
  return { name, tables, settings: { ...settings }, ends: profile?.ends ?? [] };
}

function cellsBy(
  table: Pick<Table, 'cells'>,
  other: (
    index: number,
  ) =>
    | { readonly row: string; readonly verdict: string; readonly input: Readonly<Record<string, string>> }
    | undefined = () => undefined,
): SomeTable['cells'] {
  const cells = new Map<string, { row: string; verdict: string }>();
  for (const [index, ours] of table.cells.entries()) {
    const decision = other(index) ?? ours;
    if (decision !== undefined)
      cells.set(Object.values(decision.input).join(' '), { row: decision.row, verdict: decision.verdict });
  }
  return cells;
}

/* ---- Files ---- */

const FORMAT = 'waxseal-tables';
const VERSION = 1;
/** Bounds of what is read: more than any version had, and little enough to be compiled at once. */
const TABLES_MAX = 200;
const ROWS_MAX = 5_000;
const CELLS_MAX = 200_000;

/** A file with all rows, for `tables diff` and for other programs. */
export function exportTables(
  settings: Settings,
  only: (row: Row<Vocabulary, string>, table: Table) => boolean = () => true,
) {
  return {
    format: FORMAT,
    version: VERSION,
    settings,
    tables: allTables.flatMap((table) => {
      const rows = (table as Table).rows.filter((row) => only(row, table as Table));
      if (rows.length === 0) return [];
      const { name, about, inputs, verdicts } = table;
      return [{ name, about, inputs, verdicts, fixed: fixedBy(name, settings), rows }];
    }),
  };
}

/** A row a line, with a column for each of its parts. Quoted as RFC 4180 has it. */
export function tablesAsCsv({ tables }: ReturnType<typeof exportTables>): string {
  const lines = tables.flatMap(({ name, rows }) =>
    rows.map(({ id, when, then, why, refs }) =>
      [
        name,
        id,
        Object.entries(when)
          .map(([column, words]) => `${column}=${[words].flat().join('|')}`)
          .join('; '),
        then,
        why,
        refs.join(' '),
      ]
        .map((cell) => `"${cell.replaceAll('"', '""')}"`)
        .join(','),
    ),
  );
  return `${['table,row,when,verdict,why,refs', ...lines].join('\n')}\n`;
}

export type ReadTables =
  | { readonly kind: 'tables'; readonly set: TableSet }
  | { readonly kind: 'problem'; readonly problem: string };

/** Reads what {@link exportTables} wrote, of this version or another one. Never throws. */
export function readTables(name: string, value: unknown): ReadTables {
  const problem = (text: string): ReadTables => ({ kind: 'problem', problem: text });
  if (!isRecord(value) || value.format !== FORMAT)
    return problem(`"format" is not ${JSON.stringify(FORMAT)}`);
  if (value.version !== VERSION) return problem(`"version" is not ${VERSION}`);
  const { tables, settings } = value;
  if (!Array.isArray(tables) || tables.length > TABLES_MAX)
    return problem(`"tables" is no list of at most ${TABLES_MAX}`);
  const read: SomeTable[] = [];
  for (const [at, table] of tables.entries()) {
    const one = readTable(table);
    if (typeof one === 'string') return problem(`tables[${at}]: ${one}`);
    read.push(one);
  }
  return {
    kind: 'tables',
    set: { name, tables: read, settings: isRecord(settings) ? settings : null, ends: [] },
  };
}

function readTable(table: unknown): SomeTable | string {
  if (!isRecord(table) || typeof table.name !== 'string') return '"name" is missing';
  const { name, inputs, verdicts, rows, fixed } = table;
  if (!isRecord(inputs) || !Object.values(inputs).every((words) => isWords(words) && words.length > 0))
    return '"inputs" is no list of words for each column';
  const vocabulary = inputs as Vocabulary;
  const size = Object.values(vocabulary).reduce((product, words) => product * words.length, 1);
  if (size > CELLS_MAX) return `it has more than ${CELLS_MAX} inputs`;
  if (!isWords(verdicts) || !Array.isArray(rows) || rows.length > ROWS_MAX)
    return '"verdicts" or "rows" is no list of what it should hold';
  if (
    fixed !== undefined &&
    !(isRecord(fixed) && Object.values(fixed).every((word) => typeof word === 'string'))
  )
    return '"fixed" holds no words';
  try {
    // A row that covers what another one covers, or uses a word that there is not, is refused there.
    const columns = columnsOf(vocabulary);
    const cells = compileRows({ name, inputs: vocabulary, verdicts, columns }, rows.map(asRow));
    return {
      name,
      inputs: vocabulary,
      cells: cellsBy({ cells }),
      fixed: (fixed ?? {}) as Readonly<Record<string, string>>,
    };
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read';
  }
}

function asRow(row: unknown): Row<Vocabulary, string> {
  const { id, when, then } = isRecord(row) ? row : {};
  const isFit = typeof id === 'string' && typeof then === 'string' && isRecord(when);
  if (!isFit || !Object.values(when).every((words) => typeof words === 'string' || isWords(words)))
    throw new TypeError('a row lacks "id", "when" or "then"');
  return { id, when, then, why: '', refs: [] } as unknown as Row<Vocabulary, string>;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWords(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= 100 && value.every((word) => typeof word === 'string');
}
