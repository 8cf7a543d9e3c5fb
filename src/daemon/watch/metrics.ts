/* What a daemon counts. The names are listed in docs/operating.md, and a test holds the two against each other. */
import { statfs } from 'node:fs/promises';
import type { QueueStore } from '../../effects/queue-stores.js';
import { notice } from '../../policy/dsn/notice.tables.js';
import type { Authentication } from '../../policy/host/types.js';
import { hostRoom } from '../../policy/queue/host-room.table.js';
import type { QueueOutcome } from '../../services/queue/index.js';
import { WEBHOOK_EVENTS } from '../config/config.js';
import type { DoorEvent } from '../doors/door.js';
import { attemptMetrics, type CountAttempts } from './attempt-metrics.js';
import { Registry } from './registry.js';

export interface Metrics {
  readonly registry: Registry;
  doorEvent(event: DoorEvent): void;
  outcome(outcome: QueueOutcome): void;
  readonly attempts: CountAttempts;
  webhook(event: string, result: (typeof WEBHOOK_RESULTS)[number], count: number): void;
  report(outcome: string): void;
  sentBack(row: string): void;
  fault(): void;
}

export interface MetricsOptions {
  readonly queue: Pick<QueueStore, 'counts'>;
  readonly clock: () => number;
  readonly version: string;
  /** Undefined: nothing is kept in a folder. */
  readonly directory: string | undefined;
  /** How many rules of the operator are over. */
  readonly rulesOver: () => number;
}

const KNOWN_MS = 1_000;
const AUTHENTICATIONS: readonly Authentication[] = ['none', 'pkix', 'dane', 'dane+pkix'];
const WEBHOOK_RESULTS = ['sent', 'failed', 'dropped'] as const;

export function daemonMetrics({ queue, clock, version, directory, rulesOver }: MetricsOptions): Metrics {
  const registry = new Registry();
  const counter = (name: string, help: string, begin?: Parameters<Registry['counter']>[2]) =>
    registry.counter(`waxseal_${name}`, help, begin);
  const accepted = counter('messages_accepted_total', 'Messages that were answered 250.');
  const refused = counter('refusals_total', 'What was refused at a door, by stage, code and row.');
  const acceptSeconds = registry.histogram(
    'waxseal_accept_seconds',
    'From MAIL to the answer behind the final dot.',
  );
  const outcomes = counter(
    'recipient_turns_total',
    'What an attempt or an order came to for a recipient.',
    WEBHOOK_EVENTS.map((outcome) => ({ outcome })),
  );
  const ended = counter('recipients_ended_total', 'Recipients of whom nobody waits any more.');
  const ages = registry.histogram(
    'waxseal_age_at_end_seconds',
    'How old a message was when a recipient ended.',
  );
  const sessions = counter(
    'authentication_total',
    'How hosts were authenticated to which recipients were delivered.',
    AUTHENTICATIONS.map((authentication) => ({ authentication })),
  );
  const decisions = counter('decisions_total', 'The row that decided for a recipient.');
  const notices = counter(
    'notices_total',
    'What senders were told, or not.',
    notice.verdicts.map((verdict) => ({ verdict })),
  );
  const webhooks = counter(
    'webhooks_total',
    'Events that others were told of.',
    WEBHOOK_EVENTS.flatMap((event) => WEBHOOK_RESULTS.map((result) => ({ event, result }))),
  );
  const reports = counter('tls_reports_total', 'TLS reports that something was done about.');
  const sentBack = counter(
    'sent_back_total',
    'Attempts that went back, because a server had all sessions open.',
    hostRoom.rows.flatMap(({ id, then }) => (then === 'go-back' ? [{ row: id }] : [])),
  );
  const faults = counter('faults_total', 'Faults of ours.', [{}]);
  let known: {
    readonly counts: Promise<Awaited<ReturnType<QueueStore['counts']>>>;
    readonly at: number;
  } | null = null;
  const counts = () => {
    if (known === null || performance.now() - known.at > KNOWN_MS)
      known = { counts: queue.counts(clock()), at: performance.now() };
    return known.counts;
  };
  registry.gauge('waxseal_deliveries', 'Deliveries (a message and a domain) by state.', async () => {
    const { waiting, attempting, held } = await counts();
    return [
      [{ state: 'waiting' }, waiting],
      [{ state: 'attempting' }, attempting],
      [{ state: 'held' }, held],
    ];
  });
  registry.gauge('waxseal_lanes', 'Ways to domains on which something waits, by how they do.', async () => {
    const { lanesWell, lanesFailing, lanesClosed, lanesPutOff } = await counts();
    return [
      [{ health: 'well' }, lanesWell],
      [{ health: 'failing' }, lanesFailing],
      [{ health: 'closed' }, lanesClosed],
      [{ health: 'put-off' }, lanesPutOff],
    ];
  });
  registry.gauge(
    'waxseal_overdue_seconds',
    'For how long the oldest delivery that is due has been.',
    async () => {
      const { oldestDueAt } = await counts();
      return [[{}, oldestDueAt === null ? 0 : Math.max(0, clock() - oldestDueAt) / 1000]];
    },
  );
  registry.gauge('waxseal_rules_over', 'Rules for destinations whose time is over.', async () => [
    [{}, rulesOver()],
  ]);
  registry.gauge('waxseal_disk_free_bytes', 'What is free on the disk of the folder.', async () => {
    if (directory === undefined) return [];
    const { bavail, bsize } = await statfs(directory);
    return [[{}, bavail * bsize]];
  });
  registry.gauge('waxseal_resident_bytes', 'Memory of the process.', async () => [
    [{}, process.memoryUsage.rss()],
  ]);
  registry.gauge('waxseal_build_info', 'Which version it is.', async () => [
    [{ version, node: process.version }, 1],
  ]);
  return {
    registry,
    doorEvent(event) {
      const { door } = event;
      if (event.event === 'accepted') {
        accepted.add({
          door,
          tls: event.tls === null ? 'no' : 'yes',
          auth: event.user === null ? 'no' : 'yes',
        });
        acceptSeconds.observe(event.seconds, { door });
      } else refused.add({ door, stage: event.stage, code: `${event.code}`, row: event.row ?? '' });
    },
    outcome({ outcome, at, queuedAt, turn }) {
      const { word, decision, notice } = turn;
      const because = word?.because ?? decision;
      outcomes.add({ outcome });
      decisions.add({ table: because.table, row: because.row });
      if (notice !== null) notices.add({ verdict: notice.verdict });
      if (outcome === 'delivered') sessions.add({ authentication: word?.authentication ?? 'none' });
      if (outcome === 'deferred' || outcome === 'delayed') return;
      ended.add({ state: outcome, class: (word?.status ?? '').slice(0, 1) });
      ages.observe(Math.max(0, at - queuedAt) / 1000, { state: outcome });
    },
    attempts: attemptMetrics(registry),
    webhook: (event, result, count) => webhooks.add({ event, result }, count),
    report: (outcome) => reports.add({ outcome }),
    sentBack: (row) => sentBack.add({ row }),
    fault: () => faults.add(),
  };
}
