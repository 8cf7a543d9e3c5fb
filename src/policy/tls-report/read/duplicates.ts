/*
 * The same report may come twice: by mail and by HTTPS, to two addresses, or again after a timeout. Its identifier tells
 * (RFC 8460, Section 5.3), together with who sent it and the time that it covers, because there are senders whose identifiers
 * begin anew every day.
 */
import type { ReceivedReport } from './received-report.js';
import type { DuplicateReport, OverlappingReports } from './summary.js';

export interface SeparatedReports {
  readonly counted: readonly ReceivedReport[];
  readonly duplicates: readonly DuplicateReport[];
  readonly overlaps: readonly OverlappingReports[];
}

/** Parts reports that count from those that came before; the first of equals counts. */
export function separateReports(reports: readonly ReceivedReport[]): SeparatedReports {
  const known = new Map<string, ReceivedReport>();
  const duplicates: DuplicateReport[] = [];
  for (const report of reports) {
    const key = identityOf(report);
    const first = known.get(key);
    if (first === undefined) {
      known.set(key, report);
      continue;
    }
    const content = contentOf(first) === contentOf(report) ? 'same' : 'different';
    duplicates.push({ submitter: report.submitter, reportId: report.reportId, content });
  }
  const counted = [...known.values()];
  return { counted, duplicates, overlaps: findOverlaps(counted) };
}

function identityOf(report: ReceivedReport): string {
  const { submitter, reportId, startSeconds, endSeconds } = report;
  // Without an identifier, only what is equal in all is the same.
  const id = reportId === '' ? contentOf(report) : reportId;
  return JSON.stringify([submitter, id, startSeconds, endSeconds]);
}

function contentOf({ deviations: _, ...content }: ReceivedReport): string {
  return JSON.stringify(content);
}

/** A stretch of time that one report covers for one domain; both ends belong to it. */
interface Stretch {
  readonly submitter: string;
  readonly policyDomain: string;
  readonly reportId: string;
  readonly start: number;
  readonly end: number;
}

function findOverlaps(reports: readonly ReceivedReport[]): readonly OverlappingReports[] {
  const latest = new Map<string, Stretch>();
  const overlaps: OverlappingReports[] = [];
  for (const stretch of reports.flatMap(stretchesOf).sort((left, right) => left.start - right.start)) {
    const { submitter, policyDomain, reportId } = stretch;
    const key = JSON.stringify([submitter, policyDomain]);
    const before = latest.get(key);
    // A report that ends at midnight and one that begins then do not overlap.
    if (before !== undefined && before.end > stretch.start)
      overlaps.push({ submitter, policyDomain, reportIds: [before.reportId, reportId] });
    if (before === undefined || before.end < stretch.end) latest.set(key, stretch);
  }
  return overlaps;
}

function stretchesOf(report: ReceivedReport): readonly Stretch[] {
  const { submitter, reportId, startSeconds: start, endSeconds: end } = report;
  if (start === null || end === null) return [];
  const domains = new Set(report.policies.map(({ policyDomain }) => policyDomain));
  return [...domains].map((policyDomain) => ({ submitter, policyDomain, reportId, start, end }));
}
