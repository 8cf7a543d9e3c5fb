import { expect, it } from 'vitest';
import { denyByNsec3, expandsByNsec3, type Nsec3 } from './nsec3.js';

it('a lookup that may not hash any more proves nothing, whatever it is asked', () => {
  const everything: Nsec3 = {
    hash: Buffer.alloc(20),
    next: Buffer.alloc(20),
    isOptOut: false,
    iterations: 5,
    salt: Buffer.alloc(0),
    types: new Set(),
  };
  const left = (hashesLeft: number) => ({ queriesLeft: 0, verificationsLeft: 0, octetsLeft: 0, hashesLeft });
  const expand = (hashesLeft: number) => expandsByNsec3([everything], 'a.test', 'test', left(hashesLeft));
  // Six rounds, and two labels.
  expect([expand(8), expand(7)]).toEqual(['proven', 'too-many-iterations']);
  const question = { name: 'a.test', type: 1 };
  expect(denyByNsec3([everything], 'test', question, left(7))).toBe('too-many-iterations');
  const budget = left(100);
  expect(denyByNsec3([everything], 'test', question, budget)).toBe('unproven');
  expect(budget.hashesLeft).toBe(100 - 8 - 7);
});
