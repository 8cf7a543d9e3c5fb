import { describe, expect, it } from 'vitest';
import { memoryPolicyStore } from '../../adapters/memory/index.js';
import type { FetchAnswer } from '../../effects/catalog.js';
import type { Adapters } from '../../effects/ports.js';
import type { PolicyStore } from '../../effects/stores.js';
import { createEngine } from '../../engine/engine.js';
import type { StsMode, StsPolicy } from '../../policy/mta-sts/policy.js';
import { printPolicyFile } from '../../policy/mta-sts/policy-file.js';
import { DEFAULT_REFRESH_SETTINGS, dueAt } from '../../policy/mta-sts/refresh-plan.js';
import { settingsOf } from '../../policy/settings.js';
import { keepPoliciesFresh } from './keep-policies-fresh.js';
import { type RefreshOutcome, refreshPolicies } from './refresh-policies.js';

const START = 1_767_268_800_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const policy = (mode: StsMode = 'enforce', maxAgeSeconds = 1_209_600): StsPolicy => ({
  mode,
  mx: ['mx.a.example'],
  maxAgeSeconds,
  lines: [],
});
const DOWN: FetchAnswer = { kind: 'failed', cause: 'connect', code: 'ECONNREFUSED' };

/** A world of policy hosts, with a clock that is turned by hand; no record announces anything. */
function world({ entriesMax = 10_000 } = {}) {
  const state = {
    now: START,
    answer: null as FetchAnswer | null,
    fetches: [] as string[],
    open: 0,
    openMax: 0,
    onFetch: () => {},
  };
  const store = memoryPolicyStore({ entriesMax });
  const never = async (): Promise<never> => {
    throw new Error('a refresh asks no mail host');
  };
  const adapters: Adapters = {
    'dns.mx': never,
    'dns.cname': never,
    'dns.tlsa': never,
    'random.draw': never,
    'smtp.session': () => {
      throw new Error('a refresh asks no mail host');
    },
    'dns.txt': async () => ({ kind: 'failed', cause: 'servfail', extendedError: null }),
    'dns.addresses': async () => {
      const found = { kind: 'insecure', denial: null, aliases: [], ttlSeconds: 60 } as const;
      return { a: { ...found, records: ['192.0.2.1'] }, aaaa: { ...found, records: [] } };
    },
    'policy-cache.read': store['policy-cache.read'],
    'policy-cache.write': store['policy-cache.write'],
    'policy.fetch': async ({ host }) => {
      state.fetches.push(host.replace('mta-sts.', ''));
      state.onFetch();
      state.openMax = Math.max(state.openMax, ++state.open);
      await new Promise((resolve) => setTimeout(resolve, 1));
      state.open--;
      return (
        state.answer ?? {
          kind: 'response',
          status: 200,
          mediaType: 'text/plain',
          body: printPolicyFile(policy()),
        }
      );
    },
  };
  const clock = () => state.now;
  const engineOver = (own: Partial<Adapters> = {}) =>
    createEngine({
      adapters: { ...adapters, ...own },
      clock,
      settings: settingsOf('rfc', { privateAddresses: 'allow' }),
    });
  const engine = engineOver();
  const keep = (domain: string, kept = policy(), fetchedAt = START) =>
    store['policy-cache.write'](
      { domain, change: { kind: 'store', entry: { id: 'id1', policy: kept, fetchedAt } } },
      new AbortController().signal,
    );
  return { state, store, keep, engineOver, ports: { store, engine, clock } };
}

async function fetchedAtOf(store: PolicyStore, domain: string): Promise<number | null> {
  const kept = await store['policy-cache.read']({ domain }, new AbortController().signal);
  return kept.kind === 'read' ? (kept.cached?.fetchedAt ?? null) : null;
}

describe('a pass over kept policies', () => {
  it('renews each about once a day, with no mail and no record, and moves its expiry (STS-3.3-13, STS-10.2-1)', async () => {
    const { state, store, keep, ports } = world();
    await keep('a.example');
    for (let hour = 0; hour < 24 * 60; hour++) {
      state.now += HOUR;
      await refreshPolicies(ports);
    }
    expect(state.fetches.length).toBeGreaterThanOrEqual(59);
    expect(state.fetches.length).toBeLessThanOrEqual(80);
    expect(state.now - (await fetchedAtOf(store, 'a.example'))!).toBeLessThanOrEqual(DAY);
  });

  it('keeps the very lines of the file that it fetched, for the reports of the sessions to come', async () => {
    const { state, store, keep, ports } = world();
    await keep('a.example', { ...policy(), lines: ['version: STSv1', 'mode: enforce', 'mx: old.a.example'] });
    state.now += 2 * DAY;
    const lines = ['version: STSv1', 'mode: testing', 'mx: new.a.example', 'max_age: 604800'];
    const body = `${lines.join('\r\n')}\r\n`;
    state.answer = { kind: 'response', status: 200, mediaType: 'text/plain', body };
    expect((await refreshPolicies(ports)).outcomes).toHaveLength(1);
    const kept = await store['policy-cache.read']({ domain: 'a.example' }, new AbortController().signal);
    expect(kept).toMatchObject({ cached: { policy: { lines, mx: ['new.a.example'], mode: 'testing' } } });
  });

  it('tells of every failure, loudly long before the end, and not of mode none (STS-3.3-14, STS-10.2-2)', async () => {
    const { state, keep, ports } = world();
    await keep('a.example');
    await keep('none.example', policy('none'));
    state.answer = DOWN;
    const told: { readonly day: number; readonly outcome: RefreshOutcome }[] = [];
    for (let hour = 0; hour < 24 * 20; hour++) {
      state.now += HOUR;
      const { outcomes } = await refreshPolicies(ports);
      for (const outcome of outcomes) told.push({ day: (state.now - START) / DAY, outcome });
    }
    expect(told.every(({ outcome }) => outcome.domain === 'a.example')).toBe(true);
    expect(told[0]).toMatchObject({ outcome: { alert: { verdict: 'warn' }, expiresAt: START + 14 * DAY } });
    const alarm = told.find(({ outcome }) => outcome.alert.verdict === 'alarm')!;
    expect(alarm.day).toBeLessThanOrEqual(3.05);
    // Tried as long as it is in force, and then let go.
    expect(told.at(-1)!.day).toBeGreaterThan(13.9);
    expect(told.at(-1)!.day).toBeLessThan(14);
    expect(state.fetches).not.toContain('none.example');
  });

  it('tells loudly of a store that takes nothing', async () => {
    const { state, keep, ports, engineOver } = world();
    await keep('a.example');
    state.now += DAY;
    const refusing = engineOver({ 'policy-cache.write': async () => ({ kind: 'failed' }) });
    const { outcomes } = await refreshPolicies({ ...ports, engine: refusing });
    expect(outcomes).toMatchObject([{ alert: { row: 'ALERT-5' }, expiresAt: START + 14 * DAY }]);
  });

  it('keeps to its bounds, takes first what is latest, and leaves the rest for the next (STS-3.3-15)', async () => {
    const { state, keep, ports } = world();
    for (let n = 0; n < 1100; n++)
      await keep(`d${n}.example`, policy('enforce', 604_800 + n), START - n * 1000);
    state.now += DAY;
    const first = await refreshPolicies(ports, { fetchesMax: 100, atOnceMax: 3 });
    expect(first.outcomes).toHaveLength(100);
    expect(first.leftOut).toBe(1000);
    expect(state.openMax).toBe(3);
    const all = Array.from({ length: 1100 }, (_, n) => ({ domain: `d${n}.example`, at: START - n * 1000 }));
    const due = ({ domain, at }: (typeof all)[number]) =>
      dueAt(
        domain,
        { id: 'id1', policy: policy('enforce', 604_800), fetchedAt: at },
        DEFAULT_REFRESH_SETTINGS,
      );
    const soonest = all.toSorted((a, b) => due(a) - due(b)).slice(0, 100);
    expect(new Set(state.fetches)).toEqual(new Set(soonest.map(({ domain }) => domain)));
    expect(first.outcomes.map(({ domain }) => domain)).toEqual([...state.fetches].sort());
    await refreshPolicies(ports, { fetchesMax: 2000 });
    expect(new Set(state.fetches).size).toBe(1100);
    expect((await refreshPolicies(ports)).outcomes).toEqual([]);
  });

  it('reaches a policy of two weeks days before its end, however many of an hour are in the way (STS-3.3-13, STS-10.2-1)', async () => {
    const { state, store, keep, ports } = world();
    await keep('z-bank.example');
    for (let n = 0; n < 6; n++) await keep(`d${n}.a.example`, policy('enforce', 3600));
    state.answer = DOWN;
    const daysOf: number[] = [];
    for (let hour = 1; hour <= 24 * 14; hour++) {
      state.now = START + hour * HOUR;
      // Mail to each of them keeps them alive, and due.
      for (let n = 0; n < 6; n++) {
        await store.forget(`d${n}.a.example`);
        await keep(`d${n}.a.example`, policy('enforce', 3600), state.now - 2_700_000);
      }
      const before = state.fetches.length;
      const { leftOut } = await refreshPolicies(ports, { fetchesMax: 2 });
      expect(leftOut).toBeGreaterThan(0);
      if (state.fetches.slice(before).includes('z-bank.example')) daysOf.push(hour / 24);
    }
    expect(daysOf[0]).toBeLessThan(4);
    expect(daysOf.length).toBeGreaterThanOrEqual(3);
  });

  it('goes on after a name that the engine does not take, and tells of it (STS-3.3-14)', async () => {
    const { state, keep, ports } = world();
    for (const domain of ['a.example', 'mx_1.example.org', 'z.example']) await keep(domain);
    state.now += DAY;
    const { outcomes, leftOut } = await refreshPolicies(ports, { atOnceMax: 1 });
    expect(outcomes).toMatchObject([
      { domain: 'a.example', alert: { verdict: 'quiet' }, fault: null },
      {
        domain: 'mx_1.example.org',
        result: { policy: null, decisions: [], journal: { attempts: [] } },
        fault: expect.stringContaining('"mx_1.example.org" is not a domain'),
        alert: { verdict: 'warn' },
        expiresAt: START + 14 * DAY,
      },
      { domain: 'z.example', alert: { verdict: 'quiet' }, fault: null },
    ]);
    expect(leftOut).toBe(0);
  });

  it('stops when told to, and blames nobody for it', async () => {
    const { state, keep, ports } = world();
    for (let n = 0; n < 20; n++) await keep(`d${n}.example`);
    state.now += DAY;
    const controller = new AbortController();
    state.onFetch = () => {
      if (state.fetches.length === 3) controller.abort();
    };
    const { outcomes, leftOut } = await refreshPolicies(ports, { atOnceMax: 1 }, controller.signal);
    expect(outcomes).toHaveLength(2);
    expect(leftOut).toBe(18);
    expect(state.fetches).toHaveLength(3);
  });

  it('rejects where the store cannot be reached', async () => {
    const { ports } = world();
    const store = { list: () => Promise.reject(new Error('gone')) };
    await expect(refreshPolicies({ ...ports, store })).rejects.toThrow('gone');
  });
});

describe('policies kept fresh', () => {
  it('pass after pass until it is told to stop, whatever a pass comes to', async () => {
    const { state, keep, ports } = world();
    await keep('a.example');
    state.answer = DOWN;
    const controller = new AbortController();
    const alerts: string[] = [];
    const failures: string[] = [];
    const pauses: number[] = [];
    let passes = 0;
    const store = {
      list: (page: Parameters<PolicyStore['list']>[0]) =>
        ++passes === 2 ? Promise.reject(new Error('gone')) : ports.store.list(page),
    };
    await keepPoliciesFresh({ ...ports, store }, controller.signal, {
      onAlert: ({ domain, alert }) => alerts.push(`${domain} ${alert.verdict}`),
      onFailure: (message) => failures.push(message),
      pauseMs: 7,
      wait: async (ms) => {
        pauses.push(ms);
        state.now += DAY;
        if (passes === 5) controller.abort();
      },
    });
    expect(failures).toEqual(['gone']);
    expect(alerts).toEqual(['a.example warn', 'a.example alarm', 'a.example alarm']);
    expect(pauses).toEqual([7, 7, 7, 7, 7]);
  });

  it('also where everybody who is told throws, at once or later, and the wait fails', async () => {
    const { state, keep, ports } = world();
    await keep('a.example');
    await keep('b.example');
    state.answer = DOWN;
    state.now += DAY;
    const controller = new AbortController();
    const told: string[] = [];
    const thrown = (what: string) => {
      told.push(what);
      throw new Error(`thrown by ${what}`);
    };
    let passes = 0;
    const done = keepPoliciesFresh(ports, controller.signal, {
      onAlert: ({ domain }) => thrown(`alert ${domain}`),
      onPass: async () => {
        if (++passes === 3) controller.abort();
        thrown(`pass ${passes}`);
      },
      onFailure: (message) => thrown(message),
      pauseMs: 5,
      wait: () => Promise.reject(new Error('no timer')),
    });
    await expect(done).resolves.toBeUndefined();
    expect(passes).toBe(3);
    expect(told).toEqual(
      expect.arrayContaining([
        'alert a.example',
        'alert b.example',
        'thrown by alert a.example',
        'thrown by pass 1',
        'no timer',
      ]),
    );
  });

  it('pauses by a timer where the wait fails', async () => {
    const { ports } = world();
    const controller = new AbortController();
    let passes = 0;
    await keepPoliciesFresh(ports, controller.signal, {
      onPass: () => {
        passes++;
        // Time for whoever would not pause.
        setTimeout(() => controller.abort(), 50);
      },
      wait: () => Promise.reject(new Error('no timer')),
    });
    expect(passes).toBe(1);
  });

  it('waits by a timer that the signal ends', async () => {
    const { ports } = world();
    const controller = new AbortController();
    const done = keepPoliciesFresh(ports, controller.signal, {
      onPass: () => setTimeout(() => controller.abort(), 5),
    });
    await expect(done).resolves.toBeUndefined();
  });

  it.each([
    ['options', 7],
    ['options.pauseMs', { pauseMs: -1 }],
    ['options.onPass', { onPass: 'yes' }],
    ['options.settings', { settings: { atOnceMax: 0 } }],
  ])('are not kept so by what is none: %s', async (named, options) => {
    const { ports } = world();
    await expect(keepPoliciesFresh(ports, new AbortController().signal, options as never)).rejects.toThrow(
      expect.objectContaining({
        code: 'WAXSEAL_BAD_OPTIONS',
        message: expect.stringMatching(new RegExp(`^${named}\\b`)),
      }),
    );
  });

  it('each quarter of an hour, if nobody says how often', async () => {
    const { ports } = world();
    const controller = new AbortController();
    const pauses: number[] = [];
    await keepPoliciesFresh(ports, controller.signal, {
      wait: async (ms) => {
        pauses.push(ms);
        controller.abort();
      },
    });
    expect(pauses).toEqual([900_000]);
  });
});
