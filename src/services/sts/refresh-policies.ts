/*
 * The job that renews kept MTA-STS policies before they expire (RFC 8461, Sections 3.3 and 10.2). It decides nothing and remembers
 * nothing: what is due, and who is told, say tables, from what the store holds. So it may be killed at any time, and
 * run on several nodes; what two of them fetch at once is fetched twice and merged.
 */

import { errorText } from '../../effects/error-text.js';
import { JOURNAL_FORMAT, JOURNAL_VERSION, type Journal } from '../../effects/journal.js';
import type { StoredPolicy } from '../../effects/stores.js';
import type { PolicyResult } from '../../engine/engine.js';
import type { Decision } from '../../policy/kernel/table.js';
import {
  DEFAULT_REFRESH_SETTINGS,
  judgeRefreshed,
  latenessOf,
  planRefresh,
  type RefreshPlan,
} from '../../policy/mta-sts/refresh-plan.js';

import { checkRefresh, type RefreshPassSettings, type RefreshPorts } from './refresh-options.js';

export const DEFAULT_PASS_SETTINGS: RefreshPassSettings = Object.freeze({
  ...DEFAULT_REFRESH_SETTINGS,
  atOnceMax: 8,
  fetchesMax: 2000,
});

/** How the refresh of one policy went. */
export interface RefreshOutcome {
  readonly domain: string;
  /** Why it was due. */
  readonly plan: RefreshPlan['decision'];
  /** What was found; `policy` is null after a fault of ours. */
  readonly result: PolicyResult;
  /** What the engine threw, as it does for a name that it does not take; null: nothing. */
  readonly fault: string | null;
  /** Whether the operator is to hear of it. */
  readonly alert: Decision<'quiet' | 'warn' | 'alarm'>;
  /** When what is kept now expires, in milliseconds since 1970; null: nobody knows, or nothing is kept. */
  readonly expiresAt: number | null;
}

export interface RefreshPass {
  /** In order of domain names. */
  readonly outcomes: readonly RefreshOutcome[];
  /** How many more were due: beyond what one pass may fetch, or given up when the signal aborted. */
  readonly leftOut: number;
}

const PAGE_ENTRIES = 500;

/**
 * One pass: renews what is due. Rejects if the store cannot be reached, and with a {@link MisuseError}. When the signal aborts, fetches that are under way
 * are given up, and nothing is said of them; their hosts may be left alone for a few minutes, as after any failure.
 */
export async function refreshPolicies(
  ports: RefreshPorts,
  settings: Partial<RefreshPassSettings> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<RefreshPass> {
  checkRefresh(ports, settings, signal);
  const known = { ...DEFAULT_PASS_SETTINGS, ...settings };
  const { chosen, due } = await chooseDue(ports, known, signal);
  const outcomes: RefreshOutcome[] = [];
  let next = 0;
  const worker = async () => {
    while (next < chosen.length && !signal.aborted) {
      const outcome = await refreshOne(chosen[next++]!, ports, known, signal);
      if (outcome !== null) outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(known.atOnceMax, chosen.length) }, worker));
  return {
    outcomes: outcomes.toSorted((a, b) => (a.domain < b.domain ? -1 : 1)),
    leftOut: due - outcomes.length,
  };
}

interface Due {
  readonly entry: StoredPolicy;
  readonly plan: RefreshPlan;
  /** In periods of its own. */
  readonly lateness: number;
}

/** Never holds more than twice as many as may be fetched, however large the store is. */
async function chooseDue(
  { store, clock }: RefreshPorts,
  settings: RefreshPassSettings,
  signal: AbortSignal,
): Promise<{ readonly chosen: readonly Due[]; readonly due: number }> {
  const now = clock();
  let chosen: Due[] = [];
  let due = 0;
  let after: string | null = null;
  while (!signal.aborted) {
    const page: readonly StoredPolicy[] = await store.list({ after, entriesMax: PAGE_ENTRIES });
    for (const entry of page) {
      const plan = planRefresh(entry.domain, entry, settings, now);
      if (plan.decision.verdict !== 'refresh-now') continue;
      due++;
      chosen.push({ entry, plan, lateness: latenessOf(entry.domain, entry, settings, now) });
    }
    if (chosen.length > settings.fetchesMax) chosen = latest(chosen, settings.fetchesMax);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ENTRIES) break;
    after = last.domain;
  }
  return { chosen: latest(chosen, settings.fetchesMax), due };
}

function latest(due: readonly Due[], max: number): Due[] {
  return due
    .toSorted((a, b) => b.lateness - a.lateness || (a.entry.domain < b.entry.domain ? -1 : 1))
    .slice(0, max);
}

async function refreshOne(
  { entry, plan }: Due,
  { engine, clock }: RefreshPorts,
  settings: RefreshPassSettings,
  signal: AbortSignal,
): Promise<RefreshOutcome | null> {
  const { result, fault } = await ask(engine, entry.domain, signal);
  // What was given up says nothing about the domain.
  if (signal.aborted) return null;
  const after = result.policy?.after ?? entry;
  return {
    domain: entry.domain,
    plan: plan.decision,
    result,
    fault,
    alert: judgeRefreshed(entry, result.policy, settings, clock()),
    expiresAt: planRefresh(entry.domain, after, settings, clock()).expiresAt,
  };
}

/** One name that the engine throws at must not keep the others from being renewed. */
async function ask(
  engine: RefreshPorts['engine'],
  domain: string,
  signal: AbortSignal,
): Promise<Pick<RefreshOutcome, 'result' | 'fault'>> {
  try {
    return { result: await engine.policy(domain, { purpose: 'refresh' }, { signal }), fault: null };
  } catch (error) {
    const journal: Journal = { format: JOURNAL_FORMAT, version: JOURNAL_VERSION, attempts: [] };
    return {
      result: { domain, policy: null, decisions: [], journal },
      fault: errorText(error),
    };
  }
}
