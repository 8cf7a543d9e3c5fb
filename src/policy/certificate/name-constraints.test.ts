import { describe, expect, it } from 'vitest';
import { constraintsOf, PLAIN } from './facts.fixture.js';
import { nameJudge } from './name-constraints.js';

const numbered = (count: number, name: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => name(at));

describe('name constraints on directory names (DANE-3.1.2-2)', () => {
  const [country, organisation, unit] = ['550406=de', '55040a=a', '55040b=mail'];
  const named = (...names: readonly (readonly string[])[]) => ({ ...PLAIN, directoryNames: names });
  const judged = (
    said: Parameters<typeof constraintsOf>[0],
    certificate = named([country, organisation, unit]),
  ) => nameJudge({ stepsLeft: 1000 })({ ...PLAIN, nameConstraints: constraintsOf(said) }, certificate, true);

  it('permit what begins with one of them, part by part', () => {
    expect(judged({ permittedDirectories: [[country, organisation]] })).toBe(true);
    expect(judged({ permittedDirectories: [[country, organisation, unit]] })).toBe(true);
    expect(judged({ permittedDirectories: [[]] })).toBe(true);
    expect(judged({ permittedDirectories: [[organisation]] })).toBe(false);
    expect(judged({ permittedDirectories: [[country, organisation, unit, 'x']] })).toBe(false);
    expect(judged({ permittedDirectories: [[organisation], [country]] })).toBe(true);
  });

  it('exclude likewise, and every name counts', () => {
    expect(judged({ excludedDirectories: [[country, organisation]] })).toBe(false);
    expect(judged({ excludedDirectories: [[country, unit]] })).toBe(true);
    const two = named([country, organisation], ['550406=fr']);
    expect(judged({ permittedDirectories: [[country]] }, two)).toBe(false);
    expect(judged({ excludedDirectories: [['550406=fr']] }, two)).toBe(false);
  });

  it('say nothing of who has none', () => {
    expect(judged({ permittedDirectories: [[country]] }, named())).toBe(true);
  });
});

describe('the budget of name constraints (CHOICE-25)', () => {
  it('takes no step for each pair of a DNS name and a subtree', () => {
    const budget = { stepsLeft: 20_000 };
    const leaf = { ...PLAIN, dnsNames: numbered(1000, (at) => `n${at}.a.example`) };
    const permitted = ['a.example', ...numbered(5000, (at) => `s${at}.example`)];
    const issuer = { ...PLAIN, nameConstraints: constraintsOf({ permitted }) };
    const judge = nameJudge(budget);
    expect(judge(issuer, leaf, true)).toBe(true);
    const left = budget.stepsLeft;
    expect(judge(issuer, leaf, true)).toBe(true);
    expect(budget.stepsLeft).toBe(left);
  });

  it('permits nothing any more once it is spent', () => {
    const bases = numbered(1000, (at) => `o=${at}`).map((part) => [part]);
    const leaf = { ...PLAIN, directoryNames: bases };
    const issuer = (excluded: readonly (readonly string[])[]) => ({
      ...PLAIN,
      nameConstraints: constraintsOf({ excludedDirectories: excluded }),
    });
    const budget = { stepsLeft: 20_000 };
    const judge = nameJudge(budget);
    expect(judge(issuer([['o=none']]), leaf, true)).toBe(true);
    expect(judge(issuer(bases.map(([part]) => [`${part}.`])), leaf, true)).toBe(false);
    // It is shared: what one pair has used up, no other has.
    expect(judge(issuer([['o=other']]), leaf, true)).toBe(false);
  });
});
