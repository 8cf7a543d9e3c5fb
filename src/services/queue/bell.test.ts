import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Bell } from './bell.js';

/** A bell, how long it was waited for, and what is over by now. */
function start() {
  const waited: number[] = [];
  const bell = new Bell((ms, signal) => {
    waited.push(ms);
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  });
  const over: string[] = [];
  const wait = (name: string, signal = new AbortController().signal, ms = 5) =>
    void bell.wait(ms, signal).then(() => over.push(name));
  return { bell, waited, over, wait };
}

it('wakes who waits, and lets the next wait for the next ring', async () => {
  const { bell, waited, over, wait } = start();
  wait('first');
  await turn();
  expect(over).toEqual([]);
  bell.ring();
  await turn();
  wait('second');
  await turn();
  expect([over, waited]).toEqual([['first'], [5, 5]]);
  bell.ring();
  await turn();
  expect(over).toEqual(['first', 'second']);
});

it('is heard once by who comes later', async () => {
  const { bell, waited, over, wait } = start();
  bell.ring();
  bell.ring();
  wait('first');
  await turn();
  expect([over, waited]).toEqual([['first'], []]);
  wait('second');
  await turn();
  expect([over, waited]).toEqual([['first'], [5]]);
});

it('is waited for no longer than a signal lets, and leaves nothing with it', async () => {
  const { bell, waited, over, wait } = start();
  const stop = new AbortController();
  wait('rung', stop.signal, -7);
  bell.ring();
  await turn();
  expect([over, waited, getEventListeners(stop.signal, 'abort')]).toEqual([['rung'], [0], []]);
  wait('stopped', stop.signal);
  stop.abort();
  await turn();
  wait('after', stop.signal);
  await turn();
  expect([over, waited]).toEqual([
    ['rung', 'stopped', 'after'],
    [0, 5],
  ]);
});
