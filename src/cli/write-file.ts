import { randomBytes } from 'node:crypto';
import { access, constants, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CommandError, EXIT } from './exit.js';
import { reasonOf } from './read-file.js';

/** Finds out beforehand whether a file can be written there. `what`: "the journal". Throws a CommandError. */
export async function checkWritable(path: string, what: string): Promise<void> {
  try {
    await access(dirname(resolve(path)), constants.W_OK | constants.X_OK);
    await refuseOthers(path);
  } catch (error) {
    throw cannotWrite(path, what, error);
  }
}

/**
 * Writes a file as a whole or not at all, for its owner alone: addresses and results stand in what is written here. It takes the
 * place of a file that is there, and of nothing else. Throws a CommandError.
 */
export async function writeWhole(path: string, what: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await refuseOthers(path);
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cannotWrite(path, what, error);
  }
}

/** What somebody reads from or listens at must not be replaced by a file, and nobody's link leads us elsewhere. */
async function refuseOthers(path: string): Promise<void> {
  // As of a variable of a script that is not set; it would be taken for the folder that we are in.
  if (path === '') throw new Error('the path is empty');
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (found === null || found.isFile()) return;
  if (found.isDirectory()) throw new Error('it is a folder');
  if (found.isSymbolicLink()) throw new Error('it is a symbolic link; give the path of a file itself');
  throw new Error(
    `it is ${found.isFIFO() ? 'a FIFO' : found.isSocket() ? 'a socket' : 'a device'}; give the path of a file`,
  );
}

function cannotWrite(path: string, what: string, error: unknown): CommandError {
  return new CommandError(
    EXIT.cannotCreate,
    `${what} ${path === '' ? '""' : path} cannot be written: ${reasonOf(error)}`,
  );
}
