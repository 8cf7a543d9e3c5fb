import { parseSettings } from '../effects/codecs/settings.codec.js';
import { ownName } from '../hosts/own-name.js';
import { parseHostName } from '../policy/names/domain-name.js';
import { parseAddressLiteral } from '../policy/names/ip-address.js';
import { DEFAULT_SETTINGS, type Settings } from '../policy/settings.js';
import { misuse } from './arguments.js';
import { CommandError, EXIT } from './exit.js';
import { readPort } from './numbers.js';
import { describeProblems } from './problems.js';
import { readText } from './read-file.js';

/** The options that settings come from. */
export interface SettingsOptions {
  readonly policy?: string | undefined;
  readonly port?: string | undefined;
  readonly 'https-port'?: string | undefined;
  readonly helo?: string | undefined;
  readonly 'no-cleartext-retry'?: boolean | undefined;
  readonly 'allow-loopback'?: boolean | undefined;
}

/** The settings file, if there is one, and on top of it what the command line says. Throws a CommandError. */
export async function readSettings(options: SettingsOptions): Promise<Settings> {
  const port = readPort('--port', options.port);
  const httpsPort = readPort('--https-port', options['https-port']);
  const helo = readHelo(options.helo);
  const filed = options.policy === undefined ? DEFAULT_SETTINGS : await readSettingsFile(options.policy);
  return {
    ...filed,
    helo: helo ?? ownName(filed) ?? filed.helo,
    ...(port === undefined ? {} : { port }),
    ...(httpsPort === undefined ? {} : { httpsPort }),
    ...(options['no-cleartext-retry'] === true ? { cleartextRetry: 'never' } : {}),
    ...(options['allow-loopback'] === true ? { privateAddresses: 'allow' } : {}),
  };
}

/** Throws a CommandError. */
export async function readSettingsFile(path: string): Promise<Settings> {
  const text = await readText(path, {
    what: 'the settings',
    octetsMax: 1_048_576,
    unreadable: EXIT.noInput,
    tooLarge: EXIT.badSettings,
    malformed: EXIT.badSettings,
  });
  const decoded = parseSettings(text);
  if (decoded.ok) return decoded.value;
  throw new CommandError(
    EXIT.badSettings,
    describeProblems(`the settings in ${path} are not valid`, decoded.problems),
  );
}

function readHelo(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const literal = /^\[([^[\]]+)\]$/.exec(text);
  if (literal !== null && parseAddressLiteral(literal[1]!) !== null) return text;
  const name = parseHostName(text);
  if (name?.includes('.') !== true)
    throw misuse(
      `--helo ${JSON.stringify(text)} is not a complete host name; give one like mail.example.org or [192.0.2.1]`,
    );
  return name;
}
