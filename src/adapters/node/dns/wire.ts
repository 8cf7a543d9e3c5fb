/*
 * DNS messages (RFC 1035, RFC 6891). Records are framed here by their RDLENGTH, and RDATA is read to its exact length,
 * so that one lying record does not shift all others. Whatever the octets are, the result is a value.
 */
import type { MxRecord } from '../../../policy/dns/answer.js';
import { tellingError } from '../../../policy/dns/extended-error.js';
import { ipv6Text } from '../../../policy/names/ip-address.js';
import { Garbled, type KnownNames, readName } from './name.js';
import { type Frame, readDenial, readSections, ttlOf } from './sections.js';
import { FLAG, writeQuery } from './write-query.js';

const TYPE_CODES = { A: 1, CNAME: 5, MX: 15, TXT: 16, AAAA: 28, TLSA: 52 } as const;
const IN = 1;

export type RecordType = keyof typeof TYPE_CODES;

/** What RDATA of each type is read as. */
export interface RdataOf {
  readonly A: string;
  readonly AAAA: string;
  /** The target. */
  readonly CNAME: string;
  readonly MX: MxRecord;
  /** The character-strings joined, octets as Latin-1. */
  readonly TXT: string;
  /** As it came: see `tlsa-record.ts`. */
  readonly TLSA: Uint8Array;
}

export interface RecordOf<T extends RecordType> {
  readonly type: T;
  readonly owner: string;
  readonly ttlSeconds: number;
  readonly data: RdataOf[T];
}
export type AnswerRecord = { [T in RecordType]: RecordOf<T> }[RecordType];

export interface Question {
  /** Askable (see `name.ts`). */
  readonly name: string;
  readonly type: RecordType;
}

export interface Query extends Question {
  readonly id: number;
  /** Whether AD is set, which asks for AD in the response (RFC 6840, Section 5.7). */
  readonly wantsAd: boolean;
  /** Whether an OPT record is sent. */
  readonly edns: boolean;
}

export interface DecodedMessage {
  /** With the extended bits of OPT (RFC 6891, Section 6.1.3). */
  readonly rcode: number;
  readonly authenticated: boolean;
  readonly truncated: boolean;
  readonly edns: boolean;
  /** INFO-CODE of the most telling extended error (RFC 8914), or null. */
  readonly extendedError: number | null;
  /** The answer section, in order: records of the asked type, and CNAME. */
  readonly answers: readonly AnswerRecord[];
  /** How long a denial holds (RFC 2308, Section 5); null if the authority section has no SOA. */
  readonly denialSeconds: number | null;
}

/** Writes a query: RD, EDNS with 1232 octets, no DO. The name is askable. */
export function encodeQuery({ name, type, id, wantsAd, edns }: Query): Uint8Array {
  return writeQuery({
    name,
    type: TYPE_CODES[type],
    id,
    flags: wantsAd ? FLAG.ad : 0,
    edns: edns ? { wantsSignatures: false } : null,
  });
}

/**
 * Reads the response to a query. `mismatch`: it is not the response to this query (RFC 5452, Section 9.1).
 * `malformed`: it is, and cannot be relied on. Never throws.
 */
export function decodeResponse(bytes: Uint8Array, query: Query): DecodedMessage | 'malformed' | 'mismatch' {
  if (bytes.length < 12) return 'mismatch';
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = message.readUInt16BE(2);
  const isResponse = flags >>> 11 === 0b1_0000;
  if (message.readUInt16BE(0) !== query.id || !isResponse) return 'mismatch';
  try {
    const rcode = flags & 0x0f;
    const questions = message.readUInt16BE(4);
    // An error may come without the question: the other side could not read it.
    if (questions === 0 && rcode !== 0 && rcode !== 3) return decodeBody(message, 12, query);
    if (questions !== 1) return 'mismatch';
    const { name, end } = readName(message, 12);
    const echoed =
      name === query.name.toLowerCase() &&
      message.readUInt16BE(end) === TYPE_CODES[query.type] &&
      message.readUInt16BE(end + 2) === IN;
    return echoed ? decodeBody(message, end + 4, query) : 'mismatch';
  } catch {
    return 'malformed';
  }
}

function decodeBody(message: Buffer, start: number, query: Question): DecodedMessage {
  const known: KnownNames = new Map();
  const { answer, authority, opt, ...head } = readSections(message, start, known);
  return {
    ...head,
    edns: opt !== null,
    extendedError: tellingError(opt?.extendedErrors ?? []),
    answers: answer.flatMap((frame) => {
      const read = readRecord(message, frame, { asked: query.type, known });
      return read === null ? [] : [read];
    }),
    denialSeconds: readDenial(message, authority),
  };
}

/** The record if it is of the asked type or an alias; null if it is neither. */
function readRecord(
  message: Buffer,
  frame: Frame,
  { asked, known }: { readonly asked: RecordType; readonly known: KnownNames },
): AnswerRecord | null {
  const type = frame.type === TYPE_CODES.CNAME ? 'CNAME' : asked;
  if (frame.class !== IN || frame.type !== TYPE_CODES[type]) return null;
  const whole = { owner: frame.owner, ttlSeconds: ttlOf(frame) };
  const rdata = message.subarray(frame.start, frame.end);
  switch (type) {
    case 'A':
      if (rdata.length !== 4) throw new Garbled();
      return { ...whole, type, data: ipv4Text(rdata) };
    case 'AAAA':
      if (rdata.length !== 16) throw new Garbled();
      return { ...whole, type, data: addressText(rdata) };
    case 'CNAME':
      return { ...whole, type, data: readWholeName(message, frame, known) };
    case 'MX':
      if (rdata.length < 3) throw new Garbled();
      return {
        ...whole,
        type,
        data: {
          preference: rdata.readUInt16BE(0),
          exchange: readWholeName(message, { start: frame.start + 2, end: frame.end }, known),
        },
      };
    case 'TXT':
      return { ...whole, type, data: readStrings(rdata) };
    case 'TLSA':
      return { ...whole, type, data: rdata };
  }
}

function ipv4Text(octets: Buffer): string {
  return `${octets[0]}.${octets[1]}.${octets[2]}.${octets[3]}`;
}

/** As RFC 5952 writes it, with an IPv4 address at its end where only zeros or `ffff` stand before (Section 5). */
function addressText(octets: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => octets.readUInt16BE(2 * i));
  const isMixed = groups.slice(0, 5).every((group) => group === 0);
  if (isMixed && groups[5] === 0xffff) return `::ffff:${ipv4Text(octets.subarray(12))}`;
  if (isMixed && groups[5] === 0 && groups[6] !== 0) return `::${ipv4Text(octets.subarray(12))}`;
  return ipv6Text(groups);
}

function readWholeName(
  message: Buffer,
  { start, end }: Pick<Frame, 'start' | 'end'>,
  known: KnownNames,
): string {
  const read = readName(message, start, known);
  if (read.end !== end) throw new Garbled();
  return read.name;
}

/** One or more character-strings (RFC 1035, Section 3.3.14), joined with nothing between them. */
function readStrings(rdata: Buffer): string {
  let text = '';
  let at = 0;
  do {
    const length = rdata[at];
    if (length === undefined || at + 1 + length > rdata.length) throw new Garbled();
    text += rdata.toString('latin1', at + 1, at + 1 + length);
    at += 1 + length;
  } while (at < rdata.length);
  return text;
}
