/*
 * The engine with Node's adapters: what most embedders want.
 */

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { domainToASCII } from 'node:url';
import { memoryPolicyStore, memorySignalStore } from './adapters/memory/index.js';
import {
  cachedDns,
  type DnsPorts,
  nodeDns,
  nodePolicyFetch,
  nodeRandom,
  nodeSmtp,
  nodeSockets,
  type ResolverConfig,
  type ReuseOptions,
  type ReusingSmtp,
  reusingSmtp,
  systemResolvers,
  validatingDns,
} from './adapters/node/index.js';
import { sqliteStores } from './adapters/sqlite/index.js';
import { observed, observedFault } from './diagnostics.js';
import { MisuseError } from './effects/misuse.js';
import type { Adapters } from './effects/ports.js';
import type { SocketPorts } from './effects/socket-ports.js';
import { createEngine, type Engine } from './engine/engine.js';
import type { EngineOptions } from './engine/options.js';
import type { Connection } from './engine/plan/connect.js';
import type { Plan } from './engine/plan/plan.js';
import { type SignalMemory, signalMemory } from './engine/signal-memory.js';
import { waitByTimer } from './engine/wait-by-timer.js';
import {
  checkNodeEngineOptions,
  checkNodeOptions,
  type NodeEngineOptions,
  type NodeOptions,
} from './node-options.js';
import { DEFAULT_SETTINGS } from './policy/settings.js';
import { type CollectOptions, collectReports } from './services/tls-report/send/collect.js';

export {
  parseResolver,
  parseResolvers,
  type ResolverConfig,
  type ResolverServer,
  type ReuseOptions,
  type SecretOf,
  type TrustAnchor,
} from './adapters/node/index.js';
export type { AttemptEnded, AttemptStarted, DecisionMade, FaultTold } from './diagnostics.js';
export * from './index.js';
export type { NodeEngineOptions, NodeOptions, ValidateHere } from './node-options.js';
export { type KeepFreshOptions, keepPoliciesFresh } from './services/sts/keep-policies-fresh.js';
export * from './services/tls-report/send/index.js';

export interface NodeAdapters extends Adapters {
  /** What recipient domains were seen to support, in the state folder or in memory. */
  readonly signals: SignalMemory;
  /**
   * Ends the connections that wait for another message and closes the state file. Call it when no attempt is under way;
   * nothing may be asked afterwards. Never rejects.
   */
  close(): Promise<void>;
}

export interface NodeEngine extends Engine {
  plan(...parameters: Parameters<Engine['plan']>): Promise<Plan<ConnectionOptions>>;
  connect(...parameters: Parameters<Engine['connect']>): Promise<Connection<Socket>>;
  /** See {@link NodeAdapters.close}. */
  close(): Promise<void>;
}

/**
 * Node's adapters for every effect. No I/O happens before the first question, apart from reading /etc/resolv.conf. Throws a
 * {@link MisuseError} for options that say nothing sensible.
 */
export function nodeAdapters(options: NodeOptions = {}): NodeAdapters {
  return adaptersTelling(warnOfFault, options);
}

function adaptersTelling(onFault: (message: string) => void, options: NodeOptions): NodeAdapters {
  try {
    return adaptersOf(checkNodeOptions(options), onFault);
  } catch (error) {
    // What only an adapter can tell, such as that a certificate cannot be read.
    throw error instanceof TypeError ? new MisuseError('WAXSEAL_BAD_OPTIONS', error.message) : error;
  }
}

function adaptersOf(options: NodeOptions, onFault: (message: string) => void): NodeAdapters {
  const ca = options.ca === undefined ? {} : { ca: options.ca };
  const local = options.localAddress === undefined ? {} : { localAddress: options.localAddress };
  const secrets = options.secretOf === undefined ? {} : { secretOf: options.secretOf };
  const smtp = smtpOf(nodeSmtp({ ...ca, ...local, ...secrets }), options.reuseConnections);
  const { policies, signals, close } = keptBy(options, onFault);
  return {
    ...dnsOf(options),
    'policy-cache.read': policies['policy-cache.read'],
    'policy-cache.write': policies['policy-cache.write'],
    'policy.fetch': nodePolicyFetch(ca),
    'random.draw': nodeRandom,
    'smtp.session': smtp.session,
    signals,
    async close() {
      await Promise.all([smtp.close(), signals.idle()]);
      await close().catch(() => undefined);
    },
  };
}

function smtpOf(session: ReturnType<typeof nodeSmtp>, reuse: ReuseOptions | undefined): ReusingSmtp {
  return reuse === undefined ? { session, close: async () => undefined } : reusingSmtp(session, reuse);
}

/** An engine over Node's adapters, clock and IDNA. Throws a {@link MisuseError} for options that say nothing sensible. */
export function createNodeEngine(options: NodeEngineOptions = {}): NodeEngine {
  const {
    adapters: own,
    sockets,
    settings,
    transports,
    routes,
    relayRefusals,
    clock,
    wait,
    deadlineMs,
    destinationsAtOnceMax,
    toAscii,
    onFault,
    onAttempt,
    signals,
    ...node
  } = checkNodeEngineOptions(options);
  const told = observedFault(onFault ?? warnOfFault);
  const { signals: ownSignals, close, ...adapters } = adaptersTelling(told, node);
  const engine = createEngine({
    settings: settings ?? DEFAULT_SETTINGS,
    ...(transports === undefined ? {} : { transports }),
    ...(routes === undefined ? {} : { routes }),
    ...(relayRefusals === undefined ? {} : { relayRefusals }),
    clock: clock ?? Date.now,
    wait: wait ?? waitByTimer,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(destinationsAtOnceMax === undefined ? {} : { destinationsAtOnceMax }),
    toAscii: toAscii ?? domainToASCII,
    onFault: told,
    ...(node.tlsReports === undefined
      ? onAttempt && { onAttempt }
      : { onAttempt: collecting(node.tlsReports, onAttempt) }),
    adapters: { ...adapters, ...own },
    sockets: sockets ?? socketsOf(node),
    signals: signals ?? ownSignals,
  });
  return {
    // The sockets and their options are Node's, unless the caller brings others.
    ...observed(engine as Engine & Pick<NodeEngine, 'plan' | 'connect'>),
    async close() {
      await signals?.idle();
      await close();
    },
  };
}

function socketsOf({ ca, localAddress }: NodeOptions): SocketPorts {
  return nodeSockets({
    ...(ca !== undefined && { ca }),
    ...(localAddress !== undefined && { localAddress }),
  });
}

function warnOfFault(message: string): void {
  process.emitWarning(message, 'WaxsealFault');
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
  const dns = dnssec === 'resolver' ? nodeDns(asked) : validatedHere(asked, dnssec);
  if (dnsCache === 'off') return dns;
  return cachedDns(dns, { entriesMax: 10_000, ...dnsCache, now: Date.now });
}

function validatedHere(
  resolvers: ResolverConfig,
  { validate: _, ...anchors }: Exclude<NodeOptions['dnssec'], 'resolver' | undefined>,
): DnsPorts {
  return validatingDns(resolvers, { ...anchors, now: Date.now });
}

interface Kept {
  readonly policies: Pick<Adapters, 'policy-cache.read' | 'policy-cache.write'>;
  readonly signals: SignalMemory;
  readonly close: () => Promise<void>;
}

function keptBy(
  { stateDirectory, policiesMax = 10_000 }: NodeOptions,
  onFault: (message: string) => void,
): Kept {
  if (stateDirectory === undefined) {
    return {
      policies: memoryPolicyStore({ entriesMax: policiesMax }),
      signals: signalMemory(memorySignalStore({ signalsMax: policiesMax })),
      close: async () => undefined,
    };
  }
  const { policies, signals, close } = sqliteStores({ directory: stateDirectory });
  return { policies, signals: signalMemory(signals, { onFault }), close };
}

/** Several servers, one of them, or those of the system. */
function resolverOf(resolver: NodeOptions['resolver']): ResolverConfig {
  if (resolver === undefined) return systemResolvers(resolverFile());
  return 'servers' in resolver ? resolver : { servers: [resolver] };
}

function resolverFile(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8').slice(0, 65_536);
  } catch {
    return '';
  }
}
