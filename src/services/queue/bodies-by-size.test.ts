import { describe, expect, it } from 'vitest';
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

describe('octets', () => {
  const octets = (length: number) => () => [Buffer.alloc(length, 'x')];
  const lengthOf = async (bodies: BodyStore, id: string) => {
    let length = 0;
    for await (const chunk of bodies.read(id)()) length += chunk.length;
    return length;
  };

  /** Two stores, and of which messages the large one is told that they go. */
  function start(smallOctetsMax?: number) {
    const [small, large] = [memoryBodies(), memoryBodies()];
    const gone: (readonly string[])[] = [];
    const remove: BodyStore['remove'] = (ids) => {
      gone.push(ids);
      return large.remove(ids);
    };
    const options = { small, large: { ...large, remove } };
    const bodies = bodiesBySize({ ...options, ...(smallOctetsMax !== undefined && { smallOctetsMax }) });
    return { small, large, gone, bodies };
  }

  it.each([
    [undefined, 32_768],
    [5, 5],
  ])('are small up to a bound, %j: %i', async (given, smallOctetsMax) => {
    const { small, large, bodies } = start(given);
    expect(await bodies.keep('small', octets(smallOctetsMax))).toBe(smallOctetsMax);
    expect(await bodies.keep('large', octets(smallOctetsMax + 1))).toBe(smallOctetsMax + 1);
    expect([await lengthOf(small, 'small'), await lengthOf(large, 'large')]).toEqual([
      smallOctetsMax,
      smallOctetsMax + 1,
    ]);
    for (const [store, id] of [
      [small, 'large'],
      [large, 'small'],
    ] as const)
      await expect(lengthOf(store, id)).rejects.toThrow();
    expect([await lengthOf(bodies, 'small'), await lengthOf(bodies, 'large')]).toEqual([
      smallOctetsMax,
      smallOctetsMax + 1,
    ]);
  });

  it('are those that were kept last under an id', async () => {
    const { bodies } = start(5);
    for (const length of [3, 9, 4, 10]) {
      await bodies.keep('a', octets(length));
      expect(await lengthOf(bodies, 'a')).toBe(length);
    }
  });

  it('that are known to be small are not looked for among large ones when they go', async () => {
    const { small, large, gone, bodies } = start(5);
    await bodies.keep('kept', octets(1));
    for (const id of ['read', 'unread']) await small.keep(id, octets(1));
    await lengthOf(bodies, 'read');
    await bodies.keep('large', octets(6));
    const ids = ['kept', 'read', 'unread', 'large'];
    await bodies.remove(ids);
    await bodies.remove(['kept']);
    expect(gone).toEqual([['unread', 'large'], ['kept']]);
    for (const store of [small, large])
      for (const id of ids) await expect(lengthOf(store, id)).rejects.toThrow();
  });

  it('that grew are looked for among large ones, and go', async () => {
    const { large, bodies } = start(5);
    await bodies.keep('a', octets(1));
    await bodies.keep('a', octets(6));
    await bodies.remove(['a']);
    await expect(lengthOf(large, 'a')).rejects.toThrow();
  });

  it('that cannot be read are told of by both stores, or by the one that broke off', async () => {
    const reading = (read: BodyStore['read']): BodyStore => ({ ...memoryBodies(), read });
    const failing = (what: string, ...before: readonly Uint8Array[]) =>
      reading(
        () => () =>
          (async function* () {
            yield* before;
            throw new Error(what);
          })(),
      );
    const both = bodiesBySize({ small: failing('locked'), large: failing('no file') });
    await expect(lengthOf(both, 'm1')).rejects.toThrow(
      'the octets of message m1 cannot be read: locked; no file',
    );
    const chunk = Buffer.from('x');
    const broken = bodiesBySize({ small: failing('broke off', chunk), large: reading(() => () => [chunk]) });
    await expect(lengthOf(broken, 'm1')).rejects.toThrow(/^broke off$/);
  });

  it('come with what names them where small ones do, as far as both bounds allow', () => {
    const place = {};
    const [plain, small] = [memoryBodies(), { ...memoryBodies(), whole: { place, octetsMax: 100 } }];
    const wholeOf = (smallOctetsMax: number) => bodiesBySize({ small, large: plain, smallOctetsMax }).whole;
    expect([wholeOf(99), wholeOf(101)]).toEqual([
      { place, octetsMax: 99 },
      { place, octetsMax: 100 },
    ]);
    expect(bodiesBySize({ small: plain, large: small })).not.toHaveProperty('whole');
  });
});
