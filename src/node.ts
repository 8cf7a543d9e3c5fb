/*
 * The engine with Node's adapters: what most embedders want.
 */
import { readFileSync } from 'node:fs';
import { domainToASCII } from 'node:url';
import { memoryPolicyStore } from './adapters/memory/index.js';
import {
  cachedDns,
  type DnsPorts,
  isResolverServer,
  nodeDns,
  nodePolicyFetch,
  nodeRandom,
  nodeSmtp,
  type ResolverConfig,
  type ResolverServer,
  type ReuseOptions,
  type ReusingSmtp,
  reusingSmtp,
  systemResolvers,
  type TrustAnchor,
  validatingDns,
} from './adapters/node/index.js';
import { sqliteStores } from './adapters/sqlite/index.js';
import type { Adapters } from './effects/ports.js';
import type { Stores } from './effects/stores.js';
import { createEngine, type Engine, type EngineOptions } from './engine/engine.js';
import { type CollectOptions, collectReports } from './services/tls-report/send/collect.js';

export {
  parseResolver,
  parseResolvers,
  type ResolverConfig,
  type ResolverServer,
  type ReuseOptions,
  type TrustAnchor,
} from './adapters/node/index.js';
export * from './index.js';
export { type KeepFreshOptions, keepPoliciesFresh } from './services/sts/keep-policies-fresh.js';
export * from './services/tls-report/send/index.js';

export interface NodeOptions {
  /**
   * The resolver to ask. Default: /etc/resolv.conf. Its AD bit counts only if every server is on loopback or is asked by
   * TLS or HTTPS, or if `trustAd` says that it validates and that the path to it is trusted (RFC 7672, Section 2.1.1; RFC
   * 4035, Section 4.9.3; table `resolver-trust`).
   */
  readonly resolver?: ResolverConfig | ResolverServer;
  /**
   * Who validates DNSSEC. `resolver`, the default: the resolver, as far as it is believed. `validate: 'here'`: the engine,
   * from these trust anchors down, default the root's; the resolver is only asked to pass on what is signed.
   */
  readonly dnssec?: 'resolver' | ValidateHere;
  /** How many DNS answers are remembered, and how many octets they may take (by estimate). Default 10,000 and 16 MiB. */
  readonly dnsCache?: { readonly entriesMax?: number; readonly bytesMax?: number } | 'off';
  /** Trust anchors in PEM, added to the platform's own, for SMTP, HTTPS and resolvers alike. */
  readonly ca?: readonly string[];
  /** A folder in which MTA-STS policies are kept, in a SQLite file. Default: in memory, as long as the engine lives. */
  readonly stateDirectory?: string;
  /** The local address of SMTP connections. Default: the system's choice. */
  readonly localAddress?: string;
  /** Policies kept in memory at most. Default 10,000. */
  readonly policiesMax?: number;
  /** Keep tallies for TLS reports there (RFC 8460); default: nowhere. A store that fails is told as a warning, and holds nothing up. */
  readonly tlsReports?: CollectOptions;
  /** Keep connections for other messages to the same server, within these limits. Default: every message has its own. */
  readonly reuseConnections?: ReuseOptions;
}

export interface ValidateHere {
  readonly validate: 'here';
  readonly trustAnchors?: readonly TrustAnchor[];
}

export interface NodeAdapters extends Adapters {
  /**
   * Ends the connections that wait for another message and closes the state file. Call it when no attempt is under way;
   * nothing may be asked afterwards. Never rejects.
   */
  close(): Promise<void>;
}

export interface NodeEngine extends Engine {
  /** See {@link NodeAdapters.close}. */
  close(): Promise<void>;
}

/** Node's adapters for every effect. No I/O happens before the first question, apart from reading /etc/resolv.conf. */
export function nodeAdapters(options: NodeOptions = {}): NodeAdapters {
  const ca = options.ca === undefined ? {} : { ca: options.ca };
  const local = options.localAddress === undefined ? {} : { localAddress: options.localAddress };
  const smtp = smtpOf(nodeSmtp({ ...ca, ...local }), options.reuseConnections);
  const policies = policyCache(options);
  return {
    ...dnsOf(options),
    'policy-cache.read': policies['policy-cache.read'],
    'policy-cache.write': policies['policy-cache.write'],
    'policy.fetch': nodePolicyFetch(ca),
    'random.draw': nodeRandom,
    'smtp.session': smtp.session,
    async close() {
      await Promise.all([smtp.close(), policies.close().catch(() => undefined)]);
    },
  };
}

function smtpOf(session: ReturnType<typeof nodeSmtp>, reuse: ReuseOptions | undefined): ReusingSmtp {
  return reuse === undefined ? { session, close: async () => undefined } : reusingSmtp(session, reuse);
}

/** An engine over Node's adapters, clock and IDNA. */
export function createNodeEngine(
  options: NodeOptions &
    Partial<Omit<EngineOptions, 'adapters'>> & { readonly adapters?: Partial<Adapters> } = {},
): NodeEngine {
  // Left out and undefined are the same, also where a compiler does not insist on it.
  const given: typeof options = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  const adapters = nodeAdapters(given);
  const engine = createEngine({
    clock: Date.now,
    toAscii: domainToASCII,
    onFault: (message) => process.emitWarning(`the message is deferred: ${message}`, 'WaxsealFault'),
    ...given,
    ...(given.tlsReports === undefined ? {} : { onAttempt: collecting(given.tlsReports, given.onAttempt) }),
    adapters: { ...adapters, ...given.adapters },
  });
  return { ...engine, close: adapters.close };
}

/** Counts the attempt first, and then lets the embedder know of it. */
function collecting(
  tlsReports: CollectOptions,
  onAttempt: EngineOptions['onAttempt'],
): NonNullable<EngineOptions['onAttempt']> {
  return async (result, endedAt) => {
    const problem = await collectReports(tlsReports, { result, endedAt });
    if (problem !== null) process.emitWarning(problem, 'WaxsealReports');
    await onAttempt?.(result, endedAt);
  };
}

function dnsOf({ resolver, ca, dnsCache = {}, dnssec = 'resolver' }: NodeOptions): DnsPorts {
  const config = resolverOf(resolver);
  const asked = { ...config, ca: config.ca ?? ca };
  const dns = dnssec === 'resolver' ? nodeDns(asked) : validatingDns(asked, { ...dnssec, now: Date.now });
  if (dnsCache === 'off') return dns;
  return cachedDns(dns, { entriesMax: 10_000, ...dnsCache, now: Date.now });
}

type PolicyCache = Pick<Adapters, 'policy-cache.read' | 'policy-cache.write'> & Pick<Stores, 'close'>;

function policyCache({ stateDirectory, policiesMax = 10_000 }: NodeOptions): PolicyCache {
  if (stateDirectory === undefined) {
    return { ...memoryPolicyStore({ entriesMax: policiesMax }), close: async () => undefined };
  }
  const { policies, close } = sqliteStores({ directory: stateDirectory });
  return { ...policies, close };
}

/** Several servers, one of them, or those of the system. Throws a TypeError for anything else. */
function resolverOf(resolver: NodeOptions['resolver']): ResolverConfig {
  if (resolver === undefined) return systemResolvers(resolverFile());
  const config = typeof resolver === 'object' && 'servers' in resolver ? resolver : { servers: [resolver] };
  if (
    !Array.isArray(config.servers) ||
    config.servers.length === 0 ||
    !config.servers.every(isResolverServer)
  ) {
    throw new TypeError(
      'resolver must be { address, port } with an IP address, with transport, name and path for TLS or HTTPS, or { servers: [...] } of such',
    );
  }
  return config;
}

function resolverFile(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8').slice(0, 65_536);
  } catch {
    return '';
  }
}
