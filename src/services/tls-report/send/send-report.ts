/*
 * One attempt at one report: claimed, so that no other node sends it too; made of what was counted; handed to every endpoint
 * that the domain names now; settled. A claim lasts until the next attempt is due, so that an attempt that ended without a
 * word, and one that failed, are tried again at the same time.
 */
import { errorText } from '../../../effects/error-text.js';
import type { ReportDue, ReportKey } from '../../../effects/stores.js';
import { following } from '../../../engine/following.js';
import type { Decision } from '../../../policy/kernel/table.js';
import { concludeReport } from '../../../policy/tls-report/send/endpoint-outcome.table.js';
import { nextStep } from '../../../policy/tls-report/send/report-step.table.js';
import { judgeWanted } from '../../../policy/tls-report/send/report-wanted.table.js';
import { ATTEMPT_MS_MAX, nextAttemptAt } from '../../../policy/tls-report/send/schedule.js';
import type { SkippedDestination } from '../../../policy/tls-report/tlsrpt-record.js';
import { type EndpointOutcome, handOver } from './hand-over.js';
import type { HostBudget } from './host-budget.js';
import { makeReport } from './make-report.js';
import type { ReportPorts } from './report-options.js';
import type { KnownReportSettings } from './settings.js';

/** What became of a report in one pass. */
export interface ReportOutcome extends ReportKey {
  /** `not-due`: its hour comes later; `not-wanted`: the domain asks for none; `failed`: the store did not do its part. */
  readonly outcome: 'sent' | 'waiting' | 'not-due' | 'not-wanted' | 'dropped' | 'failed';
  /** When the next attempt may be made, in milliseconds since 1970, or null. */
  readonly nextAt: number | null;
  /** The decision that settled it; null where there was nothing to decide. */
  readonly decision: Decision | null;
  readonly endpoints: readonly EndpointOutcome[];
  readonly skipped: readonly SkippedDestination[];
  /** What there is to say besides. */
  readonly note: string;
}

export interface Sender {
  readonly ports: ReportPorts;
  readonly settings: KnownReportSettings;
  readonly budget: HostBudget;
  readonly signal: AbortSignal;
}

/** Makes an attempt at a report if it is time for one. Never rejects. */
export async function sendReport(due: ReportDue, sender: Sender): Promise<ReportOutcome> {
  const key = { day: due.day, domain: due.domain };
  try {
    return await stepWith(key, due, sender);
  } catch (error) {
    const note = errorText(error);
    return { ...blank(key, null), outcome: 'failed', note };
  }
}

async function stepWith(key: ReportKey, { state }: ReportDue, sender: Sender): Promise<ReportOutcome> {
  const { store, clock } = sender.ports;
  const step = nextStep({ ...key, state, now: clock(), spread: sender.settings.spread });
  switch (step.kind) {
    case 'wait':
      return {
        ...blank(key, step.decision),
        outcome: step.for === 'hour' ? 'not-due' : 'waiting',
        nextAt: step.until,
      };
    case 'done':
      return { ...blank(key, step.decision), outcome: state.kind === 'sent' ? 'sent' : 'dropped' };
    case 'drop':
      await store.settle(key, 'dropped');
      return { ...blank(key, step.decision), outcome: 'dropped' };
    case 'send-now':
      return attempt(key, sender);
  }
}

async function attempt(key: ReportKey, sender: Sender): Promise<ReportOutcome> {
  const { ports, settings, signal } = sender;
  const now = ports.clock();
  const next = nextAttemptAt(key.domain, key.day, now);
  const until = next ?? now + ATTEMPT_MS_MAX;
  if ((await ports.store.claim(key, { now, until })) === 'taken')
    return { ...blank(key, null), outcome: 'waiting', nextAt: until, note: 'another node has it' };
  const lookup = { name: `_smtp._tls.${key.domain}`, deadlineMs: settings.deadlines.dnsMs };
  const wanted = judgeWanted(await ports.dns['dns.txt'](lookup, signal));
  const { skipped } = wanted;
  if (wanted.decision.verdict === 'drop') {
    await ports.store.settle(key, 'dropped');
    return { ...blank(key, wanted.decision), outcome: 'not-wanted', skipped };
  }
  const endpoints = wanted.decision.verdict === 'send' ? await handOverAll(key, wanted, sender) : [];
  const verdicts =
    wanted.decision.verdict === 'send' ? endpoints.map(({ decision }) => decision.verdict) : [];
  const decision = concludeReport(wanted.decision.verdict === 'later' ? ['later'] : verdicts, next);
  const told = { ...blank(key, decision), endpoints, skipped };
  switch (decision.verdict) {
    case 'wait':
      return { ...told, outcome: 'waiting', nextAt: next };
    case 'sent':
      await ports.store.settle(key, 'sent');
      return { ...told, outcome: 'sent' };
    case 'drop':
      // Who was interrupted has not tried in earnest.
      if (signal.aborted) return { ...told, outcome: 'waiting', nextAt: until };
      await ports.store.settle(key, 'dropped');
      return { ...told, outcome: 'dropped' };
  }
}

/** To all of them side by side; there are ten at most. */
async function handOverAll(
  key: ReportKey,
  { destinations }: ReturnType<typeof judgeWanted>,
  { ports, settings, budget, signal }: Sender,
): Promise<readonly EndpointOutcome[]> {
  const lines = await ports.store.read(key);
  if (lines.length === 0) return [];
  const made = await makeReport(key, lines, settings);
  // Slow endpoints must not hold up the others; and before the claim ends, or another node might send it at the same time.
  const attemptMs = Math.min(settings.attemptMsMax, ATTEMPT_MS_MAX - MARGIN_MS);
  const inTime = following(signal, AbortSignal.timeout(attemptMs));
  try {
    const work = { made, ports, settings, budget, signal: inTime.signal };
    return await Promise.all(destinations.map((destination) => handOver(destination, work)));
  } finally {
    inTime.end();
  }
}

const MARGIN_MS = 60_000;

function blank(key: ReportKey, decision: Decision | null) {
  return { ...key, nextAt: null, decision, endpoints: [], skipped: [], note: '' } as const;
}
