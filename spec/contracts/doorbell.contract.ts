import { describe, expect, it } from 'vitest';
import type { Doorbell } from '../../src/effects/queue-stores.js';
import { Ear } from './doorbell.fixture.js';

export interface DoorbellSubject {
  /** The same one, as it is reached from each of two processes. */
  readonly doorbells: readonly [Doorbell, Doorbell];
  readonly close: () => Promise<void>;
}

const HOUR_MS = 3_600_000;

/** Holds a doorbell to its contract. */
export function doorbellContract(name: string, start: () => Promise<DoorbellSubject>): void {
  const withDoorbells = async (run: (one: Doorbell, other: Doorbell) => Promise<void>) => {
    const { doorbells, close } = await start();
    await run(...doorbells);
    await close();
  };

  describe(`a doorbell: ${name}`, () => {
    it('is heard by one of those who listen, once for each ring, whoever rings', () =>
      withDoorbells(async (one, other) => {
        const ears = [new Ear(one), new Ear(other)];
        await Promise.all(ears.map((ear) => ear.heard()));
        const rung = () => ears.reduce((sum, ear) => sum + ear.rung, 0);
        for (const [count, doorbell] of [one, other, one, other].entries()) {
          await doorbell.ring(0);
          await Promise.race(ears.map((ear) => ear.until(() => rung() > count)));
        }
        expect(await Promise.all(ears.map((ear) => ear.end()))).toEqual([null, null]);
        expect(rung()).toBe(4);
      }));

    it('is left to others by who is busy', () =>
      withDoorbells(async (one, other) => {
        await one.ring(0);
        const busy = new Ear(one, false);
        await busy.heard();
        const free = new Ear(other);
        await free.until(() => free.rung === 1);
        for (const count of [2, 3]) {
          await one.ring(0);
          await free.until(() => free.rung === count);
        }
        await Promise.all([busy.end(), free.end()]);
        expect([busy.rung, free.rung]).toEqual([0, 3]);
      }));

    it('is heard by who listens later, once however often it rang', () =>
      withDoorbells(async (one, other) => {
        for (const _ of [1, 2, 3]) await one.ring(0);
        const ear = new Ear(other);
        await ear.until(() => ear.rung > 0);
        await ear.end();
        expect(ear.rung).toBe(1);
      }));

    it('rings at its time, and a ring for then does not take away one at once', () =>
      withDoorbells(async (one, other) => {
        await one.ring(0);
        await other.ring(HOUR_MS);
        const ear = new Ear(one);
        await ear.until(() => ear.rung > 0);
        expect(ear.rung).toBe(1);
        // The later one takes the place of the first.
        await other.ring(1);
        await ear.until(() => ear.rung > 1);
        await ear.end();
        expect(ear.rung).toBe(2);
      }));
  });
}
