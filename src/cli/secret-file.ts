import { readFile } from 'node:fs/promises';
import { CommandError, EXIT } from './exit.js';
import { reasonOf } from './read-file.js';

/** The first line of a file. Throws a CommandError. */
export async function readSecret(path: string, what: string): Promise<string> {
  const [line = ''] = (await readFileOf(path)).split(/\r?\n/, 1);
  if (line === '') throw new CommandError(EXIT.badSettings, `${what} in ${path} is empty`);
  return line;
}

/** A file as text. Throws a CommandError. */
export async function readFileOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CommandError(EXIT.noInput, `${path} cannot be read: ${reasonOf(error)}`);
  }
}
