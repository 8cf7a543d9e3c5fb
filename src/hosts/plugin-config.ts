/*
 * What a plugin's own configuration says of the engine: the same few words for every host, as texts, numbers or yes and no, as its
 * files have them. What is misspelt is told, and never passed over.
 */
import { readFileSync } from 'node:fs';
import { memoryStores } from '../adapters/memory/index.js';
import { postgresStores } from '../adapters/postgres/index.js';
import { sqliteStores } from '../adapters/sqlite/index.js';
import { errorText } from '../effects/error-text.js';
import { MisuseError } from '../effects/misuse.js';
import { type AttemptStore, type Stores, twoPlaces } from '../effects/stores.js';
import { settingsOf } from '../engine/check-arguments.js';
import {
  createNodeEngine,
  type NodeEngine,
  nodeAdapters,
  type ProfileName,
  parseResolvers,
  type Settings,
  signalMemory,
} from '../node.js';
import { withOwnName } from './own-name.js';

export type PluginConfig = Readonly<Record<string, string | boolean | number | undefined>>;

const KNOWN = [
  'resolver',
  'trust_ad',
  'validate_dnssec',
  'state',
  'database',
  'ca',
  'helo',
  'port',
  'https_port',
  'policy',
  'profile',
  'allow_loopback',
  'deadline_ms',
  'requiretls',
] as const;
type Key = (typeof KNOWN)[number];

/** The words that configurations have for it. */
const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

export interface PluginEngine {
  /** The engine that connects from there and says that name, unless the configuration has a name of its own. */
  from(origin: Origin): NodeEngine;
  readonly attempts: AttemptStore;
  close(): Promise<void>;
}

/** Which of a host's own addresses is connected from, and as whom. */
export interface Origin {
  /** Undefined: the system's choice. */
  readonly localAddress: string | undefined;
  /** Undefined: whatever the settings say. */
  readonly helo: string | undefined;
}

/** `names`: what the host itself goes by, for EHLO where the configuration has none. Throws a {@link MisuseError} that names the key at fault. */
export function enginePerConfig(config: PluginConfig, ...names: readonly unknown[]): PluginEngine {
  checkKeys(config);
  const text = (key: Key) =>
    config[key] === undefined || config[key] === '' ? undefined : String(config[key]);
  const number = (key: 'port' | 'https_port' | 'deadline_ms') => {
    const said = text(key);
    if (said === undefined) return undefined;
    if (!/^[1-9]\d{0,11}$/.test(said)) throw wrong(key, 'a whole number from 1', said);
    return Number(said);
  };
  const isSet = (key: Key) => {
    const said = text(key)?.toLowerCase() ?? 'no';
    const truth = TRUTHS.get(said);
    if (truth === undefined) throw wrong(key, 'yes or no', said);
    return truth;
  };
  // Read where it is offered, and looked at here as well: whoever misspells it must not go without.
  isSet('requiretls');

  const [state, database] = [text('state'), text('database')];
  if (state !== undefined && database !== undefined)
    throw new MisuseError('WAXSEAL_BAD_OPTIONS', twoPlaces('state', 'database'));
  const stores = storesAt(state, database);
  const own = {
    ...(text('policy') !== undefined && policyIn(text('policy')!)),
    ...(text('helo') !== undefined && { helo: text('helo') }),
    ...(number('port') !== undefined && { port: number('port') }),
    ...(number('https_port') !== undefined && { httpsPort: number('https_port') }),
    ...(isSet('allow_loopback') && { privateAddresses: 'allow' }),
  };
  const filed = settingsOf((text('profile') ?? 'rfc') as ProfileName, own as Partial<Settings>);
  const world = {
    ...resolverOf(text('resolver'), isSet('trust_ad')),
    ...(isSet('validate_dnssec') && { dnssec: { validate: 'here' } as const }),
    ...(text('ca') !== undefined && { ca: [contentOf('ca', text('ca')!)] }),
  };
  const { 'smtp.session': _smtp, signals: _own, close, ...asked } = nodeAdapters(world);
  const { 'policy-cache.read': read, 'policy-cache.write': write } = stores.policies;
  const shared = { ...asked, 'policy-cache.read': read, 'policy-cache.write': write };
  const common = {
    // What is known of the world is known to all engines.
    ...{
      ...world,
      signals: signalMemory(stores.signals, {
        onFault: (message) => process.emitWarning(message, 'WaxsealFault'),
      }),
    },
    ...((state ?? database) !== undefined && { tlsReports: { store: stores.reports } }),
    ...(number('deadline_ms') !== undefined && { deadlineMs: number('deadline_ms')! }),
  };
  const engines = new Map<string, NodeEngine>();
  return {
    attempts: stores.attempts,
    from({ localAddress, helo }) {
      const settings = withOwnName(filed, helo, ...names);
      const key = `${localAddress} ${settings.helo}`;
      const known =
        engines.get(key) ??
        createNodeEngine({
          ...{ ...common, settings, adapters: shared },
          ...(localAddress !== undefined && { localAddress }),
        });
      engines.set(key, known);
      return known;
    },
    async close() {
      await Promise.all([...engines.values()].map((each) => each.close()));
      await close();
      await stores.close();
    },
  };
}

function storesAt(state: string | undefined, database: string | undefined): Stores {
  if (database !== undefined) return postgresStores({ url: database });
  return state === undefined ? memoryStores() : sqliteStores({ directory: state });
}

function checkKeys(config: PluginConfig): void {
  if (typeof config !== 'object' || config === null)
    throw new MisuseError('WAXSEAL_BAD_OPTIONS', 'the configuration must be an object with keys and values');
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined) continue;
    if (!KNOWN.includes(key as Key))
      throw new MisuseError('WAXSEAL_BAD_OPTIONS', `there is no ${key}; there are ${KNOWN.join(', ')}`);
    if (!['string', 'boolean', 'number'].includes(typeof value))
      throw wrong(key, 'a text, a number, or yes or no', String(value));
  }
}

function wrong(key: string, expected: string, said: string): MisuseError {
  return new MisuseError('WAXSEAL_BAD_OPTIONS', `${key} must be ${expected}, and is ${JSON.stringify(said)}`);
}

/** Throws a {@link MisuseError} that names the key. */
function contentOf(key: Key, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new MisuseError('WAXSEAL_BAD_OPTIONS', `${key} cannot be read: ${errorText(error)}`);
  }
}

function policyIn(path: string): object {
  const text = contentOf('policy', path);
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy === 'object' && policy !== null && !Array.isArray(policy)) return policy;
  } catch {
    // It is none, as one that is a list.
  }
  throw new MisuseError(
    'WAXSEAL_BAD_OPTIONS',
    `policy must be a file with an object of settings in JSON: ${path}`,
  );
}

function resolverOf(text: string | undefined, trustAd: boolean) {
  if (text === undefined) return {};
  const servers = parseResolvers(text);
  if (servers === null) throw wrong('resolver', 'like 127.0.0.1:53', text);
  // Left out, the resolver is trusted by where it stands; said so, wherever it stands.
  return { resolver: { servers, ...(trustAd && { trustAd }) } };
}
