import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CacheAnswer } from './fetch.js';
import type { CachedPolicy, StsMode } from './policy.js';
import type { PolicyFindings } from './policy-findings.js';
import { DEFAULT_REFRESH_SETTINGS, dueAt, judgeRefreshed, latenessOf, planRefresh } from './refresh-plan.js';

const NOW = 1_767_268_800_000;
const DAY = 86_400_000;
const HOUR = 3_600_000;
const settings = DEFAULT_REFRESH_SETTINGS;

const cachedAt = (fetchedAt: number, maxAgeSeconds = 604_800, mode: StsMode = 'enforce'): CachedPolicy => ({
  id: 'id1',
  policy: { mode, mx: ['mx.a.example'], maxAgeSeconds, lines: [] },
  fetchedAt,
});
const kept = (cached: CachedPolicy | null, failedAt: number | null = null): CacheAnswer => ({
  kind: 'read',
  cached,
  failure: failedAt === null ? null : { id: 'id1', failedAt },
});
const rowOf = (cache: CacheAnswer, now = NOW) => planRefresh('a.example', cache, settings, now).decision.row;

describe('the plan for a refresh', () => {
  it('comes about a day after the fetch, and with time for two more before the end (STS-3.3-13)', () => {
    fc.assert(
      fc.property(fc.domain(), fc.integer({ min: 3600, max: 31_557_600 }), (domain, maxAgeSeconds) => {
        const cached = cachedAt(NOW, maxAgeSeconds);
        const due = dueAt(domain, cached, settings);
        const period = Math.min(DAY, maxAgeSeconds * 250);
        expect(due).toBeGreaterThan(NOW + period * 0.74);
        expect(due).toBeLessThanOrEqual(NOW + period);
        expect(planRefresh(domain, kept(cached), settings, Math.ceil(due)).decision.row).toBe('REFRESH-6');
        expect(planRefresh(domain, kept(cached), settings, Math.ceil(due) - 1).decision.row).toBe(
          'REFRESH-4',
        );
      }),
    );
  });

  it('is spread over hours, and the same for whoever makes it', () => {
    const dues = Array.from({ length: 500 }, (_, n) => dueAt(`d${n}.example`, cachedAt(NOW), settings));
    const hours = new Set(dues.map((due) => Math.floor((due - NOW) / HOUR)));
    expect([...hours].sort()).toEqual([18, 19, 20, 21, 22, 23]);
    expect(dueAt('d1.example', cachedAt(NOW), settings)).toBe(dues[1]);
  });

  it('leaves a host alone for an hour after a fetch that failed, and for less where life is short (STS-3.3-8)', () => {
    const due = cachedAt(NOW - 2 * DAY);
    expect(rowOf(kept(due, NOW - HOUR + 1))).toBe('REFRESH-5');
    expect(rowOf(kept(due, NOW - HOUR))).toBe('REFRESH-6');
    expect(rowOf(kept(due, NOW + 1))).toBe('REFRESH-6');
    const short = cachedAt(NOW - HOUR, 7200);
    expect(rowOf(kept(short, NOW - 449_999))).toBe('REFRESH-5');
    expect(rowOf(kept(short, NOW - 450_000))).toBe('REFRESH-6');
    expect(rowOf(kept(cachedAt(NOW - HOUR, 3601), NOW - 299_999))).toBe('REFRESH-5');
  });

  it('lets go what demands nothing, what is over and what is not to last', () => {
    expect(rowOf(kept(cachedAt(NOW - 2 * DAY, 604_800, 'none')))).toBe('REFRESH-2');
    expect(rowOf(kept(cachedAt(NOW - 8 * DAY)))).toBe('REFRESH-1');
    expect(rowOf(kept(null, NOW))).toBe('REFRESH-1');
    expect(rowOf(kept(cachedAt(NOW - 1, 3599)))).toBe('REFRESH-3');
    expect(rowOf({ kind: 'unreadable' })).toBe('REFRESH-7');
    expect(rowOf(kept(cachedAt(NOW + HOUR)))).toBe('REFRESH-6');
  });
});

describe('how late a refresh is', () => {
  const late = (cache: CacheAnswer) => latenessOf('a.example', cache, settings, NOW);

  it('is counted in periods of the policy, so that no short life passes four (STS-3.3-13)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3600, max: 345_600 }),
        fc.double({ min: 0.25, max: 1, noNaN: true }),
        (life, part) => {
          const cached = cachedAt(NOW - life * 1000 * part, life);
          expect(late(kept(cached))).toBeLessThanOrEqual(3.25);
          expect(late(kept(cached))).toBeCloseTo(
            (NOW - dueAt('a.example', cached, settings)) / (life * 250),
            6,
          );
        },
      ),
    );
    expect(late(kept(cachedAt(NOW - 13 * DAY, 1_209_600)))).toBeGreaterThan(12);
  });

  it('begins anew with each fetch that failed, so that what fails for long keeps nobody back (STS-3.3-8)', () => {
    const old = cachedAt(NOW - 100 * DAY, 31_557_600);
    expect(late(kept(old))).toBeGreaterThan(99);
    expect(late(kept(old, NOW - HOUR))).toBe(0);
    expect(late(kept(old, NOW - HOUR - DAY))).toBe(1);
    expect(late(kept(old, NOW + HOUR))).toBeGreaterThan(99);
  });

  it('is one period where there is no telling', () => {
    expect(late({ kind: 'unreadable' })).toBe(1);
    expect(late(kept(null))).toBe(1);
    expect(late(kept(cachedAt(NOW + HOUR)))).toBe(1);
  });
});

describe('the alert after a refresh', () => {
  const findings = (changes: Partial<PolicyFindings>): PolicyFindings => ({
    domain: 'a.example',
    verdict: 'use-cached-stale',
    known: { kind: 'unknown' },
    record: { kind: 'absent' },
    fetched: null,
    before: kept(null),
    after: kept(null),
    ...changes,
  });
  const failed = findings({});
  const alert = (cache: CacheAnswer, found: PolicyFindings | null = failed) =>
    judgeRefreshed(cache, found, settings, NOW).verdict;

  it('is a warning at first, and an alarm long before the policy ends; never for mode none (STS-3.3-14, STS-10.2-2)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3600, max: 31_557_600 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (maxAgeSeconds, part) => {
          const fetchedAt = NOW - Math.floor(maxAgeSeconds * 1000 * part);
          const verdict = alert(kept(cachedAt(fetchedAt, maxAgeSeconds)));
          if (part >= 0.5) expect(verdict).toBe('alarm');
          if (NOW - fetchedAt >= 3 * DAY) expect(verdict).toBe('alarm');
          if (part < 0.37 && NOW - fetchedAt < 3 * DAY) expect(verdict).toBe('warn');
          expect(alert(kept(cachedAt(fetchedAt, maxAgeSeconds, 'none')))).toBe('quiet');
        },
      ),
    );
    expect(alert(kept(cachedAt(NOW - DAY)), null)).toBe('warn');
    expect(alert({ kind: 'unreadable' })).toBe('warn');
  });

  it('says nothing of a success, unless the store did not take it', () => {
    const before = kept(cachedAt(NOW - DAY));
    const renewed = findings({ verdict: 'adopt', before, after: kept(cachedAt(NOW)) });
    expect(alert(before, renewed)).toBe('quiet');
    expect(alert(before, { ...renewed, after: before })).toBe('alarm');
    expect(alert(before, { ...renewed, after: { kind: 'unreadable' } })).toBe('alarm');
    const unreadable: CacheAnswer = { kind: 'unreadable' };
    expect(alert(unreadable, { ...renewed, before: unreadable })).toBe('quiet');
    expect(alert(unreadable, { ...renewed, before: unreadable, after: unreadable })).toBe('alarm');
  });
});
