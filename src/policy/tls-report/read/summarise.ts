/*
 * From many reports to one view: who fails against us, how, and since when. Counts are those of the reports' bodies and are
 * only added; nothing is derived from a Subject or a file name (RFC 8460, Section 5.6). Each report is added once to sums that are
 * bounded in what they tell apart, so that the work grows with what there is to add, and can be interrupted anywhere.
 */
import { runSteps, type Steps } from '../../kernel/steps.js';
import type { FailureType } from './advice.js';
import { FAILURES_MAX, POLICY_GROUPS_MAX, SENDERS_MAX } from './bounds.js';
import { compareTexts, distinct, entryOf, Span } from './collections.js';
import { dayOf } from './date-time.js';
import { separateReports } from './duplicates.js';
import { FailureTally, failuresOf, kindOf, type Room } from './failure-tally.js';
import { findOverlaps } from './overlaps.js';
import type { ReceivedPolicy, ReceivedReport } from './received-report.js';
import type {
  DaySummary,
  PolicySummary,
  ReportSummary,
  ResultTypeSummary,
  SenderSummary,
  SessionSums,
} from './summary.js';

/** Summarises reports, in the order in which they came. The result is the same for the same reports in the same order. */
export function summariseReports(reports: readonly ReceivedReport[]): ReportSummary {
  return runSteps(summariseInSteps(reports));
}

/** The same in steps. */
export function* summariseInSteps(reports: readonly ReceivedReport[]): Steps<ReportSummary> {
  const { counted, duplicates, corrections } = yield* separateReports(reports);
  const overlaps = yield* findOverlaps(counted);
  const sums = new Sums();
  for (const report of counted) yield* sums.add(report);
  return { ...(yield* sums.finish()), duplicates, corrections, overlaps };
}

/** Failures between which there may be a pause. */
const PAUSE_FAILURES = 256;

class Sums {
  private readonly all = new Counts();
  private readonly days = new Map<string, Counts>();
  private readonly span = new Span();
  private readonly policies = new Map<string, PolicyGroup>();
  private readonly senders = new Map<string, SenderGroup>();
  private readonly types = new Map<FailureType, TypeGroup>();
  private readonly failures = new FailureTally({ kinds: FAILURES_MAX });
  private readonly roomOfSenders: Room = { kinds: FAILURES_MAX };
  private policiesLeftOut = 0;
  private reportsOfSendersLeftOut = 0;

  *add(report: ReceivedReport): Steps<void> {
    const { submitter, organization } = report;
    const day = dayOfReport(report);
    const sender = this.senderOf(submitter);
    if (sender === null) this.reportsOfSendersLeftOut++;
    else if (organization !== '') sender.organizations.add(organization);
    this.all.addReport(report);
    sender?.counts.addReport(report);
    this.span.add(day);
    if (day !== null) entryOf(this.days, day, () => new Counts()).addReport(report);
    for (const policy of report.policies) {
      yield;
      this.addPolicy(policy, submitter);
      let at = 0;
      for (const told of failuresOf(policy, submitter, day)) {
        if (++at % PAUSE_FAILURES === 0) yield;
        const kind = kindOf(told);
        this.failures.add(told, kind);
        sender?.failures.add(told, kind);
        const type = entryOf(this.types, told.resultType, () => new TypeGroup());
        type.sessions += told.sessions;
        type.senders.add(submitter);
        type.span.add(day);
      }
    }
  }

  /** Null: there are too many already. */
  private senderOf(submitter: string): SenderGroup | null {
    if (!this.senders.has(submitter) && this.senders.size >= SENDERS_MAX) return null;
    return entryOf(this.senders, submitter, () => new SenderGroup(this.roomOfSenders));
  }

  private addPolicy(policy: ReceivedPolicy, submitter: string): void {
    const { policyDomain, policyType } = policy;
    const key = JSON.stringify([policyDomain, policyType]);
    if (!this.policies.has(key) && this.policies.size >= POLICY_GROUPS_MAX) {
      this.policiesLeftOut++;
      return;
    }
    const group = entryOf(this.policies, key, () => new PolicyGroup(policyDomain, policyType));
    group.success += policy.success;
    group.failure += policy.failure;
    group.senders.add(submitter);
  }

  *finish(): Steps<Omit<ReportSummary, 'duplicates' | 'corrections' | 'overlaps'>> {
    const senders: SenderSummary[] = [];
    let failedSessionsOfSenders = 0;
    for (const [submitter, group] of this.senders) {
      failedSessionsOfSenders += group.failures.leftOut;
      senders.push(yield* group.summary(submitter));
    }
    yield;
    senders.sort(compareSenders);
    const failures = yield* this.failures.summary();
    const policies: PolicySummary[] = [];
    for (const group of this.policies.values()) {
      yield;
      policies.push(group.summary());
    }
    return {
      reports: this.all.reports,
      ...this.all.sums,
      ...this.span.days,
      days: [...this.days].map(daySummary).sort((left, right) => compareTexts(left.day, right.day)),
      policies: policies.sort(comparePolicies),
      senders,
      resultTypes: [...this.types].map(([type, group]) => group.summary(type)).sort(compareTypes),
      failures,
      leftOut: {
        failedSessions: this.failures.leftOut,
        failedSessionsOfSenders,
        policies: this.policiesLeftOut,
        reportsOfSenders: this.reportsOfSendersLeftOut,
      },
    };
  }
}

class Counts {
  reports = 0;
  private success = 0;
  private failure = 0;
  private mayCountTwice = 0;

  addReport({ policies }: ReceivedReport): void {
    this.reports++;
    const kinds = new Set<string>();
    for (const { success, failure, policyType } of policies) {
      this.success += success;
      this.failure += failure;
      // Under no policy a session stands once, whatever policies others had.
      if (success + failure > 0 && policyType !== 'no-policy-found') kinds.add(policyType);
    }
    if (kinds.size > 1) this.mayCountTwice++;
  }

  get sums(): SessionSums {
    return { success: this.success, failure: this.failure, mayCountTwice: this.mayCountTwice };
  }
}

class SenderGroup {
  readonly organizations = new Set<string>();
  readonly counts = new Counts();
  readonly failures: FailureTally;

  constructor(room: Room) {
    this.failures = new FailureTally(room);
  }

  *summary(submitter: string): Steps<SenderSummary> {
    return {
      submitter,
      organizations: distinct(this.organizations),
      reports: this.counts.reports,
      ...this.counts.sums,
      failures: yield* this.failures.summary(),
    };
  }
}

class PolicyGroup {
  success = 0;
  failure = 0;
  readonly senders = new Set<string>();

  constructor(
    private readonly policyDomain: string,
    private readonly policyType: ReceivedPolicy['policyType'],
  ) {}

  summary(): PolicySummary {
    const { policyDomain, policyType, success, failure, senders } = this;
    return { policyDomain, policyType, success, failure, senders: distinct(senders) };
  }
}

class TypeGroup {
  sessions = 0;
  readonly senders = new Set<string>();
  readonly span = new Span();

  summary(resultType: FailureType): ResultTypeSummary {
    return { resultType, sessions: this.sessions, senders: distinct(this.senders), ...this.span.days };
  }
}

function daySummary([day, { sums }]: readonly [string, Counts]): DaySummary {
  const all = sums.success + sums.failure;
  return { day, ...sums, successShare: all === 0 ? null : sums.success / all };
}

function dayOfReport({ startSeconds, endSeconds }: ReceivedReport): string | null {
  const seconds = startSeconds ?? endSeconds;
  return seconds === null ? null : dayOf(seconds);
}

function compareSenders(left: SenderSummary, right: SenderSummary): number {
  return (
    right.failure - left.failure ||
    right.failures.length - left.failures.length ||
    right.success - left.success ||
    compareTexts(left.submitter, right.submitter)
  );
}

function comparePolicies(left: PolicySummary, right: PolicySummary): number {
  return (
    compareTexts(left.policyDomain, right.policyDomain) || compareTexts(left.policyType, right.policyType)
  );
}

function compareTypes(left: ResultTypeSummary, right: ResultTypeSummary): number {
  return right.sessions - left.sessions || compareTexts(left.resultType, right.resultType);
}
