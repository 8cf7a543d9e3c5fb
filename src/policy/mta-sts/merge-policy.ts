import { type Decision, decide } from '../kernel/table.js';
import type { CacheAnswer } from './fetch.js';
import type { CachedPolicy, FetchFailure, StsMode } from './policy.js';
import { policyMerge, policyRoom } from './policy-merge.table.js';

/** What was learned of a domain's policy. */
export type PolicyChange =
  | { readonly kind: 'store'; readonly entry: CachedPolicy }
  | { readonly kind: 'remember-failure'; readonly failure: FetchFailure };

/** What is to be kept of a domain from now on. */
export interface MergedPolicy {
  readonly decision: Decision<(typeof policyMerge.verdicts)[number]>;
  readonly kept: CacheAnswer;
}

/** As far as clocks of one cluster may differ before one of them is said to have moved. */
export const CLOCK_TOLERANCE_MS = 300_000;

/**
 * What a store keeps once this was learned. Whatever the order in which nodes tell it what they learned within five
 * minutes, the same is kept in the end.
 */
export function mergePolicy(kept: CacheAnswer, change: PolicyChange): MergedPolicy {
  const cached = kept.kind === 'read' ? kept.cached : null;
  const failure = kept.kind === 'read' ? kept.failure : null;
  const decision = decide(policyMerge, {
    incoming: change.kind === 'store' ? 'policy' : 'failure',
    kept: kept.kind === 'unreadable' ? 'unreadable' : cached === null ? 'none' : 'policy',
    age:
      change.kind === 'store'
        ? ageOfPolicy(change.entry, cached)
        : ageOfFailure(change.failure, cached, failure),
  });
  if (change.kind === 'store' && decision.verdict === 'replace') {
    const isOlder =
      failure !== null && ageOf(change.entry.fetchedAt, failure.failedAt, true) === 'same-or-older';
    const since = isOlder ? failure : null;
    return { decision, kept: { kind: 'read', cached: change.entry, failure: since } };
  }
  if (change.kind === 'remember-failure' && decision.verdict === 'remember-failure') {
    return { decision, kept: kept.kind === 'read' ? { ...kept, failure: change.failure } : kept };
  }
  return { decision, kept };
}

/** When something was learned; milliseconds since 1970. */
export function timeOf(change: PolicyChange): number {
  return change.kind === 'store' ? change.entry.fetchedAt : change.failure.failedAt;
}

type Age = 'newer' | 'same-or-older' | 'clock-moved';

function ageOfPolicy(incoming: CachedPolicy, kept: CachedPolicy | null): Age {
  return kept === null ? 'newer' : ageOf(incoming.fetchedAt, kept.fetchedAt, textOf(incoming) > textOf(kept));
}

function ageOfFailure(
  incoming: FetchFailure,
  cached: CachedPolicy | null,
  failure: FetchFailure | null,
): Age {
  if (failure !== null) return ageOf(incoming.failedAt, failure.failedAt, incoming.id > failure.id);
  return cached === null ? 'newer' : ageOf(incoming.failedAt, cached.fetchedAt, false);
}

/** `winsTie`: of two things learned in the same millisecond, all nodes must prefer the same one. */
function ageOf(incoming: number, kept: number, winsTie: boolean): Age {
  if (kept - incoming > CLOCK_TOLERANCE_MS) return 'clock-moved';
  return incoming > kept || (incoming === kept && winsTie) ? 'newer' : 'same-or-older';
}

function textOf({ id, policy }: CachedPolicy): string {
  return JSON.stringify([id, policy.mode, policy.mx, policy.maxAgeSeconds, policy.lines]);
}

/** What decides whether an entry makes room for another. */
export interface EntryWorth {
  readonly domain: string;
  /** null: there is only a failed fetch. */
  readonly mode: StsMode | null;
  /** When the policy expires, or when the fetch failed; milliseconds since 1970. */
  readonly until: number;
}

/** What decides about an entry's stay. */
export function worthOf(
  domain: string,
  cached: CachedPolicy | null,
  failure: FetchFailure | null,
): EntryWorth {
  if (cached === null) return { domain, mode: null, until: failure?.failedAt ?? 0 };
  return { domain, mode: cached.policy.mode, until: expiryOf(cached) };
}

/** When a kept policy expires (RFC 8461, Section 3.2, max_age); milliseconds since 1970. */
export function expiryOf({ fetchedAt, policy }: CachedPolicy): number {
  return fetchedAt + policy.maxAgeSeconds * 1000;
}

/**
 * Whether a full store makes room for a newcomer, and whose entry goes. `soonest` holds at least the entry of each mode
 * that ends soonest; `now` is when the newcomer was learned. null: the newcomer is turned away.
 */
export function judgeRoom(
  newcomer: EntryWorth,
  soonest: readonly [EntryWorth, ...EntryWorth[]],
  now: number,
): { readonly decision: Decision<(typeof policyRoom.verdicts)[number]>; readonly goes: string | null } {
  const least = soonest.reduce((one, other) => (goesBefore(other, one, now) ? other : one));
  const decision = decide(policyRoom, { newcomer: worth(newcomer, now), least: worth(least, now) });
  return { decision, goes: decision.verdict === 'make-room' ? least.domain : null };
}

function goesBefore(a: EntryWorth, b: EntryWorth, now: number): boolean {
  const byWorth = WORTHS.indexOf(worth(a, now)) - WORTHS.indexOf(worth(b, now));
  return (byWorth || a.until - b.until || (a.domain < b.domain ? -1 : 1)) < 0;
}

const WORTHS = policyRoom.inputs.least;

function worth({ mode, until }: EntryWorth, now: number): (typeof WORTHS)[number] {
  return mode === null || until <= now ? 'spent' : mode;
}
