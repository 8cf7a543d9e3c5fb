import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqlStores } from '../../src/adapters/sql/stores.js';
import type { BodyStore } from '../../src/effects/queue-stores.js';
import { messageTo } from './queue.fixture.js';
import type { StartStores, StoresSubject } from './stores.fixture.js';

const wholeOf = (id: string, text: string) => ({
  message: messageTo(id, ['b@b.example']),
  octets: Buffer.from(text),
});

async function textOf(bodies: BodyStore, id: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodies.read(id)()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Holds a queue that is in one place with the octets of its messages to what it says of that. */
export function wholeMessagesContract(name: string, start: StartStores): void {
  describe(`a queue with its octets: ${name}`, () => {
    let subject: StoresSubject;
    let stores: SqlStores;
    beforeEach(async () => {
      subject = await start();
      stores = subject.stores as SqlStores;
    });
    afterEach(() => subject.close());

    it('keeps messages with their octets by one change, for every node (SMTP-4.5.4.1-1)', async () => {
      expect(stores.queue.whole!.place).toBe(stores.bodies.whole!.place);
      await stores.queue.whole!.accept([wholeOf('m1', 'one'), wholeOf('m2', '')]);
      const after = subject.another() as SqlStores;
      expect(after.queue.whole!.place).not.toBe(stores.bodies.whole!.place);
      expect((await after.queue.show(['m1', 'm2'])).map(({ id }) => id)).toEqual(['m1', 'm2']);
      expect([await textOf(after.bodies, 'm1'), await textOf(after.bodies, 'm2')]).toEqual(['one', '']);
      expect((await after.bodies.list(null)).ids).toEqual(['m1', 'm2']);
    });

    it('keeps neither where it cannot keep both', async () => {
      await stores.queue.whole!.accept([wholeOf('m1', 'one')]);
      await expect(
        stores.queue.whole!.accept([wholeOf('m2', 'two'), wholeOf('m1', 'another')]),
      ).rejects.toThrow();
      expect(await stores.queue.show(['m2'])).toEqual([]);
      expect((await stores.bodies.list(null)).ids).toEqual(['m1']);
      expect(await textOf(stores.bodies, 'm1')).toBe('one');
    });
  });
}
