import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CacheAnswer } from './fetch.js';
import {
  type EntryWorth,
  expiryOf,
  judgeRoom,
  mergePolicy,
  type PolicyChange,
  timeOf,
  worthOf,
} from './merge-policy.js';
import type { CachedPolicy, StsMode } from './policy.js';

const NOW = 1_767_268_800_000;
const MINUTES = 60_000;
const nothing: CacheAnswer = { kind: 'read', cached: null, failure: null };

const policyAt = (fetchedAt: number, id = 'id1', mode: StsMode = 'enforce'): CachedPolicy => ({
  id,
  policy: { mode, mx: ['mx.a.example'], maxAgeSeconds: 86_400, lines: [] },
  fetchedAt,
});
const store = (...of: Parameters<typeof policyAt>): PolicyChange => ({
  kind: 'store',
  entry: policyAt(...of),
});
const fail = (failedAt: number, id = 'id1'): PolicyChange => ({
  kind: 'remember-failure',
  failure: { id, failedAt },
});
const keptAfter = (...changes: readonly PolicyChange[]): CacheAnswer =>
  changes.reduce<CacheAnswer>((kept, change) => mergePolicy(kept, change).kept, nothing);
const rowOf = (kept: CacheAnswer, change: PolicyChange) => mergePolicy(kept, change).decision.row;

describe('what a store keeps of a domain', () => {
  const aMoment = fc.integer({ min: 0, max: 6 }).map((at) => NOW + at * 50_000);
  const aChange = fc.oneof(
    fc
      .tuple(aMoment, fc.constantFrom('id1', 'id2'), fc.constantFrom<StsMode>('enforce', 'testing', 'none'))
      .map((of) => store(...of)),
    fc.tuple(aMoment, fc.constantFrom('id1', 'id2')).map((of) => fail(...of)),
  );

  it('is the same in whatever order nodes tell what they learned within five minutes (STS-3.2-9)', () => {
    const twoOrders = fc
      .array(aChange, { minLength: 1, maxLength: 8 })
      .chain((changes) =>
        fc.tuple(fc.constant(changes), fc.shuffledSubarray(changes, { minLength: changes.length })),
      );
    fc.assert(
      fc.property(twoOrders, ([one, other]) => {
        expect(keptAfter(...one)).toEqual(keptAfter(...other));
        expect(keptAfter(...one, ...other)).toEqual(keptAfter(...one));
      }),
    );
  });

  it('is the last policy that was fetched, and a failure only if that came later', () => {
    fc.assert(
      fc.property(fc.array(aChange, { maxLength: 8 }), (changes) => {
        const kept = keptAfter(...changes);
        if (kept.kind === 'unreadable') throw new Error('it was readable');
        const times = (kind: PolicyChange['kind']) =>
          changes.filter((change) => change.kind === kind).map(timeOf);
        const fetched = Math.max(...times('store'));
        const failed = Math.max(...times('remember-failure'));
        expect(kept.cached?.fetchedAt ?? Number.NEGATIVE_INFINITY).toBe(fetched);
        if (failed > fetched) expect(kept.failure?.failedAt).toBe(failed);
        else expect(kept.failure).toBeNull();
      }),
    );
  });

  it('never loses a policy to a failure, whenever that was (STS-3.3-12)', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (fetchedAt, failedAt) => {
        const { kept } = mergePolicy(keptAfter(store(fetchedAt)), fail(failedAt));
        expect(kept).toMatchObject({ cached: policyAt(fetchedAt) });
      }),
    );
  });

  it('is what comes, once what is kept is from more than five minutes later (X-12)', () => {
    const future = keptAfter(store(NOW + 5 * MINUTES), fail(NOW + 5 * MINUTES + 1));
    expect(rowOf(future, store(NOW))).toBe('MERGE-3');
    expect(rowOf(future, store(NOW - 1))).toBe('MERGE-4');
    expect(mergePolicy(future, store(NOW - 1)).kept).toEqual(keptAfter(store(NOW - 1)));
    expect(rowOf(future, fail(NOW + 1))).toBe('MERGE-6');
    expect(rowOf(future, fail(NOW))).toBe('MERGE-5');
  });

  it('is the policy with the failures since, up to five minutes later', () => {
    for (const [later, stays] of [
      [0, false],
      [1, true],
      [5 * MINUTES, true],
      [5 * MINUTES + 1, false],
    ] as const) {
      const failure = stays ? { id: 'id1', failedAt: NOW + later } : null;
      expect(keptAfter(fail(NOW + later), store(NOW))).toEqual({
        kind: 'read',
        cached: policyAt(NOW),
        failure,
      });
    }
  });

  it('replaces what cannot be read by a policy, and leaves it to a failure (STS-3.3-12)', () => {
    const unreadable: CacheAnswer = { kind: 'unreadable' };
    expect(mergePolicy(unreadable, store(NOW)).kept).toEqual(keptAfter(store(NOW)));
    expect(mergePolicy(unreadable, fail(NOW))).toMatchObject({
      decision: { row: 'MERGE-5' },
      kept: unreadable,
    });
  });
});

describe('room in a full store', () => {
  const worths: Readonly<Record<string, EntryWorth>> = {
    failed: { domain: 'failed', mode: null, until: NOW + 1 },
    expired: { domain: 'expired', mode: 'enforce', until: NOW },
    none: { domain: 'none', mode: 'none', until: NOW + 1 },
    testing: { domain: 'testing', mode: 'testing', until: NOW + 1 },
    enforce: { domain: 'enforce', mode: 'enforce', until: NOW + 1 },
  };
  const { failed, expired, none, testing, enforce } = worths as Record<string, EntryWorth>;

  it('is made by what is worth least, then by what ends first', () => {
    const others: [EntryWorth, ...EntryWorth[]] = [enforce!, testing!, none!, failed!, expired!];
    expect(judgeRoom(enforce!, others, NOW).goes).toBe('expired');
    expect(judgeRoom(enforce!, [enforce!, testing!, none!], NOW).goes).toBe('none');
    expect(judgeRoom(enforce!, [enforce!, testing!], NOW).goes).toBe('testing');
    const later = { ...none!, domain: 'later', until: NOW + 2 };
    expect(judgeRoom(none!, [later, none!], NOW).goes).toBe('none');
    expect(judgeRoom(none!, [{ ...none!, domain: 'o' }, none!], NOW).goes).toBe('none');
  });

  it('is never made by an enforced policy in force (STS-3.3-12)', () => {
    for (const newcomer of Object.values(worths)) {
      const { goes, decision } = judgeRoom(newcomer, [enforce!], NOW);
      expect([goes, decision.row]).toEqual([null, 'ROOM-6']);
    }
  });

  it('is made for nobody who is worth less', () => {
    const rows = (newcomer: EntryWorth) =>
      [expired!, none!, testing!].map((least) => judgeRoom(newcomer, [least], NOW).decision.row);
    expect(rows(failed!)).toEqual(['ROOM-1', 'ROOM-3', 'ROOM-5']);
    expect(rows(expired!)).toEqual(['ROOM-1', 'ROOM-3', 'ROOM-5']);
    expect(rows(none!)).toEqual(['ROOM-1', 'ROOM-2', 'ROOM-5']);
    expect(rows(testing!)).toEqual(['ROOM-1', 'ROOM-2', 'ROOM-4']);
  });

  it('is judged by when a policy expires, or a fetch failed (STS-3.2-9)', () => {
    const policy = policyAt(NOW);
    expect(expiryOf(policy)).toBe(NOW + 86_400_000);
    const failure = { id: 'id1', failedAt: NOW + 5 };
    expect(worthOf('a', policy, failure)).toEqual({ domain: 'a', mode: 'enforce', until: NOW + 86_400_000 });
    expect(worthOf('a', null, failure)).toEqual({ domain: 'a', mode: null, until: NOW + 5 });
  });
});
