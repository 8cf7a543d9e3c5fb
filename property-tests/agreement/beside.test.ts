import { describe, expect, it } from 'vitest';
import { besideComparisons } from './beside.js';

describe('beside attempts, policy and reference agree', () => {
  it.each(besideComparisons)('on every input of the table %s', (_, compare) => {
    expect(compare()).toBeNull();
  });
});
