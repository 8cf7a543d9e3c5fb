import { randomBytes } from 'node:crypto';
import { access, constants, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { printJournal } from '../effects/codecs/journal.codec.js';
import type { Journal } from '../effects/journal.js';
import { CommandError, EXIT } from './exit.js';
import { reasonOf } from './read-file.js';

/** Finds out before anything is sent whether a journal can be written there. Throws a CommandError. */
export async function checkJournalPath(path: string): Promise<void> {
  try {
    await access(dirname(resolve(path)), constants.W_OK | constants.X_OK);
    if (await isFolder(path)) throw new Error('it is a folder');
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Writes a journal as a whole or not at all, for its owner alone: addresses stand in it. Throws a CommandError. */
export async function writeJournal(path: string, journal: Journal): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(printJournal(journal));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cannotWrite(path, error);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

function cannotWrite(path: string, error: unknown): CommandError {
  return new CommandError(EXIT.cannotCreate, `the journal ${path} cannot be written: ${reasonOf(error)}`);
}
