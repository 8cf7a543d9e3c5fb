/* NSEC: the names of a zone in order, each with its types and the next one (RFC 4034, Section 4; RFC 4035, Section 5.4). */
import { child, commonAncestor, compareNames, isAtOrBelow, isBelow } from './canonical-name.js';
import type { Denial, DenialRecord } from './denial-record.js';
import { nameInRdata, TYPE, type WireQuestion } from './message.js';
import { denyAtName, denyAtWildcard, isDelegation, readTypes } from './type-bitmap.js';

export interface Nsec {
  readonly owner: string;
  readonly next: string;
  readonly types: ReadonlySet<number>;
}

export function readNsec({ owner, rdata }: DenialRecord): Nsec | null {
  const read = nameInRdata(rdata);
  const types = read === null ? null : readTypes(read.rest);
  return read === null || types === null ? null : { owner, next: read.name, types };
}

export function denyByNsec(nsecs: readonly Nsec[], zone: string, { name, type }: WireQuestion): Denial {
  const match = nsecs.find(({ owner }) => owner === name);
  if (match !== undefined) return denyAtName(match.types, type);
  const cover = nsecs.find((nsec) => covers(nsec, zone, name));
  if (cover === undefined) return 'unproven';
  // Names exist below it, so it exists, without any type (RFC 4592, Section 2.2.2).
  if (isBelow(cover.next, name)) return 'nodata';
  const wildcard = child('*', encloserOf(cover, name));
  const atWildcard = nsecs.find(({ owner }) => owner === wildcard);
  if (atWildcard !== undefined) return denyAtWildcard(atWildcard.types, type);
  return nsecs.some((nsec) => covers(nsec, zone, wildcard) && !isBelow(nsec.next, wildcard))
    ? 'nxdomain'
    : 'unproven';
}

export function expandsByNsec(nsecs: readonly Nsec[], zone: string, name: string, encloser: string): boolean {
  return nsecs.some(
    (nsec) => covers(nsec, zone, name) && !isBelow(nsec.next, name) && encloserOf(nsec, name) === encloser,
  );
}

/** Whether a name lies in the gap behind the owner. The last owner's next name is the zone's own. */
function covers({ owner, next, types }: Nsec, zone: string, name: string): boolean {
  // Neither a delegation nor a redirection says anything about names below it (RFC 6840, Section 4.1; RFC 6672, Section 5.3.4.1).
  if (isBelow(name, owner) && (isDelegation(types) || types.has(TYPE.DNAME))) return false;
  if (!isAtOrBelow(name, zone) || !isAtOrBelow(next, zone) || compareNames(owner, name) >= 0) return false;
  return next === zone || compareNames(name, next) < 0;
}

/** The closest ancestor that exists, as the two names around the gap show it. */
function encloserOf({ owner, next }: Nsec, name: string): string {
  const before = commonAncestor(name, owner);
  const after = commonAncestor(name, next);
  return before.length > after.length ? before : after;
}
