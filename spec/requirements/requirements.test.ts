import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RequirementId } from '../../src/policy/kernel/requirement-id.js';
import { collectCitations, misspeltCitations } from './citations.js';
import { renderCoverage, statusOf } from './coverage.js';
import { collectEvidence, type Shown } from './evidence.js';
import { requirementById, requirements } from './index.js';
import { compareIds, renderRequirementIds } from './render-ids.js';
import { renderRequirementEvidence } from './render-texts.js';
import { AREAS, exception, MILESTONES, planned, type Requirement } from './requirement.js';

const FROM_THE_TEXTS = 613;
const OUR_CHOICES = 27;

const unionFile = readFileSync(
  join(import.meta.dirname, '../../src/policy/kernel/requirement-id.ts'),
  'utf8',
);

describe('the catalogue', () => {
  it('holds every requirement once', () => {
    expect(requirements).toHaveLength(FROM_THE_TEXTS + OUR_CHOICES);
    expect(requirementById.size).toBe(requirements.length);
    expect(requirements.filter(({ rfc }) => rfc === 'choice')).toHaveLength(OUR_CHOICES);
  });

  it('uses every area', () => {
    expect(new Set(requirements.map(({ area }) => area))).toEqual(new Set(AREAS));
  });

  it('leaves nothing unsaid', () => {
    const unsaid = requirements.filter(
      ({ section, text, observation, otherwise }) =>
        [section, text, observation].some((words) => words.trim() === '') ||
        (otherwise.kind === 'planned'
          ? !MILESTONES.includes(otherwise.milestone)
          : !/\w.*\.$/.test(otherwise.reason)),
    );
    expect(unsaid).toEqual([]);
  });
});

describe('the union of ids', () => {
  it('is what `npm run gen` writes', () => {
    expect(unionFile).toBe(renderRequirementIds(requirements));
  });

  it('has every id as a member', () => {
    const members = [...unionFile.matchAll(/^ {2}\| '(.+)'(?:;)?$/gm)].map((match) => match[1]!);
    expect(members.toSorted(compareIds)).toEqual(members);
    expect(new Set(members)).toEqual(new Set(requirementById.keys()));
  });

  it('sorts digits as numbers', () => {
    const ids = ['STS-3.1-10', 'STS-10-1', 'STS-3.1-2', 'DANE-2.2-1', 'DANE-2.2.1-1', 'STS-B-1'];
    expect(ids.toSorted(compareIds)).toEqual([
      'DANE-2.2-1',
      'DANE-2.2.1-1',
      'STS-3.1-2',
      'STS-3.1-10',
      'STS-10-1',
      'STS-B-1',
    ]);
  });
});

describe('citations', () => {
  const citedIn = (text: string) => [...collectCitations([{ path: 'a.test.ts', text }]).keys()];

  it.each<[string, readonly RequirementId[]]>([
    ["it('defers (DANE-2.2-1)', () => {})", ['DANE-2.2-1']],
    ["refs: ['STS-3-1', 'X-1', 'CHOICE-16']", ['STS-3-1', 'X-1', 'CHOICE-16']],
    ['// As DANE-2.2-5.', ['DANE-2.2-5']],
    [
      '`8BIT-3-1`, "DSN-3461-5.2.2-1"; ESC-REG-1/STS-B-1',
      ['8BIT-3-1', 'DSN-3461-5.2.2-1', 'ESC-REG-1', 'STS-B-1'],
    ],
  ])('are found in %s', (text, ids) => {
    expect(citedIn(text)).toEqual(ids);
  });

  it.each([
    ['DANE-2.2.3-10', 'DANE-2.2.3-1'],
    ['RTLS-3-1', 'STS-3-1'],
    ['CHOICE-1', 'X-1'],
  ] as const)('of %s are none of %s', (cited, other) => {
    expect(citedIn(`(${cited})`)).toEqual([cited]);
    expect(requirementById.has(other)).toBe(true);
  });

  it.each(['DANE-2.2', 'dane-2.2-1', 'FOO_X-1', 'X-1a', 'X-1.ts', 'SEC-X-1', 'RFC7672-2.2-1'])(
    'are not found in %s',
    (text) => {
      expect(citedIn(text)).toEqual([]);
    },
  );

  it('name every citing file once, sorted', () => {
    const text = 'X-1 X-1';
    const citations = collectCitations([
      { path: 'b.test.ts', text },
      { path: 'a.test.ts', text },
    ]);
    expect(citations.get('X-1')).toEqual(['a.test.ts', 'b.test.ts']);
  });

  it.each([
    ['DANE-2.2-99', true],
    ['DSN-3461-5.2.2-99', true],
    ['DANE-2.2-1', false],
    ['DANE-1', false],
    ['2026-01-01', false],
    ['TLS-1.3', false],
  ])('that are misspelt stand out: %s', (text, misspelt) => {
    expect(misspeltCitations([{ path: 'a.test.ts', text }])).toEqual(misspelt ? [`a.test.ts: ${text}`] : []);
  });
});

describe('evidence', () => {
  const shownBy = (path: string, text: string) => [...collectEvidence([{ path, text }], []).keys()];

  it.each<[string, readonly RequirementId[]]>([
    ["it('defers (DANE-2.2-1)', () => {})", ['DANE-2.2-1']],
    ["it.each([1])('defers %s (X-1, X-2)', () => {})", ['X-1', 'X-2']],
    ["describe.concurrent('a group (X-1)', () => {})", ['X-1']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a test
    ['it(`${one} defers (X-1)`, () => {})', ['X-1']],
    ["// As X-1.\nconst refs = ['X-2']; it('defers', () => expect('X-3'))", []],
  ])('is the titles of tests: %s', (text, ids) => {
    expect(shownBy('a.test.ts', text)).toEqual(ids);
  });

  it('is the clauses of a contract, and nothing in other files', () => {
    expect(shownBy('a.contract.ts', "({ 'gives up (X-1)': () => {}, refs: ['X-2'] })")).toEqual(['X-1']);
    expect(shownBy('a.ts', "it('defers (X-1)', () => {})")).toEqual([]);
  });

  it('has titles in words where they are read, with a mark where something is filled in', () => {
    const text = [
      "it.each([1])('defers %s of %j by 5%% (DANE-2.2-1)', () => {})",
      "it.each([1])('says $name.first to $1 (DANE-2.2-1)', () => {})",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a test
      'it(`the ${one} waits (DANE-2.2-1)`, () => {})',
    ].join(';');
    const shown = collectEvidence([{ path: 'a.test.ts', text }], []);
    const read = renderRequirementEvidence([requirementById.get('DANE-2.2-1')!], shown);
    for (const title of ['defers … of … by 5% (', 'says … to $1 (', 'the … waits ('])
      expect(read).toContain(`["a.test.ts","${title}DANE-2.2-1)"]`);
  });

  it('is what a scenario shows', () => {
    const story = { path: 'a.ts', name: 'A story', shows: ['X-1'] } as const;
    const evidence = { path: 'a.ts', title: 'A story', kind: 'scenario' };
    expect(collectEvidence([], [story])).toEqual(new Map([['X-1', [evidence]]]));
  });
});

describe('the coverage page', () => {
  const showing = (...paths: readonly string[]): Shown =>
    new Map([['DANE-2.2-1', paths.map((path) => ({ path, title: 'defers', kind: 'test' }))]]);

  const [first, second] = [requirementById.get('DANE-2.2-1')!, requirementById.get('DANE-2.2-2')!];
  const sample: readonly Requirement[] = [
    { ...second, text: 'a | b, *c*, `d|e_f`, <g>', otherwise: exception('Not [this].') },
    { ...first, otherwise: planned('audit') },
  ];

  it('calls met what a test shows, and nothing else', () => {
    const kinds = sample.map((requirement) => statusOf(requirement, showing('a.test.ts')).kind);
    expect(kinds).toEqual(['exception', 'met']);
  });

  it('shows each requirement with its status and its tests', () => {
    const citations = collectCitations([
      { path: 'b.test.ts', text: 'DANE-2.2-1' },
      { path: 'c.ts', text: 'DANE-2.2-1' },
    ]);
    const page = renderCoverage(sample, showing('a.test.ts', 'b.test.ts'), citations);
    const rows = page.split('\n').filter((line) => line.startsWith('| DANE-'));
    expect(rows).toEqual([
      `| DANE-2.2-1 | MUST | **met** | \`a.test.ts\`, \`b.test.ts\` | \`c.ts\` | ${first.text} |`,
      '| DANE-2.2-2 | MUST | exception: Not \\[this\\]. |  |  | a \\| b, \\*c\\*, `d\\|e_f`, \\<g> |',
    ]);
    expect(page).toContain('| RFC 7672 | 1 | 0 | 1 | 0 | 2 | 1 of 2 |');
    expect(page).toContain('| [dane](#dane) | 1 | 0 | 1 | 0 | 2 | 1 of 2 |');
    expect(page).toContain('| **all** | 1 | 0 | 1 | 0 | 2 | 1 of 2 |');
  });

  it('says where only peers show it', () => {
    const page = renderCoverage([first], showing('peer-tests/a.test.ts'), new Map());
    expect(page).toContain('| **met**, by peer tests alone |');
  });

  it('does not depend on the order of the catalogue', () => {
    expect(renderCoverage(requirements.toReversed(), new Map(), new Map())).toBe(
      renderCoverage(requirements, new Map(), new Map()),
    );
  });
});
