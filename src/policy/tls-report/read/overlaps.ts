import type { Steps } from '../../kernel/steps.js';
import { OVERLAPS_MAX, STRETCHES_MAX } from './bounds.js';
import type { ReceivedReport } from './received-report.js';
import type { OverlappingReports } from './summary.js';

/** A stretch of time that one report covers for one domain; both ends belong to it. */
interface Stretch {
  readonly submitter: string;
  readonly policyDomain: string;
  readonly reportId: string;
  readonly start: number;
  readonly end: number;
}

const PAUSE_GROUPS = 1000;

/** Reports of one sender about one domain for times that overlap; up to bounds on how many are compared and found. */
export function* findOverlaps(reports: readonly ReceivedReport[]): Steps<readonly OverlappingReports[]> {
  const groups = new Map<string, Stretch[]>();
  for (const report of reports) {
    yield;
    for (const stretch of stretchesOf(report)) {
      const key = JSON.stringify([stretch.submitter, stretch.policyDomain]);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [stretch]);
      else if (group.length < STRETCHES_MAX) group.push(stretch);
    }
  }
  const overlaps: OverlappingReports[] = [];
  let passed = 0;
  for (const group of groups.values()) {
    if (group.length > 1 || ++passed % PAUSE_GROUPS === 0) yield;
    for (const pair of overlapsIn(group)) if (overlaps.length < OVERLAPS_MAX) overlaps.push(pair);
  }
  return overlaps;
}

function overlapsIn(group: readonly Stretch[]): readonly OverlappingReports[] {
  const overlaps: OverlappingReports[] = [];
  let latest: Stretch | null = null;
  for (const stretch of group.toSorted((left, right) => left.start - right.start)) {
    const { submitter, policyDomain, reportId } = stretch;
    // A report that ends at midnight and one that begins then do not overlap.
    if (latest !== null && latest.end > stretch.start)
      overlaps.push({ submitter, policyDomain, reportIds: [latest.reportId, reportId] });
    if (latest === null || latest.end < stretch.end) latest = stretch;
  }
  return overlaps;
}

function stretchesOf(report: ReceivedReport): readonly Stretch[] {
  const { submitter, reportId, startSeconds: start, endSeconds: end } = report;
  if (start === null || end === null) return [];
  const domains = new Set(report.policies.map(({ policyDomain }) => policyDomain));
  return [...domains].map((policyDomain) => ({ submitter, policyDomain, reportId, start, end }));
}
