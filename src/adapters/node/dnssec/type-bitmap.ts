import { TYPE } from './message.js';

/** Reads a type bit map (RFC 4034, Section 4.1.2); null if it is not exactly one. */
export function readTypes(octets: Buffer): ReadonlySet<number> | null {
  const types = new Set<number>();
  let last = -1;
  for (let at = 0; at < octets.length; ) {
    const window = octets[at]!;
    const length = octets[at + 1] ?? 0;
    const isWhole = window > last && length >= 1 && length <= 32 && at + 2 + length <= octets.length;
    if (!isWhole) return null;
    for (let bit = 0; bit < length * 8; bit++) {
      const octet = octets[at + 2 + (bit >>> 3)]!;
      if ((octet & (0x80 >>> (bit & 7))) !== 0) types.add(window * 256 + bit);
    }
    last = window;
    at += 2 + length;
  }
  return types;
}

/** Whether the types at a name are those of a delegation, as its parent has them (RFC 6840, Section 4.1). */
export function isDelegation(types: ReadonlySet<number>): boolean {
  return types.has(TYPE.NS) && !types.has(TYPE.SOA);
}

/** What the types at the very name that was asked say about a type that had no answer. */
export function denyAtName(types: ReadonlySet<number>, asked: number): 'nodata' | 'delegation' | 'unproven' {
  if (types.has(asked) || types.has(TYPE.CNAME)) return 'unproven';
  // DS stands on the parent's side of a cut, and everything else on the child's.
  if (asked === TYPE.DS) {
    if (types.has(TYPE.SOA)) return 'unproven';
    return types.has(TYPE.NS) ? 'delegation' : 'nodata';
  }
  return isDelegation(types) ? 'unproven' : 'nodata';
}

/** The same for the wildcard that would have answered. A delegation by wildcard is none (RFC 4592, Section 4.2). */
export function denyAtWildcard(types: ReadonlySet<number>, asked: number): 'nodata-by-wildcard' | 'unproven' {
  return types.has(asked) || types.has(TYPE.CNAME) || types.has(TYPE.NS) ? 'unproven' : 'nodata-by-wildcard';
}
