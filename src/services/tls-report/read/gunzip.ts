/*
 * Gzip data (RFC 1952), member by member. Node's own reader takes anything behind a member for another one, and throws away a
 * whole member for one line end too many; here a member is whole by its own checksum and length, and what stands behind the last
 * one is handed back to whoever knows what it may be.
 */
import { crc32, createInflateRaw } from 'node:zlib';

export interface Gunzipped {
  /** What the members that are whole unpack to, joined; null if none is. */
  readonly octets: Uint8Array | null;
  /** What stands behind them. */
  readonly rest: Uint8Array;
  /** Why the rest was not unpacked, where it begins as a member does. */
  readonly problem: 'bad-gzip' | 'too-large' | null;
}

/** A few octets of members can be many, each with a cost of its own. */
const MEMBERS_MAX = 10_000;
const HEADER_OCTETS = 10;
const TRAILER_OCTETS = 8;

/** Unpacks all members, and stops as soon as more than the bound comes out: a few octets can stand for gigabytes. Never rejects. */
export async function gunzip(octets: Uint8Array, octetsMax: number): Promise<Gunzipped> {
  const parts: Uint8Array[] = [];
  let left = octetsMax;
  let rest = octets;
  for (let members = 0; isMember(rest); members++) {
    const member = members < MEMBERS_MAX ? await unpackMember(rest, left) : 'too-large';
    if (typeof member === 'string') return { octets: joined(parts), rest, problem: member };
    left -= member.octets.length;
    parts.push(member.octets);
    rest = rest.subarray(member.length);
  }
  return { octets: joined(parts), rest, problem: null };
}

function isMember(octets: Uint8Array): boolean {
  return octets[0] === 0x1f && octets[1] === 0x8b;
}

function joined(parts: readonly Uint8Array[]): Uint8Array | null {
  return parts.length === 0 ? null : parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

interface Member {
  readonly octets: Uint8Array;
  /** Of the packed member. */
  readonly length: number;
}

async function unpackMember(
  packed: Uint8Array,
  octetsMax: number,
): Promise<Member | 'bad-gzip' | 'too-large'> {
  const begin = endOfHeader(packed);
  if (begin === null) return 'bad-gzip';
  const inflated = await inflate(packed.subarray(begin), octetsMax);
  if (typeof inflated === 'string') return inflated;
  const end = begin + inflated.consumed;
  if (packed.length < end + TRAILER_OCTETS) return 'bad-gzip';
  const trailer = new DataView(packed.buffer, packed.byteOffset + end, TRAILER_OCTETS);
  const isWhole =
    trailer.getUint32(0, true) === inflated.checksum &&
    trailer.getUint32(4, true) === inflated.octets.length % 2 ** 32;
  return isWhole ? { octets: inflated.octets, length: end + TRAILER_OCTETS } : 'bad-gzip';
}

/** Where the deflated data begins (RFC 1952, Section 2.3); null if there is no header. */
function endOfHeader(octets: Uint8Array): number | null {
  const flags = octets[3];
  if (octets[2] !== 8 || flags === undefined || (flags & 0xe0) !== 0) return null;
  let at = HEADER_OCTETS;
  if ((flags & 0x04) !== 0) at += 2 + (octets[at] ?? 0) + 256 * (octets[at + 1] ?? 0);
  for (const flag of [0x08, 0x10]) {
    if ((flags & flag) === 0) continue;
    const zero = octets.indexOf(0, at);
    if (zero < 0) return null;
    at = zero + 1;
  }
  if ((flags & 0x02) !== 0) at += 2;
  return at < octets.length ? at : null;
}

interface Inflated {
  readonly octets: Uint8Array;
  readonly checksum: number;
  readonly consumed: number;
}

function inflate(octets: Uint8Array, octetsMax: number): Promise<Inflated | 'bad-gzip' | 'too-large'> {
  return new Promise((resolve) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    let checksum = 0;
    const stream = createInflateRaw();
    const end = (result: Inflated | 'bad-gzip' | 'too-large') => {
      stream.destroy();
      resolve(result);
    };
    stream.on('data', (part: Buffer) => {
      length += part.length;
      if (length > octetsMax) return end('too-large');
      checksum = crc32(part, checksum);
      parts.push(part);
    });
    stream.on('end', () =>
      end({ octets: Buffer.concat(parts, length), checksum, consumed: stream.bytesWritten }),
    );
    stream.on('error', () => end('bad-gzip'));
    stream.end(octets);
  });
}
