/* When a queue does what: each moment on a clock that passes only when everybody waits. */
import { describe, expect, it } from 'vitest';
import { memoryQueueStore } from '../../adapters/memory/index.js';
import type { ClaimPlan, QueuedEvent, QueueStore } from '../../effects/queue-stores.js';
import type { VirtualTime } from '../../testing/world/virtual-time.js';
import { createIntake, DEFAULT_RETRY, type MailToQueue } from './index.js';
import { ATTEMPT_MS, mailTo, START, VirtualQueue } from './virtual-queue.fixture.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A store that takes five seconds to keep what became of anything. */
const slowToKeep = (store: QueueStore, time: VirtualTime): Partial<QueueStore> => ({
  settle: async (...given) => {
    await time.wait(5_000, new AbortController().signal);
    return store.settle(...given);
  },
});

describe('a clock that was ahead', () => {
  const YEAR_MS = 365 * 24 * HOUR_MS;

  it('is caught up with once it is set right, while the process runs', async () => {
    const one = new VirtualQueue();
    one.aheadMs = YEAR_MS;
    one.run();
    await one.put('x@b.test');
    await one.until(25_000);
    one.aheadMs = 0;
    await one.until(41_000);
    expect(one.attempts).toEqual(['0 x@b.test', '30000 x@b.test']);
  });

  it('is caught up with by the next process, which looks each hour', async () => {
    const one = new VirtualQueue();
    one.run();
    await one.until(1_000);
    // As it stands in the store of one that was started with a wrong clock.
    one.aheadMs = YEAR_MS;
    await one.put('y@a.test', { id: 'm9' });
    one.aheadMs = 0;
    await one.until(HOUR_MS - 1_000);
    expect(one.attempts).toEqual([]);
    await one.until(HOUR_MS + 40_000);
    expect(one.outcomes).toEqual([`${HOUR_MS + 10_000 + ATTEMPT_MS} y@a.test delivered`]);
  });

  it('costs nothing where it was ahead by less than anybody would notice', async () => {
    let looked = 0;
    const one = new VirtualQueue({}, (store) => ({
      catchUp: (plan) => {
        looked += 1;
        return store.catchUp(plan);
      },
    }));
    one.aheadMs = 20_000;
    one.run();
    await one.until(5_000);
    one.aheadMs = 0;
    await one.until(HOUR_MS - 1_000);
    expect(looked).toBe(1);
  });
});

describe('what is due', () => {
  it('is taken up at once when it comes in, though nobody would look for half a minute', async () => {
    const one = new VirtualQueue();
    one.run();
    await one.until(5_000);
    await one.put('x@a.test');
    await one.until(6_000);
    expect(one.outcomes).toEqual(['5100 x@a.test delivered']);
  });

  it('is taken up at once when it is ordered', async () => {
    const one = new VirtualQueue();
    one.run();
    const id = await one.put('x@b.test');
    await one.until(5_000);
    await one.queue.order([id], { order: 'kick' }, 'ops');
    await one.until(6_000);
    await one.queue.order([id], { order: 'fail', text: 'enough' }, 'ops');
    await one.until(7_000);
    expect(one.outcomes).toEqual([
      '100 x@b.test deferred',
      '5100 x@b.test deferred',
      '6000 x@b.test bounced',
      '6100 ann@a.test delivered',
    ]);
  });

  it('ends by order with what the order says, or with who gave it', async () => {
    const one = new VirtualQueue();
    one.run();
    const ids = [await one.put('x@b.test'), await one.put('y@b.test')];
    await one.until(5_000);
    await one.queue.order([ids[0]!], { order: 'fail', text: 'enough' }, 'ops');
    await one.queue.order([ids[1]!], { order: 'fail' }, 'ops');
    await one.until(6_000);
    const ended = one.told.filter(({ outcome }) => outcome === 'bounced');
    expect(ended.map(({ recipient, turn }) => [recipient, turn.word?.facts])).toEqual([
      ['x@b.test', ['enough']],
      ['y@b.test', ['The operator of this mail system gave it up.']],
    ]);
  });

  it('is taken up at once where its limits are raised', async () => {
    const one = new VirtualQueue({ limits: { concurrency: 1 } });
    one.slow.set('x@a.test', 20_000);
    one.run();
    for (const to of ['x@a.test', 'y@a.test']) await one.put(to);
    await one.until(5_000);
    expect(one.attempts).toEqual(['0 x@a.test']);
    one.queue.tune({ limits: { concurrency: 2 } });
    await one.until(6_000);
    expect(one.attempts).toEqual(['0 x@a.test', '5000 y@a.test']);
  });

  it('is tried with what is remembered of the addresses that were tried before', async () => {
    const seen: unknown[] = [];
    const tried = { 'mx.b.test': ['192.0.2.1'] };
    const one: VirtualQueue = new VirtualQueue({
      engine: {
        lastLook: (...asked) => one.engine.lastLook(...asked),
        deliver: async (mail, options) => {
          seen.push(options?.dialled);
          const delivered = await one.engine.deliver(mail, options);
          return { ...delivered, attempts: delivered.attempts.map((each) => ({ ...each, dialled: tried })) };
        },
      },
    });
    one.run();
    const id = await one.put('x@b.test');
    await one.until(5_000);
    await one.queue.order([id], { order: 'kick' }, 'ops');
    await one.until(6_000);
    expect(seen).toEqual([{}, tried]);
  });

  it('is taken up when its time has come, to the millisecond', async () => {
    const one = new VirtualQueue({ retry: { ...DEFAULT_RETRY, scheduleMs: [7_000, 40_000], jitter: 0 } });
    one.run();
    await one.put('x@b.test');
    await one.until(MINUTE_MS);
    expect(one.attempts).toEqual(['0 x@b.test', '7100 x@b.test', '47200 x@b.test', '47300 ann@a.test']);
  });

  it('is found by looking each half minute where somebody else has put it in', async () => {
    for (const [lookEveryMs, at] of [
      [undefined, 30_000],
      [12_000, 12_000],
    ] as const) {
      const one = new VirtualQueue({ ...(lookEveryMs !== undefined && { lookEveryMs }) });
      one.run();
      await one.until(1_000);
      const { store, bodies, time } = one;
      await createIntake({ store, bodies, clock: () => time.now }).enqueue(mailTo('x@a.test'));
      await one.until(at + 1_000);
      expect(one.attempts).toEqual([`${at} x@a.test`]);
    }
  });

  it('is taken up while what was under way before it is being kept', async () => {
    const one = new VirtualQueue({ limits: { concurrency: 1 } }, slowToKeep);
    one.run();
    for (const to of ['x@a.test', 'y@a.test']) await one.put(to);
    await one.until(MINUTE_MS);
    expect(one.attempts).toEqual(['0 x@a.test', '100 y@a.test']);
    expect(one.outcomes).toEqual(['5100 x@a.test delivered', '10100 y@a.test delivered']);
  });

  it('waits for others of its domain, and is not asked for over and over', async () => {
    let claims = 0;
    const one = new VirtualQueue({ limits: { perDomain: 1 } }, (store) => ({
      claim: (plan) => {
        claims += 1;
        return store.claim(plan);
      },
    }));
    for (const to of ['x@a.test', 'y@a.test', 'z@a.test']) one.slow.set(to, 20_000);
    for (const to of ['x@a.test', 'y@a.test', 'z@a.test']) await one.put(to);
    one.run();
    await one.until(50_000);
    expect(one.attempts).toEqual(['0 x@a.test', '20000 y@a.test', '40000 z@a.test']);
    expect(claims).toBeLessThan(20);
  });

  it('is all taken up at once, however much of it is for one domain', async () => {
    const one = new VirtualQueue({ limits: { concurrency: 10, perDomain: 10 } });
    const { store, bodies, time } = one;
    // Who only hands mail in rings for nobody.
    const { enqueue } = createIntake({ store, bodies, clock: () => time.now });
    for (let at = 0; at < 8; at++) await enqueue(mailTo(`${at}@a.test`));
    await enqueue(mailTo('x@dsn.test'));
    one.run();
    await one.until(MINUTE_MS);
    expect(one.attempts.filter((each) => each.startsWith('0 '))).toHaveLength(9);
  });

  it('is taken up where one of its domain was under way, as soon as that is kept', async () => {
    const one = new VirtualQueue({ limits: { perDomain: 1 } }, slowToKeep);
    one.run();
    for (const to of ['x@a.test', 'y@a.test']) await one.put(to);
    await one.until(MINUTE_MS);
    expect(one.attempts).toEqual(['0 x@a.test', '5100 y@a.test']);
  });

  it('goes to one domain so often in a minute as is allowed, evenly spread', async () => {
    const one = new VirtualQueue({ limits: { perDomainPerMinute: 7 } });
    for (const to of ['x@a.test', 'y@a.test', 'z@a.test', 'x@b.test']) await one.put(to);
    one.run();
    await one.until(MINUTE_MS);
    expect(one.attempts).toEqual(['0 x@a.test', '0 x@b.test', '8572 y@a.test', '17144 z@a.test']);
  });

  it('is taken up as much at once as there is room for', async () => {
    const one = new VirtualQueue({ limits: { concurrency: 3, perDomain: 2 } });
    for (const to of ['1@a.test', '2@a.test', '3@a.test', '1@b.test', '2@b.test']) await one.put(to);
    one.run();
    await one.until(10_000);
    const at = (ms: number) => one.attempts.filter((each) => each.startsWith(`${ms} `)).length;
    expect([at(0), at(ATTEMPT_MS), one.attempts.length]).toEqual([3, 2, 5]);
  });
});

it('takes up to fifty at once, ten to a domain, each due again behind the first wait of the schedule', async () => {
  const plans: ClaimPlan[] = [];
  const one = new VirtualQueue({ retry: { ...DEFAULT_RETRY, scheduleMs: [9_000, 8_000] } }, (store) => ({
    claim: (plan) => {
      plans.push(plan);
      return store.claim(plan);
    },
  }));
  const { now } = one.time;
  one.run();
  await one.until(10);
  const bounds = { deliveriesMax: 50, perLaneMax: 10, laneEveryMs: 0 };
  expect(plans).toMatchObject([{ now, dueAgainAt: now + 9_000, ...bounds }]);
  one.queue.tune({ limits: { perDomain: 3 } });
  await one.until(20);
  expect(plans[1]).toMatchObject({ ...bounds, perLaneMax: 3 });
  expect(plans[1]!.node).toBe(plans[0]!.node);
});

it('keeps for a week what has ended', async () => {
  const ago: number[] = [];
  const one = new VirtualQueue({}, (store, time) => ({
    prune: (before, messagesMax) => {
      ago.push(time.now - before);
      return store.prune(before, messagesMax);
    },
  }));
  one.run();
  await one.until(10);
  expect(ago).toEqual([7 * 24 * HOUR_MS]);
});

it('remembers for a day how a way does on which nothing waits, and looks at all of them each hour', async () => {
  const plans: { readonly agoMs: number; readonly lanesMax: number; readonly after?: string }[] = [];
  const one = new VirtualQueue({}, (store, time) => ({
    forgetLanes: async ({ idleSince, ...plan }) => {
      plans.push({ agoMs: time.now - idleSince, ...plan });
      await store.forgetLanes({ idleSince, ...plan });
      return plans.length === 1 ? 'direct a.test' : null;
    },
  }));
  one.run();
  await one.until(2 * HOUR_MS);
  const first = { agoMs: 24 * HOUR_MS, lanesMax: 500 };
  expect(plans).toEqual([first, { ...first, after: 'direct a.test' }, first]);
});

it('shows a hundred messages at a time that have not ended', async () => {
  const pages: unknown[] = [];
  const one = new VirtualQueue({}, (store) => ({
    list: (page) => {
      pages.push(page);
      return store.list(page);
    },
  }));
  await one.queue.list();
  await one.queue.list({ after: 'm1', messagesMax: 1, ended: 'yes', domain: 'a.test' });
  expect(pages).toEqual([
    { after: null, messagesMax: 100, ended: 'no' },
    { after: 'm1', messagesMax: 1, ended: 'yes', domain: 'a.test' },
  ]);
});

describe('a node', () => {
  it('takes over at once what another held that said nothing new for a minute, whatever its clock', async () => {
    for (const ahead of [-HOUR_MS, 8_000, HOUR_MS]) {
      const one = new VirtualQueue();
      await one.put('x@a.test');
      const { store, time } = one;
      const plan = { node: 'gone', now: time.now, deliveriesMax: 1, perLaneMax: 1, dueAgainAt: time.now };
      await store.claim(plan);
      await store.beat('gone', time.now + ahead);
      one.run();
      await one.until(2 * MINUTE_MS);
      // It beats each ten seconds.
      expect(one.attempts).toEqual(['60000 x@a.test']);
    }
  });

  it('leaves to another what it holds, however wrong its own clock is, and though it was itself away', async () => {
    for (const aheadMs of [-HOUR_MS, 0, HOUR_MS]) {
      let isAway = false;
      let now = () => START;
      const one = new VirtualQueue({ clock: () => now() + aheadMs }, (store) => ({
        beat: (...given) => (isAway ? Promise.reject(new Error('away')) : store.beat(...given)),
      }));
      now = () => one.time.now;
      await one.put('x@a.test');
      const { store, time } = one;
      const plan = {
        node: 'other',
        now: time.now + HOUR_MS,
        deliveriesMax: 1,
        perLaneMax: 1,
        dueAgainAt: time.now,
      };
      expect(await store.claim(plan)).toHaveLength(1);
      for (let at = 0; at < 10 * MINUTE_MS; at += 10_000)
        // While nobody reaches the store, the other cannot say anything either.
        time.schedule(START + at + 5_000, () => void (isAway || store.beat('other', time.now)));
      time.schedule(START + 3 * MINUTE_MS + 1, () => (isAway = true));
      time.schedule(START + 6 * MINUTE_MS + 1, () => (isAway = false));
      await store.beat('other', time.now);
      one.run();
      await one.until(10 * MINUTE_MS);
      expect(one.attempts).toEqual([]);
    }
  });

  it('says each ten seconds that it lives', async () => {
    const beats: string[] = [];
    const one = new VirtualQueue({}, (store, time) => ({
      beat: (node, now) => {
        beats.push(`${node === '' ? 'nobody' : 'somebody'} ${now - time.now} ${one.sinceStart}`);
        return store.beat(node, now);
      },
    }));
    one.run();
    await one.until(25_000);
    expect(beats).toEqual(['somebody 0 0', 'somebody 0 10000', 'somebody 0 20000']);
  });

  it('takes up nothing once it could not say so for half a minute, and then breaks off what it has in hand', async () => {
    let isAway = false;
    const one = new VirtualQueue({}, (store) => ({
      beat: (...given) => (isAway ? Promise.reject(new Error('away')) : store.beat(...given)),
    }));
    one.slow.set('long@a.test', HOUR_MS);
    one.run();
    await one.put('long@a.test');
    await one.until(1_000);
    isAway = true;
    // It was heard of last at the start.
    await one.until(30_000);
    await one.put('soon@a.test');
    await one.until(31_000);
    await one.put('late@a.test');
    await one.until(49_000);
    expect(one.outcomes).toEqual(['30100 soon@a.test delivered']);
    await one.until(52_000);
    expect(one.outcomes.slice(1)).toEqual(['50000 long@a.test deferred']);
    isAway = false;
    one.slow.clear();
    await one.until(2 * MINUTE_MS);
    expect(one.outcomes.slice(2).sort()).toEqual([
      expect.stringMatching(/^\d+ late@a\.test delivered$/),
      expect.stringMatching(/^\d+ long@a\.test delivered$/),
    ]);
    expect(one.faults).toEqual(
      [10, 20, 30, 40, 50].map((at) => `${at}000 the store of the queue cannot be reached: away`),
    );
  });

  it('breaks nothing off before three quarters of a minute are over', async () => {
    let isAway = false;
    const one = new VirtualQueue({}, (store, time) => ({
      beat: async (...given) => {
        if (!isAway) return store.beat(...given);
        await time.wait(5_000, new AbortController().signal);
        throw new Error('away');
      },
    }));
    one.slow.set('long@a.test', HOUR_MS);
    one.run();
    await one.put('long@a.test');
    await one.until(1_000);
    isAway = true;
    await one.until(54_000);
    expect(one.faults.map((fault) => fault.split(' ')[0])).toEqual(['15000', '30000', '45000']);
    expect(one.outcomes).toEqual([]);
    await one.until(56_000);
    expect(one.outcomes).toEqual(['55000 long@a.test deferred']);
  });

  it('breaks off what it has in hand where others have given it up, though it knows of no silence', async () => {
    const one: VirtualQueue = new VirtualQueue();
    one.slow.set('long@a.test', HOUR_MS);
    one.run();
    await one.put('long@a.test');
    await one.until(1_000);
    await one.store.recover(await one.store.beats());
    await one.until(11_000);
    expect(one.faults).toEqual([expect.stringContaining('another has taken over delivery m1/0')]);
    expect(one.outcomes).toEqual([]);
    one.slow.clear();
    await one.until(HOUR_MS);
    expect(one.outcomes).toEqual([expect.stringMatching(/^\d+ long@a\.test delivered$/)]);
  });

  it.each(['between two beats', 'in the midst of one'])(
    'breaks off what it has in hand where it slept %s, though it can say so at once then',
    async (when) => {
      let sleptMs = 0;
      let beats = 0;
      const one: VirtualQueue = new VirtualQueue(
        {
          platform: {
            elapsed: () => one.sinceStart + sleptMs,
            wait: (...asked) => one.time.wait(...asked),
            octets: (count) => new Uint8Array(count).fill(0x80),
          },
        },
        (store, time) => ({
          beat: async (...given) => {
            beats += 1;
            if (beats > 1) await time.wait(5_000, new AbortController().signal);
            if (beats > 1 && when === 'in the midst of one') sleptMs = 46_000;
            return store.beat(...given);
          },
        }),
      );
      one.slow.set('long@a.test', HOUR_MS);
      one.run();
      await one.put('long@a.test');
      await one.until(1_000);
      if (when === 'between two beats') sleptMs = 46_000;
      await one.until(16_000);
      const at = when === 'between two beats' ? 10_000 : 15_000;
      expect(one.outcomes).toEqual([`${at} long@a.test deferred`]);
    },
  );

  it.each<[string, (one: VirtualQueue) => Promise<unknown>, boolean]>([
    ['goes an hour after it was seen', async () => 'well', true],
    ['stays where the store was away in between', async () => Promise.reject(new Error('away')), false],
    [
      'stays where the process slept in between',
      ({ time }) => time.wait(31_000, new AbortController().signal),
      false,
    ],
  ])('sweeps up octets that nobody names: what nobody names %s', async (_, between, isGone) => {
    let isBetween = false;
    const one: VirtualQueue = new VirtualQueue({}, (store) => ({
      beat: async (...given) => {
        if (isBetween) {
          isBetween = false;
          await between(one);
        }
        return store.beat(...given);
      },
    }));
    await one.bodies.keep('orphan', () => [Buffer.from('x')]);
    one.run();
    await one.until(0.5 * HOUR_MS);
    isBetween = true;
    await one.until(1.4 * HOUR_MS);
    expect(await isKept(one, 'orphan')).toBe(!isGone);
    await one.until(1.9 * HOUR_MS);
    expect(await isKept(one, 'orphan')).toBe(false);
  });

  it('looks again in ten seconds where the store could not be read', async () => {
    let isAway = true;
    const one = new VirtualQueue({}, (store) => ({
      claim: (plan) => (isAway ? Promise.reject(new Error('locked')) : store.claim(plan)),
    }));
    await one.put('x@a.test');
    one.run();
    await one.until(1_000);
    isAway = false;
    await one.until(MINUTE_MS);
    expect(one.attempts).toEqual(['10000 x@a.test']);
    expect(new Set(one.faults)).toEqual(new Set(['0 the queue cannot be read: locked']));
  });

  it('forgets each hour what has ended long ago, and its octets long before', async () => {
    const pruned: (readonly number[])[] = [];
    const one = new VirtualQueue({ keepEndedMs: 1.5 * HOUR_MS }, (store, time) => ({
      prune: (before, messagesMax) => {
        pruned.push([one.sinceStart, time.now - before]);
        return store.prune(before, messagesMax);
      },
    }));
    one.run();
    const id = await one.put('x@a.test');
    await one.until(9_000);
    expect(await isKept(one, id)).toBe(true);
    await one.until(11_000);
    expect(await isKept(one, id)).toBe(false);
    await one.until(1.9 * HOUR_MS);
    expect(await one.queue.show([id])).toHaveLength(1);
    await one.until(2.5 * HOUR_MS);
    expect(await one.queue.show([id])).toEqual([]);
    expect(pruned.map(([, ago]) => ago)).toEqual(Array(3).fill(1.5 * HOUR_MS));
    expect(pruned.map(([at]) => Math.floor(at! / HOUR_MS))).toEqual([0, 1, 2]);
  });

  it('forgets all that ended long ago, however much it is', async () => {
    const one = new VirtualQueue({
      keepEndedMs: 1.5 * HOUR_MS,
      limits: { concurrency: 1_000, perDomain: 1_000 },
    });
    for (let at = 0; at < 1_100; at++) await one.put(`${at}@a.test`);
    one.run();
    await one.until(1.9 * HOUR_MS);
    expect(await one.queue.list({ ended: 'yes', messagesMax: 1_000 })).toHaveLength(1_000);
    await one.until(2.5 * HOUR_MS);
    expect(await one.queue.list({ ended: 'yes' })).toEqual([]);
  });

  it('says that it lives, and takes up mail, while it has much to look through', async () => {
    const beats: number[] = [];
    const looked: number[] = [];
    const one = new VirtualQueue({}, (store, time) => ({
      beat: (node, now) => {
        beats.push(one.sinceStart);
        return store.beat(node, now);
      },
      review: async (plan) => {
        looked.push(one.sinceStart);
        await time.wait(MINUTE_MS, new AbortController().signal);
        const next = { lane: 'direct a.test', due: 0, id: '' };
        return { found: 0, next: plan.after === undefined ? next : null };
      },
    }));
    one.run();
    await one.until(MINUTE_MS + 5_000);
    await one.put('x@a.test');
    await one.until(2 * MINUTE_MS);
    expect(beats).toEqual(Array.from({ length: 13 }, (_, at) => at * 10_000));
    expect(looked).toEqual([0, MINUTE_MS]);
    expect(one.outcomes).toEqual(['65100 x@a.test delivered']);
  });

  it('has whoever waits behind a closed way hear of it in the moment in which that is found out', async () => {
    const one = new VirtualQueue({
      retry: {
        scheduleMs: [HOUR_MS, HOUR_MS, HOUR_MS],
        jitter: 0,
        delayNoticeAfter: 2,
        lifetimeMs: 9 * HOUR_MS,
      },
    });
    one.run();
    for (let at = 0; at < 30; at++) await one.put(`${at}@down.test`);
    await one.until(1.4 * HOUR_MS);
    const delayed = one.outcomes
      .filter((each) => each.endsWith(' delayed'))
      .map((each) => Number.parseInt(each, 10));
    // Those that were not tried again are looked at with the beats.
    const reviewed = delayed.filter((at) => at % 10_000 === 0);
    expect(reviewed.length).toBeGreaterThan(20);
    expect(new Set(reviewed).size).toBe(1);
  });

  it('ends at once when it is told to and nothing is under way', async () => {
    const one = new VirtualQueue();
    one.run();
    await one.put('x@a.test');
    await one.until(1_000);
    one.stop.abort();
    await one.until(1_001);
    expect([one.outcomes, one.isOver]).toEqual([['100 x@a.test delivered'], true]);
    expect(await isKept(one, 'm1')).toBe(false);
  });

  it('lets what is under way end when it is told to end, for half a minute or as long as it is told', async () => {
    for (const [graceMs, at] of [
      [undefined, 31_000],
      [3_000, 4_000],
    ] as const) {
      const one = new VirtualQueue();
      one.slow.set('short@a.test', 2_000);
      one.slow.set('long@a.test', HOUR_MS);
      one.run(graceMs);
      for (const to of ['short@a.test', 'long@a.test']) await one.put(to);
      await one.until(1_000);
      one.stop.abort();
      await one.put('after@a.test');
      await one.until(at - 1);
      expect([one.outcomes, one.isOver]).toEqual([['2000 short@a.test delivered'], false]);
      await one.until(at + 15_000);
      expect([one.outcomes[1], one.isOver]).toEqual([`${at} long@a.test deferred`, true]);
      expect(one.attempts).toHaveLength(2);
    }
  });
});

describe('what cannot be done at the moment', () => {
  it('is a settlement: it is tried again in a second, and told of once it is kept', async () => {
    let settled = 0;
    const one = new VirtualQueue({}, (store) => ({
      settle: (...given) => (++settled < 3 ? Promise.reject(new Error('no space')) : store.settle(...given)),
    }));
    one.run();
    await one.put('x@a.test');
    await one.until(10_000);
    expect(one.outcomes).toEqual(['2100 x@a.test delivered']);
    expect(one.faults).toHaveLength(2);
    for (const fault of one.faults)
      expect(fault).toMatch(/ what became of delivery m1\/0 cannot be kept yet: no space$/);
  });

  it('is a claim whose answer is lost: what it took is taken up when it is due again, and nothing else is', async () => {
    let isLost = false;
    const one = new VirtualQueue({ limits: { concurrency: 3 } }, (store) => ({
      claim: async (plan) => {
        const claimed = await store.claim(plan);
        if (isLost || claimed[0]?.message.id !== 'm2') return claimed;
        isLost = true;
        throw new Error('the connection broke');
      },
    }));
    one.slow.set('slow@a.test', 2 * HOUR_MS);
    await one.put('slow@a.test');
    one.run();
    await one.until(1_000);
    await one.put('x@a.test');
    await one.until(1 * HOUR_MS);
    // As if the try had failed that nobody heard of: seven and a half minutes later.
    expect(one.attempts).toEqual(['0 slow@a.test', '451000 x@a.test']);
    expect(one.outcomes).toEqual(['451100 x@a.test delivered']);
    expect(one.faults).toEqual(['1000 the queue cannot be read: the connection broke']);
  });

  it('is a notice: nobody fails of whom nobody can be told (SMTP-3.6.3-1)', async () => {
    const one = new VirtualQueue({ retry: { ...DEFAULT_RETRY, scheduleMs: [7_000, 7_000], jitter: 0 } });
    const { keep } = one.bodies;
    let isFull = false;
    Object.assign(one.bodies, {
      keep: (...given: Parameters<typeof keep>) =>
        isFull ? Promise.reject(new Error('no space')) : keep(...given),
    });
    one.run();
    await one.put('no@b.test');
    isFull = true;
    await one.until(5_000);
    expect(one.outcomes).toEqual(['100 no@b.test deferred']);
    expect(one.faults).toEqual(['100 a notice about message m1 cannot be kept: no space']);
    isFull = false;
    await one.until(MINUTE_MS);
    expect(one.outcomes.slice(1)).toEqual(['7200 no@b.test bounced', '7300 ann@a.test delivered']);
  });
});

describe('what becomes of a message', () => {
  it('is told with all that there is to say of it, and its events are kept with it', async () => {
    const events: QueuedEvent[] = [];
    const store = memoryQueueStore((kept) => events.push(...kept));
    const one = new VirtualQueue(
      {
        retry: {
          scheduleMs: [7_000, 8_000, 2 * HOUR_MS],
          jitter: 0,
          delayNoticeAfter: 2,
          lifetimeMs: 9 * HOUR_MS,
        },
        eventsOf: ({ recipient, outcome }) =>
          ['first', 'second'].map((to) => ({ to, event: outcome, body: recipient })),
      },
      () => store,
    );
    one.run();
    const start = one.time.now;
    const id = await one.put(['x@b.test', 'no@b.test']);
    await one.until(8_000);
    const about = one.told
      .filter(({ messageId }) => messageId === id)
      .map(({ recipient, outcome, at, nextAttemptAt, attempts, from, queuedAt }) => [
        ...[recipient, outcome, at - start, nextAttemptAt === null ? null : nextAttemptAt - start],
        ...[attempts, from, queuedAt - start],
      ]);
    expect(about).toEqual([
      ['x@b.test', 'deferred', 100, 7_100, 1, 'ann@a.test', 0],
      ['no@b.test', 'bounced', 100, null, 1, 'ann@a.test', 0],
      ['x@b.test', 'delayed', 7_200, 15_200, 2, 'ann@a.test', 0],
    ]);
    expect(one.told.flatMap(({ messageId }) => (messageId === id ? [] : [messageId]))).toEqual([
      'failed-1-1-m1-0',
      'delayed-2-0-m1-0',
    ]);
    expect(
      events
        .filter(({ body }) => body === 'x@b.test')
        .map(({ id: eventId, to, event, at }) => [eventId, to, event, at - start]),
    ).toEqual([
      ['m1/0/1/0/0', 'first', 'deferred', 100],
      ['m1/0/1/0/1', 'second', 'deferred', 100],
      ['m1/0/2/0/0', 'first', 'delayed', 7_200],
      ['m1/0/2/0/1', 'second', 'delayed', 7_200],
    ]);
    expect(new Set(events.map(({ id: eventId }) => eventId)).size).toBe(events.length);
  });

  it('is told to nobody who is software, where it wrote a report', async () => {
    const one = new VirtualQueue();
    one.run();
    await one.put('no@b.test', { origin: 'report' });
    await one.until(MINUTE_MS);
    expect([one.outcomes, one.notices]).toEqual([['100 no@b.test bounced'], []]);
  });

  it('is told of success by whoever takes it over, where he can (DSN-3461-5.2.2-2)', async () => {
    const one = new VirtualQueue();
    one.run();
    for (const to of ['x@a.test', 'x@dsn.test']) await one.put([{ address: to, notify: ['success'] }]);
    await one.until(MINUTE_MS);
    expect(one.notices.map((text) => text.match(/^(?:Final-Recipient|Action): .*/gm))).toEqual([
      ['Final-Recipient: rfc822; x@a.test', 'Action: relayed'],
    ]);
  });

  it('is told with what its sender could have done', async () => {
    const one = new VirtualQueue();
    one.run();
    const { facts } = mailTo('x@a.test');
    await one.put('x@a.test', { facts: { ...facts, requireTls: 'yes' } as MailToQueue['facts'] });
    await one.until(MINUTE_MS);
    expect(one.notices.map((text) => text.replace(/\s+/g, ' '))).toEqual([
      expect.stringMatching(
        / if this changed:.* Publish an MTA-STS policy of a\.test .* - Send the message without REQUIRETLS\./,
      ),
    ]);
  });

  it('waits while a policy cannot be looked for by a fault of ours, and ends with its lifetime (STS-5.1-3)', async () => {
    const one = new VirtualQueue({
      retry: { scheduleMs: [7_000], jitter: 0, delayNoticeAfter: 9, lifetimeMs: 1.5 * HOUR_MS },
    });
    one.run();
    await one.put('x@sts.test');
    await one.until(4 * HOUR_MS);
    expect(one.outcomes).toEqual([
      '100 x@sts.test deferred',
      '7200 x@sts.test deferred',
      '3607300 x@sts.test deferred',
      '7207400 x@sts.test expired',
      '7207500 ann@a.test delivered',
    ]);
    expect(one.faults).toEqual([7_200, 3_607_300, 7_207_400].map((at) => `${at} nobody is to look`));
  });

  it('is nothing, and told to nobody, where it was held as it was taken up', async () => {
    const one = new VirtualQueue({}, (store, time) => ({
      claim: async (plan) => {
        const claimed = await store.claim(plan);
        if (time.now > START + MINUTE_MS) return claimed;
        const ids = claimed.map(({ message }) => message.id);
        await store.order(ids, { order: 'hold' }, { actor: 'ops', now: time.now });
        return claimed.map((each) => ({ ...each, held: 'yes' }));
      },
    }));
    one.run();
    const id = await one.put('x@a.test');
    await one.until(MINUTE_MS);
    expect([one.attempts, one.outcomes]).toEqual([[], []]);
    expect(await one.queue.show([id])).toMatchObject([{ held: 'yes', recipients: [{ attempts: 0 }] }]);
    await one.until(MINUTE_MS + 1);
    await one.queue.order([id], { order: 'release' }, 'ops');
    await one.until(2 * MINUTE_MS);
    expect(one.outcomes).toEqual(['60101 x@a.test delivered']);
    expect(one.faults).toEqual([]);
  });

  it('is its end by order: nothing would have to be different, and no event is kept that nobody wants', async () => {
    const events: QueuedEvent[] = [];
    const store = memoryQueueStore((kept) => events.push(...kept));
    const one = new VirtualQueue({}, () => store);
    const id = await one.put('x@a.test');
    await one.queue.order([id], { order: 'fail', text: 'not any more' }, 'ops');
    one.run();
    await one.until(MINUTE_MS);
    expect(one.notices).toEqual([expect.stringContaining('not any more')]);
    expect(one.notices[0]).not.toContain('if this changed');
    expect(events).toEqual([]);
  });

  const countedPieces = (one: VirtualQueue) => {
    const counted = { pieces: 0 };
    const { read } = one.bodies;
    const passing = async function* (id: string) {
      for await (const piece of read(id)()) {
        yield piece;
        counted.pieces += 1;
      }
    };
    Object.assign(one.bodies, { read: (id: string) => (id === 'm1' ? () => passing(id) : read(id)) });
    return counted;
  };

  it('is returned with no more read of it than may be of use, to the octet', async () => {
    const one = new VirtualQueue();
    one.run();
    const counted = countedPieces(one);
    const piece = Buffer.from('X-Long: 1\r\n'.padStart(10_000, 'X'));
    await one.put('no@b.test', { content: () => Array(50).fill(piece) });
    await one.until(MINUTE_MS);
    // 120,000 octets; who stops behind the twelfth piece never asks for the next.
    expect([one.notices.length, counted.pieces]).toEqual([1, 11]);
    expect(one.faults).toEqual([]);
  });

  it('is returned with as much of it as is not too much', async () => {
    const one = new VirtualQueue();
    one.run();
    const counted = countedPieces(one);
    const header = Buffer.from(`Subject: long\r\n${'X-Long: 123456789\r\n'.repeat(2_000)}\r\n`);
    const content = () => [header, ...Array(50).fill(Buffer.alloc(10_000, 'x'))];
    await one.put('no@b.test', { ret: 'full', content });
    await one.until(MINUTE_MS);
    expect([one.notices.length, one.faults]).toEqual([1, []]);
    expect(counted.pieces).toBe(9);
  });
});

async function isKept({ bodies }: VirtualQueue, id: string): Promise<boolean> {
  try {
    for await (const _ of bodies.read(id)());
    return true;
  } catch {
    return false;
  }
}
