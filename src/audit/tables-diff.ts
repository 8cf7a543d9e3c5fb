/* Which inputs are decided otherwise by other tables, grouped into sentences. */
import type { Vocabulary } from '../policy/kernel/table.js';
import type { OtherEnd } from './profiles/profile.js';
import type { SomeTable, TableSet } from './table-set.js';

/** Inputs that one row decided and another row decides now: all combinations of these words. */
export interface TableChange {
  readonly table: string;
  /** Columns that make no difference are left out. */
  readonly when: Readonly<Record<string, readonly string[]>>;
  /** Null: no row. */
  readonly from: { readonly verdict: string; readonly row: string } | null;
  readonly to: { readonly verdict: string; readonly row: string } | null;
  readonly inputs: number;
  readonly says: string;
}

export interface TablesDiff {
  readonly a: string;
  readonly b: string;
  readonly changes: readonly TableChange[];
  /** Tables that only one side has, or whose columns are not the same. */
  readonly onlyInA: readonly string[];
  readonly onlyInB: readonly string[];
  readonly otherColumns: readonly string[];
  /** Settings that differ. */
  readonly settings: readonly { readonly key: string; readonly a: unknown; readonly b: unknown }[];
  /** What else becomes of messages that a row stopped, by profile. */
  readonly ends: readonly {
    readonly of: 'a' | 'b';
    readonly because: readonly string[];
    /** The words on which that row was decided, where it is not all the same. */
    readonly when: Readonly<Record<string, string | readonly string[]>>;
    readonly outcome: string;
    readonly status: string | null;
    readonly why: string;
  }[];
}

/** Never throws. */
export function diffTables(a: TableSet, b: TableSet): TablesDiff {
  const inB = new Map(b.tables.map((table) => [table.name, table]));
  const inA = new Set(a.tables.map(({ name }) => name));
  const both = a.tables.flatMap((left) => {
    const right = inB.get(left.name);
    return right === undefined ? [] : [{ left, right }];
  });
  const alike = both.filter(({ left, right }) => columnsIn(left) === columnsIn(right));
  return {
    a: a.name,
    b: b.name,
    changes: alike.flatMap(({ left, right }) => changesBetween(left, right)),
    onlyInA: a.tables.flatMap(({ name }) => (inB.has(name) ? [] : [name])),
    onlyInB: b.tables.flatMap(({ name }) => (inA.has(name) ? [] : [name])),
    otherColumns: both.flatMap(({ left, right }) =>
      columnsIn(left) === columnsIn(right) ? [] : [left.name],
    ),
    settings: settingsBetween(a, b),
    ends: [
      ...a.ends.filter((end) => !isIn(end, b)).map((end) => told(end, 'a')),
      ...b.ends.filter((end) => !isIn(end, a)).map((end) => told(end, 'b')),
    ],
  };
}

function isIn({ id }: OtherEnd, { ends }: TableSet): boolean {
  return ends.some((each) => each.id === id);
}

function told({ because, when = {}, outcome, status, why }: OtherEnd, of: 'a' | 'b') {
  return { of, because, when, outcome, status, why };
}

function columnsIn({ inputs }: SomeTable): string {
  return Object.keys(inputs).join(' ');
}

function settingsBetween(a: TableSet, b: TableSet): TablesDiff['settings'] {
  if (a.settings === null || b.settings === null) return [];
  const keys = [...new Set([...Object.keys(a.settings), ...Object.keys(b.settings)])];
  return keys
    .map((key) => ({ key, a: a.settings![key], b: b.settings![key] }))
    .filter((each) => JSON.stringify(each.a) !== JSON.stringify(each.b));
}

type Words = Readonly<Record<string, string>>;

function changesBetween(left: SomeTable, right: SomeTable): readonly TableChange[] {
  const fixed = new Set([...Object.keys(left.fixed), ...Object.keys(right.fixed)]);
  const columns = Object.keys(left.inputs);
  const free = columns.filter((column) => !fixed.has(column));
  const vocabulary = Object.fromEntries(
    free.map((column) => [column, [...new Set([...left.inputs[column]!, ...right.inputs[column]!])]]),
  ) as unknown as Vocabulary;
  const found = (table: SomeTable, words: Words) =>
    table.cells.get(columns.map((column) => words[column] ?? table.fixed[column] ?? '').join(' ')) ?? null;
  const groups = new Map<string, { from: TableChange['from']; to: TableChange['to']; words: Words[] }>();
  for (const words of combinations(vocabulary, free)) {
    const from = found(left, words);
    const to = found(right, words);
    if (from?.verdict === to?.verdict) continue;
    const key = JSON.stringify([from, to]);
    const group = groups.get(key) ?? { from, to, words: [] };
    group.words.push(words);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ from, to, words }) =>
    blocksOf(words, free).map((block) => changeOf(left.name, block, vocabulary, from, to)),
  );
}

function* combinations(
  vocabulary: Vocabulary,
  columns: readonly string[],
  words: Words = {},
): Generator<Words> {
  const [column, ...rest] = columns;
  if (column === undefined) return yield words;
  for (const word of vocabulary[column]!) yield* combinations(vocabulary, rest, { ...words, [column]: word });
}

type Block = Readonly<Record<string, readonly string[]>>;

/** Blocks of words whose combinations are exactly those inputs: split by a column wherever some are missing. */
function blocksOf(inputs: readonly Words[], columns: readonly string[]): readonly Block[] {
  const block: Block = Object.fromEntries(
    columns.map((column) => [column, [...new Set(inputs.map((words) => words[column]!))]]),
  );
  const size = Object.values(block).reduce((product, words) => product * words.length, 1);
  if (size === inputs.length) return [block];
  const column = columns.find((each) => block[each]!.length > 1)!;
  const parts = block[column]!.map((word) =>
    blocksOf(
      inputs.filter((words) => words[column] === word),
      columns,
    ),
  );
  return merged(parts.flat(), column);
}

/** Blocks that differ in that column alone are one. */
function merged(blocks: readonly Block[], column: string): readonly Block[] {
  const byRest = new Map<string, Block>();
  for (const block of blocks) {
    const key = JSON.stringify({ ...block, [column]: null });
    const known = byRest.get(key);
    byRest.set(
      key,
      known === undefined ? block : { ...known, [column]: [...known[column]!, ...block[column]!] },
    );
  }
  return [...byRest.values()];
}

function changeOf(
  table: string,
  block: Block,
  vocabulary: Vocabulary,
  from: TableChange['from'],
  to: TableChange['to'],
): TableChange {
  const when = Object.fromEntries(
    Object.entries(block).filter(([column, words]) => words.length < vocabulary[column]!.length),
  );
  const conditions = Object.entries(when).map(([column, words]) => `${column} is ${words.join(' or ')}`);
  const place = conditions.length === 0 ? 'always' : `where ${conditions.join(', ')}`;
  const verdict = (cell: TableChange['from']) => (cell === null ? 'no row' : `${cell.verdict} (${cell.row})`);
  return {
    ...{ table, when, from, to },
    inputs: Object.values(block).reduce((product, words) => product * words.length, 1),
    says: `${table}: ${place}, ${verdict(from)} becomes ${verdict(to)}.`,
  };
}
