import type { OwnCertificate } from '../hosts/own-certificate.js';
import { misuse } from './arguments.js';
import { CommandError, EXIT } from './exit.js';
import { readText, reasonOf } from './read-file.js';

/** Certificates with all that stand above them, and more than any password. */
const OCTETS_MAX = 1_048_576;

/** The first line of a file. Throws a CommandError. */
export async function readSecret(path: string, what: string): Promise<string> {
  const [line = ''] = (await readFileOf(path, what)).split(/\r?\n/, 1);
  if (line === '') throw new CommandError(EXIT.badSettings, `${what} in ${path} is empty`);
  return line;
}

/** What `--tls-cert` and `--tls-key` name; null: neither is given. Throws a CommandError, also where the two do not belong together. */
export async function readOwnCertificate(
  cert: string | undefined,
  key: string | undefined,
): Promise<OwnCertificate | null> {
  if ((cert === undefined) !== (key === undefined)) throw misuse('--tls-cert and --tls-key go together');
  if (cert === undefined || key === undefined) return null;
  const own = { cert: await readFileOf(cert, 'the certificate'), key: await readFileOf(key, 'the key') };
  const { createSecureContext } = await import('node:tls');
  try {
    createSecureContext(own);
    return own;
  } catch (error) {
    // Where they are renewed one after the other, as they may be at this moment.
    throw new CommandError(
      EXIT.badSettings,
      `the certificate ${cert} cannot be used with the key ${key}: ${reasonOf(error)}; give the two that were issued together, in PEM`,
    );
  }
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
