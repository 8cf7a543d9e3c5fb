/* Which rows are decided by, also where the decision is not kept: every compiled cell tells when it is read. */
import { allTables } from '../../src/policy/tables.js';

/** Row ids that were read since; call once in a test file. */
export function watchRows(): ReadonlySet<string> {
  const read = new Set<string>();
  for (const { cells } of allTables) {
    cells.forEach((decision, at) => {
      if (decision === undefined) return;
      Object.defineProperty(cells, at, {
        get: () => {
          read.add(decision.row);
          return decision;
        },
      });
    });
  }
  return read;
}
