import type { TxtAnswer } from '../dns/answer.js';
import { type Decision, decide } from '../kernel/table.js';
import type { Settings } from '../settings.js';
import type { CacheAnswer, FetchResult } from './fetch.js';
import type { CachedPolicy, StsKnowledge } from './policy.js';
import { readStsRecord, type StsRecord } from './record.js';
import { stsDiscovery, stsFetch } from './sts-discovery.table.js';

export type StsDiscoveryVerdict = (typeof stsDiscovery.verdicts)[number];
export type StsFetchVerdict = (typeof stsFetch.verdicts)[number];

export interface DiscoveryFacts {
  readonly cache: CacheAnswer;
  readonly txt: TxtAnswer;
  /** `lenient`: the message sets recipients' policies aside. */
  readonly message: 'strict' | 'lenient';
  readonly settings: Pick<Settings, 'stsLookupFailure' | 'stsFetchBackoffSeconds'>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What the TXT record says; a lookup that failed says nothing. */
export function learnRecord(txt: TxtAnswer): StsRecord | { readonly kind: 'failed' } {
  return txt.kind === 'failed' ? { kind: 'failed' } : readStsRecord(txt.records);
}

/** What to do about a domain's policy. Total; never throws. */
export function judgeDiscovery(facts: DiscoveryFacts): Decision<StsDiscoveryVerdict> {
  const record = learnRecord(facts.txt);
  const policy = unexpiredPolicy(facts.cache, facts.now);
  return decide(stsDiscovery, {
    cached: classifyCache(facts.cache, facts.now),
    record: record.kind !== 'found' ? record.kind : record.id === policy?.id ? 'same-id' : 'other-id',
    backoff: record.kind === 'found' && isBackingOff(facts, record.id) ? 'yes' : 'no',
    failure: facts.settings.stsLookupFailure,
    message: facts.message,
  });
}

/** What a fetch changes. `message`: see {@link DiscoveryFacts}. */
export function judgeFetch(
  fetched: FetchResult,
  cache: CacheAnswer,
  message: DiscoveryFacts['message'],
  now: number,
): Decision<StsFetchVerdict> {
  return decide(stsFetch, { fetched: fetched.kind, cached: classifyCache(cache, now), message });
}

function classifyCache(cache: CacheAnswer, now: number) {
  if (cache.kind === 'unreadable') return 'unreadable';
  return unexpiredPolicy(cache, now) === null ? 'none' : 'policy';
}

/** The kept policy, if it has not expired: only its own fetch starts its life (RFC 8461, Section 3.2, max_age). */
export function unexpiredPolicy(cache: CacheAnswer, now: number): CachedPolicy | null {
  if (cache.kind === 'unreadable' || cache.cached === null) return null;
  const { fetchedAt, policy } = cache.cached;
  return now < fetchedAt + policy.maxAgeSeconds * 1000 ? cache.cached : null;
}

/** What is known of the policy after either decision. */
export function knowledgeOf(
  verdict: StsDiscoveryVerdict | StsFetchVerdict,
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

function isBackingOff(facts: DiscoveryFacts, id: string): boolean {
  const failure = facts.cache.kind === 'read' ? facts.cache.failure : null;
  if (failure === null || failure.id !== id) return false;
  const elapsed = facts.now - failure.failedAt;
  return elapsed >= 0 && elapsed < facts.settings.stsFetchBackoffSeconds * 1000;
}
