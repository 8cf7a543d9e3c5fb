import { describe, expect, it } from 'vitest';
import { NOW, type StartStores } from './stores.fixture.js';

/** Holds a suppression list to its contract. */
export function suppressionStoreContract(name: string, start: StartStores): void {
  describe(`a suppression list: ${name}`, () => {
    it('keeps each address once, for every node, until it is taken off', async () => {
      const subject = await start();
      const { suppressions } = subject.stores;
      const entry = (address: string, why = 'w') => ({ address, actor: 'ann', why, at: NOW });
      expect(await suppressions.list({ after: null, entriesMax: 9 })).toEqual([]);
      for (const address of ['b@b.example', 'a@a.example', 'c@c.example'])
        await suppressions.add(entry(address));
      await suppressions.add(entry('b@b.example', 'another reason'));
      const other = subject.another().suppressions;
      expect(await other.list({ after: 'a@a.example', entriesMax: 1 })).toEqual([
        entry('b@b.example', 'another reason'),
      ]);
      expect(await other.among(['x@x.example', 'c@c.example', 'c@c.example'])).toEqual(['c@c.example']);
      expect(await other.among([])).toEqual([]);
      expect([await other.remove('c@c.example'), await other.remove('c@c.example')]).toEqual([
        'removed',
        'unknown',
      ]);
      expect(await suppressions.among(['c@c.example'])).toEqual([]);
      await subject.close();
    });
  });
}
