import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryStores } from '../../../adapters/memory/index.js';
import type { TlsReportStore } from '../../../effects/stores.js';
import type { AttemptResult } from '../../../policy/attempt/types.js';
import type { TlsReportPolicy } from '../../../policy/tls-report/tally.js';
import { collectReports } from './collect.js';

const line = (own: Partial<TlsReportPolicy>): TlsReportPolicy => ({
  policyType: 'sts',
  policyDomain: 'a.example',
  policyString: [],
  mxHost: [],
  success: 1,
  failure: 0,
  details: [],
  ...own,
});
const sts = line({});
const tlsa = line({ policyType: 'tlsa', policyDomain: 'mx.b.example' });
const own = line({ policyType: 'tlsa', policyDomain: 'a.example' });
const ENDED_AT = Date.UTC(2026, 4, 1, 23, 59, 59, 999);
const attempt = (...reports: readonly TlsReportPolicy[]) =>
  ({ destination: { kind: 'domain', name: 'a.example' }, policy: null, reports }) as const;
/** What an attempt finds of the policy of that domain, as far as it matters here. */
const policyOf = (domain: string): AttemptResult['policy'] => ({
  domain,
  verdict: 'no-policy',
  known: { kind: 'none' },
  record: { kind: 'absent' },
  fetched: null,
  before: { kind: 'read', cached: null, failure: null },
  after: { kind: 'read', cached: null, failure: null },
});

async function tallies(store: TlsReportStore) {
  const due = await store.list({ after: null, entriesMax: 9 });
  return Promise.all(
    due.map(async (key) => [
      key.day,
      key.domain,
      (await store.read(key)).map(({ policyType }) => policyType),
    ]),
  );
}

afterEach(() => {
  vi.useRealTimers();
});

describe('what an attempt adds', () => {
  it('goes to the recipient domain, on the day in which the attempt ended (RPT-4.1-1)', async () => {
    const store = memoryStores().reports;
    expect(await collectReports({ store }, { result: attempt(sts, tlsa), endedAt: ENDED_AT })).toBeNull();
    await collectReports({ store }, { result: attempt(sts), endedAt: ENDED_AT + 1 });
    expect(await tallies(store)).toEqual([
      ['2026-05-01', 'a.example', ['sts', 'tlsa']],
      ['2026-05-02', 'a.example', ['sts']],
    ]);
  });

  it('goes to owners of hosts with TLSA records too, if the operator says so (RPT-1.1-1)', async () => {
    const store = memoryStores().reports;
    const options = { store, daneHosts: 'also-hosts' } as const;
    await collectReports(options, { result: attempt(sts, tlsa, own), endedAt: ENDED_AT });
    expect(await tallies(store)).toEqual([
      ['2026-05-01', 'a.example', ['sts', 'tlsa', 'tlsa']],
      ['2026-05-01', 'mx.b.example', ['tlsa']],
    ]);
  });

  it('goes to owners of hosts for their TLSA records alone', async () => {
    const store = memoryStores().reports;
    const other = line({ policyDomain: 'b.example' });
    const options = { store, daneHosts: 'also-hosts' } as const;
    await collectReports(options, { result: attempt(other), endedAt: ENDED_AT });
    expect(await tallies(store)).toEqual([['2026-05-01', 'a.example', ['sts']]]);
  });

  it.each([
    ['options', 7, {}],
    ['options.store', { store: {} }, {}],
    ['options.daneHosts', { store: memoryStores().reports, daneHosts: 'all' }, {}],
    ['attempt', { store: memoryStores().reports }, 7],
    ['attempt.endedAt', { store: memoryStores().reports }, { result: attempt(sts), endedAt: 'now' }],
    [
      'attempt.result.reports',
      { store: memoryStores().reports },
      { result: { ...attempt(), reports: 7 }, endedAt: 0 },
    ],
  ])('is misuse where it is not what it must be: %s', async (named, options, collected) => {
    await expect(collectReports(options as never, collected as never)).rejects.toThrow(
      expect.objectContaining({
        code: 'WAXSEAL_BAD_OPTIONS',
        message: expect.stringMatching(new RegExp(`^${named}\\b`)),
      }),
    );
  });

  it('goes to the relay where the operator sends the mail through one, and to no recipient (RPT-1.1-1)', async () => {
    const store = memoryStores().reports;
    const relayed = { ...attempt(sts), policy: policyOf('relay.own.example') };
    await collectReports({ store }, { result: relayed, endedAt: ENDED_AT });
    expect(await tallies(store)).toEqual([['2026-05-01', 'relay.own.example', ['sts']]]);
  });

  it('is nothing for an address literal, and where nothing was counted', async () => {
    const store = { add: () => Promise.reject(new Error('asked')) };
    const literal = {
      destination: { kind: 'literal', address: '192.0.2.1' },
      policy: null,
      reports: [sts],
    } as const;
    expect(await collectReports({ store }, { result: literal, endedAt: ENDED_AT })).toBeNull();
    expect(await collectReports({ store }, { result: attempt(), endedAt: ENDED_AT })).toBeNull();
  });

  it('is lost with a word where the store does not take it', async () => {
    const saying = async (add: TlsReportStore['add']) =>
      collectReports({ store: { add } }, { result: attempt(sts), endedAt: ENDED_AT });
    expect(await saying(async () => 'full')).toContain('as many domains as it may');
    expect(await saying(async () => 'settled')).toContain('the report has gone already');
    expect(await saying(() => Promise.reject(new Error('no disk')))).toBe(
      'the tally of a.example for the TLS report of 2026-05-01 is not kept: no disk',
    );
  });

  it('does not wait for ever', async () => {
    vi.useFakeTimers();
    const store = { add: () => new Promise<never>(() => {}) };
    const collected = collectReports({ store }, { result: attempt(sts), endedAt: ENDED_AT });
    await vi.advanceTimersByTimeAsync(2000);
    expect(await collected).toContain('did not answer');
  });
});
