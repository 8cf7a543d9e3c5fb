import { inputsOf, rowApplies, type Table } from './table.js';

/** What enumeration found wrong with a table. All empty: every input has exactly one row, every row an input. */
export interface TableAudit {
  /** Inputs that no row covers. */
  readonly holes: readonly Readonly<Record<string, string>>[];
  /** Inputs that several rows cover, with their ids. */
  readonly overlaps: readonly {
    readonly input: Readonly<Record<string, string>>;
    readonly rows: readonly string[];
  }[];
  /** Rows that cover no input. */
  readonly deadRows: readonly string[];
  /** Verdicts that no row gives. */
  readonly unusedVerdicts: readonly string[];
  readonly inputs: number;
}

/** Enumerates every input of a table, independently of its compiled form. */
export function auditTable(table: Table): TableAudit {
  const holes: Readonly<Record<string, string>>[] = [];
  const overlaps: { input: Readonly<Record<string, string>>; rows: readonly string[] }[] = [];
  const alive = new Set<string>();
  let inputs = 0;
  for (const input of inputsOf(table)) {
    inputs++;
    const rows = table.rows.filter((row) => rowApplies(row, input)).map((row) => row.id);
    for (const row of rows) alive.add(row);
    if (rows.length === 0) holes.push(input);
    if (rows.length > 1) overlaps.push({ input, rows });
  }
  const given = new Set<string>(table.rows.map((row) => row.then));
  return {
    holes,
    overlaps,
    deadRows: table.rows.map((row) => row.id).filter((id) => !alive.has(id)),
    unusedVerdicts: table.verdicts.filter((verdict) => !given.has(verdict)),
    inputs,
  };
}
