import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptStore } from '../../src/effects/stores.js';
import { DAY_MS, NOW, type StartStores, type StoresSubject } from './stores.fixture.js';

const waiting = (key: string, attempts = 1, at = NOW) => ({
  key,
  attempts,
  dialled: { 'mx.a.example': ['192.0.2.1'] },
  delivered: null,
  at,
});
const delivered = (key: string, at = NOW) => ({ ...waiting(key, 2, at), delivered: '2.0.0 taken' });
const NOTHING = { delivered: 0, attempted: 0 };

/** Holds a store of attempts to its contract. */
export function attemptStoreContract(name: string, start: StartStores): void {
  describe(`a store of attempts: ${name}`, () => {
    let subject: StoresSubject;
    let attempts: AttemptStore;
    beforeEach(async () => {
      subject = await start({ attemptsMax: 3 });
      attempts = subject.stores.attempts;
    });
    afterEach(() => subject.close());

    const known = async (...keys: readonly string[]) =>
      (await attempts.read(keys)).map((record) => record?.attempts ?? null);

    it('knows nothing at first', async () => {
      expect(await attempts.read(['a', 'b'])).toEqual([null, null]);
      expect(await attempts.read([])).toEqual([]);
      await attempts.write([]);
      expect(await attempts.prune({ delivered: NOW, attempted: NOW })).toBe(0);
    });

    it('answers what was written, in the order of the question, to every node', async () => {
      await attempts.write([waiting('a'), delivered('b')]);
      const { key: _a, ...a } = waiting('a');
      const { key: _b, ...b } = delivered('b');
      expect(await subject.another().attempts.read(['b', 'c', 'a'])).toEqual([b, null, a]);
    });

    it('replaces what was known, but never what was delivered', async () => {
      await attempts.write([waiting('a'), delivered('b')]);
      await attempts.write([waiting('a', 2), waiting('b', 3)]);
      const [a, b] = await attempts.read(['a', 'b']);
      expect(a).toMatchObject({ attempts: 2, delivered: null });
      expect(b).toMatchObject({ attempts: 3, delivered: '2.0.0 taken' });
    });

    it('drops by age what was delivered and what was attempted, each by its own', async () => {
      const days = (count: number) => NOW - count * DAY_MS;
      await attempts.write([delivered('a', days(2)), waiting('b', 1, days(2)), waiting('c', 1, days(9))]);
      expect(await attempts.prune({ delivered: days(1), attempted: days(7) })).toBe(2);
      expect(await known('a', 'b', 'c')).toEqual([null, 1, null]);
    });

    it('keeps no more than its bound, the latest, whoever writes and before anybody prunes', async () => {
      const nodes = [attempts, subject.another().attempts];
      for (const [index, key] of ['a', 'b', 'c', 'd', 'e'].entries())
        await nodes[index % 2]!.write([
          index === 1 ? delivered(key, NOW + index) : waiting(key, 1, NOW + index),
        ]);
      expect(await known('a', 'b', 'c', 'd', 'e')).toEqual([null, null, 1, 1, 1]);
      await attempts.write(['f', 'g', 'h', 'i'].map((key, index) => waiting(key, 1, NOW + 10 + index)));
      expect(await known('d', 'e', 'f', 'g', 'h', 'i')).toEqual([null, null, null, 1, 1, 1]);
      expect(await attempts.prune(NOTHING)).toBe(0);
    });

    it('keeps among the latest what was attempted again', async () => {
      for (const [index, key] of ['a', 'b', 'c'].entries())
        await attempts.write([waiting(key, 1, NOW + index)]);
      await attempts.write([waiting('a', 2, NOW + 3)]);
      await attempts.write([waiting('d', 1, NOW + 4)]);
      expect(await known('a', 'b', 'c', 'd')).toEqual([2, null, 1, 1]);
    });
  });
}
