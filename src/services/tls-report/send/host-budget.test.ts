import { expect, it } from 'vitest';
import { HostBudget } from './host-budget.js';

const HOUR_MS = 3_600_000;

it('gives each host so many in an hour, and then again', () => {
  let now = 5;
  const budget = new HostBudget(2, () => now);
  const words = (...names: readonly string[]) => names.map((name) => budget.take(name));
  expect(words('a', 'a', 'a', 'b')).toEqual(['granted', 'granted', 'exhausted', 'granted']);
  now += HOUR_MS - 1;
  expect(words('a')).toEqual(['exhausted']);
  now += 1;
  expect(words('a', 'a', 'a')).toEqual(['granted', 'granted', 'exhausted']);
  // A clock that is set back keeps nobody waiting.
  now -= 1;
  expect(words('a')).toEqual(['granted']);
});

it('takes one of each name of a host, once, or of none', () => {
  const budget = new HostBudget(2, () => 0);
  expect(budget.take('a', 'a', '192.0.2.1')).toBe('granted');
  expect(budget.take('b', '192.0.2.1')).toBe('granted');
  expect(budget.take('a', '192.0.2.1')).toBe('exhausted');
  expect(['a', 'a', 'b', 'b'].map((name) => budget.take(name))).toEqual([
    ...['granted', 'exhausted', 'granted', 'exhausted'],
  ]);
});
