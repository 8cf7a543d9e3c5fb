import { access, constants, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { STATE_FILE, sqliteStores } from '../adapters/sqlite/index.js';
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

/**
 * The folder, which has to be there with what is kept in it, or be new and empty: a command that only looks at it, or changes what it
 * finds, must not make a state of a slip of the pen. Throws a CommandError.
 */
export async function findStateDirectory(path: string): Promise<string> {
  const isNew = await readdir(path).then(
    (names) => names.length === 0,
    () => false,
  );
  if (!isNew && (await octetsIn(join(path, STATE_FILE))) === 0)
    throw new CommandError(
      EXIT.noInput,
      `--state ${path} cannot be used: nothing is kept there (there is no ${STATE_FILE} in it); give the folder that the mail system keeps`,
    );
  return prepareStateDirectory(path);
}

/** A database without a table is one page, and a log without a change is its header: so it looks where it was copied in use, without its log. */
const EMPTY_OCTETS_MAX = 4_096 + 32;

/**
 * Rejects where messages are there and what says whom they are for is gone: whoever went on would take them for what a crash left
 * behind, and remove them.
 */
export async function refuseLostQueue(directory: string, bodies: string): Promise<void> {
  if ((await octetsIn(join(directory, STATE_FILE))) > EMPTY_OCTETS_MAX) return;
  const found = await readdir(bodies, { recursive: true, withFileTypes: true }).catch(() => []);
  if (found.some((entry) => !entry.isDirectory()))
    throw new CommandError(
      EXIT.badSettings,
      `--state ${directory} cannot be used: there are messages in ${bodies}, and ${join(directory, STATE_FILE)}, which says whom they are for, is missing or empty; restore it from a copy, with its -wal if there is one, or move the messages away`,
    );
}

/** Of a file and the log beside it; 0 where it is missing. What is there and is no file counts: others say what it is. */
async function octetsIn(path: string): Promise<number> {
  const sizes = await Promise.all(
    [path, `${path}-wal`].map((each) =>
      lstat(each).then(
        (found) => (found.isFile() ? found.size : 1),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Whether a state has to be there, or is made. */
export type Presence = 'found' | 'made';

/** The folder, as {@link findStateDirectory} or {@link prepareStateDirectory} answers it. Throws a CommandError. */
export function stateDirectory(path: string, presence: Presence): Promise<string> {
  return presence === 'found' ? findStateDirectory(path) : prepareStateDirectory(path);
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
