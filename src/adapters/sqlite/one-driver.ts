/*
 * A file is opened by one copy of SQLite in a process. The locks of a file belong to the process: a second copy, of a package that is installed twice,
 * passes those of the first as if they were its own, and ends them when it closes the file.
 */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

interface Use {
  readonly driver: unknown;
  count: number;
}

/** Of all copies of this module. */
const USES = Symbol.for('waxseal.sqlite');

function uses(): Map<string, Use> {
  const all = globalThis as { [USES]?: Map<string, Use> };
  all[USES] ??= new Map();
  return all[USES];
}

/** Answers what ends the use. Rejects where another driver has the file open in this process. `path`: of a file whose folder is there. */
export async function useAlone(path: string, driver: unknown): Promise<() => void> {
  const place = join(await realpath(dirname(path)), basename(path));
  const use = uses().get(place) ?? { driver, count: 0 };
  if (use.driver !== driver)
    throw new Error(
      `${path} is open in this process by another copy of the package libsql: two of them pass one another's locks; install waxseal once`,
    );
  use.count += 1;
  uses().set(place, use);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    use.count -= 1;
    if (use.count === 0) uses().delete(place);
  };
}
