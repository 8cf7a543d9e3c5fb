import { expect, it } from 'vitest';
import { Slots } from './slots.js';

const never = new AbortController().signal;

it('lets in as many as it has room for, the others in line, each slot given back once', async () => {
  const slots = new Slots(1);
  const first = await slots.take(never);
  const order: string[] = [];
  const second = slots.take(never).then((release) => {
    order.push('second');
    return release;
  });
  const third = slots.take(never).then(() => order.push('third'));
  first!();
  first!();
  (await second)!();
  await third;
  expect(order).toEqual(['second', 'third']);
});

it('lets whoever waits in vain go', async () => {
  const slots = new Slots(1);
  const release = await slots.take(never);
  const giveUp = new AbortController();
  const waiting = slots.take(giveUp.signal);
  giveUp.abort();
  expect(await waiting).toBeNull();
  expect(await slots.take(giveUp.signal)).toBeNull();
  release!();
  expect(await slots.take(never)).not.toBeNull();
});
