import { expect, it } from 'vitest';
import { memoryQueueStore } from '../../adapters/memory/index.js';
import { storeDesk } from './desk.js';

it.each([
  [0, []],
  [1, [1]],
  [200, [200]],
  [201, [200, 1]],
])('an order about %i messages goes to the store in parts, and is told behind each', async (count, parts) => {
  const store = memoryQueueStore();
  const asked: (number | 'told')[] = [];
  const watched: typeof store = {
    ...store,
    list: (page) => store.list(page),
    show: (ids) => store.show(ids),
    orders: (id) => store.orders(id),
    order: (ids, order, by) => {
      asked.push(ids.length);
      return store.order(ids, order, by);
    },
  };
  const told = () => {
    asked.push('told');
  };
  const ids = Array.from({ length: count }, (_, at) => `m${at}`);
  const answers = await storeDesk(watched, () => 0, told).order(ids, { order: 'kick' }, 'ops');
  expect(asked).toEqual(parts.flatMap((length) => [length, 'told']));
  expect(answers.map(({ id, message }) => [id, message])).toEqual(ids.map((id) => [id, null]));
});

it('shows no message that there is not', async () => {
  expect(await storeDesk(memoryQueueStore(), () => 0).show('m1')).toBeNull();
});
