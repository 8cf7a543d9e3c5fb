/* Private keys by which what we say ourselves is signed. */
import type { DkimKey } from '../services/dkim/index.js';
import { misuse } from './arguments.js';
import { CommandError, EXIT } from './exit.js';
import { readText } from './read-file.js';

export const DKIM_OPTIONS = {
  'dkim-key': { type: 'string', multiple: true },
  'dkim-selector': { type: 'string', multiple: true },
} as const;

export interface DkimKeyFile {
  readonly file: string;
  readonly selector: string;
}

/** Which keys the options name, in order. Throws a CommandError. */
export function dkimKeyFiles(values: {
  readonly 'dkim-key'?: readonly string[] | undefined;
  readonly 'dkim-selector'?: readonly string[] | undefined;
}): readonly DkimKeyFile[] {
  const { 'dkim-key': files = [], 'dkim-selector': selectors = [] } = values;
  if (files.length !== selectors.length)
    throw misuse('--dkim-key and --dkim-selector belong together; give one selector for each key');
  return files.map((file, at) => ({ file, selector: selectors[at]! }));
}

/** The keys in their order. Throws a CommandError for one that cannot be used. */
export async function readDkimKeys(
  keys: readonly DkimKeyFile[],
  onWarning: (warning: string) => void,
): Promise<readonly DkimKey[]> {
  if (keys.length === 0) return [];
  const { loadDkimKey } = await import('../services/dkim/index.js');
  return Promise.all(
    keys.map(async ({ file, selector }) => {
      const pem = await readText(file, {
        what: 'the DKIM key',
        octetsMax: 65_536,
        unreadable: EXIT.noInput,
        tooLarge: EXIT.badSettings,
        malformed: EXIT.badSettings,
      });
      const loaded = loadDkimKey(pem, selector);
      if (loaded.kind === 'refused')
        throw new CommandError(EXIT.badSettings, `the DKIM key ${file} cannot be used: ${loaded.complaint}`);
      if (loaded.warning !== null) onWarning(`the DKIM key ${file}: ${loaded.warning}`);
      return loaded.key;
    }),
  );
}
