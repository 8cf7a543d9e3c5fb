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
  it('keeps a positive answer for its TTL, by type and name', async () => {
    const { asked, clock, cached } = counted(() => answer());
    const mx = () => cached['dns.mx'](ask('a'), never);
    expect(await mx()).toEqual(answer());
    await cached['dns.mx'](ask('A'), never);
    clock.pass(9999);
    expect(await mx()).toEqual(answer());
    expect(asked).toEqual(['a']);
    await cached['dns.txt'](ask('a'), never);
    clock.pass(1);
    await mx();
    expect(asked).toEqual(['a', 'a', 'a']);
  });

  it('keeps neither denials nor failures', async () => {
    for (const bad of [failed, answer({ denial: 'nodata' }), answer({ ttlSeconds: 0 })]) {
      const { asked, cached } = counted(() => bad);
      await cached['dns.mx'](ask('a'), never);
      expect(await cached['dns.mx'](ask('a'), never)).toEqual(bad);
      expect(asked).toHaveLength(2);
    }
    const half = counted(
      () => answer(),
      () => failed,
    );
    await half.cached['dns.addresses'](ask('a'), never);
    await half.cached['dns.addresses'](ask('a'), never);
    expect(half.asked).toHaveLength(2);
  });

  it('holds so many answers, and lets the least used go', async () => {
    const { asked, cached } = counted(() => answer());
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await cached['dns.mx'](ask(name), never);
    expect(asked).toEqual(['a', 'b', 'c', 'b']);
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
