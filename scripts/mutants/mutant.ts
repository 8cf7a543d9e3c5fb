import type { Decision, Table } from '../../src/policy/kernel/table.js';

/** One fault put into one row of a table: another verdict, or (null) no row at all. */
export interface Mutant {
  readonly table: string;
  readonly row: string;
  readonly verdict: string | null;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** What is planted in the process of a test file. */
    mutant: Mutant | null;
  }
}

/** Every mutant of a table: each row with each other verdict, and each row dropped. */
export function mutantsOf(table: Table): readonly Mutant[] {
  return table.rows.flatMap((row) =>
    [...table.verdicts.filter((verdict) => verdict !== row.then), null].map((verdict) => ({
      ...{ table: table.name, row: row.id },
      verdict,
    })),
  );
}

/** Puts the fault into the compiled cells; what is handed back takes it out again. */
export function plant(table: Table, { row, verdict }: Mutant): () => void {
  const kept: readonly (Decision | undefined)[] = [...table.cells];
  kept.forEach((decision, index) => {
    if (decision?.row === row) table.cells[index] = verdict === null ? undefined : { ...decision, verdict };
  });
  return () => {
    kept.forEach((decision, index) => {
      table.cells[index] = decision;
    });
  };
}
