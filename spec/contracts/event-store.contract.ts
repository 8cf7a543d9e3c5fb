import { describe, expect, it } from 'vitest';
import type { QueuedEvent } from '../../src/effects/queue-stores.js';
import { messageTo, planOf, settlementOf } from './queue.fixture.js';
import { NOW, type StartStores, type StoresSubject } from './stores.fixture.js';

const ANN = 'https://ann.example/';
const BOB = 'https://bob.example/';

function eventOf(id: string, own: Partial<QueuedEvent> = {}): QueuedEvent {
  return { id, to: ANN, event: 'delivered', body: `{"of":"${id}"}`, at: NOW, ...own };
}

/** Holds events that wait to be told to their contract. */
export function eventStoreContract(name: string, start: StartStores): void {
  describe(`events that wait to be told: ${name}`, () => {
    /** Settles a message with these events. */
    async function settle({ stores: { queue } }: StoresSubject, events: readonly QueuedEvent[], id = 'm1') {
      await queue.accept([messageTo(id, ['b@b.example'])]);
      const [claimed] = await queue.claim(planOf());
      const settlement = settlementOf(claimed!, { end: 'delivered' }, { events });
      return [await queue.settle([settlement], NOW), await queue.settle([settlement], NOW)];
    }
    const takeFor = (to: string, now = NOW) => ({ to, now, eventsMax: 10, dueAgainAt: now + 60_000 });

    it('come by the settlement that they tell of, or not at all', async () => {
      const subject = await start();
      const { events } = subject.another();
      expect(await settle(subject, [eventOf('e1')])).toEqual([['ended'], ['superseded']]);
      expect(await events.take(takeFor(ANN))).toEqual([{ ...eventOf('e1'), tries: 1 }]);
      // A notice of a message that is there already undoes the whole settlement, events and all.
      const { queue } = subject.stores;
      await queue.accept([messageTo('m2', ['b@b.example'])]);
      const [claimed] = await queue.claim(planOf());
      const notices = [messageTo('m1', ['ann@a.example'])];
      const failing = settlementOf(claimed!, { end: 'bounced' }, { notices, events: [eventOf('e2')] });
      await expect(queue.settle([failing], NOW)).rejects.toThrow();
      expect(await events.take(takeFor(ANN, NOW + 1))).toEqual([]);
      await subject.close();
    });

    it('are taken up by one, the longest due first, and again where nothing more is heard', async () => {
      const subject = await start();
      const { events } = subject.stores;
      const other = subject.another().events;
      await settle(subject, [eventOf('e2', { at: NOW - 1 }), eventOf('e1'), eventOf('e3', { to: BOB })]);
      const idsOf = (taken: readonly QueuedEvent[]) => taken.map(({ id }) => id);
      expect(idsOf(await events.take({ ...takeFor(ANN), eventsMax: 1 }))).toEqual(['e2']);
      expect(idsOf(await other.take(takeFor(ANN)))).toEqual(['e1']);
      expect([await other.take(takeFor(ANN)), await other.nextDue(ANN)]).toEqual([[], NOW + 60_000]);
      await events.forget(['e1']);
      await events.putOff('e2', NOW + 5);
      expect(await events.nextDue(ANN)).toBe(NOW + 5);
      expect(await other.take(takeFor(ANN, NOW + 5))).toMatchObject([{ id: 'e2', tries: 2 }]);
      await other.forget(['e2', 'e9']);
      expect([await events.nextDue(ANN), await events.nextDue(BOB)]).toEqual([null, NOW]);
      await subject.close();
    });

    it('go by age and by number, and are counted', async () => {
      const subject = await start();
      const { events } = subject.stores;
      const many = Array.from({ length: 9 }, (_, at) =>
        eventOf(`e${at}`, { at: NOW + at, event: at < 2 ? 'bounced' : 'delivered' }),
      );
      await settle(subject, many);
      expect(await events.prune(NOW + 3, 100)).toEqual(
        new Map([
          ['bounced', 2],
          ['delivered', 1],
        ]),
      );
      expect(await events.prune(NOW, 2)).toEqual(new Map([['delivered', 4]]));
      expect((await events.take(takeFor(ANN, NOW + 9))).map(({ id }) => id)).toEqual(['e7', 'e8']);
      await subject.close();
    });
  });
}
