import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookupKeyText, parseLookupKey } from './lookup-key.js';

const spelled = (key: string) => {
  const nextHop = parseLookupKey(key, domainToASCII);
  return nextHop === null ? null : lookupKeyText(nextHop);
};

describe('a key of Postfix', () => {
  it.each([
    ['a.example', 'a.example'],
    ['A.Example.', 'a.example'],
    ['a.example:587', 'a.example:587'],
    ['a.example:submission', 'a.example:587'],
    ['[MX.a.example]', '[mx.a.example]'],
    ['[mx.a.example]:2525', '[mx.a.example]:2525'],
    ['[192.0.2.1]', '[192.0.2.1]'],
    ['[192.0.2.1]:25', '[192.0.2.1]:25'],
    ['[ipv6:2001:DB8::1]', '[2001:db8::1]'],
    ['[2001:db8::1]:587', '[2001:db8::1]:587'],
    ['a.example:65535', 'a.example:65535'],
    ['b\u00fccher.example', 'xn--bcher-kva.example'],
    ['[b\u00fccher.example]', '[xn--bcher-kva.example]'],
  ])('%s is %s', (key, text) => {
    expect(spelled(key)).toBe(text);
    // Its own spelling is the shortest way to the answer.
    expect(spelled(text)).toBe(text);
  });

  it.each([
    '',
    '.a.example',
    '.',
    'a..example',
    'a.example:0',
    'a.example:65536',
    'a.example:25x',
    'a.example:1e3',
    'a.example:',
    'a.example:nosuch',
    'a.example:constructor',
    '[a.example',
    '[]',
    '[192.0.2.1',
    '192.0.2.1',
    'private/filter',
    'a example',
    'user@a.example',
    `${'a'.repeat(600)}.example`,
    'b\u00fc%2ech.example',
  ])('%j is no next hop', (key) => {
    expect(spelled(key)).toBeNull();
  });

  it('says whether MX records are looked up for it', () => {
    expect(parseLookupKey('a.example', domainToASCII)).toMatchObject({ kind: 'domain', port: null });
    expect(parseLookupKey('[a.example]:25', domainToASCII)).toMatchObject({ kind: 'host', port: 25 });
    expect(parseLookupKey('[::1]', domainToASCII)).toMatchObject({ kind: 'host' });
  });

  it('never throws, and what it is spelled as is spelled so again', () => {
    const any = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 });
    const character = fc.oneof(fc.constantFrom('[', ']', ':', '.', '-', 'a', '1', '\0'), any);
    fc.assert(
      fc.property(fc.string({ unit: character }), (key) => {
        const text = spelled(key);
        if (text !== null) expect(spelled(text)).toBe(text);
      }),
    );
  });
});
