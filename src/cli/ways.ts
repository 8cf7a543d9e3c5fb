import type { DaemonConfig } from '../daemon/config/config.js';
import type { NodeEngineOptions } from '../node-options.js';
import { DIRECT_NAME, transportNamed } from '../policy/relay/index.js';
import { misuse, type OptionTable, type ValuesOf } from './arguments.js';
import { readConfigFile } from './config-file.js';
import { readSecret } from './secret-file.js';

export const WAY_OPTIONS = {
  config: { type: 'string' },
  via: { type: 'string' },
} as const satisfies OptionTable;

export const WAY_OPTIONS_HELP = `\
  --config FILE          its transports and routes say which way mail takes (YAML)
  --via TRANSPORT        take that transport of FILE, or direct, whatever the routes say
`;

/** The ways that mail may take, with the passwords for them. */
export type Ways = Required<Pick<NodeEngineOptions, 'transports' | 'routes' | 'secretOf'>>;

/** Those of a configuration; its password files are read now. Throws a CommandError. */
export async function readWays({ transports, routes, passwordFiles }: DaemonConfig): Promise<Ways> {
  const passwords = new Map<string, string>();
  for (const [name, path] of Object.entries(passwordFiles))
    passwords.set(name, await readSecret(path, `the password of the transport ${name}`));
  return { transports, routes, secretOf: (account) => passwords.get(account) ?? null };
}

/** Which way the message takes. Throws a CommandError. */
export async function readWay({ config, via }: ValuesOf<typeof WAY_OPTIONS>) {
  const way = via === undefined ? {} : { via };
  if (config === undefined) {
    if (via !== undefined && via !== DIRECT_NAME)
      throw misuse(`--via ${via} needs --config FILE, which says what that is`);
    return way;
  }
  const ways = await readWays((await readConfigFile(config)).config);
  if (via !== undefined && transportNamed(via, ways.transports) === null)
    throw misuse(`${config} has no transport ${JSON.stringify(via)}`);
  return { ...way, ways };
}
