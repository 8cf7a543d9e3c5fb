import timers from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionSeeker, SmtpSession } from '../effects/ports.js';
import { replay } from '../effects/replay.js';
import { programs } from '../machine/programs.js';
import { createNodeEngine, MisuseError, type NodeEngine, NotReadyError, settingsOf } from '../node.js';
import { decide } from '../policy/kernel/table.js';
import type { Crowd } from '../policy/queue/crowd.js';
import { hostRoom } from '../policy/queue/host-room.table.js';
import { PLAIN_FACTS } from '../policy/require-tls/message.js';
import { type Internet, startInternet } from '../testing/index.js';
import { createEngine } from './engine.js';
import type { RecipientReport } from './recipient-report.js';

const names = ['a.test', 'b.test', 'c.test'];
let internet: Internet;
let engine: NodeEngine;
beforeAll(async () => {
  internet = await startInternet({
    dns: {
      ...Object.fromEntries(names.map((name) => [`MX ${name}`, [`10 mx.${name}`]])),
      ...Object.fromEntries(names.map((name) => [`A mx.${name}`, [`@mx.${name}`]])),
      'MX silent.test': ['10 mx.silent.test'],
      'A mx.silent.test': ['@silent'],
      'MX busy.test': ['10 mx.busy.test', '20 mx.a.test'],
      'A mx.busy.test': ['@busy'],
    },
    mail: {
      ...Object.fromEntries(names.map((name) => [`mx.${name}`, {}])),
      silent: { connect: 'silent' },
      busy: { replies: { rcpt: { '*': '450 4.2.1 come again' } } },
    },
  });
  engine = engineWith({});
});
afterAll(async () => {
  await engine.close();
  await internet.close();
});

function engineWith(options: Parameters<typeof createNodeEngine>[0]): NodeEngine {
  return createNodeEngine({
    resolver: internet.resolver,
    ca: [internet.caPem],
    settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
    ...options,
  });
}

const mailTo = (...to: readonly string[]) => ({
  from: '',
  to,
  content: () => [Buffer.from('Subject: x\r\n\r\n')],
  facts: PLAIN_FACTS,
});

describe('the destinations of a message', () => {
  it('have in their records what was dialled at their own hosts, which is all that they depend on (DUAL-3-5)', async () => {
    const elsewhere = Object.fromEntries(
      Array.from({ length: 50 }, (_, at) => [`mx${at}.test`, ['192.0.2.1']]),
    );
    const own = { 'mx.a.test': ['192.0.2.1'], 'mx.busy.test': ['192.0.2.2'] };
    const bounded = engineWith({
      settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow', candidatesMax: 1 }),
    });
    const { journal, dialled } = await bounded.deliver(mailTo('u@b.test', 'u@a.test', 'u@busy.test'), {
      attempt: 2,
      dialled: { ...elsewhere, ...own },
    });
    expect(journal.attempts.map(({ input }) => input.dialled)).toEqual([
      {},
      { 'mx.a.test': ['192.0.2.1'] },
      // One of them was left out, because it had been dialled.
      own,
    ]);
    expect(dialled).toMatchObject(elsewhere);
    for (const attempt of journal.attempts) expect(replay(programs, attempt).kind).toBe('same');
    await bounded.close();
  });

  it('are decided about once for all their recipients', async () => {
    const { results } = await engine.deliver(mailTo('u@a.test', 'u@b.test', 'v@a.test'));
    expect(results[2]!.decisions).toBe(results[0]!.decisions);
    expect(results[1]!.decisions).not.toBe(results[0]!.decisions);
  });

  it('are served side by side: results come while another domain says nothing (CHOICE-17)', async () => {
    const told: (readonly [number, string])[] = [];
    const stop = new AbortController();
    const { results, journal } = await engine.deliver(
      mailTo('u@silent.test', 'u@a.test', 'u@b.test', 'v@a.test'),
      {
        signal: stop.signal,
        onResult: ({ outcome }, place) => {
          told.push([place, outcome]);
          // The silent one would keep everybody here for minutes.
          if (told.length === 3) stop.abort();
        },
      },
    );
    expect(new Map(told.slice(0, 3))).toEqual(
      new Map([
        [1, 'delivered'],
        [2, 'delivered'],
        [3, 'delivered'],
      ]),
    );
    expect(told[3]).toEqual([0, 'deferred']);
    expect(results.map(({ recipient }) => recipient)).toEqual([
      'u@silent.test',
      'u@a.test',
      'u@b.test',
      'v@a.test',
    ]);
    expect(results[0]).toMatchObject({ outcome: 'deferred', cause: 'aborted', reports: [] });
    expect(journal.attempts.map(({ places }) => places)).toEqual([[0], [1, 3], [2]]);
  });

  it('are no more at once than was asked for', async () => {
    let open = 0;
    let most = 0;
    const one = engineWith({
      destinationsAtOnceMax: 1,
      onAttempt: async () => {
        open -= 1;
      },
    });
    await one.deliver(mailTo(...names.map((name) => `u@${name}`)), {
      onEntry: (entry) => {
        if (entry.kind === 'ask' && entry.ask.type === 'dns.mx') most = Math.max(most, ++open);
      },
    });
    expect(most).toBe(1);
    await one.close();
  });

  it('are told of by whoever throws, and lose nothing by it', async () => {
    const boom = () => {
      throw new Error('boom');
    };
    const soon = async () => boom();
    for (const onlooker of [boom, soon]) {
      const told = { onResult: onlooker, onEntry: onlooker };
      const { results } = await engine.deliver(mailTo('u@a.test'), told);
      expect(results).toMatchObject([{ outcome: 'delivered' }]);
    }
    // What it rejects with would end the process as soon as it has a turn.
    await new Promise((done) => setImmediate(done));
  });

  it('lose nothing by a memory of signals that throws, which would have them sent twice', async () => {
    const boom = () => {
      throw new Error('boom');
    };
    const forgetful = engineWith({
      signals: { note: boom, read: async () => [], idle: async () => undefined },
    });
    const { results } = await forgetful.deliver(mailTo('u@a.test'));
    expect(results).toMatchObject([{ outcome: 'delivered' }]);
    await forgetful.close();
  });

  it('end whatever is thrown by what an embedder brings, also what has no text', async () => {
    const untold: unknown[] = [
      Object.create(null),
      Symbol('s'),
      Object.assign(new Error(), { message: Symbol('s') }),
    ];
    for (const thrown of untold) {
      const faults: string[] = [];
      const onFault = (message: string) => faults.push(message);
      const rejects = () => Promise.reject(thrown);
      const after = engineWith({ onFault, onAttempt: rejects });
      expect((await after.deliver(mailTo('u@a.test'))).results).toMatchObject([{ outcome: 'delivered' }]);
      const before = engineWith({ onFault, adapters: { 'dns.mx': rejects } });
      expect((await before.deliver(mailTo('u@a.test'))).results).toMatchObject([{ outcome: 'deferred' }]);
      expect(faults).toEqual([
        expect.stringContaining('onAttempt: '),
        expect.stringContaining('the adapter of dns.mx failed'),
      ]);
      await Promise.all([after.close(), before.close()]);
    }
  });
});

describe('an attempt that goes back', () => {
  const CROWD = {
    ...{ server: '192.0.2.1 25', sessionsOpen: 5, waiting: 5, againInMs: 1_000 },
    decision: decide(hostRoom, { line: 'long', dialled: 'nothing', places: 'few' }),
  };

  it('says nothing of the servers, turns to no other, and leaves nothing behind (CHOICE-18)', async () => {
    const seekers: (SessionSeeker | undefined)[] = [];
    const told: string[] = [];
    const crowds: Crowd[] = [];
    const full = engineWith({
      adapters: {
        'smtp.session': (seeker) => {
          seekers.push(seeker);
          const connect = () => {
            seeker?.onCrowded(CROWD);
            return new Promise<never>(() => undefined);
          };
          return { connect, destroy: () => undefined } as Partial<SmtpSession> as SmtpSession;
        },
      },
      signals: { note: () => told.push('signals'), read: async () => [], idle: async () => undefined },
      onAttempt: async () => void told.push('attempt'),
    });
    const onCrowded = (crowd: Crowd) => crowds.push(crowd);
    const { results } = await full.deliver(mailTo('u@busy.test'), { goesBack: { name: 'x', onCrowded } });
    expect(results).toMatchObject([
      { outcome: 'deferred', cause: 'aborted', because: { table: 'stopped' }, reports: [] },
    ]);
    expect(crowds).toEqual([CROWD]);
    expect(seekers).toMatchObject([{ name: 'x', dialled: 'nothing' }]);
    expect(told).toEqual([]);
    await full.close();
  });
});

describe('the deadline of a whole attempt', () => {
  it('ends the waiting for whom nobody has decided yet, and blames nobody (CHOICE-17, CHOICE-18)', async () => {
    const reports: RecipientReport[] = [];
    let now = Date.parse('2026-01-01T00:00:00Z');
    const late = engineWith({
      clock: () => now,
      deadlineMs: 60_000,
      // Time passes as soon as somebody waits for it, and everybody else has his answer.
      wait: async (ms, signal) => {
        while (reports.length < 1 && !signal.aborted) await new Promise((done) => setImmediate(done));
        if (!signal.aborted) now += ms;
      },
    });
    const { results, attempts } = await late.deliver(mailTo('u@silent.test', 'u@a.test'), {
      onResult: (report) => reports.push(report),
    });
    expect(results).toMatchObject([
      { outcome: 'deferred', cause: 'aborted', because: { table: 'stopped' }, reports: [] },
      { outcome: 'delivered' },
    ]);
    expect(attempts[0]!.decisions.map(({ table }) => table)).toContain('stopped');
    await late.close();
  });

  it('of one attempt goes before that of the engine', async () => {
    const patient = engineWith({ deadlineMs: 3_600_000 });
    const { results } = await patient.deliver(mailTo('u@silent.test'), { deadlineMs: 1 });
    expect(results).toMatchObject([{ outcome: 'deferred', because: { table: 'stopped' }, reports: [] }]);
    await patient.close();
  });

  it.each([
    ['that does not wait', () => undefined as never],
    ['that rejects', () => Promise.reject(new Error('boom'))],
    [
      'that throws',
      () => {
        throw new Error('boom');
      },
    ],
    [
      'that rejects when it is taken back',
      (ms: number, signal: AbortSignal) => timers.setTimeout(ms, undefined, { signal }),
    ],
  ])('keeps nobody from being served who has a timer %s', async (_, wait) => {
    const own = engineWith({ wait, deadlineMs: 3_600_000 });
    const { results } = await own.deliver(mailTo('u@a.test'));
    expect(results).toMatchObject([{ outcome: 'delivered' }]);
    await new Promise((done) => setImmediate(done));
    await own.close();
  });

  it('is refused where nothing could keep it', async () => {
    const nothing = (async () => undefined) as never;
    const adapters = {
      'dns.mx': nothing,
      'dns.txt': nothing,
      'dns.addresses': nothing,
      'dns.cname': nothing,
      'dns.tlsa': nothing,
      'policy-cache.read': nothing,
      'policy-cache.write': nothing,
      'policy.fetch': nothing,
      'random.draw': nothing,
      'smtp.session': nothing,
    };
    expect(() => createEngine({ adapters, clock: Date.now, deadlineMs: 1 })).toThrow(MisuseError);
    // Without one, adapters that answer nothing have the message wait.
    const { results } = await createEngine({ adapters, clock: Date.now }).deliver(mailTo('u@a.test'));
    expect(results).toMatchObject([{ outcome: 'deferred' }]);
  });
});

describe('what belongs into the next attempt', () => {
  it('is one value for all domains, and what was dialled before stays in it', async () => {
    const before = { 'mx.elsewhere.test': ['192.0.2.1'], 'mx.a.test': ['192.0.2.2'] };
    const { dialled } = await engine.deliver(mailTo('u@busy.test', 'u@a.test'), { dialled: before });
    expect(dialled).toEqual({
      'mx.elsewhere.test': ['192.0.2.1'],
      'mx.busy.test': [internet.addressOf('busy')],
      'mx.a.test': ['192.0.2.2', internet.addressOf('mx.a.test')],
    });
    const again = await engine.deliver(mailTo('u@busy.test'), { attempt: 2, dialled });
    expect(again.results).toMatchObject([{ outcome: 'delivered' }]);
  });

  it('has a time, as long as somebody waits', async () => {
    await internet.change({ mail: { 'mx.c.test': { replies: { rcpt: { '*': '450 4.2.1 later' } } } } });
    const now = Date.parse('2026-01-01T00:00:00Z');
    const fixed = engineWith({ clock: () => now });
    const retry = async (attempt: number, to: string) =>
      (await fixed.deliver(mailTo(to), { attempt })).retryAt;
    expect(await retry(1, 'u@c.test')).toBe(now + 450_000);
    expect(await retry(2, 'u@c.test')).toBe(now + 900_000);
    expect(await retry(7, 'u@c.test')).toBe(now + 8 * 3_600_000);
    expect(await retry(8, 'u@c.test')).toBeNull();
    expect(await retry(1, 'u@a.test')).toBeNull();
    await fixed.close();
  });
});

describe('an engine that is asked whether it is ready', () => {
  it('says so, and asks nobody but the resolver', async () => {
    await expect(engine.ready()).resolves.toBeUndefined();
  });

  it('says what is wrong with the store and with the resolver', async () => {
    const broken = engineWith({
      adapters: {
        'policy-cache.read': async () => ({ kind: 'unreadable', why: 'the disk is gone' }),
        'dns.txt': async () => ({ kind: 'failed', cause: 'unreachable', extendedError: null }),
      },
    });
    const error = await broken.ready().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotReadyError);
    expect(error).toMatchObject({ code: 'WAXSEAL_NOT_READY' });
    expect((error as Error).message).toMatch(
      /the disk is gone; the resolver does not answer \(unreachable\)/,
    );
    await broken.close();
  });
});
