import { FAILURE_CATEGORIES, type FailureCategory, type HostResult } from '../host/types.js';
import { type Decision, decide } from '../kernel/table.js';
import { attemptConclusion, nextCandidate } from './attempt.tables.js';

export type ConclusionVerdict = (typeof attemptConclusion.verdicts)[number];

/** What comes after a host run. */
export function chooseNext(
  run: 'ran' | 'stopped' | 'fault',
  recipientsLeft: number,
  candidatesLeft: number,
): Decision<(typeof nextCandidate.verdicts)[number]> {
  return decide(nextCandidate, {
    run,
    recipients: recipientsLeft > 0 ? 'left' : 'none',
    candidates: candidatesLeft > 0 ? 'left' : 'none',
  });
}

/** One host as it stood towards a recipient that it did not take. */
export interface FailedHost {
  readonly category: FailureCategory;
  readonly failure: HostResult['failure'];
  /** The status of its reply, if that is why; else "". */
  readonly status: string;
}

/** How the attempt ends for a recipient after those hosts, at least one. Total; never throws. */
export function concludeRecipient(
  hosts: readonly FailedHost[],
  required: 'yes' | 'no',
): Decision<ConclusionVerdict> {
  return decide(attemptConclusion, {
    requireTls: required === 'yes' ? classifyFailures(hosts) : 'not-required',
    worst: worstOf(hosts.map((host) => host.category)),
  });
}

/** The most telling of the categories; see {@link FAILURE_CATEGORIES}. */
export function worstOf(categories: readonly FailureCategory[]): FailureCategory {
  return FAILURE_CATEGORIES.find((category) => categories.includes(category)) ?? 'no-target';
}

/** Hosts that do not exist count neither way. */
function classifyFailures(hosts: readonly FailedHost[]) {
  const existing = hosts.filter((host) => host.category !== 'no-target');
  const isDefinitive = (host: FailedHost) =>
    host.failure === 'definitive' || host.failure === 'keyword-missing';
  if (!existing.every(isDefinitive)) return 'temporary';
  return existing.some((host) => host.failure === 'keyword-missing') ? 'keyword' : 'definitive';
}
