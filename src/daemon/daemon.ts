/*
 * A queue with everything around it: doors through which mail comes in, the engine that delivers it, and the jobs beside
 * it. It decides nothing: tables do, and what is told of them goes to whoever watches.
 */
import { domainToASCII } from 'node:url';
import type { BodyStore } from '../effects/queue-stores.js';
import type { Stores } from '../effects/stores.js';
import type { ListenAddress } from '../hosts/listen-address.js';
import type { OwnCertificate } from '../hosts/own-certificate.js';
import {
  createNodeEngine,
  keepPoliciesFresh,
  type NodeOptions,
  nodeAdapters,
  nodePostReport,
  type ReportSettings,
  runTlsReports,
} from '../node.js';
import type { Settings } from '../policy/settings.js';
import { createQueue, type Queue, type QueueDesk, storeDesk } from '../services/queue/index.js';
import type { DaemonConfig } from './config/config.js';
import { diskRoom } from './disk-room.js';
import { type DoorEvent, type DoorKind, mailDoor } from './doors/mail-door.js';
import { Engines } from './engines.js';
import type { Logger } from './log.js';
import { tellDoorEvent, tellOutcome } from './told.js';
import { type KnownUser, Users } from './users.js';

/** What can be read again while the daemon runs. */
export interface DaemonSettings {
  readonly config: DaemonConfig;
  readonly settings: Settings;
  readonly users: readonly KnownUser[];
  readonly certificate: OwnCertificate;
  /** Null: no TLS reports are sent. */
  readonly reports: ReportSettings | null;
}

export interface DaemonOptions extends DaemonSettings {
  readonly stores: Stores;
  readonly bodies: BodyStore;
  /** Where octets are kept; undefined: in a database. */
  readonly directory: string | undefined;
  readonly node: NodeOptions;
  readonly requireTls: 'keep' | 'off';
  readonly clock: () => number;
  readonly log: Logger;
}

export interface Daemon {
  readonly queue: Queue;
  readonly desk: QueueDesk;
  listen(kind: DoorKind, address: ListenAddress): Promise<ListenAddress>;
  /** From now on these settings are used; retry and limits stay as they were. */
  reload(settings: DaemonSettings): void;
  /** Delivers until the signal aborts; resolves when everything has ended. Never rejects. */
  run(signal: AbortSignal, graceMs: number): Promise<void>;
  /** Gives up what was never run. */
  close(): Promise<void>;
}

/** What the operator is told again while it lasts, in milliseconds. */
const ALARM_EVERY_MS = 86_400_000;

export function createDaemon(options: DaemonOptions): Daemon {
  const { stores, bodies, directory, clock, log, config } = options;
  let current: DaemonSettings = options;
  const onFault = (message: string) =>
    log('error', 'fault', `a fault of ours: ${message}`, { fault: message });
  const engines = new Engines(engineOf(options, current, onFault));
  const postmaster = () => current.config.postmaster ?? `postmaster@${current.settings.helo}`;
  const queue = createQueue({
    engine: {
      deliver: (mail, attempt) => engines.use((engine) => engine.deliver(mail, attempt)),
      lastLook: (stopped, look) => engines.use((engine) => engine.lastLook(stopped, look)),
    },
    ...{ store: stores.queue, bodies, clock, onFault, toAscii: domainToASCII },
    retry: config.retry,
    keepEndedMs: config.keepEndedMs,
    limits: { concurrency: config.limits.concurrency, perDomain: config.limits.perDomain },
    // Others put messages and orders into the same store.
    lookEveryMs: 1_000,
    reportingMta: options.settings.helo,
    postmaster: postmaster(),
  });
  const users = new Users(options.users, clock);
  const door = mailDoor({
    intake: queue,
    name: options.settings.helo,
    certificate: options.certificate,
    limits: config.limits,
    users,
    requireTls: options.requireTls,
    postmaster,
    clock,
    room: diskRoom(directory, config.limits.messageBytes),
    onEvent: (event: DoorEvent) => tellDoorEvent(event, log),
    onFault,
  });
  return {
    queue,
    desk: storeDesk(stores.queue, clock),
    listen: (kind, address) => door.listen(kind, address),
    reload(settings) {
      const before = current;
      current = settings;
      engines.replace(engineOf(options, settings, onFault));
      users.replace(settings.users);
      if (settings.certificate !== before.certificate) door.useCertificate(settings.certificate);
    },
    async run(signal, graceMs) {
      const outcomes = watch(queue, log);
      const jobs = [
        keepPoliciesFresh(
          {
            store: stores.policies,
            engine: { policy: (...asked) => engines.use((engine) => engine.policy(...asked)) },
            clock,
          },
          signal,
          { onFailure: (message) => log('warn', 'policies', `policies cannot be renewed: ${message}`) },
        ),
        sendReports(options, () => current, signal),
        alarm(() => current, options, signal),
      ];
      // The doors first, so that nothing comes in that nobody would take up.
      const ended = new AbortController();
      const running = queue.run(ended.signal, { graceMs });
      await aborted(signal);
      ended.abort();
      await door.close(graceMs);
      await running;
      await outcomes;
      await Promise.all(jobs);
      await engines.close();
    },
    async close() {
      await door.close(0);
      await engines.close();
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function engineOf(
  { node, stores, clock }: DaemonOptions,
  { config, settings }: DaemonSettings,
  onFault: (message: string) => void,
) {
  const { policies, reports } = stores;
  return createNodeEngine({
    ...node,
    settings: { ...settings, destinations: [...settings.destinations, ...config.destinations] },
    adapters: {
      'policy-cache.read': policies['policy-cache.read'],
      'policy-cache.write': policies['policy-cache.write'],
    },
    reuseConnections: {},
    tlsReports: { store: reports },
    clock,
    onFault,
  });
}

/** Tells what becomes of each recipient, until the queue has ended. */
async function watch(queue: Queue, log: Logger): Promise<void> {
  for await (const outcome of queue.outcomes()) tellOutcome(outcome, log);
}

async function sendReports(
  { node, stores, clock, log }: DaemonOptions,
  current: () => DaemonSettings,
  signal: AbortSignal,
): Promise<void> {
  const { reports, settings } = current();
  if (reports === null) return;
  const dns = nodeAdapters(node);
  // Not the engine of the queue: reports are not to be counted.
  const engine = createNodeEngine({ ...node, settings });
  const https = nodePostReport(node.ca === undefined ? {} : { ca: node.ca });
  await runTlsReports({ store: stores.reports, dns, engine, https, clock }, reports, signal, {
    onOutcome: ({ day, domain, outcome, note }) =>
      log(
        'info',
        'report',
        `TLS report for ${domain} of ${day}: ${outcome}${note === '' ? '' : ` (${note})`}`,
        {
          ...{ day, domain, outcome },
        },
      ),
    onFailure: (message) => log('warn', 'report', `TLS reports wait: ${message}`),
  });
  await Promise.all([engine.close(), dns.close()]);
}

/** Rules that are over are not in force, and somebody relies on them. */
async function alarm(
  current: () => DaemonSettings,
  { clock, log }: DaemonOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { config, settings } = current();
    for (const { destination, owner, reason, expiresAt } of [
      ...config.destinations,
      ...settings.destinations,
    ])
      if (expiresAt !== null && expiresAt <= clock())
        log(
          'warn',
          'rule-over',
          `the rule for ${destination} is over, and not in force; ask ${owner} (${reason})`,
          {
            ...{ destination, owner, expiresAt: new Date(expiresAt).toISOString() },
          },
        );
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ALARM_EVERY_MS);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
