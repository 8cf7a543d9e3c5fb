/*
 * What a plugin's own configuration says of the engine: the same few words for every host, as texts, numbers or yes and no, as its
 * files have them. What is misspelt is told, and never passed over.
 */
import { readFileSync } from 'node:fs';
import { memoryStores } from '../adapters/memory/index.js';
import { sqliteStores } from '../adapters/sqlite/index.js';
import type { AttemptStore } from '../effects/stores.js';
import { settingsOf } from '../engine/check-arguments.js';
import { createNodeEngine, type NodeEngine, parseResolvers } from '../node.js';

export type PluginConfig = Readonly<Record<string, string | boolean | number | undefined>>;

const KNOWN = [
  'resolver',
  'trust_ad',
  'validate_dnssec',
  'state',
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

export interface PluginEngine {
  readonly engine: NodeEngine;
  readonly attempts: AttemptStore;
  close(): Promise<void>;
}

/** Throws an error that names the key at fault. */
export function enginePerConfig(config: PluginConfig): PluginEngine {
  const unknown = Object.keys(config).find((key) => config[key] !== undefined && !KNOWN.includes(key as Key));
  if (unknown !== undefined) throw new TypeError(`there is no ${unknown}; there are ${KNOWN.join(', ')}`);
  const text = (key: Key) =>
    config[key] === undefined || config[key] === '' ? undefined : String(config[key]);
  const number = (key: Key) => (text(key) === undefined ? undefined : Number(text(key)));
  const isSet = (key: Key) => ['true', 'yes', 'on', '1'].includes(text(key)?.toLowerCase() ?? '');

  const state = text('state');
  const stores = state === undefined ? memoryStores() : sqliteStores({ directory: state });
  const own = {
    ...(text('policy') !== undefined && JSON.parse(readFileSync(text('policy')!, 'utf8'))),
    ...(text('helo') !== undefined && { helo: text('helo') }),
    ...(number('port') !== undefined && { port: number('port') }),
    ...(number('https_port') !== undefined && { httpsPort: number('https_port') }),
    ...(isSet('allow_loopback') && { privateAddresses: 'allow' }),
  };
  const engine = createNodeEngine({
    settings: settingsOf((text('profile') ?? 'rfc') as 'rfc', own),
    ...resolverOf(text('resolver'), isSet('trust_ad')),
    ...(isSet('validate_dnssec') && { dnssec: { validate: 'here' } }),
    ...(text('ca') !== undefined && { ca: [readFileSync(text('ca')!, 'utf8')] }),
    ...(state !== undefined && { stateDirectory: state, tlsReports: { store: stores.reports } }),
    ...(number('deadline_ms') !== undefined && { deadlineMs: number('deadline_ms')! }),
  });
  return {
    engine,
    attempts: stores.attempts,
    async close() {
      await engine.close();
      await stores.close();
    },
  };
}

function resolverOf(text: string | undefined, trustAd: boolean) {
  if (text === undefined) return {};
  const servers = parseResolvers(text);
  if (servers === null) throw new TypeError(`resolver must be like 127.0.0.1:53, and is ${text}`);
  // Left out, the resolver is trusted by where it stands; said so, wherever it stands.
  return { resolver: { servers, ...(trustAd && { trustAd }) } };
}
