import { describe, expect, it } from 'vitest';
import { readPolicyFile } from './policy-file.js';

const fileWith = (line: string) =>
  `version: STSv1\nmode: enforce\nmx: mx.a.example\n${line}\nmax_age: 86400\n`;

/** What only Unicode knows, and a parser that trusts its language's string functions, too. */
describe('a policy file', () => {
  it.each(['\u2028', '\u2029', '\u0085'])('may have %j in the value of a field (STS-3.2-14)', (character) => {
    expect(readPolicyFile(fileWith(`ext: a${character}b`)).kind).toBe('valid');
  });

  it('may not have a letter in a pattern that is ASCII in lower case only (STS-3.2-11)', () => {
    expect(readPolicyFile(fileWith('mx: mx.\u212aelvin.example'))).toMatchObject({
      problem: 'bad-mx',
      line: 4,
    });
    expect(readPolicyFile(fileWith('mx: MX.KELVIN.example')).kind).toBe('valid');
  });
});
