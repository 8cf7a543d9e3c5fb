import { expect, it } from 'vitest';
import type { Settlement } from '../../effects/queue-stores.js';
import { Settlements } from './settlements.js';

/** Settlements of so many attempts; waits last until they are ended. */
function start(attempting: number) {
  const calls: number[] = [];
  const told: string[] = [];
  const waits: (() => void)[] = [];
  const settlements = new Settlements({
    store: {
      settle: async (settled) => {
        calls.push(settled.length);
        told.push('settle');
        return settled.map(() => 'settled' as const);
      },
    },
    clock: () => 0,
    platform: {
      wait: (_ms, signal) =>
        new Promise((resolve) => {
          waits.push(resolve);
          signal.addEventListener('abort', () => resolve());
        }),
    },
    attempting: () => attempting,
    onHandedOver: (handedOver) => void told.push(`handed over ${handedOver.length}`),
    onSettled: () => undefined,
    onFault: (message) => void told.push(message),
  });
  return { settlements, calls, told, waits };
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
