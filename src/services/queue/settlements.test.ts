import { setImmediate as turnOver } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Settlement } from '../../effects/queue-stores.js';
import { Settlements } from './settlements.js';

/** Settlements of so many attempts; waits last until they are ended. */
function start(attempting: number, isAway: () => boolean = () => false) {
  const calls: number[] = [];
  const told: string[] = [];
  const waits: (() => void)[] = [];
  const waited: number[] = [];
  const settlements = new Settlements({
    store: {
      settle: async (settled) => {
        calls.push(settled.length);
        if (isAway()) throw new Error('away');
        told.push('settle');
        return settled.map(() => 'settled' as const);
      },
    },
    clock: () => 0,
    platform: {
      wait: (ms, signal) =>
        new Promise((resolve) => {
          waited.push(ms);
          waits.push(resolve);
          signal.addEventListener('abort', () => resolve());
        }),
    },
    attempting: () => attempting,
    onHandedOver: (handedOver) => void told.push(`handed over ${handedOver.length}`),
    onSettled: () => undefined,
    onFault: (message) => void told.push(message),
  });
  return { settlements, calls, told, waits, waited };
}

const turn = (id: string) => ({ claimed: { id } }) as Settlement;

it('keeps a turn at once that nobody else is under way with, and tells of it once it is with the store', async () => {
  const { settlements, told, waits } = start(1);
  expect(await settlements.settle(turn('a'))).toBe('settled');
  expect(told).toEqual(['settle', 'handed over 1']);
  expect(waits).toEqual([]);
});

it('keeps half of what is under way together', async () => {
  const { settlements, calls } = start(6);
  await Promise.all(['a', 'b', 'c'].map((id) => settlements.settle(turn(id))));
  expect(calls).toEqual([3]);
});

it('waits for others for its time, and no longer', async () => {
  const { settlements, calls, waits } = start(6);
  const settled = Promise.all(['a', 'b'].map((id) => settlements.settle(turn(id))));
  while (waits.length === 0) await Promise.resolve();
  expect(calls).toEqual([]);
  for (const end of waits) end();
  expect(await settled).toEqual(['settled', 'settled']);
  expect(calls).toEqual([2]);
});

describe('what cannot be kept at the moment', () => {
  const failures = (...ids: readonly string[]) =>
    ids.map((id) => `what became of delivery ${id} cannot be kept yet: away`);

  it('is tried again together, a second later', async () => {
    let isAway = true;
    const { settlements, calls, told, waits, waited } = start(0, () => isAway);
    expect(await settlements.settle(turn('a'))).toBe('failed');
    expect(await settlements.settle(turn('b'))).toBe('failed');
    expect([calls, waited]).toEqual([[1, 1], [1_000]]);
    for (const end of waits.splice(0)) end();
    await turnOver();
    expect([calls, waited]).toEqual([
      [1, 1, 2],
      [1_000, 1_000],
    ]);
    isAway = false;
    for (const end of waits.splice(0)) end();
    await turnOver();
    await settlements.end();
    expect([calls, waited.length]).toEqual([[1, 1, 2, 2], 2]);
    expect(told.filter((each) => each.startsWith('what'))).toEqual(failures('a', 'b', 'a', 'b'));
  });

  it('is tried once more as the last that is done, and then left to others', async () => {
    const { settlements, calls, told, waits } = start(0, () => true);
    await settlements.settle(turn('a'));
    await settlements.end();
    await settlements.end();
    expect(calls).toEqual([1, 1]);
    for (const end of waits) end();
    await turnOver();
    expect(calls).toEqual([1, 1]);
    expect(told.filter((each) => each.startsWith('what'))).toEqual(failures('a', 'a'));
  });
});

it('tells that another has taken a delivery over', async () => {
  const told: string[] = [];
  const settlements = new Settlements({
    store: { settle: async () => ['superseded'] },
    clock: () => 0,
    platform: { wait: () => Promise.resolve() },
    attempting: () => 1,
    onHandedOver: () => undefined,
    onSettled: (_, word) => void told.push(word),
    onFault: (message) => void told.push(message),
  });
  expect(await settlements.settle(turn('a'))).toBe('superseded');
  expect(told).toEqual([
    'superseded',
    'another has taken over delivery a, so its recipients may get the message twice',
  ]);
});
