import type { SMTPServerSession } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connections } from './connections.js';

const MINUTE_MS = 60_000;
const from = (remoteAddress: string) => ({ remoteAddress }) as SMTPServerSession;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the connections at a door', () => {
  const begunFrom = (addressOf: (at: number) => string) => {
    const connections = new Connections();
    const refused = Array.from({ length: 60 }, (_, at) =>
      connections.begin(from(addressOf(at)), () => undefined),
    ).filter((refusal) => refusal !== null);
    return { connections, refused: refused.length };
  };

  it('are so many from one address at most, and from this host as many as there are', () => {
    expect(begunFrom(() => '192.0.2.1').refused).toBe(10);
    expect(begunFrom((at) => `192.0.2.${at}`).refused).toBe(0);
    for (const local of ['127.0.0.1', '::1', '']) expect(begunFrom(() => local).refused).toBe(0);
  });

  it('are counted by the network of an IPv6 address, in which whoever has one has all (RFC 4291, Section 2.5.4)', () => {
    expect(begunFrom((at) => `2001:db8:1:2:${at}::1`).refused).toBe(10);
    expect(begunFrom((at) => `2001:db8:1:${at}::1`).refused).toBe(0);
  });

  it('make room when they end', () => {
    const { connections } = begunFrom(() => '2001:db8::1');
    const one = from('2001:db8::2');
    expect(connections.begin(one, () => undefined)).not.toBeNull();
    const other = new Connections();
    const sessions = Array.from({ length: 50 }, () => from('2001:db8::3'));
    for (const session of sessions) other.begin(session, () => undefined);
    expect(other.begin(one, () => undefined)).not.toBeNull();
    other.end(sessions[7]!);
    expect(other.begin(one, () => undefined)).toBeNull();
  });

  it('end behind five minutes, and behind an hour with a transaction, however often another one begins', () => {
    const connections = new Connections();
    const ended: string[] = [];
    const [idle, busy] = [from('192.0.2.1'), from('192.0.2.2')];
    connections.begin(idle, () => ended.push('idle'));
    connections.begin(busy, () => ended.push('busy'));
    connections.busy(busy);
    vi.advanceTimersByTime(5 * MINUTE_MS);
    expect(ended).toEqual(['idle']);
    for (let minutes = 5; minutes < 60; minutes += 5) {
      connections.busy(busy);
      vi.advanceTimersByTime(5 * MINUTE_MS);
    }
    expect(ended).toEqual(['idle', 'busy']);
  });

  it('have as long again for each message that was handed in', () => {
    const connections = new Connections();
    const ended: string[] = [];
    const session = from('192.0.2.1');
    connections.begin(session, () => ended.push('ended'));
    for (let messages = 0; messages < 30; messages++) {
      connections.busy(session);
      vi.advanceTimersByTime(50 * MINUTE_MS);
      connections.idle(session);
      vi.advanceTimersByTime(4 * MINUTE_MS);
    }
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(MINUTE_MS);
    expect(ended).toEqual(['ended']);
  });
});
