/*
 * Deciding by other cells for as long as a function runs. Tables are asked for by name all over policy, and what is asked is
 * pure and synchronous: nobody else decides in the meantime, and afterwards every cell is what it was, whatever happened.
 */
import type { Decision, Table } from './table.js';

/** Some cells of a table that hold another decision. */
export interface OtherCells {
  readonly table: Table;
  /** By the index of the cell. */
  readonly cells: ReadonlyMap<number, Decision>;
}

/** What the function answers when tables hold these cells; of several for one cell the last counts. Not for anything that waits. */
export function decidingBy<T>(others: readonly OtherCells[], run: () => T): T {
  const kept = others.flatMap(({ table, cells }) =>
    [...cells.keys()].map((index) => ({ table, index, decision: table.cells[index] })),
  );
  try {
    for (const { table, cells } of others)
      for (const [index, decision] of cells) table.cells[index] = decision;
    return run();
  } finally {
    // In reverse, so that of what was replaced twice the first stands again.
    for (const { table, index, decision } of kept.reverse()) table.cells[index] = decision;
  }
}
