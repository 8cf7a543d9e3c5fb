import { expect, it } from 'vitest';
import { messageTo } from '../../../../spec/contracts/queue.fixture.js';
import { memoryQueueStore } from '../../../adapters/memory/index.js';
import { storeDesk } from '../../../services/queue/index.js';
import { pagesOf } from './list.js';

it.each([0, 1, 499, 500, 501, 1_000, 1_001])(
  'lists %i messages of one moment once each, and comes to an end',
  async (count) => {
    const store = memoryQueueStore();
    const ids = Array.from({ length: count }, (_, at) => `m${String(at).padStart(4, '0')}`);
    await store.accept(ids.map((id) => messageTo(id, ['u@a.example'])));
    const listed: string[] = [];
    for await (const page of pagesOf(
      storeDesk(store, () => 0),
      { ended: 'no' },
    ))
      listed.push(...page.map(({ id }) => id));
    expect(listed).toEqual(ids);
  },
);
