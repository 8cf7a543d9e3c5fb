import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sighted, SignalStore } from '../../src/effects/stores.js';
import { DAY_MS, NOW, type StartStores, type StoresSubject } from './stores.fixture.js';

const seen = (over: Partial<Sighted> = {}): Sighted => ({
  scope: 'app',
  domain: 'a.example',
  sighting: { starttls: 'yes', dane: 'no' },
  at: NOW,
  ...over,
});

/** Holds a store of signals to its contract. */
export function signalStoreContract(name: string, start: StartStores): void {
  describe(`a store of signals: ${name}`, () => {
    let subject: StoresSubject;
    let signals: SignalStore;
    beforeEach(async () => {
      subject = await start({ signalsMax: 4 });
      signals = subject.stores.signals;
    });
    afterEach(() => subject.close());

    it('knows nothing at first', async () => {
      expect(await signals.read('app', ['a.example', 'b.example'])).toEqual([{}, {}]);
      expect(await signals.read('app', [])).toEqual([]);
      await signals.note([]);
      expect(await signals.prune(NOW)).toBe(0);
    });

    it('answers what was seen, in the order of the question, to every node', async () => {
      await signals.note([seen(), seen({ domain: 'b.example', sighting: { requireTls: 'no' } })]);
      const answer = await subject.another().signals.read('app', ['b.example', 'c.example', 'a.example']);
      expect(answer).toEqual([
        { requireTls: { value: 'no', at: NOW } },
        {},
        { starttls: { value: 'yes', at: NOW }, dane: { value: 'no', at: NOW } },
      ]);
    });

    it('tells nobody what another scope has seen', async () => {
      await signals.note([seen()]);
      expect(await signals.read('other', ['a.example'])).toEqual([{}]);
      expect(await signals.read('', ['a.example'])).toEqual([{}]);
    });

    it('lets the later sighting speak, whichever is noted first, each signal for itself', async () => {
      await signals.note([
        seen({ at: NOW + 2, sighting: { starttls: 'no' } }),
        seen({ at: NOW + 1, sighting: { starttls: 'yes', dane: 'yes' } }),
      ]);
      await signals.note([seen({ at: NOW, sighting: { dane: 'no', mtaSts: 'yes' } })]);
      expect(await signals.read('app', ['a.example'])).toEqual([
        {
          starttls: { value: 'no', at: NOW + 2 },
          dane: { value: 'yes', at: NOW + 1 },
          mtaSts: { value: 'yes', at: NOW },
        },
      ]);
    });

    it('drops by age', async () => {
      await signals.note([seen({ at: NOW - 2 * DAY_MS }), seen({ at: NOW, sighting: { dane: 'yes' } })]);
      expect(await signals.prune(NOW - DAY_MS)).toBe(1);
      expect(await signals.read('app', ['a.example'])).toEqual([{ dane: { value: 'yes', at: NOW } }]);
    });

    it('keeps no more than its bound, the latest', async () => {
      for (const [index, domain] of ['a', 'b', 'c', 'd', 'e', 'f'].entries())
        await signals.note([seen({ domain, at: NOW + index, sighting: { starttls: 'yes' } })]);
      await signals.prune(0);
      const left = await signals.read('app', ['a', 'b', 'c', 'd', 'e', 'f']);
      expect(left.map((each) => Object.keys(each).length)).toEqual([0, 0, 1, 1, 1, 1]);
    });
  });
}
