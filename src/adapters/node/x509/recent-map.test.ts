import { expect, it } from 'vitest';
import { RecentMap } from './recent-map.js';

it('forgets what was used least recently, by count and by weight, and never keeps what is too heavy', () => {
  const map = new RecentMap<string, number>(3, 100);
  map.set('a', 1, 40);
  map.set('b', 2, 40);
  expect(map.get('a')).toBe(1);
  map.set('c', 3, 40);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  map.set('huge', 4, 101);
  expect([map.get('huge'), map.size]).toEqual([undefined, 2]);
  map.set('a', 5, 1);
  map.set('d', 6, 1);
  map.set('e', 7, 1);
  expect([map.size, map.get('c'), map.get('a')]).toEqual([3, undefined, 5]);
});
