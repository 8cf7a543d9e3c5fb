/*
 * The chain of trust, from a trust anchor down to a zone (RFC 4035, Section 5). At every name on the way the parent is
 * asked for DS. Its signed answer says that a signed zone begins there, or an unsigned one, or none. Whatever it leaves
 * open is a failure: a zone is insecure only where that has been proven.
 */

import type { DnsFailure } from '../../../policy/dns/answer.js';
import { BoundedMemory, type MemoryBounds } from '../dns/bounded-memory.js';
import { labelsOf } from '../dns/name.js';
import { ancestor, isAtOrBelow, isBelow } from './canonical-name.js';
import {
  type DelegationSigner,
  isSupported,
  readDelegationSigner,
  type TrustAnchor,
  vouchedKeys,
  zoneKeys,
} from './keys.js';
import { type RecordSet, type SecureMessage, TYPE, type WireQuestion } from './message.js';
import { bogus, type Effort, proveDenial, proveSet, tooManyIterations } from './proofs.js';
import { REASON, type SecureZone, verifySet } from './signed-set.js';

/** One lookup: whom it may ask, when it is, and what it may cost. */
export interface Inquiry extends Effort {
  readonly ask: (question: WireQuestion) => Promise<SecureMessage | DnsFailure>;
  /** What is being found out, so that nothing is asked for twice. */
  readonly underway: Map<string, Promise<Link | DnsFailure>>;
}

export type ZoneStatus =
  | { readonly kind: 'secure'; readonly zone: SecureZone }
  | { readonly kind: 'insecure' }
  | DnsFailure;

/** What is at a name, as seen from the zone above it. */
type Link = (
  | { readonly kind: 'zone'; readonly zone: SecureZone }
  | { readonly kind: 'insecure' | 'no-cut' | 'nothing' }
) & { readonly ttlSeconds: number };

export interface Chain {
  /** The trust anchor that a name is judged by: the nearest above it. Null if there is none. */
  readonly anchorOf: (name: string) => string | null;
  /** The zone that a name is in, as far as it is signed all the way from that trust anchor. */
  readonly zoneOf: (name: string, anchor: string, inquiry: Inquiry) => Promise<ZoneStatus>;
}

const TTL_SECONDS_MAX = 86_400;

/** Keeps what it has learned, for its TTL, within those bounds. */
export function createChain(anchors: readonly TrustAnchor[], bounds: MemoryBounds): Chain {
  const kept = new BoundedMemory<Link>(bounds);

  async function find(
    name: string,
    inquiry: Inquiry,
    learn: () => Promise<Link | DnsFailure>,
  ): Promise<Link | DnsFailure> {
    const { nowSeconds, underway } = inquiry;
    const found = kept.get(name, nowSeconds * 1000);
    if (found !== null) return found.value;
    const learning = underway.get(name) ?? learn();
    underway.set(name, learning);
    const link = await learning;
    if (link.kind === 'failed') return link;
    kept.put(name, link, nowSeconds * 1000, Math.min(link.ttlSeconds, TTL_SECONDS_MAX) * 1000);
    return link;
  }

  return {
    anchorOf: (name) =>
      anchors
        .map((anchor) => anchor.name)
        .filter((zone) => isAtOrBelow(name, zone))
        .reduce<string | null>((best, zone) => (best === null || isBelow(zone, best) ? zone : best), null),

    zoneOf: async (name, anchor, inquiry) => {
      const signers = anchors.filter((each) => each.name === anchor);
      const top = await find(anchor, inquiry, () =>
        learnKeys(anchor, signers, Number.POSITIVE_INFINITY, inquiry),
      );
      if (top.kind !== 'zone') return top.kind === 'failed' ? top : bogus(REASON.noKey);
      let zone = top.zone;
      for (let labels = labelsOf(anchor).length + 1; labels <= labelsOf(name).length; labels++) {
        const next = ancestor(name, labels);
        const link = await find(next, inquiry, () => learnLink(next, zone, inquiry));
        if (link.kind === 'failed') return link;
        if (link.kind === 'insecure') return { kind: 'insecure' };
        if (link.kind === 'nothing') break;
        if (link.kind === 'zone') zone = link.zone;
      }
      return { kind: 'secure', zone };
    },
  };
}

async function learnLink(name: string, parent: SecureZone, inquiry: Inquiry): Promise<Link | DnsFailure> {
  const message = await inquiry.ask({ name, type: TYPE.DS });
  if ('kind' in message)
    return message.cause === 'servfail' ? learnAlias(name, parent, inquiry, message) : message;
  const ds = setAt(message, name, TYPE.DS);
  if (ds !== undefined) {
    const verified = verifySet(ds, parent, inquiry);
    if (verified.kind === 'invalid') return bogus(verified.reason);
    const signers = ds.rdata.map(readDelegationSigner).filter((signer) => signer !== null);
    const supported = signers.filter(isSupported);
    // As if it were not signed at all (RFC 4035, Section 5.2).
    if (supported.length === 0) return { kind: 'insecure', ttlSeconds: verified.ttlSeconds };
    return learnKeys(name, supported, verified.ttlSeconds, inquiry);
  }
  const alias = aliasAt(message, name);
  if (alias !== null) return linkAtAlias(alias, message, parent, inquiry);
  const { denial, ttlSeconds } = proveDenial({ name, type: TYPE.DS }, message, parent, inquiry);
  switch (denial) {
    case 'delegation':
    case 'opt-out':
      return { kind: 'insecure', ttlSeconds };
    case 'nodata':
      return { kind: 'no-cut', ttlSeconds };
    case 'nxdomain':
    case 'nodata-by-wildcard':
      return { kind: 'nothing', ttlSeconds };
    case 'unproven':
      return bogus(REASON.noDenial);
    case 'too-many-iterations':
      return tooManyIterations();
  }
}

/** A resolver fails for DS where an alias leads nowhere, as in a circle. Asked for the alias itself, it does not follow it. */
async function learnAlias(
  name: string,
  parent: SecureZone,
  inquiry: Inquiry,
  failure: DnsFailure,
): Promise<Link | DnsFailure> {
  const message = await inquiry.ask({ name, type: TYPE.CNAME });
  const alias = 'kind' in message ? null : aliasAt(message, name);
  return 'kind' in message || alias === null ? failure : linkAtAlias(alias, message, parent, inquiry);
}

/** An alias stands beside no other type, so that no zone begins there; unless it is a wildcard's, and moved there. */
function linkAtAlias(
  alias: RecordSet,
  message: SecureMessage,
  parent: SecureZone,
  inquiry: Inquiry,
): Link | DnsFailure {
  const proven = proveSet(alias, message, parent, inquiry);
  if (proven.kind === 'failed') return proven;
  return { kind: proven.kind === 'secure' ? 'no-cut' : 'insecure', ttlSeconds: proven.ttlSeconds };
}

/** A zone's keys, signed by one that its parent or a trust anchor vouches for (RFC 4035, Section 5.2). */
async function learnKeys(
  zone: string,
  signers: readonly DelegationSigner[],
  ttlSeconds: number,
  inquiry: Inquiry,
): Promise<Link | DnsFailure> {
  const message = await inquiry.ask({ name: zone, type: TYPE.DNSKEY });
  if ('kind' in message) return message;
  const set = setAt(message, zone, TYPE.DNSKEY);
  if (set === undefined) return bogus(REASON.noKey);
  const keys = zoneKeys(set.rdata);
  const vouched = vouchedKeys(zone, keys, signers);
  if (vouched.length === 0) return bogus(REASON.noKey);
  const verified = verifySet(set, { name: zone, keys: vouched }, inquiry);
  if (verified.kind === 'invalid') return bogus(verified.reason);
  return {
    kind: 'zone',
    zone: { name: zone, keys },
    ttlSeconds: Math.min(ttlSeconds, verified.ttlSeconds),
  };
}

export function setAt(message: SecureMessage, owner: string, type: number): RecordSet | undefined {
  return message.answer.find((set) => set.owner === owner && set.type === type);
}

/** The record set that makes a name an alias: its CNAME, or the DNAME that an unsigned one is made from (RFC 6672). */
export function aliasAt(message: SecureMessage, name: string): RecordSet | null {
  const cname = setAt(message, name, TYPE.CNAME);
  if (cname !== undefined && cname.signatures.length > 0) return cname;
  const [nearest] = message.answer
    .filter(({ type, owner }) => type === TYPE.DNAME && isBelow(name, owner))
    .sort((a, b) => b.owner.length - a.owner.length);
  return nearest ?? cname ?? null;
}
