/*
 * Messages as a validator needs them: record sets in canonical form (RFC 4034, Section 6.2), with the signatures that
 * came with them. Records are framed by their RDLENGTH and nothing is read beyond it. Whatever the octets are, the result
 * is a value.
 */
import { tellingError } from '../../../policy/dns/extended-error.js';
import { Garbled, type KnownNames, nameOctets, readName } from '../dns/name.js';
import { type Frame, readDenial, readSections, ttlOf } from '../dns/sections.js';
import { FLAG, writeQuery } from '../dns/write-query.js';

export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  TLSA: 52,
} as const;

const IN = 1;
const HEADER_OCTETS = 12;
const NOERROR = 0;
const NXDOMAIN = 3;

export interface WireQuestion {
  /** Lower-case, without a final dot; "" is the root. */
  readonly name: string;
  readonly type: number;
}

/** RFC 4034, Section 3.1. */
export interface Signature {
  readonly typeCovered: number;
  readonly algorithm: number;
  readonly labels: number;
  readonly originalTtlSeconds: number;
  /** Seconds since 1970, modulo 2^32. */
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  readonly signer: string;
  /** RDATA up to the signature, in canonical form: what is signed begins with it. */
  readonly prefix: Buffer;
  readonly signature: Buffer;
}

export interface RecordSet {
  readonly owner: string;
  readonly type: number;
  /** The smallest of the set. */
  readonly ttlSeconds: number;
  /** RDATA in canonical form, each once, in canonical order. */
  readonly rdata: readonly Buffer[];
  readonly signatures: readonly Signature[];
}

export interface SecureMessage {
  /** With the extended bits of OPT. */
  readonly rcode: number;
  readonly answer: readonly RecordSet[];
  readonly authority: readonly RecordSet[];
  /** How long a denial may be kept (RFC 2308, Section 5); null if the authority section has no SOA. */
  readonly denialSeconds: number | null;
  /** INFO-CODE of the most telling extended error (RFC 8914), or null. */
  readonly extendedError: number | null;
}

/** Writes a query, with id 0, that asks for signatures and for unvalidated data: RD, CD and DO (RFC 4035, Section 4.9). */
export function encodeSecureQuery({ name, type }: WireQuestion): Buffer {
  return writeQuery({ name, type, id: 0, flags: FLAG.cd, edns: { wantsSignatures: true } });
}

/** Reads the response to such a query; null if it is not one, or cannot be relied on. Never throws. */
export function decodeSecureResponse(bytes: Uint8Array, question: WireQuestion): SecureMessage | null {
  try {
    return decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), question);
  } catch {
    return null;
  }
}

/** The names of one message, each read and written once: thousands of records may hold the same long one. */
class MessageNames {
  readonly known: KnownNames = new Map();
  readonly #octets = new Map<string, Buffer>();

  constructor(readonly message: Buffer) {}

  at(start: number): { readonly name: string; readonly end: number } {
    return readName(this.message, start, this.known);
  }

  octetsOf(name: string): Buffer {
    const octets = this.#octets.get(name) ?? nameOctets(name);
    this.#octets.set(name, octets);
    return octets;
  }
}

function decode(message: Buffer, question: WireQuestion): SecureMessage | null {
  const flags = message.readUInt16BE(2);
  const isResponse = flags >>> 11 === 0b1_0000;
  if (message.readUInt16BE(0) !== 0 || !isResponse) return null;
  const names = new MessageNames(message);
  const start = questionEnd(names, question);
  if (start === null) return null;
  const { rcode, truncated, opt, answer, authority } = readSections(message, start, names.known);
  if (truncated) return null;
  return {
    rcode,
    answer: recordSets(names, answer),
    authority: recordSets(names, authority),
    denialSeconds: readDenial(message, authority),
    extendedError: tellingError(opt?.extendedErrors ?? []),
  };
}

/** Where the question ends; null if it is another one. */
function questionEnd(names: MessageNames, question: WireQuestion): number | null {
  const { message } = names;
  const rcode = message.readUInt16BE(2) & 0x0f;
  const questions = message.readUInt16BE(4);
  // An error may come without the question: the other side could not read it.
  if (questions === 0 && rcode !== NOERROR && rcode !== NXDOMAIN) return HEADER_OCTETS;
  if (questions !== 1) return null;
  const { name, end } = names.at(HEADER_OCTETS);
  const echoed = name === question.name && message.readUInt16BE(end) === question.type;
  return echoed && message.readUInt16BE(end + 2) === IN ? end + 4 : null;
}

function recordSets(names: MessageNames, frames: readonly Frame[]): readonly RecordSet[] {
  const data = new Map<string, Frame[]>();
  const signatures = new Map<string, Signature[]>();
  for (const frame of frames) {
    if (frame.class !== IN) continue;
    if (frame.type === TYPE.RRSIG) {
      const signature = readSignature(names, frame);
      gather(signatures, `${signature.typeCovered} ${frame.owner}`, signature);
    } else {
      gather(data, `${frame.type} ${frame.owner}`, frame);
    }
  }
  return [...data].map(([key, [first, ...rest]]) => {
    const members = [first!, ...rest];
    return {
      owner: first!.owner,
      type: first!.type,
      ttlSeconds: members.reduce((least, frame) => Math.min(least, ttlOf(frame)), Number.POSITIVE_INFINITY),
      rdata: canonicalOrder(members.map((frame) => canonicalRdata(names, frame))),
      signatures: signatures.get(key) ?? [],
    };
  });
}

function gather<T>(map: Map<string, T[]>, key: string, item: T): void {
  const items = map.get(key);
  if (items === undefined) map.set(key, [item]);
  else items.push(item);
}

function canonicalOrder(rdata: readonly Buffer[]): readonly Buffer[] {
  const sorted = [...rdata].sort(Buffer.compare);
  return sorted.filter((each, i) => i === 0 || !each.equals(sorted[i - 1]!));
}

/** Names lower-case and uncompressed in the types that RFC 4034, Section 6.2, and RFC 6840, Section 5.1, leave of those in use. */
function canonicalRdata(names: MessageNames, { type, start, end }: Frame): Buffer {
  const { message } = names;
  switch (type) {
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
    case TYPE.DNAME:
      return namesThen(names, start, end, { names: 1, octets: 0 });
    case TYPE.SOA:
      return namesThen(names, start, end, { names: 2, octets: 20 });
    case TYPE.MX:
      return Buffer.concat([
        message.subarray(start, start + 2),
        namesThen(names, start + 2, end, { names: 1, octets: 0 }),
      ]);
    default:
      return message.subarray(start, end);
  }
}

function namesThen(
  names: MessageNames,
  start: number,
  end: number,
  expected: { readonly names: number; readonly octets: number },
): Buffer {
  const parts: Buffer[] = [];
  let at = start;
  for (let left = expected.names; left > 0; left--) {
    const read = names.at(at);
    parts.push(names.octetsOf(read.name));
    at = read.end;
  }
  if (at + expected.octets !== end) throw new Garbled();
  return Buffer.concat([...parts, names.message.subarray(at, end)]);
}

function readSignature(names: MessageNames, { start, end }: Frame): Signature {
  const { message } = names;
  const signer = names.at(start + 18);
  if (signer.end > end) throw new Garbled();
  return {
    typeCovered: message.readUInt16BE(start),
    algorithm: message.readUInt8(start + 2),
    labels: message.readUInt8(start + 3),
    originalTtlSeconds: message.readUInt32BE(start + 4),
    expiration: message.readUInt32BE(start + 8),
    inception: message.readUInt32BE(start + 12),
    keyTag: message.readUInt16BE(start + 16),
    signer: signer.name,
    prefix: Buffer.concat([message.subarray(start, start + 18), names.octetsOf(signer.name)]),
    signature: message.subarray(signer.end, end),
  };
}

/** The name that RDATA begins with, as of CNAME, DNAME and NSEC; null if there is none. */
export function nameInRdata(rdata: Buffer): { readonly name: string; readonly rest: Buffer } | null {
  try {
    // Names are read out of messages, where no name stands within the header.
    const { name, end } = readName(Buffer.concat([Buffer.alloc(HEADER_OCTETS), rdata]), HEADER_OCTETS);
    return { name, rest: rdata.subarray(end - HEADER_OCTETS) };
  } catch {
    return null;
  }
}
