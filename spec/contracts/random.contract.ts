import { describe, expect } from 'vitest';
import type { Port } from '../../src/effects/ports.js';
import { type Exceptions, holdTo } from './clauses.fixture.js';
import { journalled } from './journalled.fixture.js';

type Draw = Port<'random.draw'>;

function clausesOf(draw: Draw) {
  const drawn = async (count: number, signal = new AbortController().signal) =>
    (await journalled('random.draw', draw({ count }, signal))).values;
  return {
    'draws as many numbers as asked for': async () => {
      for (const count of [0, 1, 2, 17, 1000]) expect(await drawn(count)).toHaveLength(count);
    },
    'draws whole numbers from 0 to 2^32 - 1': async () => {
      const strays = (await drawn(1000)).filter(
        (value) => !(Number.isInteger(value) && value >= 0 && value <= 4_294_967_295),
      );
      expect(strays).toEqual([]);
    },
    'draws from the whole range, and others each time': async () => {
      const values = [...(await drawn(500)), ...(await drawn(500))];
      for (const quarter of [0, 1, 2, 3]) {
        const share = values.filter((value) => Math.floor(value / 2 ** 30) === quarter).length;
        expect(share).toBeGreaterThan(150);
        expect(share).toBeLessThan(350);
      }
      expect(new Set(values).size).toBeGreaterThan(990);
    },
    'answers also where the signal has aborted': async () => {
      const values = await drawn(3, AbortSignal.abort());
      expect(values.length).toBeLessThanOrEqual(3);
    },
  };
}

/** Holds a source of random numbers to the contract of `random.draw`. */
export function randomContract(
  adapter: string,
  draw: Draw,
  exceptions: Exceptions<keyof ReturnType<typeof clausesOf>> = {},
): void {
  describe(`random.draw: ${adapter}`, () => holdTo(clausesOf(draw), exceptions));
}
