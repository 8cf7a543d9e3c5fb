/*
 * From many reports to one view: who fails against us, how, and since when. Counts are those of the reports' bodies and are
 * only added; nothing is derived from a Subject or a file name (RFC 8460, Section 5.6).
 */
import type { FailureType } from './advice.js';
import { dayOf } from './date-time.js';
import { separateReports } from './duplicates.js';
import type {
  ReceivedDetail,
  ReceivedPolicy,
  ReceivedPolicyType,
  ReceivedReport,
} from './received-report.js';
import type {
  DaySummary,
  FailureSummary,
  PolicySummary,
  ReportSummary,
  ResultTypeSummary,
  SenderSummary,
  SessionCounts,
} from './summary.js';

/** Summarises reports, in the order in which they came. The result is the same for the same reports in the same order. */
export function summariseReports(reports: readonly ReceivedReport[]): ReportSummary {
  const { counted, duplicates, overlaps } = separateReports(reports);
  const days = summariseDays(counted);
  const failures = summariseFailures(counted);
  return {
    reports: counted.length,
    ...sumOf(counted.flatMap(({ policies }) => policies)),
    firstDay: days[0]?.day ?? null,
    lastDay: days.at(-1)?.day ?? null,
    days,
    policies: summarisePolicies(counted),
    senders: summariseSenders(counted),
    resultTypes: summariseResultTypes(failures),
    failures,
    duplicates,
    overlaps,
  };
}

function summariseDays(reports: readonly ReceivedReport[]): readonly DaySummary[] {
  const dated = reports.filter((report) => dayOfReport(report) !== null);
  return [...groupBy(dated, (report) => dayOfReport(report)!)]
    .map(([day, group]) => {
      const counts = sumOf(group.flatMap(({ policies }) => policies));
      const all = counts.success + counts.failure;
      return { day, ...counts, successShare: all === 0 ? null : counts.success / all };
    })
    .sort((left, right) => compareTexts(left.day, right.day));
}

function summarisePolicies(reports: readonly ReceivedReport[]): readonly PolicySummary[] {
  const entries = reports.flatMap(({ submitter, policies }) =>
    policies.map((policy) => ({ submitter, policy })),
  );
  const groups = groupBy(entries, ({ policy }) => JSON.stringify([policy.policyDomain, policy.policyType]));
  return [...groups.values()]
    .map((group) => ({
      policyDomain: group[0]!.policy.policyDomain,
      policyType: group[0]!.policy.policyType,
      ...sumOf(group.map(({ policy }) => policy)),
      senders: distinct(group.map(({ submitter }) => submitter)),
    }))
    .sort(
      (left, right) =>
        compareTexts(left.policyDomain, right.policyDomain) ||
        compareTexts(left.policyType, right.policyType),
    );
}

function summariseSenders(reports: readonly ReceivedReport[]): readonly SenderSummary[] {
  return [...groupBy(reports, ({ submitter }) => submitter)]
    .map(([submitter, group]) => ({
      submitter,
      organizations: distinct(group.map(({ organization }) => organization).filter((name) => name !== '')),
      reports: group.length,
      ...sumOf(group.flatMap(({ policies }) => policies)),
      failures: summariseFailures(group),
    }))
    .sort(
      (left, right) =>
        right.failure - left.failure ||
        right.failures.length - left.failures.length ||
        right.success - left.success ||
        compareTexts(left.submitter, right.submitter),
    );
}

/** One failure as one report tells it. */
interface ToldFailure extends Omit<FailureSummary, 'senders' | 'policyTypes' | 'firstDay' | 'lastDay'> {
  readonly submitter: string;
  readonly policyType: ReceivedPolicyType;
  readonly day: string | null;
}

function summariseFailures(reports: readonly ReceivedReport[]): readonly FailureSummary[] {
  const told = reports.flatMap((report) => report.policies.flatMap((policy) => failuresOf(report, policy)));
  return [...groupBy(told, keyOf).values()].map(joinFailures).sort(compareFailures);
}

function failuresOf(report: ReceivedReport, policy: ReceivedPolicy): readonly ToldFailure[] {
  const common = {
    submitter: report.submitter,
    policyType: policy.policyType,
    policyDomain: policy.policyDomain,
    day: dayOfReport(report),
  };
  const explained = policy.details.reduce((sum, { failedSessionCount }) => sum + failedSessionCount, 0);
  const details = policy.details.map((detail) => ({ ...common, ...placeOf(detail) }));
  if (explained >= policy.failure) return details;
  return [...details, { ...common, ...UNEXPLAINED, sessions: policy.failure - explained }];
}

const UNEXPLAINED = {
  resultType: 'unexplained' satisfies FailureType,
  resultTypeText: '',
  receivingMxHostname: '',
  receivingIp: '',
  failureReasonCode: '',
} as const;

function placeOf(detail: ReceivedDetail) {
  const { resultType, receivingMxHostname, receivingIp, failureReasonCode } = detail;
  const resultTypeText = resultType === 'other' ? detail.resultTypeText : resultType;
  const sessions = detail.failedSessionCount;
  return { resultType, resultTypeText, receivingMxHostname, receivingIp, failureReasonCode, sessions };
}

function keyOf(told: ToldFailure): string {
  return JSON.stringify([
    told.resultTypeText,
    told.resultType,
    told.policyDomain,
    told.receivingMxHostname,
    told.receivingIp,
    told.failureReasonCode,
  ]);
}

function summariseResultTypes(failures: readonly FailureSummary[]): readonly ResultTypeSummary[] {
  return [...groupBy(failures, ({ resultType }) => resultType).values()]
    .map((group) => ({
      resultType: group[0]!.resultType,
      sessions: group.reduce((sum, { sessions }) => sum + sessions, 0),
      senders: distinct(group.flatMap(({ senders }) => senders)),
      ...spanOf(group.flatMap(({ firstDay, lastDay }) => [firstDay, lastDay])),
    }))
    .sort((left, right) => right.sessions - left.sessions || compareTexts(left.resultType, right.resultType));
}

function spanOf(days: readonly (string | null)[]) {
  const sorted = days.filter((day) => day !== null).sort(compareTexts);
  return { firstDay: sorted[0] ?? null, lastDay: sorted.at(-1) ?? null };
}

function joinFailures(group: readonly ToldFailure[]): FailureSummary {
  const { submitter: _, policyType: __, day: ___, ...first } = group[0]!;
  return {
    ...first,
    sessions: group.reduce((sum, { sessions }) => sum + sessions, 0),
    senders: distinct(group.map(({ submitter }) => submitter)),
    policyTypes: distinct(group.map(({ policyType }) => policyType)),
    ...spanOf(group.map(({ day }) => day)),
  };
}

function compareFailures(left: FailureSummary, right: FailureSummary): number {
  return (
    right.sessions - left.sessions ||
    compareTexts(left.resultType, right.resultType) ||
    compareTexts(left.receivingMxHostname, right.receivingMxHostname) ||
    compareTexts(left.receivingIp, right.receivingIp) ||
    compareTexts(left.failureReasonCode, right.failureReasonCode)
  );
}

function dayOfReport({ startSeconds, endSeconds }: ReceivedReport): string | null {
  const seconds = startSeconds ?? endSeconds;
  return seconds === null ? null : dayOf(seconds);
}

function sumOf(counts: readonly SessionCounts[]): SessionCounts {
  let success = 0;
  let failure = 0;
  for (const each of counts) {
    success += each.success;
    failure += each.failure;
  }
  return { success, failure };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function distinct<T extends string>(words: readonly T[]): readonly T[] {
  return [...new Set(words)].sort(compareTexts);
}

/** By code units: the same everywhere. */
function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
