import type { PeerFacts } from '../certificate/facts.js';
import { type CommonNameUse, coversOneOf } from '../certificate/names.js';
import { type DaneMatch, matchDane } from '../dane/match.js';
import type { TlsaRecord } from '../dane/tlsa.js';
import { type Decision, decide } from '../kernel/table.js';
import type { HostPlan } from './plan.js';
import { peerAuthentication } from './session.tables.js';

export type PkixResult = 'passed' | 'expired' | 'not-trusted' | 'name-mismatch' | 'unreadable';

/** What the peer's certificates were found to be, and what that means. */
export interface PeerJudgement {
  readonly decision: Decision<(typeof peerAuthentication.verdicts)[number]>;
  /** Null where it was not demanded. */
  readonly dane: DaneMatch | null;
  /** Null where it was neither demanded nor observed. */
  readonly pkix: PkixResult | null;
  /** The same by the stricter rules of MTA-STS, DNS-ID only, for the report to a policy's owner. */
  readonly pkixByDnsId: PkixResult | null;
  /** The verifier's own code where the path failed, for reports; "" else. */
  readonly pkixCode: string;
}

/** Whether the peer may have the message. `now`: milliseconds since 1970. Total; never throws. */
export function judgePeer(
  plan: HostPlan,
  peer: PeerFacts,
  tlsa: readonly TlsaRecord[],
  mxName: string,
  now: number,
): PeerJudgement {
  const dane = plan.dane !== 'not-required' ? matchDane(tlsa, peer, plan.references, now) : null;
  const isDemanded = plan.certificateNames.length > 0;
  const pkix = isDemanded
    ? judgePkix(peer, plan.certificateNames, plan.commonName)
    : plan.pkix === 'observed'
      ? judgePkix(peer, [[mxName]], plan.commonName)
      : null;
  const pkixByDnsId = pkix === null ? null : judgePkix(peer, [[mxName]], 'never');
  const decision = decide(peerAuthentication, {
    dane: classifyDane(plan.dane, dane),
    pkix: !isDemanded ? 'not-demanded' : pkix === 'passed' ? 'passed' : 'failed',
    sts: plan.stsFreshness,
  });
  const pkixCode =
    peer.kind === 'unreadable' ? peer.code : peer.path.kind === 'untrusted' ? peer.path.code : '';
  return { decision, dane, pkix, pkixByDnsId, pkixCode: pkix === null ? '' : pkixCode };
}

function classifyDane(demand: HostPlan['dane'], match: DaneMatch | null) {
  if (match === null) return 'not-demanded';
  if (demand === 'sufficient') return match.kind === 'matched' ? 'suffices' : 'does-not-suffice';
  return match.kind === 'matched' ? 'passed' : 'failed';
}

/** A path to the trust store, and a certificate that covers one name out of each list (RFC 8461, Section 4.2; RFC 9525, Section 6). */
export function judgePkix(
  peer: PeerFacts,
  names: readonly (readonly string[])[],
  commonName: CommonNameUse,
): PkixResult {
  if (peer.kind === 'unreadable') return 'unreadable';
  if (peer.path.kind === 'untrusted') return peer.path.cause === 'expired' ? 'expired' : 'not-trusted';
  const [leaf] = peer.chain;
  return names.every((some) => coversOneOf(leaf, some, commonName)) ? 'passed' : 'name-mismatch';
}
