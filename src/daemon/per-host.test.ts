import { describe, expect, it } from 'vitest';
import type { AnswerOf, AskOf } from '../effects/catalog.js';
import type { SmtpSession } from '../effects/ports.js';
import { perHost } from './per-host.js';

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
    const make = perHost(session, bounds, { elapsed: () => now, wait });
    for (let at = 0; at < 3; at++) await make().connect(to('192.0.2.1'), never);
    await make().connect(to('192.0.2.2'), never);
    expect(waits).toEqual([100, 200]);
    now = 250;
    await make().connect(to('192.0.2.1'), never);
    now = 10_000;
    await make().connect(to('192.0.2.1'), never);
    expect(waits).toEqual([100, 200, 50]);
    const stop = new AbortController();
    const stopped = perHost(session, bounds, { elapsed: () => now, wait: async () => stop.abort() });
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
