/*
 * Which one of its decisions decided for a recipient. Delivered: the one that let the session pass. Stopped: the one that
 * left a host, and not the one that summed up what all hosts had in common; of several hosts, the last of those that the
 * sum is about.
 */
import type { HostRun } from '../host/types.js';
import type { Decision } from '../kernel/table.js';
import { type ConclusionVerdict, type FailedHost, worstOf } from './conclude.js';
import type { PlacedDecision } from './types.js';

/** A host that did not take the message for a recipient, and why. */
export interface LeftHost extends FailedHost {
  readonly because: PlacedDecision | null;
}

/** What let a message pass at the host that took it: who answered, or that nobody was asked to prove anything. */
export function whyPassed({ candidate, tls, decisions }: HostRun): PlacedDecision | null {
  const table = tls === null ? 'start-tls' : 'peer-authentication';
  const decision = decisions.findLast((each) => each.table === table);
  return decision === undefined ? null : { ...decision, mx: candidate.host };
}

/** What stopped a message that no host took, by how the attempt was concluded over these hosts. */
export function whyStopped(
  hosts: readonly LeftHost[],
  conclusion: Decision<ConclusionVerdict>,
): PlacedDecision {
  const worst = worstOf(hosts.map(({ category }) => category));
  const isMeant = (host: LeftHost) =>
    conclusion.verdict === 'bounce 5.7.30'
      ? host.failure === 'keyword-missing'
      : host.category === worst && host.because !== null;
  return hosts.findLast(isMeant)?.because ?? { ...conclusion, mx: null };
}
