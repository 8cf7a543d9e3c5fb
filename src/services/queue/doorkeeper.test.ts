/* When a queue rings for others, and what it makes of being rung. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MemoryDoorbell, memoryDoorbell } from '../../../spec/contracts/doorbell.fixture.js';
import { memoryBodies, memoryQueueStore } from '../../adapters/memory/index.js';
import type { World } from '../../adapters/scripted/index.js';
import { readMessage } from '../../engine/read-message.js';
import { createNodeEngine } from '../../node.js';
import { settingsOf } from '../../policy/settings.js';
import { type Internet, startInternet } from '../../testing/index.js';
import { Bell } from './bell.js';
import { type DoorbellState, Doorkeeper } from './doorkeeper.js';
import {
  createIntake,
  createQueue,
  DEFAULT_RETRY,
  type Intake,
  type Queue,
  type QueueOptions,
} from './index.js';
import { NODE_PLATFORM } from './platform.js';

const HOUR_MS = 3_600_000;

/** Waits that are over when they are told to be, or aborted. */
class Waits {
  readonly open: { readonly ms: number; readonly end: () => void }[] = [];
  readonly wait = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      this.open.push({ ms, end: resolve });
      signal.addEventListener('abort', () => resolve(), { once: true });
    });

  async pass(): Promise<number> {
    const { ms, end } = this.open.shift()!;
    end();
    await turn();
    return ms;
  }
}

describe('who rings for others', () => {
  let doorbell: MemoryDoorbell;
  let waits: Waits;
  let keeper: Doorkeeper;
  let states: DoorbellState[];
  let bell: Bell;
  beforeEach(() => {
    doorbell = memoryDoorbell();
    waits = new Waits();
    states = [];
    bell = new Bell(waits.wait);
    const onChange = (state: DoorbellState) => states.push(state);
    keeper = new Doorkeeper({ doorbell, bell, wait: waits.wait, isFree: () => true, onChange });
  });

  it('rings at once, and then once for all that came in a short time, the soonest', async () => {
    for (const inMs of [0, 7, 0, 9]) keeper.ring(inMs);
    await turn();
    expect(doorbell.rings).toEqual([0]);
    expect(await waits.pass()).toBe(250);
    expect(doorbell.rings).toEqual([0, 0]);
    await waits.pass();
    expect([doorbell.rings, waits.open]).toEqual([[0, 0], []]);
    keeper.ring(5);
    await turn();
    expect(doorbell.rings).toEqual([0, 0, 5]);
  });

  it.each([
    [999, []],
    [1_000, [1_000]],
    [30_000, [30_000]],
    [30_001, []],
  ])('rings for what is due in a second to the time at which others look: %i', async (due, rings) => {
    keeper.ringAt(due, 0, 30_000);
    await turn();
    expect(doorbell.rings).toEqual(rings);
  });

  it('is in no hurry where it cannot ring', async () => {
    doorbell.breakDown('locked');
    keeper.ring();
    keeper.ring();
    await turn();
    doorbell.repair();
    expect(await waits.pass()).toBe(10_000);
    expect(doorbell.rings).toEqual([0]);
  });

  it('rings once for a time that others may not know of before, and not for one at which it is awake itself', async () => {
    for (const due of [999, 30_001, 7_000, 7_000]) keeper.ringAt(due, 0, 30_000);
    await turn();
    for (let left = 2; left > 0 && waits.open.length > 0; left--) await waits.pass();
    expect(doorbell.rings).toEqual([7_000]);
  });

  it('rings a last time for what it leaves, and waits for no pause', async () => {
    keeper.ring();
    await turn();
    await keeper.end();
    expect(doorbell.rings).toEqual([0, 0]);
  });

  it('tells when it is heard, and each reason why not once, and listens again', async () => {
    const stop = new AbortController();
    doorbell.breakDown('not installed');
    const listening = keeper.listen(stop.signal);
    await turn();
    expect(await waits.pass()).toBe(10_000);
    expect([states, keeper.isHeard]).toEqual([[{ kind: 'unheard', why: 'not installed' }], false]);
    doorbell.repair();
    await waits.pass();
    expect([states.length, states[1], keeper.isHeard]).toEqual([2, { kind: 'heard' }, true]);
    doorbell.breakDown('away');
    await turn();
    expect([states.slice(2), keeper.isHeard]).toEqual([[{ kind: 'unheard', why: 'away' }], false]);
    // Whoever waits for as long as rings are heard looks at once.
    await bell.wait(HOUR_MS, stop.signal);
    expect(waits.open.map(({ ms }) => ms)).toEqual([10_000]);
    stop.abort();
    await listening;
  });
});

const world: World = {
  dns: Object.fromEntries(
    ['a.test', 'b.test', 'a-silent.test'].flatMap((name) => [
      [`MX ${name}`, [`10 mx.${name}`]],
      [`A mx.${name}`, [`@mx.${name}`]],
    ]),
  ),
  mail: {
    'mx.a.test': {},
    'mx.b.test': { replies: { rcpt: { 'later@b.test': '451 4.3.0 later' } } },
    'mx.a-silent.test': { connect: 'silent' },
  },
};

describe('queues over one store, which look for nothing by themselves', () => {
  let internet: Internet;
  let doorbell: MemoryDoorbell;
  let shared: Pick<QueueOptions, 'store' | 'bodies'>;
  const running: { readonly stop: AbortController; readonly over: Promise<void> }[] = [];
  beforeEach(async () => {
    internet = await startInternet(world);
    doorbell = memoryDoorbell();
    shared = { store: memoryQueueStore(), bodies: memoryBodies() };
  });
  afterEach(async () => {
    for (const { stop, over } of running.splice(0)) {
      stop.abort();
      await over;
    }
    await internet.close();
  });

  function open(own: Partial<QueueOptions> = {}): Queue {
    const engine = createNodeEngine({
      ...{ resolver: internet.resolver, ca: [internet.caPem], dnsCache: 'off' },
      settings: settingsOf('rfc', {
        ...{ port: internet.port, httpsPort: internet.httpsPort, privateAddresses: 'allow' },
        helo: 'mail.a.test',
      }),
    });
    return createQueue({
      ...{ engine, ...shared, reportingMta: 'mail.a.test', postmaster: 'postmaster@a.test' },
      ...{ doorbell, lookEveryMs: HOUR_MS },
      ...own,
    });
  }

  function run(own: Partial<QueueOptions> = {}): Queue {
    const queue = open(own);
    const stop = new AbortController();
    running.push({ stop, over: queue.run(stop.signal, { graceMs: 0 }) });
    return queue;
  }

  /** A platform, and when somebody waits for so long on it. */
  function watched() {
    const waited: number[] = [];
    const platform = {
      ...NODE_PLATFORM,
      wait: (ms: number, signal: AbortSignal) => {
        waited.push(ms);
        return NODE_PLATFORM.wait(ms, signal);
      },
    };
    const until = async (ms: number) => {
      while (!waited.includes(ms)) await turn();
    };
    return { platform, waited, until };
  }

  function put(queue: Intake, to: string): Promise<string> {
    const { content, facts } = readMessage(Buffer.from('Subject: hello\r\n\r\nbody\r\n'));
    return queue.enqueue({
      ...{ from: 'ann@a.test', to: [to], content },
      facts: { ...facts, requireTls: 'no', report: 'none' },
    });
  }

  const firstOf = async (queue: Queue) => (await queue.outcomes().next()).value?.recipient;

  it('have an idle one take up what another that is full takes in', async () => {
    // The full one is asked first whether it has room for what it rings for.
    const [full, idle] = [run({ limits: { concurrency: 1 } }), run()];
    const outcome = firstOf(idle);
    await put(full, 'x@a-silent.test');
    await put(full, 'y@b.test');
    expect(await outcome).toBe('y@b.test');
  });

  it('have an idle one take up what another found and had no room for', async () => {
    const { platform, until } = watched();
    const outcome = firstOf(run({ platform }));
    await until(HOUR_MS);
    // Who puts these in does not ring.
    for (const to of ['x@a-silent.test', 'y@b.test']) await put(createIntake(shared), to);
    run({ limits: { concurrency: 1 } });
    expect(await outcome).toBe('y@b.test');
  });

  it('let others know in time when something is due that they cannot know of', async () => {
    const queue = run({ retry: { ...DEFAULT_RETRY, scheduleMs: [7_000], jitter: 0 } });
    await put(queue, 'later@b.test');
    while (doorbell.rings.length === 0) await turn();
    const [inMs] = doorbell.rings;
    expect([inMs! > 1_000, inMs! <= 7_000]).toEqual([true, true]);
  });

  it('ring for nobody while they take up everything themselves', async () => {
    const queue = run();
    const outcome = firstOf(queue);
    await put(queue, 'y@b.test');
    expect(await outcome).toBe('y@b.test');
    expect(doorbell.rings).toEqual([]);
  });

  it('take up what one that delivers nothing takes in, or is ordered to', async () => {
    const idle = run();
    const handing = open();
    const outcomes = idle.outcomes();
    const id = await put(handing, 'y@b.test');
    expect((await outcomes.next()).value).toMatchObject({ messageId: id, outcome: 'delivered' });
    const later = await put(handing, 'later@b.test');
    expect((await outcomes.next()).value).toMatchObject({ messageId: later, outcome: 'deferred' });
    await handing.order([later], { order: 'fail', text: 'enough' }, 'ops');
    expect((await outcomes.next()).value).toMatchObject({ messageId: later, outcome: 'bounced' });
  });

  it('leave what they had in hand to others when they end', async () => {
    const queue = run();
    await put(queue, 'x@a-silent.test');
    const [{ stop, over }] = running.splice(0) as [(typeof running)[0]];
    expect(doorbell.rings).toEqual([]);
    stop.abort();
    await over;
    expect(doorbell.rings).toEqual([0]);
  });

  it('look as often as they are told to where they are not heard, and at most each half minute where they are', async () => {
    const { platform, waited, until } = watched();
    doorbell.breakDown('away');
    run({ platform, lookEveryMs: 1_001 });
    await until(1_001);
    expect(waited).not.toContain(30_000);
    doorbell.repair();
    run({ platform, lookEveryMs: 1_002 });
    await until(30_000);
    expect(waited).not.toContain(1_002);
  });
});
