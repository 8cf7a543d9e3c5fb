/*
 * How another mail system decides on the same facts: settings where they can say it; else named rows, which stand in the
 * place of ours for the inputs that they name; else what becomes of a message that a row of ours stopped. Each has its
 * source. What is not known is said, and is no verdict.
 */
import type { PlacedDecision } from '../../policy/attempt/types.js';
import type { OtherCells } from '../../policy/kernel/otherwise.js';
import { type Decision, inputsOf, rowApplies, type Table, TableFault } from '../../policy/kernel/table.js';
import type { Settings } from '../../policy/settings.js';
import { attemptTables } from '../../policy/tables.js';

export interface Profile {
  readonly name: string;
  /** Which version, put up in which way. */
  readonly software: string;
  readonly settings: Partial<Settings>;
  readonly rows: readonly OtherRow[];
  readonly ends: readonly OtherEnd[];
  readonly unknown: readonly Unknown[];
  /** Of a failure that no reply of a server names: the status that we give it, or one that nobody has looked up. */
  readonly ownStatuses: 'as-ours' | 'not-known';
  /** Where a recipient's end is taken from, if several hosts failed: from the most telling reason, as ours, or from the last host. */
  readonly fold: 'most-telling' | 'last-host';
  /** Where two ways to set it up disagree: what has to be decided for the question to arise, and the ways. */
  readonly ways?: {
    readonly rows: readonly (readonly string[])[];
    readonly each: readonly { readonly name: string; readonly rows: readonly OtherRow[] }[];
  };
}

type When = Readonly<Record<string, string | readonly string[]>>;

/** A row in the place of ours. */
export interface OtherRow {
  readonly id: string;
  readonly table: string;
  readonly when: When;
  readonly then: string;
  readonly why: string;
  readonly source: string;
}

/** What becomes of a message that was stopped by one of these rows. */
export interface OtherEnd {
  readonly id: string;
  readonly because: readonly string[];
  /** Only where it was decided on these words. */
  readonly when?: When;
  /** Only where that was decided, too, about the same host or the domain. */
  readonly beside?: readonly string[];
  /** `any-host`: also where another host took the message. */
  readonly reach?: 'any-host';
  readonly outcome: 'delivered' | 'deferred' | 'bounced';
  /** Null: not known. */
  readonly status: string | null;
  readonly why: string;
  readonly source: string;
}

/** Where no verdict is given. */
export interface Unknown {
  /** The row that decided for the recipient; none: whichever it was. */
  readonly because: readonly string[];
  /** Only where it was decided on these words. */
  readonly when?: When;
  readonly beside?: readonly string[];
  readonly why: string;
  readonly source: string;
}

const tableOf = (name: string): Table => {
  const table = attemptTables.find((each) => each.name === name);
  if (table === undefined) throw new TableFault(`there is no table "${name}"`);
  return table as Table;
};

/** The cells that these rows fill. Throws a TableFault where a row names a table or a word that there is not. */
export function cellsOf(rows: readonly OtherRow[]): readonly OtherCells[] {
  const known = MADE.get(rows) ?? rows.map(cellsOfRow);
  MADE.set(rows, known);
  return known;
}

/** Profiles are data, and are asked again and again. */
const MADE = new WeakMap<readonly OtherRow[], readonly OtherCells[]>();

function cellsOfRow(row: OtherRow): OtherCells {
  const table = tableOf(row.table);
  const isKnown = Object.entries(row.when).every(([column, words]) =>
    [words].flat().every((word) => table.inputs[column]?.includes(word) === true),
  );
  if (!isKnown || !table.verdicts.includes(row.then))
    throw new TableFault(`row ${row.id} uses a word that the table "${row.table}" does not have`);
  const cells = new Map<number, Decision>();
  let index = 0;
  for (const input of inputsOf(table)) {
    const ours = table.cells[index];
    // Where ours says the same, it is ours.
    if (ours !== undefined && ours.verdict !== row.then && rowApplies(row as never, input))
      cells.set(index, Object.freeze({ ...ours, verdict: row.then, row: row.id, why: row.why }));
    index++;
  }
  return { table, cells };
}

/** Whether one of those rows decided, on those words; no rows: whichever did. */
export function isBecauseOf(
  decision: Decision | null,
  { because, when = {} }: Pick<OtherEnd, 'because' | 'when'>,
) {
  if (because.length > 0 && !because.includes(decision?.row ?? '')) return false;
  return Object.entries(when).every(([column, words]) =>
    [words].flat().includes(decision?.input[column] ?? ''),
  );
}

/** Whether all of those rows were decided, about that host or about the domain. */
export function stands(
  decisions: readonly PlacedDecision[],
  mx: string | null,
  rows: readonly string[] = [],
): boolean {
  return rows.every((row) =>
    decisions.some((each) => each.row === row && (each.mx === mx || each.mx === null)),
  );
}
