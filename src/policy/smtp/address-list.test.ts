import { describe, expect, it } from 'vitest';
import { addressesIn } from './address-list.js';

describe('the addresses in a field (RFC 5322, Section 3.4)', () => {
  it.each<[string, readonly string[]]>([
    ['bob@a.example', ['bob@a.example']],
    [' bob@a.example , eve@b.example ', ['bob@a.example', 'eve@b.example']],
    ['Bob <bob@a.example>, "Eve, the other" <eve@b.example>', ['bob@a.example', 'eve@b.example']],
    ['bob@a.example;eve@b.example', ['bob@a.example', 'eve@b.example']],
    ['Friends: bob@a.example, Eve <eve@b.example>;', ['bob@a.example', 'eve@b.example']],
    ['Friends:;', []],
    ['Undisclosed recipients:;', []],
    ['"quoted \\" , still" <a@a.test>', ['a@a.test']],
    ['"', ['"']],
    ['Friends: ; bob@a.example', ['bob@a.example']],
    ['bob@a.example (a comment, with (another) one)', ['bob@a.example']],
    ['(x) bob (y) @ (z) a.example', ['bob  @  a.example']],
    ['bob@a.example (open \\) still), eve@b.example', ['bob@a.example', 'eve@b.example']],
    ['"b\\"o,b"@a.example, eve@b.example', ['"b\\"o,b"@a.example', 'eve@b.example']],
    ['"(no comment)"@a.example', ['"(no comment)"@a.example']],
    ['<@x.example,@y.example:bob@a.example>', ['bob@a.example']],
    ['bob@[IPv6:2001:db8::1], eve@[192.0.2.1]', ['bob@[IPv6:2001:db8::1]', 'eve@[192.0.2.1]']],
    ['<bob@[IPv6:::1]>', ['bob@[IPv6:::1]']],
    ['<>', []],
    ['', []],
    [' , ;, ', []],
    ['a\\b@a.example', ['a\\b@a.example']],
    ['"open', ['"open']],
    ['"open\\', ['"open\\']],
    ['(open\\', []],
    ['<open@a.example', ['open@a.example']],
    ['<b o\tb@a.example>', ['bob@a.example']],
    ['bob@a.example <', []],
    ['<bob@a.example> <eve@b.example>', ['eve@b.example']],
    ['[x, eve@b.example', ['[x', 'eve@b.example']],
    ['[x, G: eve@b.example', ['[x', 'eve@b.example']],
  ])('%j', (text, addresses) => {
    expect(addressesIn(text)).toEqual(addresses);
  });

  it('are those of the first megabyte', () => {
    const filled = (octets: number) => `${' '.repeat(octets - 2)}a,b`;
    expect(addressesIn(filled(1_048_576))).toEqual(['a']);
    expect(addressesIn(filled(1_048_575))).toEqual(['a', 'b']);
  });
});
