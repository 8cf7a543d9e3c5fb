/*
 * One record set, one zone's keys: is any of its signatures valid now? (RFC 4035, Section 5.3.) How many are tried is
 * bounded, for the set and for the lookup, because both numbers are the other side's to choose (CVE-2023-50387).
 */
import { labelsOf, nameOctets } from '../dns/name.js';
import { ancestor, child, isAtOrBelow } from './canonical-name.js';
import { verifies, type ZoneKey } from './keys.js';
import { type RecordSet, type Signature, TYPE } from './message.js';

/** A zone whose keys are known to be its own. */
export interface SecureZone {
  readonly name: string;
  readonly keys: readonly ZoneKey[];
}

/** What one lookup may still cost. */
export interface Budget {
  queriesLeft: number;
  verificationsLeft: number;
  /** What is put together and hashed for all of them: a message of 64 KiB may stand for thirty times as much. */
  octetsLeft: number;
  /** For NSEC3: rounds of SHA-1 over names, and the labels of those names. */
  hashesLeft: number;
}

/** INFO-CODEs of RFC 8914, Section 5.2. */
export const REASON = {
  bogus: 6,
  expired: 7,
  notYetValid: 8,
  noKey: 9,
  noSignature: 10,
  noDenial: 12,
  tooManyIterations: 27,
} as const;
export type Reason = (typeof REASON)[keyof typeof REASON];

export type Verified =
  | {
      readonly kind: 'valid';
      /** Where a wildcard made the records: the name that it stands below (RFC 4035, Section 5.3.4). */
      readonly wildcardOf: string | null;
      readonly ttlSeconds: number;
    }
  | { readonly kind: 'invalid'; readonly reason: Reason };

const VERIFICATIONS_OF_SET_MAX = 8;
const SIGNATURES_OF_SET_MAX = 32;
/** A wildcard expands to none of these: RFC 4035, Section 2.2 and 2.3; RFC 5155, Section 7.1. */
const NEVER_EXPANDED: ReadonlySet<number> = new Set([TYPE.DS, TYPE.DNSKEY, TYPE.NSEC, TYPE.NSEC3]);
const SECONDS_MODULUS = 2 ** 32;

/** How many signatures may still be tried before others have their turn. */
export interface Tries {
  left: number;
}

/**
 * @param nowSeconds seconds since 1970
 * @param tries shared by sets that are verified one after the other
 */
export function verifySet(
  set: RecordSet,
  zone: SecureZone,
  { nowSeconds, budget }: { readonly nowSeconds: number; readonly budget: Budget },
  tries: Tries = { left: VERIFICATIONS_OF_SET_MAX },
): Verified {
  let reason: Reason = REASON.noSignature;
  const labels = countedLabels(set.owner);
  const signatures = isAtOrBelow(set.owner, zone.name)
    ? set.signatures.filter((signature) => speaksFor(signature, set.type, labels, zone))
    : [];
  for (const signature of signatures.slice(0, SIGNATURES_OF_SET_MAX)) {
    const untimely = whyUntimely(signature, nowSeconds);
    if (untimely !== null) {
      reason = untimely;
      continue;
    }
    reason = REASON.bogus;
    const { keyTag, algorithm } = signature;
    const keys = zone.keys.filter((key) => key.keyTag === keyTag && key.algorithm === algorithm);
    if (keys.length === 0) continue;
    const signed = signedOctets(set, signature);
    for (const key of keys) {
      budget.octetsLeft -= signed.length;
      if (tries.left-- <= 0 || budget.verificationsLeft-- <= 0 || budget.octetsLeft < 0)
        return { kind: 'invalid', reason: REASON.bogus };
      if (verifies(key, signed, signature.signature)) return valid(set, signature, nowSeconds);
    }
  }
  return { kind: 'invalid', reason };
}

/** Labels as a signature counts them: an asterisk in front is none (RFC 4034, Section 3.1.3). */
function countedLabels(owner: string): number {
  const labels = labelsOf(owner);
  return labels[0] === '*' ? labels.length - 1 : labels.length;
}

function speaksFor(signature: Signature, type: number, labels: number, zone: SecureZone): boolean {
  return (
    signature.signer === zone.name &&
    signature.typeCovered === type &&
    signature.labels <= labels &&
    signature.labels >= labelsOf(zone.name).length &&
    (signature.labels === labels || !NEVER_EXPANDED.has(type))
  );
}

/** In serial number arithmetic (RFC 4034, Section 3.1.5), without any grace. */
function whyUntimely({ inception, expiration }: Signature, nowSeconds: number): Reason | null {
  if (serialDistance(nowSeconds, expiration) < 0) return REASON.expired;
  return serialDistance(inception, nowSeconds) < 0 ? REASON.notYetValid : null;
}

/** How far it is from one to the other, modulo 2^32: negative if it lies behind (RFC 1982). */
function serialDistance(from: number, to: number): number {
  return ((to % SECONDS_MODULUS) - (from % SECONDS_MODULUS)) | 0;
}

/** RFC 4034, Section 3.1.8.1; RFC 4035, Section 5.3.2. */
function signedOctets({ owner, type, rdata }: RecordSet, signature: Signature): Buffer {
  const isExpanded = signature.labels < countedLabels(owner);
  const name = nameOctets(isExpanded ? child('*', ancestor(owner, signature.labels)) : owner);
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(signature.originalTtlSeconds, 4);
  const records = rdata.flatMap((octets) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(octets.length);
    return [name, fixed, length, octets];
  });
  return Buffer.concat([signature.prefix, ...records]);
}

/** What is signed may not be kept longer than signed for (RFC 4035, Section 5.3.3). */
function valid(set: RecordSet, signature: Signature, nowSeconds: number): Verified {
  const leftSeconds = serialDistance(nowSeconds, signature.expiration);
  return {
    kind: 'valid',
    wildcardOf: signature.labels < countedLabels(set.owner) ? ancestor(set.owner, signature.labels) : null,
    ttlSeconds: Math.floor(Math.min(set.ttlSeconds, signature.originalTtlSeconds, leftSeconds)),
  };
}
