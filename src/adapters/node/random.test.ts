import { describe, expect, it } from 'vitest';
import { nodeRandom } from './random.js';

const drawn = async (count: number) => (await nodeRandom({ count }, new AbortController().signal)).values;

describe('randomness', () => {
  it('is as many integers as asked for, up to a thousand', async () => {
    const counts = [0, 1, 1000, 1001, 1e12, -1, Number.NaN, 2.5];
    const lengths = await Promise.all(counts.map(async (count) => (await drawn(count)).length));
    expect(lengths).toEqual([0, 1, 1000, 1000, 1000, 0, 0, 2]);
  });

  it('fills 32 bits', async () => {
    const values = await drawn(1000);
    expect(values.every((value) => Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff)).toBe(true);
    expect(Math.max(...values)).toBeGreaterThan(2 ** 31);
    expect(Math.min(...values)).toBeLessThan(2 ** 31);
    expect(new Set(values).size).toBeGreaterThan(990);
  });
});
