import type { TxtAnswer } from '../dns/answer.js';
import { type Decision, decide } from '../kernel/table.js';
import type { DenialWitness } from '../mx/discover.js';
import type { Settings } from '../settings.js';
import type { CacheAnswer, FetchResult } from './fetch.js';
import { CLOCK_TOLERANCE_MS } from './merge-policy.js';
import type { CachedPolicy, StsKnowledge } from './policy.js';
import { policyCache } from './policy-cache.table.js';
import type { AnnouncedRecord, PolicyVerdict } from './policy-findings.js';
import { readStsRecord } from './record.js';

export interface PolicyCacheFacts {
  readonly cache: CacheAnswer;
  readonly record: AnnouncedRecord;
  /** Null: nothing was fetched yet. */
  readonly fetched: FetchResult | null;
  /** `lenient`: the message sets recipients' policies aside. */
  readonly message: 'strict' | 'lenient';
  /** `refresh`: the policy is to be renewed, and no message waits for it. */
  readonly purpose: 'deliver' | 'refresh';
  readonly settings: Pick<Settings, 'stsLookupFailure' | 'stsFetchBackoffSeconds'>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What the TXT record says; a lookup that failed says nothing. */
export function learnRecord(txt: TxtAnswer): AnnouncedRecord {
  return txt.kind === 'failed' ? { kind: 'failed' } : readStsRecord(txt.records);
}

/** What to do about a domain's policy, before a fetch and after it. Total; never throws. */
export function judgePolicyCache(facts: PolicyCacheFacts): Decision<PolicyVerdict> {
  const { cache, record, fetched, settings, now } = facts;
  return decide(policyCache, {
    cached: ageOfCache(cache, now),
    record: record.kind !== 'found' ? record.kind : record.id === idOfCached(cache) ? 'same-id' : 'other-id',
    fetched: fetched?.kind ?? 'not-asked',
    backoff: isBackingOff(facts) ? 'yes' : 'no',
    failure: settings.stsLookupFailure,
    message: facts.message,
    purpose: facts.purpose,
  });
}

/** What the clock says of what is kept; see the table `policy-cache`. */
export function ageOfCache(cache: CacheAnswer, now: number): (typeof policyCache.inputs.cached)[number] {
  if (cache.kind === 'unreadable') return 'unreadable';
  if (cache.cached === null) return 'none';
  const { fetchedAt, policy } = cache.cached;
  // No clock makes a policy younger than new: one that may be kept for no time is never in force again.
  if (Math.max(0, now - fetchedAt) >= policy.maxAgeSeconds * 1000) return 'expired';
  return fetchedAt - now > CLOCK_TOLERANCE_MS ? 'from-the-future' : 'current';
}

/** What is kept, as a witness to whether the domain has hosts that take mail. */
export function witnessOfCache(cache: CacheAnswer, now: number): DenialWitness {
  if (cache.kind === 'unreadable') return 'unknown';
  return unexpiredPolicy(cache, now)?.policy.mode === 'enforce' ? 'enforced' : 'other';
}

/** What is known once the policy was looked for, likewise. */
export function witnessOf(known: StsKnowledge): DenialWitness {
  if (known.kind === 'unknown') return 'unknown';
  return known.kind === 'policy' && known.policy.mode === 'enforce' ? 'enforced' : 'other';
}

/** The kept policy, if it has not expired: only its own fetch starts its life (RFC 8461, Section 3.2, max_age). */
export function unexpiredPolicy(cache: CacheAnswer, now: number): CachedPolicy | null {
  const age = ageOfCache(cache, now);
  return cache.kind === 'read' && (age === 'current' || age === 'from-the-future') ? cache.cached : null;
}

/**
 * The id under which a fetch is made, kept or remembered as failed: the announced one, or, where a policy is renewed although
 * nothing announces it, the one that it has. Null: there is nothing to fetch.
 */
export function idToFetch(record: AnnouncedRecord, cache: CacheAnswer): string | null {
  return record.kind === 'found' ? record.id : idOfCached(cache);
}

/** What is known of the policy after the decision. */
export function knowledgeOf(
  verdict: PolicyVerdict,
  cached: CachedPolicy | null,
  fetched: FetchResult | null,
): StsKnowledge {
  switch (verdict) {
    case 'use-cached':
    case 'use-cached-stale':
      if (cached === null) return { kind: 'unknown' };
      return {
        kind: 'policy',
        policy: cached.policy,
        freshness: verdict === 'use-cached' ? 'fresh' : 'stale',
      };
    case 'adopt':
      return fetched?.kind === 'policy'
        ? { kind: 'policy', policy: fetched.policy, freshness: 'fresh' }
        : { kind: 'unknown' };
    case 'no-policy':
      return { kind: 'none' };
    case 'fetch':
    case 'proceed-unknown':
    case 'defer':
    case 'defer-for-cache':
      return { kind: 'unknown' };
  }
}

function idOfCached(cache: CacheAnswer): string | null {
  return cache.kind === 'read' ? (cache.cached?.id ?? null) : null;
}

function isBackingOff({ cache, record, settings, now }: PolicyCacheFacts): boolean {
  const failure = cache.kind === 'read' ? cache.failure : null;
  if (failure === null || failure.id !== idToFetch(record, cache)) return false;
  const elapsed = now - failure.failedAt;
  return elapsed >= 0 && elapsed < settings.stsFetchBackoffSeconds * 1000;
}
