import { CommandError, EXIT } from './exit.js';
import { readText } from './read-file.js';

/** Certificates with all that stand above them, and more than any password. */
const OCTETS_MAX = 1_048_576;

/** The first line of a file. Throws a CommandError. */
export async function readSecret(path: string, what: string): Promise<string> {
  const [line = ''] = (await readFileOf(path, what)).split(/\r?\n/, 1);
  if (line === '') throw new CommandError(EXIT.badSettings, `${what} in ${path} is empty`);
  return line;
}

/** A file as text. `what`: "the key". Throws a CommandError. */
export function readFileOf(path: string, what: string): Promise<string> {
  return readText(path, {
    what,
    octetsMax: OCTETS_MAX,
    unreadable: EXIT.noInput,
    tooLarge: EXIT.badSettings,
    malformed: EXIT.badSettings,
  });
}
