import type { Steps } from '../../kernel/steps.js';
import { compareTexts, distinct, Span } from './collections.js';
import type { ReceivedDetail, ReceivedPolicy, ReceivedPolicyType } from './received-report.js';
import type { FailureSummary } from './summary.js';

/** One failure as one report tells it. */
export interface ToldFailure
  extends Omit<FailureSummary, 'senders' | 'policyTypes' | 'firstDay' | 'lastDay'> {
  readonly submitter: string;
  readonly policyType: ReceivedPolicyType;
  readonly day: string | null;
}

interface Joined {
  readonly first: ToldFailure;
  sessions: number;
  readonly senders: Set<string>;
  readonly policyTypes: Set<ReceivedPolicyType>;
  readonly span: Span;
}

/** How many kinds there may be yet, in one tally or in several that share it. */
export interface Room {
  kinds: number;
}

const PAUSE_KINDS = 256;

/** Adds failures up by kind, as long as there is room for another kind. */
export class FailureTally {
  private readonly kinds = new Map<string, Joined>();
  /** Sessions for whose kind there was no room. */
  leftOut = 0;

  constructor(private readonly room: Room) {}

  add(told: ToldFailure, key: string): void {
    let kind = this.kinds.get(key);
    if (kind === undefined) {
      if (this.room.kinds <= 0) {
        this.leftOut += told.sessions;
        return;
      }
      this.room.kinds--;
      kind = { first: told, sessions: 0, senders: new Set(), policyTypes: new Set(), span: new Span() };
      this.kinds.set(key, kind);
    }
    kind.sessions += told.sessions;
    kind.senders.add(told.submitter);
    kind.policyTypes.add(told.policyType);
    kind.span.add(told.day);
  }

  /** Most sessions first. */
  *summary(): Steps<readonly FailureSummary[]> {
    const failures: FailureSummary[] = [];
    for (const kind of this.kinds.values()) {
      if (failures.length % PAUSE_KINDS === 0) yield;
      failures.push(join(kind));
    }
    return failures.sort(compareFailures);
  }
}

/** What makes two failures one kind. */
export function kindOf(told: ToldFailure): string {
  return JSON.stringify([
    told.resultTypeText,
    told.resultType,
    told.policyDomain,
    told.receivingMxHostname,
    told.receivingIp,
    told.failureReasonCode,
  ]);
}

/** The failures of a policy, with those that no detail explains. */
export function* failuresOf(
  policy: ReceivedPolicy,
  submitter: string,
  day: string | null,
): Generator<ToldFailure, void, undefined> {
  const common = { submitter, day, policyType: policy.policyType, policyDomain: policy.policyDomain };
  let explained = 0;
  for (const detail of policy.details) {
    explained += detail.failedSessionCount;
    yield { ...common, ...placeOf(detail) };
  }
  if (explained >= policy.failure) return;
  const place = { receivingMxHostname: '', receivingIp: '', failureReasonCode: '' };
  const sessions = policy.failure - explained;
  yield { ...common, ...place, resultType: 'unexplained', resultTypeText: '', sessions };
}

function placeOf(detail: ReceivedDetail) {
  const { resultType, receivingMxHostname, receivingIp, failureReasonCode } = detail;
  const resultTypeText = resultType === 'other' ? detail.resultTypeText : resultType;
  const sessions = detail.failedSessionCount;
  return { resultType, resultTypeText, receivingMxHostname, receivingIp, failureReasonCode, sessions };
}

function join({ first, sessions, senders, policyTypes, span }: Joined): FailureSummary {
  const { submitter: _, policyType: __, day: ___, ...kind } = first;
  return {
    ...kind,
    sessions,
    senders: distinct(senders),
    policyTypes: distinct(policyTypes),
    ...span.days,
  };
}

function compareFailures(left: FailureSummary, right: FailureSummary): number {
  return (
    right.sessions - left.sessions ||
    compareTexts(left.resultType, right.resultType) ||
    compareTexts(left.receivingMxHostname, right.receivingMxHostname) ||
    compareTexts(left.receivingIp, right.receivingIp) ||
    compareTexts(left.failureReasonCode, right.failureReasonCode) ||
    compareTexts(left.policyDomain, right.policyDomain)
  );
}
