import type { AnswerOf } from '../../effects/catalog.js';
import { Count } from '../../effects/codecs/arguments.codec.js';
import { isStorable } from '../../effects/codecs/stored.codec.js';
import { having } from '../../effects/codecs/strict-object.js';
import { checked } from '../../effects/misuse.js';
import { NO_ROOM, type PolicyStore, type PolicyStoreBounds, TOO_LARGE } from '../../effects/stores.js';
import type { CacheAnswer } from '../../policy/mta-sts/fetch.js';
import {
  type EntryWorth,
  judgeRoom,
  mergePolicy,
  type PolicyChange,
  timeOf,
  worthOf,
} from '../../policy/mta-sts/merge-policy.js';
import type { CachedPolicy, StsMode } from '../../policy/mta-sts/policy.js';
import { linesOfPolicy, printPolicyFile } from '../../policy/mta-sts/policy-file.js';
import { byText } from './by-text.js';
import { Heap } from './heap.js';

/** What is kept of a domain, as one string: a million of them weigh half of what they would as objects. */
type KeptText = string;
type Kept = CacheAnswer & { readonly kind: 'read' };

const NOTHING: Kept = { kind: 'read', cached: null, failure: null };

const Bounds = having<PolicyStoreBounds>('bounds', { entriesMax: Count });

/** Policies in memory, lost when the process ends: for tests, trials and the cache of an engine without a database. */
export function memoryPolicyStore(bounds: PolicyStoreBounds): PolicyStore {
  const { entriesMax } = checked(Bounds, bounds, 'WAXSEAL_BAD_OPTIONS', 'bounds');
  const entries = new Map<string, KeptText>();
  const least = new LeastWorth((domain) => {
    const text = entries.get(domain);
    return text === undefined ? null : worthIn(domain, text);
  });
  const at = (domain: string) => {
    const text = entries.get(domain);
    return text === undefined ? NOTHING : keptIn(text);
  };

  function keep(domain: string, kept: Kept): void {
    entries.set(domain, textOf(kept));
    least.changed(domain, entries.keys());
  }

  function write(domain: string, change: PolicyChange): AnswerOf<'policy-cache.write'> {
    // As databases refuse what is too large, so does memory.
    if (!isStorable(domain, change)) return TOO_LARGE;
    const merged = mergePolicy(at(domain), change).kept as Kept;
    if (!entries.has(domain) && entries.size >= entriesMax) {
      const goes = whoGoes(domain, merged, timeOf(change));
      if (goes === null) return NO_ROOM;
      entries.delete(goes);
    }
    keep(domain, merged);
    return { kind: 'written' };
  }

  function whoGoes(domain: string, { cached, failure }: Kept, now: number): string | null {
    const [first, ...others] = least.ofEachMode(entries.keys());
    return first === undefined
      ? null
      : judgeRoom(worthOf(domain, cached, failure), [first, ...others], now).goes;
  }

  return {
    'policy-cache.read': async ({ domain }) => at(domain.toLowerCase()),
    'policy-cache.write': async ({ domain, change }) => write(domain.toLowerCase(), change),
    list: async ({ after, entriesMax: listedMax }) =>
      [...entries.keys()]
        .filter((domain) => after === null || domain > after)
        .sort(byText)
        .slice(0, listedMax)
        .map((domain) => ({ domain, ...at(domain) })),
    expiringBefore: async (time, listedMax) =>
      [...entries]
        .map(([domain, text]) => ({ domain, expiry: expiryIn(text) }))
        .filter(({ expiry }) => expiry < time)
        .sort((a, b) => a.expiry - b.expiry || byText(a.domain, b.domain))
        .slice(0, listedMax)
        .map(({ domain }) => ({ domain, ...at(domain) })),
    forget: async (domain) => (entries.delete(domain.toLowerCase()) ? 'forgotten' : 'unknown'),
    prune: async (time) => {
      const before = entries.size;
      for (const [domain, text] of entries) {
        const kept = keptIn(text);
        const cached = expiryIn(text) < time ? null : kept.cached;
        const failure = (kept.failure?.failedAt ?? time) < time ? null : kept.failure;
        if (cached === null && failure === null) entries.delete(domain);
        else if (cached !== kept.cached || failure !== kept.failure)
          keep(domain, { kind: 'read', cached, failure });
      }
      return before - entries.size;
    },
  };
}

/** Of whom the least worth is looked for are in it from the first time on that somebody must go. */
class LeastWorth {
  readonly #worthOf: (domain: string) => EntryWorth | null;
  #soonest: Map<EntryWorth['mode'], Heap<EntryWorth>> | null = null;
  #count = 0;

  constructor(worthOfDomain: (domain: string) => EntryWorth | null) {
    this.#worthOf = worthOfDomain;
  }

  changed(domain: string, domains: Iterable<string>): void {
    if (this.#soonest !== null) this.#add(this.#soonest, domain);
    // Those of before are passed over when they come up; should they become many, it is begun anew.
    if (this.#soonest !== null && sizeOf(this.#soonest) > 2 * this.#count + 1000) this.#begin(domains);
  }

  /** The entry of each mode that ends soonest. */
  ofEachMode(domains: Iterable<string>): readonly EntryWorth[] {
    const soonest = this.#soonest ?? this.#begin(domains);
    return [...soonest.values()].flatMap((heap) => {
      while (heap.first !== undefined && !this.#isStill(heap.first)) heap.removeFirst();
      return heap.first ?? [];
    });
  }

  #isStill({ domain, mode, until }: EntryWorth): boolean {
    const now = this.#worthOf(domain);
    return now !== null && now.mode === mode && now.until === until;
  }

  #begin(domains: Iterable<string>) {
    const soonest = new Map<EntryWorth['mode'], Heap<EntryWorth>>();
    for (const domain of domains) this.#add(soonest, domain);
    this.#count = sizeOf(soonest);
    this.#soonest = soonest;
    return soonest;
  }

  #add(soonest: Map<EntryWorth['mode'], Heap<EntryWorth>>, domain: string): void {
    const worth = this.#worthOf(domain)!;
    const heap = soonest.get(worth.mode) ?? new Heap(endsBefore);
    soonest.set(worth.mode, heap);
    heap.add(worth);
  }
}

function endsBefore(one: EntryWorth, other: EntryWorth): boolean {
  return one.until < other.until || (one.until === other.until && one.domain < other.domain);
}

function sizeOf(heaps: ReadonlyMap<unknown, Heap<EntryWorth>>): number {
  return [...heaps.values()].reduce((sum, { size }) => sum + size, 0);
}

type FailureText = readonly [failedAt: number, id: string] | null;
/** `lines` null: as one would print the policy. */
type PolicyText =
  | readonly [
      fetchedAt: number,
      maxAgeSeconds: number,
      mode: StsMode,
      id: string,
      mx: readonly string[],
      lines: readonly string[] | null,
    ]
  | null;
/** What orders entries stands in front, so that it is found without reading the rest. */
const POLICY_TEXT = /^\[\[([^,]+),([^,]+),"([a-z]+)"/;
const [OCTETS, TEXT] = [new TextEncoder(), new TextDecoder()];

function textOf({ cached, failure }: Kept): KeptText {
  const failed: FailureText = failure && [failure.failedAt, failure.id];
  // Written out once more, because what JSON.stringify gives holds on to a buffer that is up to twice as long.
  return TEXT.decode(OCTETS.encode(JSON.stringify([cached && policyTextOf(cached), failed])));
}

function policyTextOf({ id, policy, fetchedAt }: CachedPolicy): PolicyText {
  const { mode, mx, maxAgeSeconds, lines } = policy;
  const printed = linesOfPolicy(printPolicyFile(policy));
  const isAsPrinted = lines.length === printed.length && lines.every((line, at) => line === printed[at]);
  return [fetchedAt, maxAgeSeconds, mode, id, mx, isAsPrinted ? null : lines];
}

function keptIn(text: KeptText): Kept {
  const [cached, failed] = JSON.parse(text) as readonly [PolicyText, FailureText];
  return {
    kind: 'read',
    cached: cached && cachedIn(cached),
    failure: failed && { id: failed[1], failedAt: failed[0] },
  };
}

function cachedIn([fetchedAt, maxAgeSeconds, mode, id, mx, kept]: NonNullable<PolicyText>): CachedPolicy {
  const lines = kept ?? linesOfPolicy(printPolicyFile({ mode, mx, maxAgeSeconds }));
  return { id, policy: { mode, mx, maxAgeSeconds, lines }, fetchedAt };
}

function worthIn(domain: string, text: KeptText): EntryWorth {
  const [, , , mode] = POLICY_TEXT.exec(text) ?? [];
  return mode === undefined
    ? { domain, mode: null, until: keptIn(text).failure?.failedAt ?? 0 }
    : { domain, mode: mode as StsMode, until: expiryIn(text) };
}

/** A domain without a policy has none that expires. */
function expiryIn(text: KeptText): number {
  const [, fetchedAt, maxAgeSeconds] = POLICY_TEXT.exec(text) ?? [];
  return fetchedAt === undefined
    ? Number.POSITIVE_INFINITY
    : Number(fetchedAt) + Number(maxAgeSeconds) * 1000;
}
