import { expect, it } from 'vitest';
import { LeftOctets } from './left-octets.js';

function start() {
  const removed: (readonly string[])[] = [];
  const left = new LeftOctets({ remove: async (ids) => void removed.push(ids) });
  const add = (count: number) => {
    for (let at = 0; at < count; at++) left.add(`m${at}`);
  };
  return { left, removed, add };
}

it('go in sets, each once', async () => {
  const { left, removed, add } = start();
  await left.clearOut();
  expect(removed).toEqual([]);
  add(501);
  add(2);
  await left.clearOut();
  expect(removed.map(({ length }) => length)).toEqual([500, 1]);
  expect(removed.flat()).toEqual(Array.from({ length: 501 }, (_, at) => `m${at}`));
  await left.clearOut();
  expect(removed).toHaveLength(2);
});

it('wait up to a bound; the rest is swept up', async () => {
  const { left, removed, add } = start();
  add(100_001);
  await left.clearOut();
  expect(removed.flat()).toHaveLength(100_000);
});
