import { type Decision, decide } from '../kernel/table.js';
import { ageOfCache } from './discover.js';
import type { CacheAnswer } from './fetch.js';
import { expiryOf } from './merge-policy.js';
import type { CachedPolicy } from './policy.js';
import type { PolicyFindings } from './policy-findings.js';
import { policyRefresh, refreshAlert } from './refresh-plan.table.js';

export interface RefreshSettings {
  /** How long after its fetch a policy is fetched again at the latest (RFC 8461, Section 3.3 suggests a day). */
  readonly dailyMs: number;
  /** How long a policy host is left alone after a fetch that failed; five minutes at least (Section 3.3). */
  readonly retryMs: number;
  /** Policies with a shorter max_age are not renewed. */
  readonly lifeMinMs: number;
}

export const DEFAULT_REFRESH_SETTINGS: RefreshSettings = Object.freeze({
  dailyMs: 86_400_000,
  retryMs: 3_600_000,
  lifeMinMs: 3_600_000,
});

/** Of its life, so that several fetches may fail before it ends. */
const PART_OF_LIFE = 1 / 4;
/** Fetches are spread over this part of the period before they are due, each domain at a time of its own. */
const SPREAD = 1 / 4;
const RETRY_MS_MIN = 300_000;
/** A refresh that has failed for so many periods has failed for long; below half of the policy's life in any case. */
const LASTING_PERIODS = 3;
const LASTING_PART_OF_LIFE = 3 / 8;

/** What is to be done about one kept policy. */
export interface RefreshPlan {
  readonly decision: Decision<(typeof policyRefresh.verdicts)[number]>;
  /** When it expires, in milliseconds since 1970; null: nobody knows. */
  readonly expiresAt: number | null;
}

/** Whether the policy of a domain is to be fetched now. Times in milliseconds since 1970. Total; never throws. */
export function planRefresh(
  domain: string,
  kept: CacheAnswer,
  settings: RefreshSettings,
  now: number,
): RefreshPlan {
  const age = ageOfCache(kept, now);
  const cached = kept.kind === 'read' ? kept.cached : null;
  const decision = decide(policyRefresh, {
    kept:
      age === 'unreadable'
        ? 'unreadable'
        : cached === null || age === 'expired'
          ? 'spent'
          : cached.policy.mode,
    life: cached !== null && lifeOf(cached) < settings.lifeMinMs ? 'short' : 'long',
    age:
      age === 'from-the-future'
        ? 'ahead'
        : cached !== null && now < dueAt(domain, cached, settings)
          ? 'young'
          : 'due',
    failed: whenFailed(kept, settings, now),
  });
  return { decision, expiresAt: cached === null ? null : expiryOf(cached) };
}

/** Whether the operator hears of a refresh. `found`: what it found; null: a fault of ours. Total; never throws. */
export function judgeRefreshed(
  kept: CacheAnswer,
  found: PolicyFindings | null,
  settings: RefreshSettings,
  now: number,
): Decision<(typeof refreshAlert.verdicts)[number]> {
  const cached = kept.kind === 'read' ? kept.cached : null;
  return decide(refreshAlert, {
    kept: cached?.policy.mode ?? 'unreadable',
    outcome: found?.verdict !== 'adopt' ? 'failed' : isKept(found) ? 'renewed' : 'not-kept',
    failing: cached !== null && now - cached.fetchedAt >= lastingMs(cached, settings) ? 'lasting' : 'briefly',
  });
}

/** When a policy is to be fetched again: a period after its fetch, or a little earlier; the same for whoever asks. */
export function dueAt(domain: string, cached: CachedPolicy, settings: RefreshSettings): number {
  return cached.fetchedAt + periodOf(cached, settings) * (1 - SPREAD * fractionOf(domain));
}

/**
 * How long the policy of a domain has waited for a fetch, in periods of its own: since it was due, or since its host was to be left
 * alone after a fetch that failed. So whoever has many policies of short life cannot keep back one of long life until
 * it expires: theirs are over after a few periods. What says nothing of a time counts as a period late. Never throws.
 */
export function latenessOf(
  domain: string,
  kept: CacheAnswer,
  settings: RefreshSettings,
  now: number,
): number {
  if (kept.kind !== 'read' || kept.cached === null) return 1;
  const { cached, failure } = kept;
  const tried = failure === null || failure.failedAt > now ? 0 : failure.failedAt + pauseOf(cached, settings);
  const waited = now - Math.max(dueAt(domain, cached, settings), tried);
  return waited < 0 ? 1 : waited / Math.max(1, periodOf(cached, settings));
}

function periodOf(cached: CachedPolicy, { dailyMs }: RefreshSettings): number {
  return Math.min(dailyMs, lifeOf(cached) * PART_OF_LIFE);
}

function lastingMs(cached: CachedPolicy, { dailyMs }: RefreshSettings): number {
  return Math.min(dailyMs * LASTING_PERIODS, lifeOf(cached) * LASTING_PART_OF_LIFE);
}

function lifeOf({ policy }: CachedPolicy): number {
  return policy.maxAgeSeconds * 1000;
}

function whenFailed(kept: CacheAnswer, settings: RefreshSettings, now: number): 'no' | 'lately' | 'before' {
  if (kept.kind !== 'read' || kept.failure === null) return 'no';
  const elapsed = now - kept.failure.failedAt;
  return elapsed >= 0 && elapsed < pauseOf(kept.cached, settings) ? 'lately' : 'before';
}

/** How long a host is left alone after a fetch that failed. */
function pauseOf(cached: CachedPolicy | null, settings: RefreshSettings): number {
  const period = cached === null ? settings.dailyMs : periodOf(cached, settings);
  return Math.max(RETRY_MS_MIN, Math.min(settings.retryMs, period * PART_OF_LIFE));
}

/** Whether the store holds what was fetched, or what somebody fetched later. */
function isKept({ before, after }: PolicyFindings): boolean {
  if (after.kind === 'unreadable' || after.cached === null) return false;
  return before.kind === 'unreadable' || before.cached !== after.cached;
}

/** From a name to a number from 0 up to 1 (FNV-1a): as good as drawn, and the same every time. */
function fractionOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return (hash >>> 0) / 0x1_0000_0000;
}
