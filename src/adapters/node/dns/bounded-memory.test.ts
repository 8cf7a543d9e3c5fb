import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedMemory } from './bounded-memory.js';

describe('a bounded memory', () => {
  it('never holds more than it may, in entries or octets, and forgets the least used first', () => {
    const put = fc.tuple(
      fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      fc.nat(2000),
      fc.constantFrom('put', 'get'),
    );
    fc.assert(
      fc.property(fc.array(put, { maxLength: 60 }), (steps) => {
        const memory = new BoundedMemory<string>({ entriesMax: 3, bytesMax: 6000 });
        let known: { key: string; octets: number }[] = [];
        for (const [key, length, what] of steps) {
          if (what === 'get') {
            const found = memory.get(key, 1) !== null;
            expect(found).toBe(known.some((one) => one.key === key));
            if (found)
              known = [...known.filter((one) => one.key !== key), known.find((one) => one.key === key)!];
            continue;
          }
          memory.put(key, 'x'.repeat(length), 0, 1000);
          known = [...known.filter((one) => one.key !== key), { key, octets: 256 + 2 * (1 + length + 2) }];
          const total = () => known.reduce((sum, { octets }) => sum + octets, 0);
          while (known.length > 3 || total() > 6000) known.shift();
        }
        for (const key of ['a', 'b', 'c', 'd', 'e'])
          expect(memory.get(key, 1) !== null).toBe(known.some((one) => one.key === key));
      }),
    );
  });

  it('does not keep what would not fit by itself, and loses nothing else for it', () => {
    const memory = new BoundedMemory<string>({ entriesMax: 3, bytesMax: 1000 });
    memory.put('a', 'small', 0, 10);
    memory.put('b', 'x'.repeat(1000), 0, 10);
    expect(memory.get('a', 1)).toEqual({ value: 'small', ageMs: 1 });
    expect(memory.get('b', 1)).toBeNull();
  });
});
