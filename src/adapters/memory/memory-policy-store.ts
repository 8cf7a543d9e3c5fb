import type { AnswerOf } from '../../effects/catalog.js';
import { Count } from '../../effects/codecs/arguments.codec.js';
import { isStorable } from '../../effects/codecs/stored.codec.js';
import { having } from '../../effects/codecs/strict-object.js';
import { checked } from '../../effects/misuse.js';
import {
  NO_ROOM,
  type PolicyStore,
  type PolicyStoreBounds,
  type StoredPolicy,
  TOO_LARGE,
} from '../../effects/stores.js';
import type { CacheAnswer } from '../../policy/mta-sts/fetch.js';
import {
  expiryOf,
  judgeRoom,
  mergePolicy,
  type PolicyChange,
  timeOf,
  worthOf,
} from '../../policy/mta-sts/merge-policy.js';

type Kept = CacheAnswer & { readonly kind: 'read' };

const NOTHING: Kept = { kind: 'read', cached: null, failure: null };

const Bounds = having<PolicyStoreBounds>('bounds', { entriesMax: Count });

/** Policies in memory, lost when the process ends: for tests, trials and the cache of an engine without a database. */
export function memoryPolicyStore(bounds: PolicyStoreBounds): PolicyStore {
  const { entriesMax } = checked(Bounds, bounds, 'WAXSEAL_BAD_OPTIONS', 'bounds');
  const entries = new Map<string, Kept>();

  function write(domain: string, change: PolicyChange): AnswerOf<'policy-cache.write'> {
    // As databases refuse what is too large, so does memory.
    if (!isStorable(domain, change)) return TOO_LARGE;
    const merged = mergePolicy(entries.get(domain) ?? NOTHING, change).kept as Kept;
    if (!entries.has(domain) && entries.size >= entriesMax) {
      const goes = whoGoes(domain, merged, timeOf(change));
      if (goes === null) return NO_ROOM;
      entries.delete(goes);
    }
    entries.set(domain, merged);
    return { kind: 'written' };
  }

  function whoGoes(domain: string, { cached, failure }: Kept, now: number): string | null {
    const [first, ...others] = [...entries].map(([name, kept]) => worthOf(name, kept.cached, kept.failure));
    return first === undefined
      ? null
      : judgeRoom(worthOf(domain, cached, failure), [first, ...others], now).goes;
  }

  return {
    'policy-cache.read': async ({ domain }) => entries.get(domain.toLowerCase()) ?? NOTHING,
    'policy-cache.write': async ({ domain, change }) => write(domain.toLowerCase(), change),
    list: async ({ after, entriesMax: listedMax }) =>
      [...entries]
        .map(named)
        .filter(({ domain }) => after === null || domain > after)
        .sort((a, b) => (a.domain < b.domain ? -1 : 1))
        .slice(0, listedMax),
    expiringBefore: async (time, listedMax) =>
      [...entries]
        .map(named)
        .filter((entry) => expiry(entry) < time)
        .sort((a, b) => expiry(a) - expiry(b) || (a.domain < b.domain ? -1 : 1))
        .slice(0, listedMax),
    forget: async (domain) => (entries.delete(domain.toLowerCase()) ? 'forgotten' : 'unknown'),
    prune: async (time) => {
      const before = entries.size;
      for (const [domain, kept] of entries) {
        const cached = expiry(kept) < time ? null : kept.cached;
        const failure = (kept.failure?.failedAt ?? time) < time ? null : kept.failure;
        if (cached === null && failure === null) entries.delete(domain);
        else entries.set(domain, { kind: 'read', cached, failure });
      }
      return before - entries.size;
    },
  };
}

function named([domain, kept]: readonly [string, Kept]): StoredPolicy & Kept {
  return { domain, ...kept };
}

/** A domain without a policy has none that expires. */
function expiry({ cached }: Kept): number {
  return cached === null ? Number.POSITIVE_INFINITY : expiryOf(cached);
}
