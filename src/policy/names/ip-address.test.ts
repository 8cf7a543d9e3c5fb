import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOctets, familyOf, ipv6Text, parseAddressLiteral, readAddress } from './ip-address.js';

/** Near addresses: groups, octets and separators in whatever order. */
const nearby = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(':', '.', '::', '0', '1', 'f', 'G', '00') },
      { weight: 3, arbitrary: fc.constantFrom('255', '256', '012', '9', 'ABCD', '12345', '192.0.2.1') },
      { weight: 1, arbitrary: fc.constantFrom(' ', '+1', '-', 'g', '\0', '\u0660', '1e1', '/', '@', '`') },
    ),
    { maxLength: 16 },
  )
  .map((parts) => parts.join(''));
const groups = fc.array(fc.constantFrom('0', '1', 'ffff', '192.0.2.1', '', '::'), { maxLength: 10 });

describe('what is an address', () => {
  it.each([
    fc.oneof(
      nearby,
      groups.map((each) => each.join(':')),
    ),
    fc.ipV4(),
    fc.ipV6(),
  ])('is what the platform takes for one', (texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(familyOf(text)).toBe(isIPv4(text) ? 'ipv4' : isIPv6(text) ? 'ipv6' : null);
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ['1.2.3.4', '01020304'],
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['1::', `0001${'0'.repeat(28)}`],
    ['A:b::192.0.2.1', `000a000b${'0'.repeat(16)}c0000201`],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['1:2:3:4:5:6:1.2.3.4', '00010002000300040005000601020304'],
  ])('%s is octets %s', (address, octets) => {
    expect(addressOctets(address)).toBe(octets);
  });

  it.each([
    '.1.2.3',
    '1..2.3',
    '1.2.3.',
    '1.2.3',
    '1.2.3.4.',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4::',
    '::1.2.3.4:5',
    ':1::',
    '1:::2',
    '1::2::3',
    '1:2:3:4:5:6:7:8::',
    '::1:',
  ])('%s is none', (text) => {
    expect(readAddress(text)).toBeNull();
  });

  it('is read as it is written', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }), (all) => {
        const octets = all.flatMap((group) => [group >> 8, group & 0xff]);
        expect(readAddress(ipv6Text(all))).toEqual(octets);
      }),
    );
  });
});

describe('an address literal (RFC 5321, Section 4.1.3)', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['IPv6:2001:DB8::1', '2001:db8::1'],
    ['ipv6:::1', '::1'],
    ['2001:db8::1', null],
    ['IPv6:192.0.2.1', null],
    ['xipv6::1', null],
    ['ipv6::1', null],
    ['ipv6:', null],
    ['', null],
  ])('%j is %j', (text, address) => {
    expect(parseAddressLiteral(text)).toBe(address);
  });
});

it('IPv6 is written with the first of the longest runs of zeros left out, but not with one group (RFC 5952, Section 4)', () => {
  const written = (groups: string) => ipv6Text(groups.split(' ').map((group) => Number.parseInt(group, 16)));
  expect(written('2001 db8 0 0 1 0 0 1')).toBe('2001:db8::1:0:0:1');
  expect(written('2001 db8 0 1 1 1 1 1')).toBe('2001:db8:0:1:1:1:1:1');
  expect(written('0 0 1 0 0 0 0 ab')).toBe('0:0:1::ab');
  expect(written('0 0 0 0 0 0 0 0')).toBe('::');
  expect(written('1 0 0 0 0 0 0 0')).toBe('1::');
});
