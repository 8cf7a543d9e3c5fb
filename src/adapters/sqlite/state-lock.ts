import { join } from 'node:path';
import { Folder } from '../../effects/codecs/arguments.codec.js';
import { checked } from '../../effects/misuse.js';
import { isBusy, patiently } from './busy.js';
import { openSqlite } from './libsql.js';
import { makeStateFile } from './state-file.js';

/** An empty file that nobody else opens; whoever runs the queue of the folder holds a lock on it. */
const LOCK_FILE = 'serve.lock';
/** For a process that is just about to end. */
const PATIENCE_MS = 500;

/**
 * Takes a folder for one process, until that ends or releases it: the lock is the system's, and no crash leaves it behind.
 * Resolves to what releases it, or to `taken`. Rejects with a {@link MisuseError} for what is no path, and as the system does for a
 * folder that cannot be used.
 */
export async function takeStateFolder(directory: string): Promise<(() => void) | 'taken'> {
  checked(Folder, directory, 'WAXSEAL_BAD_OPTIONS', 'directory');
  const path = join(directory, LOCK_FILE);
  await makeStateFile(path);
  const connection = await openSqlite(path);
  try {
    await patiently(() => connection.exec('BEGIN EXCLUSIVE'), performance.now() + PATIENCE_MS);
    return () => connection.close();
  } catch (error) {
    connection.close();
    if (isBusy(error)) return 'taken';
    throw error;
  }
}
