import { describe, expect, it } from 'vitest';
import type { AnswerOf, AskOf } from '../effects/catalog.js';
import type { SmtpSession } from '../effects/ports.js';
import type { Crowd } from '../policy/queue/crowd.js';
import { VirtualTime } from '../testing/world/virtual-time.js';
import { perHost } from './per-host.js';

/** A draw in the middle. */
const octets = (count: number) => new Uint8Array(count).fill(0x80);
const never = new AbortController().signal;
const to = (address: string) =>
  ({ session: 1, address, port: 25, deadlineMs: 1, greetingMs: 1, alternate: null }) as AskOf<'smtp.connect'>;

/** Sessions of which the first is answered so; what is not asked here is left out. */
function sessions(answer: AnswerOf<'smtp.connect'>) {
  const open = { now: 0, most: 0 };
  const session = (): SmtpSession =>
    ({
      connect: async () => {
        open.now += 1;
        open.most = Math.max(open.most, open.now);
        return answer;
      },
      destroy: () => {
        open.now = 0;
      },
    }) as Partial<SmtpSession> as SmtpSession;
  return { open, make: perHost(session, { sessionsMax: 2 }) };
}
const connected = { kind: 'connected' } as unknown as AnswerOf<'smtp.connect'>;

describe('sessions with one server', () => {
  it('are so many at once, whoever comes behind waits until one ends, and other servers are none of it (SMTP-4.5.4.1-8)', async () => {
    const { make } = sessions(connected);
    const [one, two, three, other] = [make(), make(), make(), make()];
    await Promise.all([one.connect(to('192.0.2.1'), never), two.connect(to('192.0.2.1'), never)]);
    await other.connect(to('192.0.2.2'), never);
    let isThere = false;
    const waiting = three.connect(to('192.0.2.1'), never).then(() => {
      isThere = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isThere).toBe(false);
    one.destroy();
    one.destroy();
    await waiting;
    expect(isThere).toBe(true);
  });

  it('begin one after the other at the pace that is allowed, with each server by itself', async () => {
    let now = 0;
    const waits: number[] = [];
    const wait = async (ms: number) => {
      waits.push(ms);
    };
    const session = () =>
      ({ connect: async () => connected, destroy: () => undefined }) as Partial<SmtpSession> as SmtpSession;
    const bounds = { sessionsMax: 9, sessionEveryMs: 100 };
    const make = perHost(session, bounds, { elapsed: () => now, wait, octets });
    for (let at = 0; at < 3; at++) await make().connect(to('192.0.2.1'), never);
    await make().connect(to('192.0.2.2'), never);
    expect(waits).toEqual([100, 200]);
    now = 250;
    await make().connect(to('192.0.2.1'), never);
    now = 10_000;
    await make().connect(to('192.0.2.1'), never);
    expect(waits).toEqual([100, 200, 50]);
    const stop = new AbortController();
    const stopped = perHost(session, bounds, { elapsed: () => now, wait: async () => stop.abort(), octets });
    await stopped().connect(to('192.0.2.1'), stop.signal);
    expect(await stopped().connect(to('192.0.2.1'), stop.signal)).toEqual({
      kind: 'failed',
      cause: 'timeout',
    });
  });

  it('that were not opened take no room, and who gives up waits no more', async () => {
    const { make } = sessions({ kind: 'failed', cause: 'refused' });
    for (let at = 0; at < 5; at++)
      expect(await make().connect(to('192.0.2.1'), never)).toEqual({ kind: 'failed', cause: 'refused' });
    const full = sessions(connected);
    await Promise.all([full.make(), full.make()].map((each) => each.connect(to('192.0.2.1'), never)));
    const stop = new AbortController();
    const waiting = full.make().connect(to('192.0.2.1'), stop.signal);
    stop.abort();
    expect(await waiting).toEqual({ kind: 'failed', cause: 'timeout' });
    expect(full.open.most).toBe(2);
  });
});

describe('who would wait for long', () => {
  const MINUTE_MS = 60_000;
  /** Sessions that end when they are destroyed, two at a time, in a time that is told. */
  function line() {
    const time = new VirtualTime(0);
    const crowds: [string, Crowd][] = [];
    const inner = () =>
      ({ connect: async () => connected, destroy: () => undefined }) as Partial<SmtpSession> as SmtpSession;
    const make = perHost(
      inner,
      { sessionsMax: 2, placesMax: 40 },
      { elapsed: () => time.now, wait: time.wait, octets },
    );
    const seek = (name: string, dialled: 'nothing' | 'something' = 'nothing') => {
      const stop = new AbortController();
      const onCrowded = (crowd: Crowd) => {
        crowds.push([name, crowd]);
        stop.abort();
      };
      const session = make({ name, dialled, onCrowded });
      const answer = session.connect(to('192.0.2.1'), stop.signal).then(({ kind }) => kind);
      return { session, answer };
    };
    return { time, crowds, seek, names: () => crowds.map(([name]) => name) };
  }

  it('is sent back as soon as the line is known to be slow, and those in front of it wait (SMTP-4.5.4.1-8)', async () => {
    const { time, crowds, seek, names } = line();
    const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => seek(name));
    await time.runUntil(0);
    expect(names()).toEqual([]);
    await time.runUntil(10_000);
    expect(names()).toEqual(['f', 'e']);
    expect(await all[5]!.answer).toBe('failed');
    seek('g');
    expect(names()).toEqual(['f', 'e', 'g']);
    expect(crowds[2]![1]).toMatchObject({
      ...{ server: '192.0.2.1 25', sessionsOpen: 2, waiting: 2 },
      decision: { row: 'CROWD-4' },
    });
    const [first, second] = [all[2]!, all[3]!];
    all[0]!.session.destroy();
    all[1]!.session.destroy();
    expect([await first.answer, await second.answer]).toEqual(['connected', 'connected']);
  });

  it('comes back one behind the other, and those of one name together', async () => {
    const { time, crowds, seek } = line();
    for (const name of ['a', 'b', 'c', 'd']) seek(name);
    await time.runUntil(MINUTE_MS);
    for (const name of ['e', 'f', 'e', 'g']) seek(name);
    expect(crowds.map(([name, { againInMs }]) => [name, againInMs])).toEqual([
      ['e', 1_000],
      ['f', 3_000],
      ['e', 1_000],
      ['g', 5_000],
    ]);
  });

  it('has the place of who was served later, and of nobody who has dialled others before (SMTP-4.5.4.1-8)', async () => {
    const { time, seek, names } = line();
    const served = [seek('a'), seek('b')];
    seek('a');
    seek('tried', 'something');
    await time.runUntil(MINUTE_MS);
    const light = seek('light');
    expect(names()).toEqual(['a']);
    seek('other');
    expect(names()).toEqual(['a', 'other']);
    served[0]!.session.destroy();
    served[1]!.session.destroy();
    expect(await light.answer).toBe('connected');
  });

  it('waits all the same where he does not go back', async () => {
    const { time, seek, names } = line();
    for (const name of ['a', 'b', 'c', 'd']) seek(name);
    await time.runUntil(MINUTE_MS);
    const tried = seek('tried', 'something');
    await time.runUntil(2 * MINUTE_MS);
    expect(names()).toEqual([]);
    let kind = '';
    void tried.answer.then((answered) => {
      kind = answered;
    });
    await time.runUntil(3 * MINUTE_MS);
    expect(kind).toBe('');
  });
});
