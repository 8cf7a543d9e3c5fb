import { join } from 'node:path';
import { openSqlite } from './libsql.js';
import { makeStateFile } from './state-file.js';

/** An empty file that nobody else opens; whoever runs the queue of the folder holds a lock on it. */
const LOCK_FILE = 'serve.lock';

/**
 * Takes a folder for one process, until that ends or releases it: the lock is the system's, and no crash leaves it behind.
 * Resolves to what releases it, or to `taken`.
 */
export async function takeStateFolder(directory: string): Promise<(() => void) | 'taken'> {
  const path = join(directory, LOCK_FILE);
  await makeStateFile(path);
  const connection = await openSqlite(path);
  try {
    await connection.exec('PRAGMA busy_timeout = 500');
    await connection.exec('BEGIN EXCLUSIVE');
    return () => connection.close();
  } catch (error) {
    connection.close();
    if (isBusy(error)) return 'taken';
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && (error as { readonly code?: unknown }).code === 'SQLITE_BUSY';
}
