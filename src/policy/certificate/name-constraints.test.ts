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

describe('name constraints on DNS names (RFC 5280, Section 4.2.1.10)', () => {
  type Said = Parameters<typeof constraintsOf>[0];
  const judged = (said: Said, own: Partial<typeof PLAIN>, isLeaf = true) =>
    nameJudge({ stepsLeft: 1000 })(
      { ...PLAIN, nameConstraints: constraintsOf(said) },
      { ...PLAIN, ...own },
      isLeaf,
    );
  const names = (said: Said, ...dnsNames: readonly string[]) => judged(said, { dnsNames });

  it.each<[string, string, boolean]>([
    ['a.example', 'a.example', true],
    ['a.example', 'mx.a.example', true],
    ['A.Example', 'x.mx.a.example', true],
    ['a.example', '*.a.example', true],
    ['a.example', 'ba.example', false],
    ['a.example', 'example', false],
    ['mx.a.example', '*.a.example', false],
    ['.a.example', 'mx.a.example', true],
    ['.a.example', 'a.example', false],
    ['.a.example', '*.a.example', true],
    ['.a.example', '*.example', false],
    ['', 'b.example', true],
    ['.', 'b.example', true],
    ['a.example', 'no name at all', false],
  ])('below %j stands %j: %s', (permitted, name, is) => {
    expect(names({ permitted: [permitted] }, name)).toBe(is);
    expect(names({ permitted: ['other.test', permitted] }, name)).toBe(is);
    expect(names({ permitted: [permitted] }, name, 'other.test')).toBe(is && permitted.length < 2);
  });

  it.each<[string, string, boolean]>([
    ['a.example', 'a.example', true],
    ['a.example', 'mx.a.example', true],
    ['.a.example', 'a.example', true],
    ['.a.example', 'mx.a.example', true],
    ['mx.a.example', 'a.example', false],
    ['mx.a.example', '*.a.example', true],
    ['x.mx.a.example', '*.a.example', false],
    ['a.example', 'ba.example', false],
    ['', 'b.example', true],
    ['a.example', 'no name at all', false],
  ])('%j leaves out %j: %s', (excluded, name, is) => {
    expect(names({ excluded: [excluded] }, name)).toBe(!is);
    expect(names({ excluded: [excluded] }, 'b.test', name)).toBe(excluded !== '' && !is);
  });

  it('bind the common name of a leaf without DNS names, where it could be a host', () => {
    const said = { permitted: ['a.example'] };
    const common = (...commonNames: readonly string[]) => ({ dnsNames: [], commonNames });
    expect([judged(said, common('mx.a.example')), judged(said, common('mx.b.example'))]).toEqual([
      true,
      false,
    ]);
    expect(judged(said, common('Some Authority'))).toBe(true);
    expect(judged(said, common('mx.b.example'), false)).toBe(true);
    expect(judged(said, { dnsNames: ['mx.a.example'], commonNames: ['mx.b.example'] })).toBe(true);
  });

  it('on forms that are not compared let nobody pass who has a name of them', () => {
    expect(judged({ otherForms: ['ip'] }, { ipAddresses: ['01020304'] })).toBe(false);
    expect(judged({ otherForms: ['ip'] }, {})).toBe(true);
    expect(judged({ otherForms: ['uri', 'email'] }, { otherNames: ['email'] })).toBe(false);
    expect(judged({ otherForms: ['uri'] }, { otherNames: ['email'], ipAddresses: ['01020304'] })).toBe(true);
  });

  it('that are absent let everybody pass, and nobody that cannot be read; who issued itself is not bound, but for a leaf', () => {
    const judge = nameJudge({ stepsLeft: 1000 });
    const foreign = { ...PLAIN, dnsNames: ['b.example'], selfIssued: 'yes' } as const;
    const bound = { ...PLAIN, nameConstraints: constraintsOf({ permitted: ['a.example'] }) };
    expect(judge(PLAIN, foreign, true)).toBe(true);
    expect(judge({ ...PLAIN, nameConstraints: { kind: 'unsupported' } }, foreign, true)).toBe(false);
    expect(judge({ ...PLAIN, nameConstraints: { kind: 'unsupported' } }, foreign, false)).toBe(false);
    expect([judge(bound, foreign, false), judge(bound, foreign, true)]).toEqual([true, false]);
    expect(judge(bound, { ...foreign, selfIssued: 'no' }, false)).toBe(false);
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
