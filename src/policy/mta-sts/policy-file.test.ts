import { describe, expect, it } from 'vitest';
import { isMxPattern, readPolicyFile } from './policy-file.js';

const fileWith = (line: string) =>
  `version: STSv1\nmode: enforce\nmx: mx.a.example\n${line}\nmax_age: 86400\n`;

/** What only Unicode knows, and a parser that trusts its language's string functions, too. */
describe('a policy file', () => {
  it.each(['\u2028', '\u2029', '\u0085'])('may have %j in the value of a field (STS-3.2-14)', (character) => {
    expect(readPolicyFile(fileWith(`ext: a${character}b`)).kind).toBe('valid');
  });

  it('may not have a letter in a pattern that is ASCII in lower case only (STS-3.2-11)', () => {
    expect(readPolicyFile(fileWith('mx: mx.\u212aelvin.example'))).toMatchObject({
      policy: { mx: ['mx.a.example'] },
      faults: [{ problem: 'bad-mx', line: 4 }],
    });
    expect(readPolicyFile(fileWith('mx: MX.KELVIN.example')).kind).toBe('valid');
  });
});

/** To drop an enforced policy for one line is to lift it. */
describe('a policy that can be read', () => {
  it.each([
    ['mx: 192.0.2.56', ['mx.a.example', '192.0.2.56'], 0],
    ['mx: mx.123', ['mx.a.example', 'mx.123'], 0],
    ['mx: *.7', ['mx.a.example', '*.7'], 0],
    [`mx: ${'a'.repeat(64)}.example`, ['mx.a.example', `${'a'.repeat(64)}.example`], 0],
    [`mx: ${'a.'.repeat(200)}example`, ['mx.a.example', `${'a.'.repeat(200)}example`], 0],
    ['mx: localhost', ['mx.a.example', 'localhost'], 0],
    ['mx: mx.b.example # reserve', ['mx.a.example'], 1],
    ['mx: *', ['mx.a.example'], 1],
    ['mx:', ['mx.a.example'], 1],
    ['mx.b.example', ['mx.a.example'], 1],
    [`${'k'.repeat(33)}: v`, ['mx.a.example'], 1],
    ['note: a\u0001b', ['mx.a.example'], 1],
    [' ', ['mx.a.example'], 0],
  ])('stands with a line %j in it (STS-3.2-11, STS-3.2-14)', (line, mx, faults) => {
    const read = readPolicyFile(fileWith(line));
    expect(read).toMatchObject({ kind: 'valid', policy: { mode: 'enforce', mx } });
    expect(read.faults).toHaveLength(faults);
  });

  it('keeps every host of as many as 64 KB hold, and more lines than anybody counts', () => {
    const lines = Array.from({ length: 5000 }, (_, at) => `mx: m${at}`);
    const read = readPolicyFile(`version: STSv1\nmode: enforce\nmax_age: 1\n${lines.join('\n')}\n`);
    expect(read).toMatchObject({ kind: 'valid', policy: { mx: { length: 5000 } }, faults: [] });
    const blank = readPolicyFile(`version: STSv1\nmode: none\nmax_age: 1\n${'\n'.repeat(60_000)}`);
    expect(blank.kind).toBe('valid');
  });

  it.each(['a', '\u00e9', '\u20ac', '\uff21', '\u{1f512}'])(
    'counts its size in octets, as it was fetched: in %s (STS-3.3-16)',
    (letter) => {
      const file = (letters: number) => `${fileWith('x: y')}z: ${letter.repeat(letters)}`;
      const room = Math.floor((65_536 - Buffer.byteLength(file(0))) / Buffer.byteLength(letter));
      expect(readPolicyFile(file(room)).kind).toBe('valid');
      expect(readPolicyFile(file(room + 1))).toMatchObject({ kind: 'invalid', problem: 'too-long' });
    },
  );

  it.each([
    ['mx.a.example', true],
    ['*.a.example', true],
    ['m-x.a--b.example', true],
    ['1.2', true],
    ['-mx.a.example', false],
    ['mx-.a.example', false],
    ['mx.a.example-', false],
    ['mx..example', false],
    ['.mx.example', false],
    ['mx.example.', false],
    ['mx_1.a.example', false],
    ['*.*.example', false],
    ['*.', false],
    ['', false],
  ])(
    'has hosts that are domain names, with a wildcard before them or without: %j %s (STS-3.2-12)',
    (value, is) => {
      expect(isMxPattern(value)).toBe(is);
    },
  );

  it.each(['\n', '\r\n', '\r', '\r\r\n'])('may end its lines in %j (STS-3.2-4)', (end) => {
    expect(readPolicyFile(fileWith('x: y').replaceAll('\n', end))).toMatchObject({
      kind: 'valid',
      policy: { mode: 'enforce', mx: ['mx.a.example'], maxAgeSeconds: 86_400 },
    });
  });

  it('cannot do without hosts that can be read, nor with a mode of which the first is none (STS-3.2-10, STS-3.2-15)', () => {
    const bare = 'version: STSv1\nmode: enforce\nmax_age: 1\n';
    expect(readPolicyFile(`${bare}mx: a.example, b.example\n`)).toMatchObject({ problem: 'bad-mx', line: 4 });
    expect(readPolicyFile(bare)).toMatchObject({ problem: 'no-mx', line: 0 });
    expect(readPolicyFile(bare.replace('enforce', 'none'))).toMatchObject({
      kind: 'valid',
      policy: { mx: [] },
    });
    expect(readPolicyFile(`mode: off\n${fileWith('x: y')}`)).toMatchObject({ problem: 'bad-mode', line: 1 });
  });
});
