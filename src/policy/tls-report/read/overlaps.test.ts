import { expect, it } from 'vitest';
import { runSteps } from '../../kernel/steps.js';
import { findOverlaps } from './overlaps.js';
import type { ReceivedReport } from './received-report.js';

/** A report of b.example about a.example, or about others. */
function report(reportId: string, start: number | null, end: number | null, ...domains: readonly string[]) {
  const about = domains.length === 0 ? ['a.example'] : domains;
  return {
    ...{ submitter: 'b.example', reportId, startSeconds: start, endSeconds: end },
    policies: about.map((policyDomain) => ({ policyDomain })),
  } as unknown as ReceivedReport;
}

const pairsIn = (...reports: readonly ReceivedReport[]) =>
  runSteps(findOverlaps(reports)).map(
    ({ reportIds, policyDomain }) => `${policyDomain}: ${reportIds.join(' ')}`,
  );

it.each<[string, readonly ReceivedReport[], readonly string[]]>([
  ['that touch do not overlap', [report('1', 0, 10), report('2', 10, 20)], []],
  ['that share a second do', [report('1', 0, 11), report('2', 10, 20)], ['a.example: 1 2']],
  ['are compared in order of time', [report('2', 10, 20), report('1', 0, 11)], ['a.example: 1 2']],
  [
    'are compared with the one that lasts longest',
    [report('1', 0, 100), report('2', 10, 20), report('3', 30, 40)],
    ['a.example: 1 2', 'a.example: 1 3'],
  ],
  [
    'are compared with a later one that lasts longer',
    [report('1', 0, 15), report('2', 10, 100), report('3', 30, 40)],
    ['a.example: 1 2', 'a.example: 2 3'],
  ],
  ['without a time are left out', [report('1', null, 10), report('2', 0, null), report('3', 5, 7)], []],
  ['about other domains do not', [report('1', 0, 10), report('2', 5, 20, 'c.example')], []],
  [
    'overlap once for each domain',
    [report('1', 0, 10, 'a.example', 'c.example', 'a.example'), report('2', 5, 20, 'c.example', 'a.example')],
    ['a.example: 1 2', 'c.example: 1 2'],
  ],
])('reports %s', (_, reports, pairs) => {
  expect(pairsIn(...reports).toSorted()).toEqual(pairs);
});

it('reports of others do not overlap', () => {
  const other = { ...report('2', 5, 20), submitter: 'c.example' };
  expect(pairsIn(report('1', 0, 10), other)).toEqual([]);
});
