import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CachedPolicy, FetchFailure } from '../../src/policy/mta-sts/policy.js';
import { type Happening, happening, playHistories, timeAndCrashes } from './histories.fixture.js';
import { DAY_MS, NOW, policyAt, type StartStores } from './stores.fixture.js';

/** What a store should keep, thought out naively. */
interface Model {
  now: number;
  readonly kept: Map<string, { policy: CachedPolicy | null; failure: FetchFailure | null }>;
}

const ENTRIES_MAX = 3;
const TOLERANCE_MS = 300_000;
const never = new AbortController().signal;

const aDomain = fc.constantFrom('a.example', 'b.example', 'c.example', 'd.example', 'e.example');
const anId = fc.constantFrom('id1', 'id2');
/** How long before it is written something was learned. */
const aDelay = fc.constantFrom(0, 0, 1, 2_000, 100_000);
const aPolicy = fc.record({
  mode: fc.constantFrom('enforce', 'testing', 'none'),
  maxAgeSeconds: fc.constantFrom(0, 86_400, 604_800),
});

const expiryOf = (policy: CachedPolicy) => policy.fetchedAt + policy.policy.maxAgeSeconds * 1000;

const happenings: fc.Arbitrary<Happening<Model>>[] = [
  fc.tuple(aDomain, anId, aDelay, aPolicy).map(([domain, id, delay, policy]) =>
    happening<Model>(
      `store ${domain} ${id} ${policy.mode} ${policy.maxAgeSeconds}s, ${delay} ms ago`,
      async (model, node) => {
        const entry = { ...policyAt(model.now - delay, policy), id };
        const change = { kind: 'store', entry } as const;
        const { kind } = await node.policies['policy-cache.write']({ domain, change }, never);
        expect(kind).toBe(storeInModel(model, domain, entry));
      },
    ),
  ),
  fc.tuple(aDomain, anId, aDelay).map(([domain, id, delay]) =>
    happening<Model>(`fail ${domain} ${id}, ${delay} ms ago`, async (model, node) => {
      const failure = { id, failedAt: model.now - delay };
      const change = { kind: 'remember-failure', failure } as const;
      const { kind } = await node.policies['policy-cache.write']({ domain, change }, never);
      expect(kind).toBe(failInModel(model, domain, failure));
    }),
  ),
  aDomain.map((domain) =>
    happening<Model>(`read ${domain}`, async ({ kept }, node) => {
      const { policy: cached = null, failure = null } = kept.get(domain) ?? {};
      expect(await node.policies['policy-cache.read']({ domain }, never)).toEqual({
        kind: 'read',
        cached,
        failure,
      });
    }),
  ),
  fc.constant(
    happening<Model>('list', async ({ kept }, node) => {
      const expected = [...kept].sort().map(([domain, { policy, failure }]) => ({
        ...{ domain, kind: 'read' },
        ...{ cached: policy, failure },
      }));
      expect(await node.policies.list({ after: null, entriesMax: 100 })).toEqual(expected);
    }),
  ),
  fc.constant(
    happening<Model>('expiring', async ({ kept, now }, node) => {
      const policies = [...kept].flatMap(([domain, { policy }]) =>
        policy === null ? [] : [{ domain, policy }],
      );
      const expected = policies
        .filter(({ policy }) => expiryOf(policy) < now + DAY_MS)
        .sort((a, b) => expiryOf(a.policy) - expiryOf(b.policy) || (a.domain < b.domain ? -1 : 1))
        .map(({ domain }) => domain);
      const found = await node.policies.expiringBefore(now + DAY_MS, 100);
      expect(found.map(({ domain }) => domain)).toEqual(expected);
    }),
  ),
  aDomain.map((domain) =>
    happening<Model>(`forget ${domain}`, async ({ kept }, node) => {
      expect(await node.policies.forget(domain)).toBe(kept.delete(domain) ? 'forgotten' : 'unknown');
    }),
  ),
  fc.constant(
    happening<Model>('prune', async (model, node) => {
      expect(await node.policies.prune(model.now)).toBe(pruneModel(model));
    }),
  ),
];

function storeInModel(model: Model, domain: string, entry: CachedPolicy): 'written' | 'failed' {
  const known = model.kept.get(domain);
  const old = known?.policy ?? null;
  if (old !== null && !isLater(entry.fetchedAt, old.fetchedAt, textOf(entry) > textOf(old))) return 'written';
  const failure = known?.failure ?? null;
  const since = failure !== null ? failure.failedAt - entry.fetchedAt : 0;
  const kept = { policy: entry, failure: since > 0 && since <= TOLERANCE_MS ? failure : null };
  return put(model, domain, kept, entry.fetchedAt);
}

function failInModel(model: Model, domain: string, failure: FetchFailure): 'written' | 'failed' {
  const { policy = null, failure: old = null } = model.kept.get(domain) ?? {};
  const last = old?.failedAt ?? policy?.fetchedAt ?? Number.NEGATIVE_INFINITY;
  if (!isLater(failure.failedAt, last, old !== null && failure.id > old.id)) return 'written';
  return put(model, domain, { policy, failure }, failure.failedAt);
}

const textOf = ({ id, policy }: CachedPolicy) =>
  JSON.stringify([id, policy.mode, policy.mx, policy.maxAgeSeconds, policy.lines]);

function isLater(incoming: number, kept: number, winsTie: boolean): boolean {
  return incoming > kept || (incoming === kept && winsTie) || incoming < kept - TOLERANCE_MS;
}

type Kept = { policy: CachedPolicy | null; failure: FetchFailure | null };

function put(model: Model, domain: string, kept: Kept, now: number): 'written' | 'failed' {
  if (!model.kept.has(domain) && model.kept.size >= ENTRIES_MAX) {
    const [least] = [...model.kept].sort(
      ([one, a], [other, b]) =>
        worth(a, now) - worth(b, now) || endOf(a) - endOf(b) || (one < other ? -1 : 1),
    );
    const lost = worth(least![1], now);
    if (lost === worths.enforce || lost > worth(kept, now)) return 'failed';
    model.kept.delete(least![0]);
  }
  model.kept.set(domain, kept);
  return 'written';
}

const worths = { none: 1, testing: 2, enforce: 3 } as const;

function worth({ policy }: Kept, now: number): number {
  return policy === null || expiryOf(policy) <= now ? 0 : worths[policy.policy.mode];
}

function endOf({ policy, failure }: Kept): number {
  return policy === null ? failure!.failedAt : expiryOf(policy);
}

function pruneModel({ kept, now }: Model): number {
  const before = kept.size;
  for (const [domain, entry] of [...kept]) {
    if (entry.policy !== null && expiryOf(entry.policy) < now) entry.policy = null;
    if (entry.failure !== null && entry.failure.failedAt < now) entry.failure = null;
    if (entry.policy === null && entry.failure === null) kept.delete(domain);
  }
  return before - kept.size;
}

/** Random histories of days, crashes and clocks that jump. */
export function policyStoreHistories(name: string, start: StartStores, numRuns = 100): void {
  it(`a policy store keeps what a plain map would, whatever happens: ${name} (X-12, STS-3.3-12)`, async () => {
    const model = (): Model => ({ now: NOW, kept: new Map() });
    const all = [...happenings, ...timeAndCrashes<Model>()];
    await playHistories(start, { entriesMax: ENTRIES_MAX }, model, all, numRuns);
  });
}
