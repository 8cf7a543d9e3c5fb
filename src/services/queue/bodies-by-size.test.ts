import { expect, it } from 'vitest';
import { memoryBodies } from '../../adapters/memory/index.js';
import type { BodyStore } from '../../effects/queue-stores.js';
import { bodiesBySize } from './bodies-by-size.js';

/** A store that lists these pages, each under its number from the second on. */
function listing(pages: readonly (readonly string[])[]): BodyStore {
  return {
    ...memoryBodies(),
    list: async (page) => {
      const at = page === null ? 0 : Number(page);
      return { ids: pages[at]!, next: at + 1 < pages.length ? `${at + 1}` : null };
    },
  };
}

it.each([
  [
    [['a'], ['b']],
    [['c'], ['d'], ['e']],
  ],
  [[[]], [['c']]],
  [[['a']], [[]]],
])('lists what either store has, page by page, and then ends: %j, %j', async (small, large) => {
  const bodies = bodiesBySize({ small: listing(small), large: listing(large) });
  const seen: (readonly string[])[] = [];
  let page: string | null = null;
  do {
    const listed = await bodies.list(page);
    seen.push(listed.ids);
    page = listed.next;
  } while (page !== null && seen.length < 9);
  expect(seen).toEqual([...small, ...large]);
});
