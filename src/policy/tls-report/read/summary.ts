import type { FailureType } from './advice.js';
import type { ReceivedPolicyType } from './received-report.js';

/** Sessions as reports count them: once under each policy that applied. */
export interface SessionCounts {
  readonly success: number;
  readonly failure: number;
}

/** Sums over the policies of reports (RFC 8460, Section 4). */
export interface SessionSums extends SessionCounts {
  /** Of how many reports the sums may hold sessions twice: those that tell of sessions under several kinds of policy. */
  readonly mayCountTwice: number;
}

/** Many reports in one view. Lists are in the order in which they matter: most failures first, days in order. */
export interface ReportSummary extends SessionSums {
  /** Reports that count; duplicates do not. */
  readonly reports: number;
  /** UTC days, `2026-05-01`; null where no report says. */
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  readonly days: readonly DaySummary[];
  readonly policies: readonly PolicySummary[];
  readonly senders: readonly SenderSummary[];
  readonly resultTypes: readonly ResultTypeSummary[];
  readonly failures: readonly FailureSummary[];
  readonly duplicates: readonly DuplicateReport[];
  readonly corrections: readonly CorrectedReport[];
  readonly overlaps: readonly OverlappingReports[];
  readonly leftOut: LeftOut;
}

/** What there was beyond the bounds of a summary. All of it is in the sums. */
export interface LeftOut {
  /** Sessions whose kind of failure is not in `failures`, and in those of the senders. */
  readonly failedSessions: number;
  readonly failedSessionsOfSenders: number;
  /** Policies in reports that are not in `policies`. */
  readonly policies: number;
  /** Reports whose sender is not in `senders`. */
  readonly reportsOfSenders: number;
}

/** A report counts for the day on which it begins. */
export interface DaySummary extends SessionSums {
  readonly day: string;
  /** Of all sessions, those that succeeded: 0 to 1, null if there were none. */
  readonly successShare: number | null;
}

export interface PolicySummary extends SessionCounts {
  readonly policyDomain: string;
  readonly policyType: ReceivedPolicyType;
  readonly senders: readonly string[];
}

export interface SenderSummary extends SessionSums {
  readonly submitter: string;
  /** Under the names that it gave itself. */
  readonly organizations: readonly string[];
  readonly reports: number;
  readonly failures: readonly FailureSummary[];
}

/** All failures of one type together. */
export interface ResultTypeSummary {
  readonly resultType: FailureType;
  readonly sessions: number;
  readonly senders: readonly string[];
  readonly firstDay: string | null;
  readonly lastDay: string | null;
}

/** One way to fail: of this type, at this host, for this reason. Absent texts are "". */
export interface FailureSummary {
  readonly resultType: FailureType;
  /** The type as the report writes it. */
  readonly resultTypeText: string;
  readonly policyDomain: string;
  readonly receivingMxHostname: string;
  readonly receivingIp: string;
  readonly failureReasonCode: string;
  readonly sessions: number;
  readonly senders: readonly string[];
  readonly policyTypes: readonly ReceivedPolicyType[];
  readonly firstDay: string | null;
  readonly lastDay: string | null;
}

/** The same report from the same sender again, equal in all; it counts once. */
export interface DuplicateReport {
  readonly submitter: string;
  readonly reportId: string;
}

/** A report under the identifier of another, about the same domains and time, with other contents. Both count. */
export interface CorrectedReport {
  readonly submitter: string;
  readonly reportId: string;
}

/** Two reports of a sender about a domain for times that overlap: sessions may be counted in both. */
export interface OverlappingReports {
  readonly submitter: string;
  readonly policyDomain: string;
  readonly reportIds: readonly [string, string];
}
