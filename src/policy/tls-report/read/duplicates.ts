/*
 * The same report may come twice: by mail and by HTTPS, to two addresses, or again after a timeout. RFC 8460, Section 5.3, has an
 * identifier for that, and whoever writes a report chooses it: there are senders whose identifiers are the same for every domain
 * or begin anew every day, and anybody may use the one of another. So only what is equal in all is the same report. One that bears
 * the identifier of another, from the same sender about the same domains and time, and says something else, counts as well, and is
 * told of: it may correct the other, and nobody can say which of the two is right.
 */
import type { Steps } from '../../kernel/steps.js';
import type { ReceivedReport } from './received-report.js';
import type { CorrectedReport, DuplicateReport } from './summary.js';

export interface SeparatedReports {
  readonly counted: readonly ReceivedReport[];
  readonly duplicates: readonly DuplicateReport[];
  readonly corrections: readonly CorrectedReport[];
}

/** Parts reports that count from those that came before; the first of equals counts. */
export function* separateReports(reports: readonly ReceivedReport[]): Steps<SeparatedReports> {
  const known = new Set<string>();
  const named = new Set<string>();
  const counted: ReceivedReport[] = [];
  const duplicates: DuplicateReport[] = [];
  const corrections: CorrectedReport[] = [];
  for (const report of reports) {
    yield;
    const { submitter, reportId } = report;
    const content = contentOf(report);
    if (known.has(content)) {
      duplicates.push({ submitter, reportId });
      continue;
    }
    known.add(content);
    counted.push(report);
    const name = nameOf(report);
    if (reportId !== '' && named.has(name)) corrections.push({ submitter, reportId });
    named.add(name);
  }
  return { counted, duplicates, corrections };
}

/** By what a sender calls a report, where it means the same one. */
function nameOf({ submitter, reportId, startSeconds, endSeconds, policies }: ReceivedReport): string {
  const domains = [...new Set(policies.map(({ policyDomain }) => policyDomain))].sort();
  return JSON.stringify([submitter, reportId, startSeconds, endSeconds, domains]);
}

function contentOf({ deviations: _, ...content }: ReceivedReport): string {
  return JSON.stringify(content);
}
