/*
 * The header and the sections of a response, with every record framed by its RDLENGTH, and what OPT says. Shared by those
 * who read records and those who only look at the rest. Everything here throws `Garbled`, or a RangeError of Buffer, for
 * octets that are no message; whoever calls turns that into an answer.
 */
import { Garbled, type KnownNames, readName } from './name.js';

const SOA = 6;
const OPT = 41;
const IN = 1;
const EXTENDED_ERROR = 15;

export interface Frame {
  readonly owner: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** Where RDATA begins and ends in the message. */
  readonly start: number;
  readonly end: number;
}

export interface Opt {
  /** How much the other side takes in a datagram (RFC 6891, Section 6.2.3). */
  readonly udpPayloadOctets: number;
  /** INFO-CODEs (RFC 8914), in order. */
  readonly extendedErrors: readonly number[];
}

export interface Sections {
  /** With the extended bits of OPT (RFC 6891, Section 6.1.3). */
  readonly rcode: number;
  readonly authenticated: boolean;
  readonly truncated: boolean;
  /** Null: the response has no OPT record. */
  readonly opt: Opt | null;
  readonly answer: readonly Frame[];
  readonly authority: readonly Frame[];
}

/** Reads what stands behind the question. */
export function readSections(message: Buffer, start: number, known: KnownNames = new Map()): Sections {
  const flags = message.readUInt16BE(2);
  let at = start;
  const section = (countAt: number): Frame[] => {
    const frames: Frame[] = [];
    for (let left = message.readUInt16BE(countAt); left > 0; left--) {
      const frame = readFrame(message, at, known);
      frames.push(frame);
      at = frame.end;
    }
    return frames;
  };
  const truncated = (flags & 0x0200) !== 0;
  // What a truncated message still holds is not looked at: it is asked for again over TCP (RFC 2181, Section 9).
  const answer = truncated ? [] : section(6);
  const authority = truncated ? [] : section(8);
  const additional = truncated ? [] : section(10);
  if (!truncated && at !== message.length) throw new Garbled();
  const opts = additional.filter((frame) => frame.type === OPT);
  if (opts.length > 1 || opts.some((frame) => frame.owner !== '')) throw new Garbled();
  const [opt = null] = opts;
  return {
    rcode: (flags & 0x0f) | (opt === null ? 0 : (opt.ttl >>> 24) << 4),
    authenticated: (flags & 0x0020) !== 0,
    truncated,
    opt:
      opt === null ? null : { udpPayloadOctets: opt.class, extendedErrors: readExtendedErrors(message, opt) },
    answer,
    authority,
  };
}

function readFrame(message: Buffer, at: number, known: KnownNames): Frame {
  const { name: owner, end: fixed } = readName(message, at, known);
  const start = fixed + 10;
  const end = start + message.readUInt16BE(fixed + 8);
  if (end > message.length) throw new Garbled();
  return {
    owner,
    type: message.readUInt16BE(fixed),
    class: message.readUInt16BE(fixed + 2),
    ttl: message.readUInt32BE(fixed + 4),
    start,
    end,
  };
}

/** A TTL with the highest bit set counts as 0 (RFC 2181, Section 8). */
export function ttlOf({ ttl }: Frame): number {
  return ttl > 0x7fff_ffff ? 0 : ttl;
}

/** How long a denial holds (RFC 2308, Section 5); null if there is no SOA. */
export function readDenial(message: Buffer, authority: readonly Frame[]): number | null {
  const soa = authority.find((frame) => frame.type === SOA && frame.class === IN);
  if (soa === undefined) return null;
  const origin = readName(message, soa.start);
  const mailbox = readName(message, origin.end);
  if (mailbox.end + 20 !== soa.end) throw new Garbled();
  return Math.min(ttlOf(soa), message.readUInt32BE(mailbox.end + 16));
}

function readExtendedErrors(message: Buffer, { start, end }: Frame): readonly number[] {
  const codes: number[] = [];
  for (let at = start; at < end; ) {
    if (at + 4 > end) throw new Garbled();
    const length = message.readUInt16BE(at + 2);
    if (at + 4 + length > end) throw new Garbled();
    // An option too short for a code says nothing (RFC 8914, Section 2).
    if (message.readUInt16BE(at) === EXTENDED_ERROR && length >= 2) codes.push(message.readUInt16BE(at + 4));
    at += 4 + length;
  }
  return codes;
}
