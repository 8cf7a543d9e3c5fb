import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { sqliteStores } from '../adapters/sqlite/index.js';
import { CommandError, EXIT } from './exit.js';
import { reasonOf } from './read-file.js';

/**
 * Makes the folder if it is not there, and sees that policies can be kept in it. Throws a CommandError: a cache that
 * silently keeps nothing would lose the protection that a kept policy gives (RFC 8461, Section 10.2).
 */
export async function prepareStateDirectory(path: string): Promise<string> {
  await prepareFolder('--state', path);
  try {
    await ask(path);
    return path;
  } catch (error) {
    throw new CommandError(EXIT.badSettings, `--state ${path} cannot be used: ${reasonOf(error)}`);
  }
}

/** Makes the folder that an option names if it is not there, and sees that one can work in it. Throws a CommandError. */
export async function prepareFolder(option: string, path: string): Promise<void> {
  try {
    await makeFolder(resolve(path));
    if (!(await stat(path)).isDirectory()) throw new Error('it is not a folder');
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new CommandError(EXIT.badSettings, `${option} ${path} cannot be used: ${reasonOf(error)}`);
  }
}

/** Rejects if the database cannot be opened. */
async function ask(directory: string): Promise<void> {
  const { policies, close } = sqliteStores({ directory });
  try {
    await policies.list({ after: null, entriesMax: 1 });
  } finally {
    await close();
  }
}

/** Node's own recursive mkdir never ends where a file system refuses new folders with ENOENT, as /proc does. */
async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code;
}
