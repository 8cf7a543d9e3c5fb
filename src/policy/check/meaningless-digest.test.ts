import { describe, expect, it } from 'vitest';
import { whyMeaningless } from './meaningless-digest.js';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('a digest that no key has', () => {
  it.each([
    [EMPTY, 'no octets'],
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
