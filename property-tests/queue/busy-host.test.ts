/* Many domains at one server that takes no more sessions: all others go out in the meantime, it is used as much as it may be, and nobody is given up for it. */
import { describe, expect, it } from 'vitest';
import type { Crowd } from '../../src/policy/queue/crowd.js';
import { busyQueue, domainsOf } from './busy-host.fixture.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

type Busy = ReturnType<typeof busyQueue>;

/** How many milliseconds after the start those of such domains were delivered, in order. */
const deliveredTo = (queue: Busy, name: string) =>
  queue.told
    .filter(({ outcome, recipient }) => outcome === 'delivered' && recipient.split('@')[1]!.startsWith(name))
    .map(({ at }) => at - queue.time.now + queue.sinceStart);

describe('a server that is slow for thousands of domains', () => {
  it.each([
    ['', []],
    [' behind hosts that refuse connections', ['refused']],
  ])('delays those of others by seconds%s (SMTP-4.5.4.1-8)', async (_, refused) => {
    const slow = domainsOf('slow', 2_000);
    const fast = domainsOf('fast', 20);
    const queue = busyQueue({
      hosts: { 'mx.slow': { ms: 10 * MINUTE_MS, domains: slow }, 'mx.fast': { ms: 100, domains: fast } },
      ...{ concurrency: 20, perHost: 3, refused: refused.length > 0 ? slow : [] },
    });
    for (const domain of slow) await queue.put(`x@${domain}`);
    queue.run();
    await queue.until(3 * SECOND_MS);
    for (const domain of fast) await queue.put(`x@${domain}`);
    await queue.until(MINUTE_MS);
    for (const domain of fast) await queue.put(`y@${domain}`);
    await queue.until(2 * MINUTE_MS);
    const delivered = deliveredTo(queue, 'fast');
    expect(delivered).toHaveLength(40);
    expect(delivered[19]).toBeLessThan(33 * SECOND_MS);
    expect(delivered[39]).toBeLessThan(MINUTE_MS + 10 * SECOND_MS);
    expect(queue.asked.sessions.get('mx.slow')).toMatchObject({ open: 3, most: 3 });
    expect(queue.faults).toEqual([]);
    queue.stop.abort();
  });

  it('is worked off as fast as its sessions allow, and who went back has spent no attempt (SMTP-4.5.4.1-8)', async () => {
    const slow = domainsOf('slow', 200);
    const queue = busyQueue({
      hosts: { 'mx.slow': { ms: SECOND_MS, domains: slow } },
      ...{ concurrency: 20, perHost: 2 },
    });
    const ids = await Promise.all(slow.map((domain) => queue.put(`x@${domain}`)));
    queue.run();
    await queue.until(HOUR_MS);
    const delivered = deliveredTo(queue, 'slow');
    expect(delivered).toHaveLength(200);
    expect(delivered[199]).toBeLessThan(105 * SECOND_MS);
    // Nothing was told of those who went back, and nothing was counted.
    expect(queue.told.every(({ outcome, attempts }) => outcome === 'delivered' && attempts === 1)).toBe(true);
    expect(queue.asked.attempts).toBeGreaterThan(250);
    expect(new Set(queue.told.map(({ messageId }) => messageId))).toEqual(new Set(ids));
    queue.stop.abort();
  });
});

describe('who was sent back by a server that is busy', () => {
  const busy = (own: Partial<Parameters<typeof busyQueue>[0]> = {}) =>
    busyQueue({
      hosts: {
        'mx.slow': { ms: 10 * SECOND_MS, domains: domainsOf('slow', 60) },
        // For notices.
        'mx.a': { ms: 10, domains: ['a.test'] },
      },
      ...{ concurrency: 20, perHost: 2 },
      ...own,
    });
  const fill = async (queue: Busy, messages = 1) => {
    for (const domain of domainsOf('slow', 60))
      for (let at = 0; at < messages; at++) await queue.put(`x${at}@${domain}`);
  };

  it('is shown as put off until a time, and why, and the operator is told of the server (SMTP-4.5.4.1-8)', async () => {
    const crowds: Crowd[] = [];
    const queue = busy({ queue: { onCrowded: (crowd) => crowds.push(crowd) } });
    await fill(queue);
    queue.run();
    await queue.until(5 * SECOND_MS);
    const shown = await queue.queue.list({ messagesMax: 100 });
    const putOff = shown.flatMap(({ recipients }) =>
      recipients.filter(({ waitsFor }) => waitsFor === 'room'),
    );
    expect(putOff.length).toBeGreaterThan(50);
    for (const { nextAttemptAt, attempts, last } of putOff) {
      expect(nextAttemptAt! - queue.time.now).toBeLessThan(10 * MINUTE_MS);
      expect(attempts).toBe(0);
      expect(last).toMatchObject({ status: '4.4.5', reply: null, because: { table: 'host-room' } });
      expect(last!.ownFacts![0]).toMatch(
        /^The server \[127\.0\.0\.\d] port 25 has all 2 sessions open that it may have with us, and \d+ waits? in line\.$/,
      );
    }
    expect((await queue.store.counts(queue.time.now)).lanesPutOff).toBe(putOff.length);
    expect(crowds[0]).toMatchObject({ sessionsOpen: 2, decision: { verdict: 'go-back' } });
    queue.stop.abort();
  });

  it('is taken up again by a queue that is started anew, and served once (CHOICE-18)', async () => {
    const queue = busy();
    await fill(queue);
    queue.run();
    await queue.until(15 * SECOND_MS);
    queue.stop.abort();
    await queue.until(MINUTE_MS);
    expect(queue.isOver).toBe(true);
    const left = await queue.queue.list({ messagesMax: 100 });
    expect(left.length + deliveredTo(queue, 'slow').length).toBe(60);
    const next = busy({ queue: { store: queue.store, bodies: queue.bodies } });
    next.run();
    await next.until(HOUR_MS);
    expect(await next.queue.list()).toEqual([]);
    expect(next.asked.sessions.get('mx.slow')!.taken).toBe(left.length);
    next.stop.abort();
  });

  it('is attempted at once where the operator wants it, and put off once more if nothing has changed', async () => {
    const queue = busy();
    await fill(queue);
    queue.run();
    await queue.until(5 * SECOND_MS);
    const kicked = (await queue.queue.list({ messagesMax: 100 })).at(-1)!;
    expect(kicked.recipients[0]!.waitsFor).toBe('room');
    const before = queue.asked.attempts;
    expect(await queue.queue.order([kicked.id], { order: 'kick' }, 'ann')).toEqual(['change']);
    await queue.until(5_100);
    expect(queue.asked.attempts).toBeGreaterThan(before);
    const again = (await queue.queue.show([kicked.id]))[0]!.recipients[0]!;
    expect(again.state === 'attempting' || again.waitsFor === 'room').toBe(true);
    expect(await queue.queue.order([kicked.id], { order: 'fail' }, 'ann')).toEqual(['next-turn']);
    await queue.until(6 * SECOND_MS);
    expect(
      queue.told.filter(({ outcome }) => outcome === 'bounced').map(({ messageId }) => messageId),
    ).toEqual([kicked.id]);
    queue.stop.abort();
  });

  it('is no worse off than domains with more mail for the same server (SMTP-4.5.4.1-8)', async () => {
    const heavy = domainsOf('heavy', 4);
    const queue = busyQueue({
      hosts: { 'mx.slow': { ms: SECOND_MS, domains: [...heavy, 'light.test'] } },
      ...{ concurrency: 20, perHost: 2 },
    });
    for (const domain of heavy) for (let at = 0; at < 200; at++) await queue.put(`x${at}@${domain}`);
    queue.run();
    await queue.until(20 * SECOND_MS);
    await queue.put('x@light.test');
    await queue.until(MINUTE_MS);
    expect(deliveredTo(queue, 'light')).toHaveLength(1);
    const each = heavy.map((domain) => deliveredTo(queue, domain).length);
    expect(each.reduce((sum, count) => sum + count)).toBeGreaterThan(115);
    expect(Math.min(...each)).toBeGreaterThan(15);
    queue.stop.abort();
  });

  it('has its sender told of the delay, and ends by an attempt, however long it has waited (DSN-3461-5.2.5-1)', async () => {
    const retry = {
      ...{ scheduleMs: new Array<number>(20).fill(10 * MINUTE_MS), jitter: 0 },
      ...{ delayNoticeAfter: 2, lifetimeMs: 100 * MINUTE_MS },
    };
    const queue = busy({
      hosts: {
        'mx.slow': { ms: 5 * MINUTE_MS, domains: domainsOf('slow', 60) },
        'mx.a': { ms: 10, domains: ['a.test'] },
      },
      queue: { retry },
    });
    await fill(queue);
    queue.run();
    await queue.until(40 * MINUTE_MS);
    const delayed = queue.told.filter(({ outcome }) => outcome === 'delayed');
    expect(delayed.length).toBeGreaterThan(30);
    for (const { nextAttemptAt, at } of delayed) expect(nextAttemptAt).toBeGreaterThanOrEqual(at + SECOND_MS);
    expect(queue.notices[0]).toContain('4.4.5');
    expect(queue.notices[0]).toMatch(
      /A server that takes mail for slow\d+\.test is busy with other mail from\s+here\./,
    );
    expect(queue.notices[0]).not.toContain('127.0.0.');
    expect(new Set(delayed.map(({ messageId }) => messageId)).size).toBe(delayed.length);
    await queue.until(6 * HOUR_MS);
    const delivered = deliveredTo(queue, 'slow');
    expect(delivered).toHaveLength(60);
    expect(delivered[59]).toBeGreaterThan(retry.lifetimeMs);
    expect(queue.told.filter(({ outcome }) => outcome === 'expired')).toEqual([]);
    queue.stop.abort();
  });

  it('and waits for the pace of a server does so as well (SMTP-4.5.4.1-8)', async () => {
    const slow = domainsOf('slow', 200);
    const queue = busyQueue({
      hosts: { 'mx.slow': { ms: 10, domains: slow }, 'mx.fast': { ms: 10, domains: ['fast.test'] } },
      ...{ concurrency: 20, perHost: 5, sessionEveryMs: 12 * SECOND_MS },
    });
    for (const domain of slow) await queue.put(`x@${domain}`);
    queue.run();
    await queue.until(3 * SECOND_MS);
    await queue.put('x@fast.test');
    await queue.until(10 * SECOND_MS);
    expect(deliveredTo(queue, 'fast')).toHaveLength(1);
    await queue.until(HOUR_MS);
    expect(deliveredTo(queue, 'slow')).toHaveLength(200);
    expect(deliveredTo(queue, 'slow')[199]).toBeLessThan(41 * MINUTE_MS);
    queue.stop.abort();
  });
});
