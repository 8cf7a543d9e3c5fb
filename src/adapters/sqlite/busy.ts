import { setTimeout as pause } from 'node:timers/promises';

/** Between one look at a lock that another process holds and the next: soon at first, because most hold it for a moment only. */
const PAUSES_MS = [1, 2, 5, 10, 20];

/**
 * Runs one statement until the file is not busy, or until that time of `performance.now()`: a statement that says "busy" did nothing.
 * The wait is here and not in SQLite (`busy_timeout`): there it would hold one of the driver's few threads, which whoever has the lock
 * may need to release it.
 */
export async function patiently<T>(statement: () => Promise<T>, until: number): Promise<T> {
  for (let pauses = 0; ; pauses += 1) {
    try {
      return await statement();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error;
      await pause(PAUSES_MS[pauses] ?? PAUSES_MS.at(-1));
    }
  }
}

/** The file is no database, or not whole. */
export function isDamaged(error: unknown): error is Error {
  return /^SQLITE_(?:CORRUPT|NOTADB)/.test(codeOf(error));
}

export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
