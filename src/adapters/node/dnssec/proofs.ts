/*
 * What one message proves under one zone's keys: data that are signed, with the proof that a wildcard needs (RFC 4035,
 * Section 5.3.4), or a denial (Section 5.4).
 */
import type { DnsFailure } from '../../../policy/dns/answer.js';
import { denialBy, expansionBy } from './denial.js';
import type { Denial } from './denial-record.js';
import { type RecordSet, type SecureMessage, TYPE, type WireQuestion } from './message.js';
import { type Budget, REASON, type Reason, type SecureZone, verifySet } from './signed-set.js';

/** When it is, and what it may cost. */
export interface Effort {
  /** Seconds since 1970. */
  readonly nowSeconds: number;
  readonly budget: Budget;
}

/** RFC 8198 would need more; a proof has three records at most. */
const DENIALS_MAX = 8;
/** Of the signatures of all of them: twice as many as they are. */
const VERIFICATIONS_OF_PROOF_MAX = 16;

/** `insecure`: by a wildcard, although an unsigned delegation may be at the very name (RFC 5155, Section 9.2). */
export type ProvenSet = { readonly kind: 'secure' | 'insecure'; readonly ttlSeconds: number } | DnsFailure;

/**
 * Whether a record set is the zone's own, and stands for its owner. Any name can be given the records of a wildcard with
 * their signature, so that they count only where the same message proves that the very name does not exist.
 */
export function proveSet(
  set: RecordSet,
  message: SecureMessage,
  zone: SecureZone,
  effort: Effort,
): ProvenSet {
  const verified = verifySet(set, zone, effort);
  if (verified.kind === 'invalid') return bogus(verified.reason);
  const { wildcardOf } = verified;
  if (wildcardOf === null) return { kind: 'secure', ttlSeconds: verified.ttlSeconds };
  const proof = verifiedDenials(message, zone, effort);
  const ttlSeconds = Math.min(verified.ttlSeconds, proof.ttlSeconds);
  switch (expansionBy(proof.records, zone.name, set.owner, wildcardOf, effort.budget)) {
    case 'proven':
      return { kind: 'secure', ttlSeconds };
    case 'opt-out':
      return { kind: 'insecure', ttlSeconds };
    case 'unproven':
      return bogus(REASON.noDenial);
    case 'too-many-iterations':
      return tooManyIterations();
  }
}

export interface Denied {
  readonly denial: Denial;
  readonly ttlSeconds: number;
}

/** What a message proves about a question that it does not answer. */
export function proveDenial(
  question: WireQuestion,
  message: SecureMessage,
  zone: SecureZone,
  effort: Effort,
): Denied {
  const { records, ttlSeconds } = verifiedDenials(message, zone, effort);
  return { denial: denialBy(records, zone.name, question, effort.budget), ttlSeconds };
}

/** The records of NSEC and NSEC3 that are the zone's own. */
function verifiedDenials(message: SecureMessage, zone: SecureZone, effort: Effort) {
  const tries = { left: VERIFICATIONS_OF_PROOF_MAX };
  const sets = message.authority
    .filter((set) => isDenial(set) && isSignedBy(set, zone.name))
    .slice(0, DENIALS_MAX)
    .map((set) => ({ set, verified: verifySet(set, zone, effort, tries) }));
  let ttlSeconds = Number.POSITIVE_INFINITY;
  const records = sets.flatMap(({ set, verified }) => {
    // More than one at a name would contradict itself.
    if (verified.kind === 'invalid' || set.rdata.length !== 1) return [];
    ttlSeconds = Math.min(ttlSeconds, verified.ttlSeconds);
    return [{ owner: set.owner, type: set.type, rdata: set.rdata[0]! }];
  });
  return { records, ttlSeconds };
}

function isSignedBy({ signatures }: RecordSet, zone: string): boolean {
  return signatures.some(({ signer }) => signer === zone);
}

function isDenial({ type }: RecordSet): boolean {
  return type === TYPE.NSEC || type === TYPE.NSEC3;
}

export function bogus(reason: Reason): DnsFailure {
  return { kind: 'failed', cause: 'bogus', extendedError: reason };
}

export function tooManyIterations(): DnsFailure {
  return { kind: 'failed', cause: 'servfail', extendedError: REASON.tooManyIterations };
}
