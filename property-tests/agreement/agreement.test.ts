import { describe, expect, it } from 'vitest';
import { SEED } from '../seed.js';
import { compareConclusions, compareHosts, compareMx, comparePolicyCache, compareReplies } from './checks.js';
import { SITUATIONS } from './host-inputs.js';
import { compareFirstEhlo, tableComparisons } from './tables.js';

/** A prime, so that a sample meets every word of every column in every combination of neighbours. The seed says where it begins. */
const EVERY = process.env.EXHAUSTIVE === '1' ? 1 : 53;
const FROM = SEED % EVERY;

describe('policy and reference agree', () => {
  it(`about one host, in every ${EVERY}th of all situations (X-1, X-2, X-3, X-4, X-5, X-7, CHOICE-1, CHOICE-2, CHOICE-4, CHOICE-9, CHOICE-20)`, () => {
    expect(SITUATIONS).toBe(1_228_800);
    expect(compareHosts(EVERY === 1 ? 1 : 5, FROM, EVERY)).toBeNull();
  });

  it('about the end of an attempt after up to three failed hosts (CHOICE-7, CHOICE-14, X-18, RTLS-4.2.1-10)', () => {
    expect(compareConclusions()).toBeNull();
  });

  it('about the MX answer (SMTP-5.1-5, SMTP-5.1-6, DUAL-3-2)', () => {
    expect(compareMx()).toBeNull();
  });

  it('about what to do for a policy, in all situations (STS-5.1-1, STS-3.3-11, STS-3.3-12, STS-8.3-1, STS-10.2-1, X-19, CHOICE-5)', () => {
    expect(comparePolicyCache()).toBeNull();
  });

  it('about the first EHLO (SMTP-2.2.1-1)', () => {
    expect(compareFirstEhlo()).toBeNull();
  });

  it.each(tableComparisons)('about every input of %s', (_, compare) => {
    expect(compare()).toBeNull();
  });

  it('about replies (SMTP-4.2-1, DUAL-3-6, CHOICE-10)', () => {
    expect(compareReplies()).toBeNull();
  });
});
