/*
 * The engine with Node's adapters: what most embedders want.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import {
  filePolicyCache,
  memoryPolicyCache,
  nodeDns,
  nodePolicyFetch,
  nodeRandom,
  nodeSmtp,
  type ResolverConfig,
  type ResolverServer,
  systemResolvers,
} from './adapters/node/index.js';
import type { Adapters } from './effects/ports.js';
import { createEngine, type Engine, type EngineOptions } from './engine.js';

export { parseResolver, type ResolverConfig, type ResolverServer } from './adapters/node/index.js';
export * from './index.js';

export interface NodeOptions {
  /**
   * The resolver to ask. Default: /etc/resolv.conf. Its AD bit counts only if every server is on loopback, or if
   * `trustAd` says that the path to it is trusted (RFC 7672, Section 2.1.1; RFC 4035, Section 4.9.3).
   */
  readonly resolver?: ResolverConfig | ResolverServer;
  /** Trust anchors in PEM, added to the platform's own, for SMTP and HTTPS alike. */
  readonly ca?: readonly string[];
  /** A folder in which MTA-STS policies are kept. Default: in memory, as long as the engine lives. */
  readonly stateDirectory?: string;
  /** The local address of SMTP connections. Default: the system's choice. */
  readonly localAddress?: string;
  /** Policies kept in memory at most. Default 10,000. */
  readonly policiesMax?: number;
}

/** Node's adapters for every effect. No I/O happens before the first question, apart from reading /etc/resolv.conf. */
export function nodeAdapters(options: NodeOptions = {}): Adapters {
  const ca = options.ca === undefined ? {} : { ca: options.ca };
  const local = options.localAddress === undefined ? {} : { localAddress: options.localAddress };
  return {
    ...nodeDns(resolverOf(options.resolver)),
    ...(options.stateDirectory === undefined
      ? memoryPolicyCache({ entriesMax: options.policiesMax ?? 10_000 })
      : filePolicyCache(options.stateDirectory)),
    'policy.fetch': nodePolicyFetch(ca),
    'random.draw': nodeRandom,
    'smtp.session': nodeSmtp({ ...ca, ...local }),
  };
}

/** An engine over Node's adapters, clock and IDNA. */
export function createNodeEngine(
  options: NodeOptions &
    Partial<Omit<EngineOptions, 'adapters'>> & { readonly adapters?: Partial<Adapters> } = {},
): Engine {
  return createEngine({
    clock: Date.now,
    toAscii: domainToASCII,
    onFault: (message) => process.emitWarning(`the message is deferred: ${message}`, 'WaxsealFault'),
    ...options,
    adapters: { ...nodeAdapters(options), ...options.adapters },
  });
}

/** Several servers, one of them, or those of the system. Throws a TypeError for anything else. */
function resolverOf(resolver: NodeOptions['resolver']): ResolverConfig {
  if (resolver === undefined) return systemResolvers(resolverFile());
  const config = 'servers' in resolver ? resolver : { servers: [resolver] };
  const isUsable = ({ address, port }: ResolverServer) => isIP(address) !== 0 && port > 0 && port < 65_536;
  if (!Array.isArray(config.servers) || config.servers.length === 0 || !config.servers.every(isUsable)) {
    throw new TypeError(
      'resolver must be { address, port } with an IP address, or { servers: [...] } of such',
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
