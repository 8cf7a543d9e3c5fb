import { describe, expect, it } from 'vitest';
import type { DnsAnswer, DnsResult } from '../../../policy/dns/answer.js';
import { cachedDns } from './cached-dns.js';
import type { DnsPorts } from './dns-adapter.js';

const never = new AbortController().signal;
const answer = (over: Partial<DnsResult<never>> = {}): DnsAnswer<never> => ({
  kind: 'secure',
  records: [],
  denial: null,
  aliases: [],
  ttlSeconds: 10,
  ...over,
});
const failed = { kind: 'failed', cause: 'servfail', extendedError: null } as const;

/** A DNS that gives every question that answer, a little later, and counts. */
function counted(of: () => DnsAnswer<never>, of6: () => DnsAnswer<never> = of) {
  const asked: string[] = [];
  const look = async ({ name }: { name: string }, signal: AbortSignal) => {
    asked.push(name);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return signal.aborted ? failed : of();
  };
  const dns: DnsPorts = {
    'dns.mx': look,
    'dns.txt': look,
    'dns.cname': look,
    'dns.tlsa': look,
    'dns.addresses': async (ask, signal) => ({ a: await look(ask, signal), aaaa: of6() }),
  };
  let now = 1000;
  const clock = {
    now: () => now,
    pass: (ms: number) => {
      now += ms;
    },
  };
  return { asked, clock, cached: cachedDns(dns, { entriesMax: 2, now: clock.now }) };
}

const ask = (name: string) => ({ name, deadlineMs: 1000 });

describe('the DNS cache', () => {
  it('keeps an answer for its TTL, by type and name, and tells what is left of it (TLSA-8.2-1, DNS-4343-1)', async () => {
    const { asked, clock, cached } = counted(() => answer());
    const tlsa = () => cached['dns.tlsa'](ask('a'), never);
    expect(await tlsa()).toEqual(answer());
    await cached['dns.tlsa'](ask('A'), never);
    clock.pass(3500);
    expect(await tlsa()).toEqual(answer({ ttlSeconds: 6 }));
    clock.pass(6499);
    expect(await tlsa()).toEqual(answer({ ttlSeconds: 0 }));
    expect(asked).toEqual(['a']);
    await cached['dns.txt'](ask('a'), never);
    clock.pass(1);
    expect(await tlsa()).toEqual(answer());
    expect(asked).toEqual(['a', 'a', 'a']);
  });

  it('keeps nothing that has no TTL (TLSA-8.2-1)', async () => {
    const { asked, cached } = counted(() => answer({ ttlSeconds: 0 }));
    await cached['dns.tlsa'](ask('a'), never);
    await cached['dns.tlsa'](ask('a'), never);
    expect(asked).toHaveLength(2);
  });

  it('keeps a denial as its SOA says, three hours at most, and not at all without one (DNS-2308-5-1)', async () => {
    const denied = (ttlSeconds: number) => answer({ denial: 'nodata', ttlSeconds });
    const lifeOf = async (of: DnsAnswer<never>) => {
      const { asked, clock, cached } = counted(() => of);
      for (let seconds = 0; seconds <= 20_000; seconds += 100) {
        await cached['dns.mx'](ask('a'), never);
        if (asked.length > 1) return seconds;
        clock.pass(100_000);
      }
      return null;
    };
    expect(await lifeOf(denied(0))).toBe(100);
    expect(await lifeOf(denied(300))).toBe(300);
    expect(await lifeOf(denied(86_400))).toBe(10_800);
  });

  it('keeps a failure for a few seconds, far below five minutes, whatever its cause (DNS-2308-7-1)', async () => {
    for (const cause of ['servfail', 'bogus', 'timeout'] as const) {
      const { asked, clock, cached } = counted(() => ({ ...failed, cause }));
      const look = () => cached['dns.mx'](ask('a'), never);
      await look();
      clock.pass(4999);
      expect(await look()).toEqual({ ...failed, cause });
      expect(asked).toHaveLength(1);
      // Who has more time may have more luck.
      await cached['dns.mx']({ name: 'a', deadlineMs: 2000 }, never);
      expect(asked).toHaveLength(2);
      clock.pass(1);
      await look();
      expect(asked).toHaveLength(3);
    }
  });

  it('keeps each address family by itself, so that one that fails does not make the other one forgotten', async () => {
    let works: 'both' | 'aaaa only' = 'both';
    const half = counted(
      () => (works === 'both' ? answer({ ttlSeconds: 60 }) : failed),
      () => (works === 'both' ? failed : answer({ kind: 'insecure' })),
    );
    const look = () => half.cached['dns.addresses'](ask('a'), never);
    expect(await look()).toEqual({ a: answer({ ttlSeconds: 60 }), aaaa: failed });
    await look();
    expect(half.asked).toHaveLength(1);
    half.clock.pass(5000);
    works = 'aaaa only';
    expect(await look()).toEqual({ a: answer({ ttlSeconds: 55 }), aaaa: answer({ kind: 'insecure' }) });
    expect(half.asked).toHaveLength(2);
  });

  it('holds so many answers, and lets the least used go', async () => {
    const { asked, cached } = counted(() => answer());
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await cached['dns.mx'](ask(name), never);
    expect(asked).toEqual(['a', 'b', 'c', 'b']);
  });

  it('does not believe a clock that was put back', async () => {
    const { asked, clock, cached } = counted(() => answer());
    await cached['dns.mx'](ask('a'), never);
    clock.pass(-500);
    await cached['dns.mx'](ask('a'), never);
    expect(asked).toHaveLength(2);
  });

  it('asks once for many, and none of them suffers from another who gives up', async () => {
    const { asked, cached } = counted(() => answer());
    const stop = new AbortController();
    const first = cached['dns.mx'](ask('a'), stop.signal);
    const second = cached['dns.mx'](ask('a'), never);
    stop.abort();
    expect(await first).toMatchObject({ kind: 'failed', cause: 'timeout' });
    expect(await second).toEqual(answer());
    expect(asked).toEqual(['a']);
  });

  it('stops a lookup that nobody waits for, and keeps nothing of it', async () => {
    const { asked, cached } = counted(() => answer());
    const stop = new AbortController();
    const only = cached['dns.mx'](ask('a'), stop.signal);
    stop.abort();
    expect(await only).toMatchObject({ cause: 'timeout' });
    expect(await cached['dns.mx'](ask('a'), never)).toEqual(answer());
    expect(asked).toHaveLength(2);
  });
});
