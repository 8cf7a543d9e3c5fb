import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { familyOf } from '../names/ip-address.js';
import { FAMILY_MAX, orderAddresses, rememberDialled, withinBound, withRivalNext } from './addresses.js';

const V6 = Array.from({ length: 12 }, (_, at) => `2001:500::${at + 1}`);
const V4 = Array.from({ length: 12 }, (_, at) => `198.41.0.${at + 1}`);

describe('a bound on addresses', () => {
  it('leaves both families their places, and never less than one (DUAL-3-5)', () => {
    expect(withinBound([...V6, V4[0]!], 10)).toEqual([...V6.slice(0, 9), V4[0]]);
    expect(withinBound([...V6, ...V4], 10)).toEqual([...V6.slice(0, 5), ...V4.slice(0, 5)]);
    expect(withinBound([V6[0]!, ...V4], 10)).toEqual([V6[0], ...V4.slice(0, 9)]);
    expect(withinBound(V4, 10)).toEqual(V4.slice(0, 10));
    expect(withinBound([...V6, ...V4], 1)).toEqual([V6[0]]);
    expect(withinBound([V6[0]!, V4[0]!], 2)).toEqual([V6[0], V4[0]]);
  });

  it('is used up, keeps the order, and loses no family where two fit', () => {
    const some = fc.shuffledSubarray([...V6, ...V4], { minLength: 1 });
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 12 }), (addresses, max) => {
        const kept = withinBound(addresses, max);
        expect(kept).toHaveLength(Math.min(max, addresses.length));
        expect(kept).toEqual(addresses.filter((address) => kept.includes(address)));
        if (max > 1) expect(new Set(kept.map(familyOf))).toEqual(new Set(addresses.map(familyOf)));
      }),
    );
  });
});

describe('more addresses than any honest host has (CHOICE-25)', () => {
  const six = Array.from({ length: 300 }, (_, at) => `2001:500::${(at + 1).toString(16)}`);
  const four = Array.from({ length: 300 }, (_, at) => `198.41.${at >> 8}.${at & 255}`);

  it('are looked at in part, of each family, and later in others', () => {
    const first = orderAddresses([...four, ...six], []);
    expect(first).toEqual([...six.slice(0, FAMILY_MAX), ...four.slice(0, FAMILY_MAX)]);
    const second = orderAddresses([...four, ...six], first.slice(0, 5));
    expect(second).toEqual([...four.slice(0, FAMILY_MAX), ...six.slice(5, FAMILY_MAX + 5)]);
  });
});

describe('what was dialled before', () => {
  it('puts the other family first, and within a family what was not dialled yet (DUAL-3-5, DUAL-3-4, SMTP-5.1-12)', () => {
    const both = [V6[0]!, V6[1]!, V4[0]!, V4[1]!];
    expect(orderAddresses(both, [])).toEqual(both);
    expect(orderAddresses([...both].reverse(), [])).toEqual([V6[1], V6[0], V4[1], V4[0]]);
    expect(orderAddresses(both, [V6[0]!])).toEqual([V4[0], V4[1], V6[1], V6[0]]);
    expect(orderAddresses(both, [V6[1]!, V6[0]!, V4[0]!])).toEqual([V6[1], V6[0], V4[1], V4[0]]);
  });

  it('comes to every address in the end, however small the bound', () => {
    const some = fc.shuffledSubarray([...V6, ...V4], { minLength: 1 });
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 5 }), (addresses, max) => {
        let dialled: readonly string[] = [];
        for (let attempt = 0; attempt < 2 * addresses.length; attempt++)
          dialled = rememberDialled(dialled, withinBound(orderAddresses(addresses, dialled), max));
        expect(new Set(dialled)).toEqual(new Set(addresses));
      }),
    );
  });

  it('is remembered once for each address, the latest last, and not without end', () => {
    expect(rememberDialled([V4[0]!, V4[1]!], [V4[0]!])).toEqual([V4[1], V4[0]]);
    const many = Array.from({ length: 300 }, (_, at) => `198.41.${at % 200}.${at}`);
    expect(rememberDialled(many, []).length).toBeLessThan(200);
    expect(rememberDialled(many, []).at(-1)).toBe(many.at(-1));
  });
});

it('the rival of an address is the next of the other family, or else the next (RFC 8305, Section 4)', () => {
  const [six, six2, four, four2] = [V6[0]!, V6[1]!, V4[0]!, V4[1]!];
  expect(withRivalNext([six, six2, four, four2], 0)).toEqual([six, four, six2, four2]);
  expect(withRivalNext([six, six2, four, four2], 1)).toEqual([six, six2, four, four2]);
  expect(withRivalNext([four, six, four2, six2], 2)).toEqual([four, six, four2, six2]);
  expect(withRivalNext([six, six2], 0)).toEqual([six, six2]);
  expect(withRivalNext([six, four], 1)).toEqual([six, four]);
});
