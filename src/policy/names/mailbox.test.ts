import { domainToASCII } from 'node:url';
import { describe, expect, it } from 'vitest';
import { comparable, domainPart, isAscii, parseDomain, parseMailbox } from './mailbox.js';

const addressOf = (text: string) => parseMailbox(text, domainToASCII)?.address ?? null;

describe('a mailbox (RFC 5321, Section 4.1.2)', () => {
  it.each([
    ['bob@a.example', 'bob@a.example'],
    ['Bob.Sales+x@A.Example.', 'Bob.Sales+x@a.example'],
    ['"bob..sales"@a.example', '"bob..sales"@a.example'],
    ['".bob."@a.example', '".bob."@a.example'],
    ['"bob@home \\" x"@a.example', '"bob@home \\" x"@a.example'],
    ['""@a.example', '""@a.example'],
    ['j\u00f6rg@gr\u00fcn.example', 'j\u00f6rg@xn--grn-ioa.example'],
    ['bob@[192.0.2.1]', 'bob@[192.0.2.1]'],
    ['bob@[IPv6:2001:db8::1]', 'bob@[IPv6:2001:db8::1]'],
  ])('%s is one', (text, address) => {
    expect(addressOf(text)).toBe(address);
  });

  it.each([
    ...['bob', '@a.example', 'bob@', 'bob@a..example', 'bob@192.0.2.1', 'bob@[192.0.2.999]', 'bob@[]'],
    ...['.bob@a.example', 'bob.@a.example', 'bob..sales@a.example', 'bob sales@a.example', 'bob"@a.example'],
    ...['"bob@a.example', 'bob"x"@a.example', '"bob\u0001"@a.example', '"bob\\\u00fc"@a.example'],
    ...['bob\u0000@a.example', 'bob\u2028@a.example', '"bob\ud800"@a.example', '"bob\u2029"@a.example'],
    ...['bob@a.example]', 'bob@[192.0.2.1', 'bob@%67rün.example', 'bob@gr\u00fcn\u2060.example'],
  ])('%j is none', (text) => {
    expect(addressOf(text)).toBeNull();
  });

  it('has a bound for the whole, and one for its local part', () => {
    expect(addressOf(`${'x'.repeat(256)}@a.example`)).not.toBeNull();
    expect(addressOf(`${'x'.repeat(257)}@a.example`)).toBeNull();
    const name = (octets: number) => `${'a.'.repeat((octets - 1) / 2)}b`;
    expect(addressOf(`${'x'.repeat(256)}@${name(253)}`)).not.toBeNull();
    expect(addressOf(`${'x'.repeat(256)}@${name(255)}.`)).toBeNull();
    expect(addressOf(`${'x'.repeat(256)}@${'\u00fc'.repeat(256)}`)).toBeNull();
  });

  it('says where it leads', () => {
    expect(parseMailbox('bob@A.example', domainToASCII)?.destination).toEqual({
      ...{ kind: 'domain', name: 'a.example' },
    });
    expect(parseMailbox('bob@[IPv6:2001:DB8::1]', domainToASCII)?.destination).toEqual({
      ...{ kind: 'literal', address: '2001:db8::1' },
    });
    expect(['a@b@c.example', 'c.example', 'a@'].map(domainPart)).toEqual(['c.example', 'c.example', '']);
  });

  it('has a domain in letters and digits of any script, and nothing that converters make of other signs', () => {
    expect(parseDomain('gr\u00fcn.example', domainToASCII)).toBe('xn--grn-ioa.example');
    expect(parseDomain('GR\u00dcN.example', domainToASCII)).toBe('xn--grn-ioa.example');
    expect(parseDomain('gr\u00fcn/.example', domainToASCII)).toBeNull();
    expect(parseDomain('gr\u00fcn.example', () => '')).toBeNull();
    expect(parseDomain('a.example', () => 'other.example')).toBe('a.example');
  });
});

it('ASCII ends with U+007F', () => {
  expect(['', 'a~', 'a\u007f', 'a\u0080', '\u00fca'].map(isAscii)).toEqual([true, true, true, false, false]);
});

it.each([
  ['Ann@A.test', 'ann@a.test'],
  ['"Ann"@a.test', 'ann@a.test'],
  ['"ann.b"@a.test', 'ann.b@a.test'],
  ['"a\\nn"@a.test', 'ann@a.test'],
  ['"\u00fcnn"@a.test', '\u00fcnn@a.test'],
  // Without their quotes these would be none, or others.
  ['"ann b"@a.test', '"ann b"@a.test'],
  ['"ann..b"@a.test', '"ann..b"@a.test'],
  ['".ann"@a.test', '".ann"@a.test'],
  ['"a@b"@a.test', '"a@b"@a.test'],
  ['""@a.test', '""@a.test'],
  ['"a\\"b"@a.test', '"a\\"b"@a.test'],
])('%s is compared as %s (RFC 5321, Section 4.1.2)', (address, text) => {
  expect(comparable(address)).toBe(text);
});
