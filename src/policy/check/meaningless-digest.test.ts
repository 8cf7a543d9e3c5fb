import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { whyMeaningless } from './meaningless-digest.js';

const digest = (name: string, text: string) => createHash(name).update(text).digest('hex');
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('a digest that no key has', () => {
  it.each([
    [EMPTY, 'no octets'],
    [digest('sha512', ''), 'no octets'],
    [digest('sha256', '\n'), 'a line end alone'],
    [digest('sha512', '\n'), 'a line end alone'],
    ['d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971', 'RFC 6698, Section 2.3'],
    ['8a9a70596e869bed72c69d97a8895dfad86f300a343feceff19e89c27c896bc9', 'RFC 7671, Section 6'],
    ['c164b2c3f36d068d42a6138e446152f568615f28c69bd96a73e354cac88ed00c', 'RFC 7671, Section 6'],
    ['1f850a337e6db9c609c522d136a475638cc43e1ed424f8eec8513d747d1d085d', 'RFC 8460, Section 4.4'],
    ['12350a337e6db9c6123522d136a475638cc43e1ed424f8eec8513d747d1d1234', 'RFC 8460, Section 4.4'],
    [
      '92003ba34942dc74152e2f2c408d29eca5a520e7f2e06bb944f4dca346baf63c1b177615d466f6c4b71c216a50292bd58c9ebdd2f74e38fe51ffd48c43326cbc',
      'RFC 6698, Section 2.3',
    ],
    ['0'.repeat(64), '"00"'],
    ['f'.repeat(128), '"ff"'],
    ['0123456789abcdef'.repeat(4), '"0123456789abcdef"'],
    ['deadbeef'.repeat(8), '"deadbeefdeadbeef"'],
    [`${'1234567890'.repeat(6)}1234`, '"1234567890123456"'],
  ])('%s is told by what it is', (data, says) => {
    expect(whyMeaningless(data)).toContain(says);
  });

  it.each([
    `ab1234567890${'c'.repeat(52)}`,
    `0123456789abcdef${'c'.repeat(48)}`,
    `deadbeef${'c'.repeat(56)}`,
    `${'0'.repeat(63)}1`,
    `${EMPTY.slice(0, 63)}4`,
  ])('%s may be one', (data) => {
    expect(whyMeaningless(data)).toBeNull();
  });
});
