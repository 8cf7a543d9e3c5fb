/*
 * Decision tables: the one place where evidence is weighed.
 *
 * A table is closed vocabularies (what may be asked), closed verdicts (what may be answered) and rows. Its hit
 * policy is UNIQUE: for every input exactly one row applies. When a table is first asked, its rows are compiled into a flat
 * array that holds a finished, frozen Decision for each combination of inputs, its words included, so that deciding is an index
 * computation. A combination that no row or more than one row covers stays empty, and deciding it throws: the caller turns the
 * fault into a deferral, never into a delivery. `auditTable` finds such combinations before they can happen.
 */
import type { RequirementId } from './requirement-id.js';

/** The inputs of a table: column name to the closed list of its words. */
export type Vocabulary = Readonly<Record<string, readonly [string, ...string[]]>>;

/** One word for each column. */
export type InputOf<V extends Vocabulary> = { readonly [K in keyof V]: V[K][number] };

/** A rule: when the named columns hold one of the named words (a missing column is "any"), then the verdict. */
export interface Row<V extends Vocabulary, Verdict extends string> {
  /** Unique over all tables; stable, for logs, audits and change logs. */
  readonly id: string;
  readonly when: { readonly [K in keyof V]?: V[K][number] | readonly [V[K][number], ...V[K][number][]] };
  readonly then: Verdict;
  /** The reason, not a restatement of `when`. */
  readonly why: string;
  readonly refs: readonly [RequirementId, ...RequirementId[]];
}

/** What a table says about one input: a value that can be logged, compared and replayed. */
export interface Decision<Verdict extends string = string> {
  readonly verdict: Verdict;
  readonly table: string;
  readonly row: string;
  readonly why: string;
  readonly refs: readonly RequirementId[];
  /** The word of each column that it was decided on; empty in a record from before it was kept. */
  readonly input: Readonly<Record<string, string>>;
}

interface Column {
  readonly key: string;
  readonly words: readonly string[];
  /** What the place of a word adds to the index of a cell, for each place. */
  readonly stride: number;
}

export interface Table<V extends Vocabulary = Vocabulary, Verdict extends string = string> {
  readonly name: string;
  /** What the table decides and in which order to read it, for the generated documents. */
  readonly about: string;
  readonly inputs: V;
  readonly verdicts: readonly Verdict[];
  readonly rows: readonly Row<V, Verdict>[];
  readonly columns: readonly Column[];
  /** The compiled form, in mixed radix order of the columns. `undefined`: a hole or an overlap. */
  readonly cells: (Decision<Verdict> | undefined)[];
}

/** Thrown when an input has no unique row, or a word is not in the vocabulary. A defect of ours or misuse. */
export class TableFault extends Error {
  readonly code = 'WAXSEAL_TABLE_FAULT';
  override readonly name = 'TableFault';
}

/**
 * Defines a table. Words, verdicts and references that do not exist do not compile.
 *
 * @example
 * const t = defineTable({ name: 'colour', about: '…', inputs: { light: ['red', 'green'] }, verdicts: ['stop', 'go'] })([
 *   { id: 'COL-1', when: { light: 'red' }, then: 'stop', why: '…', refs: ['STS-4-1'] }, …
 * ]);
 */
export function defineTable<const V extends Vocabulary, const Verdict extends string>(head: {
  readonly name: string;
  readonly about: string;
  readonly inputs: V;
  readonly verdicts: readonly Verdict[];
}): (rows: readonly Row<V, Verdict>[]) => Table<V, Verdict> {
  return (rows) => {
    for (const row of rows) refuseUnknown(head, row);
    return Object.freeze(new RowTable(head, rows));
  };
}

/** Compiled when it is first asked: most processes ask few of the tables that they load. */
class RowTable<V extends Vocabulary, Verdict extends string> implements Table<V, Verdict> {
  readonly name: string;
  readonly about: string;
  readonly inputs: V;
  readonly verdicts: readonly Verdict[];
  readonly rows: readonly Row<V, Verdict>[];
  readonly columns: readonly Column[];
  #cells: (Decision<Verdict> | undefined)[] | null = null;

  constructor(
    { name, about, inputs, verdicts }: Pick<Table<V, Verdict>, 'name' | 'about' | 'inputs' | 'verdicts'>,
    rows: readonly Row<V, Verdict>[],
  ) {
    this.name = name;
    this.about = about;
    this.inputs = inputs;
    this.verdicts = verdicts;
    this.rows = rows;
    this.columns = columnsOf(inputs);
  }

  get cells(): (Decision<Verdict> | undefined)[] {
    this.#cells ??= compileRows(this, this.rows);
    return this.#cells;
  }
}

/** The verdict of the one row that applies, with its reason. Throws a {@link TableFault} if there is none. */
export function decide<V extends Vocabulary, Verdict extends string>(
  table: Table<V, Verdict>,
  input: InputOf<V>,
): Decision<Verdict> {
  const decision = table.cells[indexOf(table.columns, input)];
  if (decision === undefined) {
    throw new TableFault(
      `table "${table.name}" has no unique row for ${JSON.stringify(input)}; report this defect`,
    );
  }
  return decision;
}

/** Of the cell for that input. An unknown word has no place: the index becomes NaN, and NaN has no cell. */
function indexOf(columns: readonly Column[], input: Readonly<Record<string, string>>): number {
  let index = 0;
  let at = 0;
  // Inputs are mostly written in the order of the columns. Walked in their own order, they need no look-up by name.
  for (const key in input) {
    const column = columns[at];
    if (column?.key !== key) return indexByName(columns, input);
    index += placeIn(column, input[key]);
    at++;
  }
  return at === columns.length ? index : Number.NaN;
}

function indexByName(columns: readonly Column[], input: Readonly<Record<string, string>>): number {
  let index = 0;
  for (const column of columns) index += placeIn(column, input[column.key]);
  return index;
}

/** Words are few and literals: to walk along them is quicker than to look one up. */
function placeIn({ words, stride }: Column, word: string | undefined): number {
  let place = 0;
  while (place < words.length && words[place] !== word) place++;
  return place < words.length ? place * stride : Number.NaN;
}

/** Whether two decisions say the same: one row, met by the same words. */
export function isSameDecision(left: Decision, right: Decision): boolean {
  if (left.row !== right.row) return false;
  // Decisions of the same cell share their words.
  if (left.input === right.input) return true;
  const columns = Object.keys(left.input);
  return (
    columns.length === Object.keys(right.input).length &&
    columns.every((column) => left.input[column] === right.input[column])
  );
}

/** The first of each that say the same, in order. */
export function withoutRepetition<D extends Decision>(decisions: readonly D[]): readonly D[] {
  return decisions.filter(
    (decision, at) => decisions.findIndex((other) => isSameDecision(other, decision)) === at,
  );
}

/** All combinations of inputs, in the order of the compiled cells. */
export function* inputsOf<V extends Vocabulary>(table: Table<V>): Generator<InputOf<V>> {
  const keys = table.columns.map((column) => column.key);
  const total = table.cells.length;
  for (let index = 0; index < total; index++) {
    const input: Record<string, string> = {};
    let rest = index;
    for (let at = keys.length - 1; at >= 0; at--) {
      const words = table.inputs[keys[at]!]!;
      input[keys[at]!] = words[rest % words.length]!;
      rest = Math.floor(rest / words.length);
    }
    yield input as InputOf<V>;
  }
}

/** Whether a row covers an input. */
export function rowApplies(row: Row<Vocabulary, string>, input: Readonly<Record<string, string>>): boolean {
  return Object.entries(row.when).every(([key, word]) =>
    Array.isArray(word) ? word.includes(input[key]!) : word === input[key],
  );
}

/** The last column varies fastest. */
export function columnsOf(inputs: Vocabulary): readonly Column[] {
  let stride = 1;
  const columns: Column[] = [];
  for (const key of Object.keys(inputs).reverse()) {
    const words = inputs[key]!;
    columns.unshift({ key, words, stride });
    stride *= words.length;
  }
  return columns;
}

/** For callers without a compiler: what would not compile is a fault at once, and not a row that applies to something else. */
function refuseUnknown(
  head: { readonly name: string; readonly inputs: Vocabulary; readonly verdicts: readonly string[] },
  row: Row<Vocabulary, string>,
): void {
  const wrong = Object.entries(row.when).flatMap(([key, word]) => {
    const known: readonly string[] = Object.hasOwn(head.inputs, key) ? head.inputs[key]! : [];
    const words: readonly (string | undefined)[] = Array.isArray(word) ? word : [word as string];
    return words.filter((each) => each === undefined || !known.includes(each));
  });
  if (wrong.length > 0 || !head.verdicts.includes(row.then)) {
    throw new TableFault(`row ${row.id} of table "${head.name}" uses a word that the table does not have`);
  }
}

interface Covered {
  readonly index: number;
  readonly input: Readonly<Record<string, string>>;
}

/** Fills the cells of each row without enumerating the others: the cost is the number of covered cells. */
export function compileRows<V extends Vocabulary, Verdict extends string>(
  head: {
    readonly name: string;
    readonly inputs: V;
    readonly verdicts: readonly Verdict[];
    readonly columns: readonly Column[];
  },
  rows: readonly Row<V, Verdict>[],
): (Decision<Verdict> | undefined)[] {
  const total = Object.values(head.inputs).reduce((product, words) => product * words.length, 1);
  const cells = new Array<Decision<Verdict> | undefined>(total).fill(undefined);
  const taken = new Uint8Array(total);
  for (const row of rows) {
    refuseUnknown(head, row);
    const refs = Object.freeze([...row.refs]);
    let covered: readonly Covered[] = [{ index: 0, input: {} }];
    for (const { key, words, stride } of head.columns) {
      const word = row.when[key];
      const named = word === undefined ? words : Array.isArray(word) ? word : [word as string];
      covered = covered.flatMap(({ index, input }) =>
        named.map((each) => ({
          index: index + words.indexOf(each) * stride,
          input: { ...input, [key]: each },
        })),
      );
    }
    for (const { index, input } of covered) {
      cells[index] = taken[index]
        ? undefined
        : Object.freeze({
            verdict: row.then,
            table: head.name,
            row: row.id,
            why: row.why,
            refs,
            input: Object.freeze(input),
          });
      taken[index] = 1;
    }
  }
  return cells;
}
