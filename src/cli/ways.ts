import type { DaemonConfig } from '../daemon/config/config.js';
import type { NodeEngineOptions } from '../node-options.js';
import { readSecret } from './secret-file.js';

/** The ways that mail may take, with the passwords for them. */
export type Ways = Required<Pick<NodeEngineOptions, 'transports' | 'routes' | 'secretOf'>>;

/** Those of a configuration; its password files are read now. Throws a CommandError. */
export async function readWays({ transports, routes, passwordFiles }: DaemonConfig): Promise<Ways> {
  const passwords = new Map<string, string>();
  for (const [name, path] of Object.entries(passwordFiles))
    passwords.set(name, await readSecret(path, `the password of the transport ${name}`));
  return { transports, routes, secretOf: (account) => passwords.get(account) ?? null };
}
