import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { following } from './following.js';

const listenersOf = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length;

describe('a signal that follows others', () => {
  it('aborts with the first of them, for its reason', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const { signal } = following(one.signal, other.signal);
    expect(signal.aborted).toBe(false);
    other.abort('enough');
    one.abort('too late');
    expect(signal).toMatchObject({ aborted: true, reason: 'enough' });
  });

  it('has aborted where one of them has', () => {
    const stopped = AbortSignal.abort('before');
    const alive = new AbortController();
    const { signal, end } = following(alive.signal, stopped);
    expect(signal).toMatchObject({ aborted: true, reason: 'before' });
    end();
    expect(listenersOf(alive)).toBe(0);
  });

  it('is one of many behind a single listener, and nothing is left when all have ended', () => {
    const source = new AbortController();
    const all = Array.from({ length: 50 }, () => following(source.signal));
    expect(listenersOf(source)).toBe(1);
    const [first, ...others] = all;
    first!.end();
    first!.end();
    expect(listenersOf(source)).toBe(1);
    for (const { end } of others.slice(1)) end();
    const late = following(source.signal);
    source.abort();
    expect(late.signal.aborted).toBe(true);
    expect(others[0]!.signal.aborted).toBe(true);
    expect(first!.signal.aborted).toBe(false);
    expect(listenersOf(source)).toBe(0);
  });

  it('follows again behind the end of all', () => {
    const source = new AbortController();
    const before = following(source.signal);
    before.end();
    expect(listenersOf(source)).toBe(0);
    const { signal } = following(source.signal);
    before.end();
    source.abort();
    expect(signal.aborted).toBe(true);
  });
});
