/*
 * A queue with everything around it: doors through which mail comes in, the engine that delivers it, and the jobs beside
 * it. It decides nothing: tables do, and what is told of them goes to whoever watches.
 */
import { domainToASCII } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { observedWork, tellWork, type WorkEnded } from '../diagnostics.js';
import type { Journal } from '../effects/journal.js';
import type { BodyStore, Doorbell, QueueStore } from '../effects/queue-stores.js';
import type { Stores } from '../effects/stores.js';
import { keepingJournals } from '../engine/keeping-journals.js';
import { waitByTimer } from '../engine/wait-by-timer.js';
import type { ListenAddress } from '../hosts/listen-address.js';
import type { OwnCertificate } from '../hosts/own-certificate.js';
import {
  createNodeEngine,
  keepPoliciesFresh,
  type NodeOptions,
  nodeAdapters,
  type ReportSettings,
  type SecretOf,
  type SignalMemory,
  signalMemory,
} from '../node.js';
import { type DestinationRule, hasExpired } from '../policy/local/destination.js';
import type { Destination } from '../policy/mx/candidate.js';
import { comparable } from '../policy/names/mailbox.js';
import { laneBy } from '../policy/queue/message.js';
import { chooseRoute } from '../policy/relay/index.js';
import type { Settings } from '../policy/settings.js';
import type { DkimKey } from '../services/dkim/index.js';
import {
  createQueue,
  type Queue,
  type QueueDesk,
  type QueueOptions,
  type QueueOutcome,
  type QueueTuning,
  storeDesk,
  type WaitingMail,
} from '../services/queue/index.js';
import { NODE_PLATFORM } from '../services/queue/platform.js';
import { type TallyMemory, tallyMemory } from '../services/tls-report/send/tally-memory.js';
import { aborted } from './aborted.js';
import { Along } from './along.js';
import type { DaemonConfig } from './config/config.js';
import { Crowds } from './crowds.js';
import { diskRoom } from './disk-room.js';
import type { DoorEvent, DoorKind } from './doors/door.js';
import { mailDoor } from './doors/mail-door.js';
import { Engines } from './engines.js';
import type { Logger } from './log.js';
import { perHost } from './per-host.js';
import { Reporting } from './reporting.js';
import { Suppressing } from './suppressing.js';
import { tellDoorbell, tellDoorEvent, tellOutcome } from './told.js';
import { type KnownUser, Users } from './users.js';
import { countedEngine } from './watch/counted-engine.js';
import { Lately } from './watch/lately.js';
import { daemonMetrics, type Metrics } from './watch/metrics.js';
import { type Webhook, webhooks } from './webhooks/webhooks.js';

/** What can be read again while the daemon runs. */
export interface DaemonSettings {
  readonly config: DaemonConfig;
  readonly settings: Settings;
  readonly users: readonly KnownUser[];
  readonly certificate: OwnCertificate;
  readonly webhooks: readonly Webhook[];
  /** Of transports, by name; null: there is none. */
  readonly secretOf: SecretOf;
  /** Null: no TLS reports are sent. */
  readonly reports: ReportSettings | null;
  /** Of the postmaster's domain, for notices. */
  readonly noticeKeys: readonly DkimKey[];
}

export interface DaemonOptions extends DaemonSettings {
  readonly stores: Stores;
  readonly bodies: BodyStore;
  /** Heard by other daemons over the same stores. Left out: there are none. */
  readonly doorbell?: Doorbell;
  /** Where octets are kept; undefined: in a database. */
  readonly directory: string | undefined;
  readonly node: NodeOptions;
  /** When an attempt as a whole ends, in milliseconds; default: an hour. */
  readonly deadlineMs?: number;
  readonly requireTls: 'keep' | 'off';
  /** Of this program. */
  readonly version: string;
  /** Is given what each attempt asked and was answered, and returns at once. Left out: nobody keeps it. */
  readonly keepJournal?: (journal: Journal) => void;
  readonly clock: () => number;
  readonly log: Logger;
  /** How long nobody looks for what others put in, where nobody rings, in milliseconds; default: a second. */
  readonly lookEveryMs?: number;
}

export interface Daemon {
  readonly queue: Queue;
  readonly desk: QueueDesk;
  readonly metrics: Metrics;
  readonly lately: Lately;
  /** The names of the transports of the configuration as it is. */
  transports(): readonly string[];
  /** How large a message may be, by the configuration as it is. */
  messageBytes(): number;
  /** Whether one of that size still fits on the disk. Never rejects. */
  room(): Promise<'enough' | 'too-little'>;
  /** To be told what happened at a door that is not of this daemon's making. */
  onEvent(event: DoorEvent): void;
  /** Rejects where no mail can be attempted. */
  ready(): Promise<void>;
  listen(kind: DoorKind, address: ListenAddress): Promise<ListenAddress>;
  /** From now on these settings are used, also for what waits already. Answers what of them takes a restart, in the words of the configuration. */
  reload(settings: DaemonSettings): readonly string[];
  /** Delivers until the signal aborts; resolves when everything has ended. Never rejects. */
  run(signal: AbortSignal, graceMs: number): Promise<void>;
  /** Gives up what was never run. */
  close(): Promise<void>;
}

const LOOK_MS = 1_000;
/** Servers that take their time over every answer would hold all attempts that may be under way at once for weeks, and all other mail with them. */
const ATTEMPT_MS_MAX = 3_600_000;
/** How long those who wait to be told may hold up the end, in milliseconds. */
const HOOKS_MS = 5_000;
/** What the operator is told again while it lasts, in milliseconds. */
const ALARM_EVERY_MS = 86_400_000;

export function createDaemon(options: DaemonOptions): Daemon {
  const { stores, bodies, directory, clock, log, lookEveryMs = LOOK_MS } = options;
  let current: DaemonSettings = options;
  const metrics = daemonMetrics({
    ...{ queue: stores.queue, clock, version: options.version, directory },
    rulesOver: () => rulesOverIn(current, clock()).length,
  });
  const lately = new Lately(clock);
  const onFault = (message: string) => {
    metrics.fault();
    log('error', 'fault', `a fault of ours: ${message}`, { fault: message });
  };
  const { close: closeDns, ...dns } = nodeAdapters(options.node);
  const hooks = webhooks({
    ...{ hooks: () => current.webhooks, store: stores.events, dns, ca: options.node.ca ?? [], clock },
    onTold: metrics.webhook,
    onFault: (message) => log('warn', 'webhook', message),
  });
  const relayRefusals = new Map<string, number>();
  const along = new Along();
  const tallies = tallyMemory(stores.reports, {
    after: along.next,
    onProblem: (problem) => log('warn', 'report', problem),
  });
  const signals = signalMemory(stores.signals, { onFault, after: along.next });
  const made = (settings: DaemonSettings) =>
    engineOf(options, settings, { relayRefusals, tallies, signals, onFault });
  const crowds = new Crowds({ elapsed: NODE_PLATFORM.elapsed, count: metrics.sentBack, log });
  const engines = new Engines(made(options));
  const engine = countedEngine(engines.latest, metrics.attempts);
  const queue = createQueue({
    engine: keepingJournals<QueueOptions['engine']>(engine, options.keepJournal),
    ...{ store: traced(stores.queue, clock), bodies, clock, onFault, toAscii: domainToASCII },
    ...tuningOf(options),
    laneOf: (mail) => laneIn(mail, current.config),
    eventsOf: hooks.eventsOf,
    onSettling: () => along.go(),
    // Others put messages and orders into the same store, and not all of them can ring.
    lookEveryMs,
    ...(options.doorbell !== undefined && { doorbell: options.doorbell }),
    onCrowded: crowds.tell,
    onDoorbell: (state) => tellDoorbell(state, lookEveryMs, log),
  });
  const suppressing = new Suppressing({
    ...{ store: stores.suppressions, clock, onFault },
    forMs: () => current.config.suppressGoneMs,
  });
  const reporting = new Reporting(
    {
      ...{ store: stores.reports, clock },
      onReport: (says, { day, domain, outcome }) => {
        metrics.report(outcome);
        log('info', 'report', says, { day, domain, outcome });
      },
      onWarning: (says) => log('warn', 'report', says),
    },
    reportsBy(options.node, options),
  );
  const users = new Users(options.users, NODE_PLATFORM.elapsed);
  const onEvent = (event: DoorEvent) => {
    metrics.doorEvent(event);
    tellDoorEvent(event, log);
    if (event.event !== 'accepted') return;
    lately.taken();
    tellWork(() => receivedOf(event, clock()));
  };
  const messageBytes = () => current.config.limits.messageBytes;
  const room = diskRoom({ directory, messageOctets: messageBytes, elapsed: NODE_PLATFORM.elapsed, onFault });
  const door = mailDoor({
    intake: queue,
    name: options.settings.helo,
    certificate: options.certificate,
    limits: () => current.config.limits,
    users,
    requireTls: options.requireTls,
    postmaster: () => postmasterOf(current),
    clock,
    isSuppressed: async (address) => (await stores.suppressions.among([comparable(address)])).length > 0,
    room,
    onEvent,
    onFault,
  });
  return {
    queue,
    desk: storeDesk(
      { ...stores.queue, order: (ids, order, { actor }) => queue.order(ids, order, actor) },
      clock,
    ),
    metrics,
    lately,
    transports: () => Object.keys(current.config.transports),
    messageBytes,
    room,
    onEvent,
    ready: engine.ready,
    listen: (kind, address) => door.listen(kind, address),
    reload(settings) {
      const before = current;
      // First what refuses settings: then nothing has changed.
      queue.tune(tuningOf(settings));
      const next = made(settings);
      current = settings;
      for (const name of changedTransports(before, settings)) relayRefusals.delete(name);
      engines.replace(next);
      users.replace(settings.users);
      reporting.use(reportsBy(options.node, settings));
      door.useLimits();
      if (settings.certificate !== before.certificate) door.useCertificate(settings.certificate);
      return restartsFor(options, settings);
    },
    async run(signal, graceMs) {
      const outcomes = watch(queue, (outcome) => {
        metrics.outcome(outcome);
        lately.outcome(outcome);
        tellOutcome(outcome, log);
        suppressing.note(outcome);
        hooks.ring();
      });
      const jobs = [
        keepPoliciesFresh({ store: stores.policies, engine, clock }, signal, {
          onFailure: (message) => log('warn', 'policies', `policies cannot be renewed: ${message}`),
        }),
        reporting.run(signal),
        alarm(() => current, options, signal),
        suppressing.run(signal),
      ];
      // The doors first, so that nothing comes in that nobody would take up.
      const ended = new AbortController();
      const unheard = new AbortController();
      const telling = hooks.run(unheard.signal, Math.min(graceMs, HOOKS_MS));
      const running = queue.run(ended.signal, { graceMs });
      await aborted(signal);
      ended.abort();
      await door.close(graceMs);
      await running;
      await outcomes;
      await suppressing.idle();
      unheard.abort();
      await telling;
      await Promise.all(jobs);
      await end();
    },
    async close() {
      await door.close(0);
      await end();
    },
  };

  async function end(): Promise<void> {
    along.end();
    await Promise.all([engines.close(), tallies.idle(), closeDns()]);
  }
}

/** The same store, whose settlements are told of. */
function traced(store: QueueStore, clock: () => number): QueueStore {
  return {
    ...store,
    settle: (settlements, now) => {
      const about = { 'messaging.batch.message_count': settlements.length };
      return observedWork({ work: 'settle', about, clock }, () => store.settle(settlements, now));
    },
  };
}

function receivedOf(event: Extract<DoorEvent, { event: 'accepted' }>, endedAt: number): WorkEnded {
  const { id, door, recipients, client, tls, seconds } = event;
  return {
    ...{ work: 'receive', startedAt: endedAt - seconds * 1000, endedAt, error: null },
    about: {
      ...{ 'messaging.message.id': id, 'waxseal.door': door, 'waxseal.recipients': recipients },
      ...(client !== '' && { 'client.address': client }),
      ...(tls !== null && { 'tls.protocol.version': tls }),
    },
  };
}

/** The lane of a message by the routes of a configuration. */
function laneIn({ domain, account, ...mail }: WaitingMail, { routes, transports }: DaemonConfig): string {
  const destination: Destination = domain.startsWith('[')
    ? { kind: 'literal', address: domain.slice(1, -1) }
    : { kind: 'domain', name: domain };
  return laneBy(chooseRoute({ ...mail, account: account ?? null, destination }, routes, transports), domain);
}

/** What of the settings a queue takes. */
function tuningOf(daemon: DaemonSettings): QueueTuning {
  const { retry, keepEndedMs, limits } = daemon.config;
  const { concurrency, perDomain, perDomainPerMinute } = limits;
  return {
    ...{ retry, keepEndedMs, limits: { concurrency, perDomain, perDomainPerMinute } },
    reportingMta: daemon.settings.helo,
    postmaster: postmasterOf(daemon),
    dkimKeys: daemon.noticeKeys,
  };
}

function postmasterOf({ config, settings }: DaemonSettings): string {
  return config.postmaster ?? `postmaster@${settings.helo}`;
}

/** Transports that are others than before, or have another password: what was known of them is not known of these. */
function changedTransports(before: DaemonSettings, after: DaemonSettings): readonly string[] {
  return Object.entries(before.config.transports).flatMap(([name, transport]) => {
    const user = transport.kind === 'relay' ? (transport.user ?? '') : '';
    const isSame =
      isDeepStrictEqual(transport, after.config.transports[name]) &&
      before.secretOf(name, user) === after.secretOf(name, user);
    return isSame ? [] : [name];
  });
}

/** What was settled when the daemon began. */
function restartsFor(before: DaemonSettings, after: DaemonSettings): readonly string[] {
  const { tlsCertFile: _cert, tlsKeyFile: _key, ...places } = after.config.places;
  const moved = Object.entries(places).flatMap(([name, value]) =>
    isDeepStrictEqual(value, before.config.places[name as keyof typeof places]) ? [] : [name],
  );
  const isRenamed = before.settings.helo !== after.settings.helo;
  return [...moved, ...(isRenamed ? ['helo'] : [])];
}

/** What engines leave to the next one. */
interface Lasting {
  readonly relayRefusals: Map<string, number>;
  readonly tallies: TallyMemory;
  readonly signals: SignalMemory;
  readonly onFault: (message: string) => void;
}

function engineOf(
  { node, stores: { policies }, clock, deadlineMs = ATTEMPT_MS_MAX }: DaemonOptions,
  current: DaemonSettings,
  { relayRefusals, tallies, signals, onFault }: Lasting,
) {
  const { settings } = current;
  const { config, secretOf } = current;
  const { perHost: sessionsMax, perHostPerMinute, concurrency } = config.limits;
  const sessionEveryMs = perHostPerMinute === undefined ? 0 : Math.ceil(60_000 / perHostPerMinute);
  const own = nodeAdapters({
    ...{ ...node, secretOf },
    // As many as are in use wait for the next message, so that none is closed while others are made.
    reuseConnections: { perHostMax: sessionsMax, connectionsMax: Math.max(100, 2 * concurrency) },
  });
  const engine = createNodeEngine({
    ...node,
    settings: { ...settings, destinations: rulesOf(current) },
    transports: config.transports,
    routes: config.routes,
    adapters: {
      'policy-cache.read': policies['policy-cache.read'],
      'policy-cache.write': policies['policy-cache.write'],
      'smtp.session': perHost(own['smtp.session'], { sessionsMax, sessionEveryMs, placesMax: concurrency }),
    },
    tlsReports: { store: tallies },
    signals,
    relayRefusals,
    clock,
    deadlineMs,
    onFault,
  });
  return {
    ...engine,
    close: async () => {
      await Promise.all([engine.close(), own.close()]);
    },
  };
}

/** Tells what becomes of each recipient, until the queue has ended. */
async function watch(queue: Queue, tell: (outcome: QueueOutcome) => void): Promise<void> {
  for await (const outcome of queue.outcomes()) tell(outcome);
}

function rulesOf({ config, settings }: DaemonSettings): readonly DestinationRule[] {
  return [...settings.destinations, ...config.destinations];
}

function rulesOverIn(settings: DaemonSettings, now: number) {
  return rulesOf(settings).filter((rule) => hasExpired(rule, now));
}

/** In whose name reports are sent, and how. */
function reportsBy(node: NodeOptions, { reports, settings }: DaemonSettings) {
  return reports === null ? null : { node, settings, reports };
}

/** Rules that are over are not in force, and somebody relies on them. */
async function alarm(
  current: () => DaemonSettings,
  { clock, log }: DaemonOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    for (const { destination, owner, reason, expiresAt } of rulesOverIn(current(), clock())) {
      const says = `the rule for ${destination} is over, and not in force; ask ${owner} (${reason})`;
      log('warn', 'rule-over', says, { destination, owner, expiresAt: new Date(expiresAt).toISOString() });
    }
    await waitByTimer(ALARM_EVERY_MS, signal);
  }
}
