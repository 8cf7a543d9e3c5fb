/*
 * NSEC3: the same as NSEC over hashes of names (RFC 5155, Section 8). Records of unknown algorithms or flags are not
 * there. More than 100 iterations are refused as a failure, not taken for insecure: RFC 9276, Section 3.2, allows both,
 * and only the first leaves a zone's TLSA records where nobody on the path can remove them. So does a lookup whose hashes
 * cost more than it may spend (CVE-2023-50868).
 */
import { hash as digest } from 'node:crypto';
import { labelsOf, nameOctets } from '../dns/name.js';
import { ancestor, child } from './canonical-name.js';
import type { Denial, DenialRecord, Expansion } from './denial-record.js';
import { TYPE, type WireQuestion } from './message.js';
import type { Budget } from './signed-set.js';
import { denyAtName, denyAtWildcard, isDelegation, readTypes } from './type-bitmap.js';

const SHA1 = 1;
const SHA1_OCTETS = 20;
const OPT_OUT = 1;
const ITERATIONS_MAX = 100;
const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';

export interface Nsec3 {
  readonly hash: Buffer;
  readonly next: Buffer;
  readonly isOptOut: boolean;
  readonly iterations: number;
  readonly salt: Buffer;
  readonly types: ReadonlySet<number>;
}

/** Null for what is not to be used (RFC 5155, Sections 8.1 and 8.2). */
export function readNsec3({ owner, rdata }: DenialRecord, zone: string): Nsec3 | null {
  const [label = ''] = labelsOf(owner);
  const hash = owner === child(label, zone) ? fromBase32(label) : null;
  const saltOctets = rdata[4] ?? 0;
  const nextAt = 6 + saltOctets;
  const nextOctets = rdata[nextAt - 1];
  if (hash === null || rdata.length < nextAt + SHA1_OCTETS || nextOctets !== SHA1_OCTETS) return null;
  const flags = rdata.readUInt8(1);
  const types = readTypes(rdata.subarray(nextAt + SHA1_OCTETS));
  if (rdata.readUInt8(0) !== SHA1 || flags > OPT_OUT || types === null) return null;
  return {
    hash,
    next: rdata.subarray(nextAt, nextAt + SHA1_OCTETS),
    isOptOut: flags === OPT_OUT,
    iterations: rdata.readUInt16BE(2),
    salt: rdata.subarray(5, 5 + saltOctets),
    types,
  };
}

export function denyByNsec3(
  all: readonly Nsec3[],
  zone: string,
  question: WireQuestion,
  budget: Budget,
): Denial {
  const chain = chainOf(all, budget);
  if (typeof chain === 'string') return chain;
  const denial = denialIn(chain, zone, question);
  return chain.isSpent() ? 'too-many-iterations' : denial;
}

function denialIn(chain: Chain, zone: string, { name, type }: WireQuestion): Denial {
  const match = chain.match(name);
  if (match !== undefined) return denyAtName(match.types, type);
  const closest = closestEncloser(chain, zone, name);
  if (closest === null) return 'unproven';
  const wildcard = child('*', closest.encloser);
  const atWildcard = chain.match(wildcard);
  if (atWildcard !== undefined && denyAtWildcard(atWildcard.types, type) === 'unproven') return 'unproven';
  if (closest.nextCloser.isOptOut) return 'opt-out';
  if (atWildcard !== undefined) return 'nodata-by-wildcard';
  return chain.cover(wildcard) === undefined ? 'unproven' : 'nxdomain';
}

export function expandsByNsec3(
  all: readonly Nsec3[],
  name: string,
  encloser: string,
  budget: Budget,
): Expansion {
  const chain = chainOf(all, budget);
  if (typeof chain === 'string') return chain;
  const nextCloser = chain.cover(ancestor(name, labelsOf(encloser).length + 1));
  if (chain.isSpent()) return 'too-many-iterations';
  if (nextCloser === undefined) return 'unproven';
  return nextCloser.isOptOut ? 'opt-out' : 'proven';
}

interface Chain {
  readonly match: (name: string) => Nsec3 | undefined;
  readonly cover: (name: string) => Nsec3 | undefined;
  /** Whether a name was not hashed because the lookup may not spend any more. Then what was found means nothing. */
  readonly isSpent: () => boolean;
}

/** The records that were hashed alike; a zone may change its salt, and two chains never prove anything together. */
function chainOf(all: readonly Nsec3[], budget: Budget): Chain | 'unproven' | 'too-many-iterations' {
  const [first] = all;
  if (first === undefined) return 'unproven';
  if (first.iterations > ITERATIONS_MAX) return 'too-many-iterations';
  const records = all.filter(
    ({ iterations, salt }) => iterations === first.iterations && salt.equals(first.salt),
  );
  const hashes = new Map<string, Buffer>();
  let isSpent = false;
  const hashOf = (name: string): Buffer | null => {
    const known = hashes.get(name);
    if (known !== undefined) return known;
    // To write down a name of many labels costs more than to hash it.
    const cost = first.iterations + 1 + labelsOf(name).length;
    isSpent ||= budget.hashesLeft < cost;
    if (isSpent) return null;
    budget.hashesLeft -= cost;
    const hash = hashName(name, first);
    hashes.set(name, hash);
    return hash;
  };
  const find = (name: string, isIt: (record: Nsec3, asked: Buffer) => boolean) => {
    const asked = hashOf(name);
    return asked === null ? undefined : records.find((record) => isIt(record, asked));
  };
  return {
    match: (name: string) => find(name, ({ hash }, asked) => hash.equals(asked)),
    cover: (name: string) => find(name, isBetween),
    isSpent: () => isSpent,
  };
}

/** RFC 5155, Section 8.3. Null if there is no proof. */
function closestEncloser(chain: Chain, zone: string, name: string) {
  for (let labels = labelsOf(name).length - 1; labels >= labelsOf(zone).length; labels--) {
    const encloser = ancestor(name, labels);
    const match = chain.match(encloser);
    if (match === undefined) continue;
    if (isDelegation(match.types) || match.types.has(TYPE.DNAME)) return null;
    const nextCloser = chain.cover(ancestor(name, labels + 1));
    return nextCloser === undefined ? null : { encloser, nextCloser };
  }
  return null;
}

function isBetween({ hash, next }: Nsec3, asked: Buffer): boolean {
  const isBehind = Buffer.compare(asked, hash) > 0;
  const isBefore = Buffer.compare(asked, next) < 0;
  // The last record's next hash is the first of all.
  return Buffer.compare(hash, next) < 0 ? isBehind && isBefore : isBehind || isBefore;
}

/** RFC 5155, Section 5. */
function hashName(name: string, { iterations, salt }: Nsec3): Buffer {
  let hash: Buffer = nameOctets(name);
  for (let i = 0; i <= iterations; i++) hash = digest('sha1', Buffer.concat([hash, salt]), 'buffer');
  return hash;
}

/** A hash in base32hex without padding (RFC 5155, Section 3.3); null if it is not one. */
function fromBase32(label: string): Buffer | null {
  if (label.length !== (SHA1_OCTETS * 8) / 5) return null;
  const values = [...label].map((digit) => BASE32HEX.indexOf(digit));
  if (values.includes(-1)) return null;
  const bits = values.map((value) => value.toString(2).padStart(5, '0')).join('');
  return Buffer.from(
    Array.from({ length: SHA1_OCTETS }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2)),
  );
}
