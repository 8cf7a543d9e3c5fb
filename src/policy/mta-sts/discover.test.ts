import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../settings.js';
import { ageOfCache, judgePolicyCache, type PolicyCacheFacts, unexpiredPolicy } from './discover.js';
import type { CacheAnswer } from './fetch.js';
import type { StsPolicy } from './policy.js';

const NOW = 1_767_268_800_000;
const HOUR = 3_600_000;
const policyOf = (maxAgeSeconds: number): StsPolicy => ({
  mode: 'enforce',
  mx: ['mx.a.example'],
  maxAgeSeconds,
  lines: [],
});
const kept = (fetchedAt: number, maxAgeSeconds = 86_400): CacheAnswer => ({
  kind: 'read',
  cached: { id: 'id1', policy: policyOf(maxAgeSeconds), fetchedAt },
  failure: null,
});
const facts: PolicyCacheFacts = {
  cache: kept(NOW - HOUR),
  record: { kind: 'found', id: 'id1' },
  fetched: null,
  message: 'strict',
  purpose: 'deliver',
  settings: DEFAULT_SETTINGS,
  now: NOW,
};
const verdictOf = (changes: Partial<PolicyCacheFacts>) => judgePolicyCache({ ...facts, ...changes }).verdict;

describe('a kept policy', () => {
  it('is in force up to max_age from its fetch, and not a millisecond longer (STS-3.2-9, STS-3.2-18)', () => {
    expect(ageOfCache(kept(NOW - 86_400_000 + 1), NOW)).toBe('current');
    expect(ageOfCache(kept(NOW - 86_400_000), NOW)).toBe('expired');
    expect(ageOfCache(kept(NOW, 0), NOW)).toBe('expired');
    expect(ageOfCache({ kind: 'unreadable' }, NOW)).toBe('unreadable');
    expect(ageOfCache({ kind: 'read', cached: null, failure: null }, NOW)).toBe('none');
  });

  it('gets no more life from a clock that goes back: it is fetched anew, and ends when it would have ended (X-12)', () => {
    expect(ageOfCache(kept(NOW + 300_000), NOW)).toBe('current');
    expect(ageOfCache(kept(NOW + 300_001), NOW)).toBe('from-the-future');
    // Kept for no time at all, it does not come back to life.
    expect(ageOfCache(kept(NOW + HOUR, 0), NOW)).toBe('expired');
    const ahead = kept(NOW + HOUR);
    expect(verdictOf({ cache: ahead })).toBe('fetch');
    const failed = { kind: 'failed', failure: 'policy-fetch-failed', reason: 'x' } as const;
    expect(verdictOf({ cache: ahead, fetched: failed })).toBe('use-cached-stale');
    expect(unexpiredPolicy(ahead, NOW + HOUR + 86_400_000 - 1)).not.toBeNull();
    expect(unexpiredPolicy(ahead, NOW + HOUR + 86_400_000)).toBeNull();
  });

  it('gets no more life from a record that still names it (STS-3-1, STS-3.2-9)', () => {
    expect(verdictOf({})).toBe('use-cached');
    expect(verdictOf({ cache: kept(NOW - 86_400_000) })).toBe('fetch');
  });

  it('is renewed whatever the record says, unless that failed a moment ago for the same id (STS-10.2-1, STS-3.3-8)', () => {
    const records = [
      { kind: 'found', id: 'id1' },
      { kind: 'found', id: 'id2' },
      { kind: 'absent' },
      { kind: 'invalid', reason: 'syntax' },
      { kind: 'failed' },
    ] as const;
    for (const record of records) {
      expect(verdictOf({ record, purpose: 'refresh' })).toBe('fetch');
      const id = record.kind === 'found' ? record.id : 'id1';
      for (const [ago, isLeftAlone] of [
        [299_999, true],
        [300_000, false],
        [-1, false],
      ] as const) {
        const cache = { ...kept(NOW - HOUR), failure: { id, failedAt: NOW - ago } } as CacheAnswer;
        expect(verdictOf({ record, purpose: 'refresh', cache }) !== 'fetch').toBe(isLeftAlone);
        const other = { ...cache, failure: { id: 'id9', failedAt: NOW - ago } } as CacheAnswer;
        expect(verdictOf({ record, purpose: 'refresh', cache: other })).toBe('fetch');
      }
    }
  });
});
