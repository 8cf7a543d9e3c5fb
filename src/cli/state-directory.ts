import { access, constants, mkdir, stat } from 'node:fs/promises';
import { CommandError, EXIT } from './exit.js';
import { reasonOf } from './read-file.js';

/**
 * Makes the folder if it is not there, and sees that policies can be kept in it. Throws a CommandError: a cache that
 * silently keeps nothing would lose the protection that a kept policy gives (RFC 8461, Section 10.2).
 */
export async function prepareStateDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (!(await stat(path)).isDirectory()) throw new Error('it is not a folder');
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return path;
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'it is not a folder' : reasonOf(error);
    throw new CommandError(EXIT.badSettings, `--state ${path} cannot be used: ${reason}`);
  }
}
