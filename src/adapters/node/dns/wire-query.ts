/*
 * A query as octets, and the octets that answer it. The id, and over plain UDP the case of the letters in the name, are
 * drawn anew for every try, so that a forger has to guess them along with the port (RFC 5452, Section 9.2). The response
 * is given back with the id and the question as the caller wrote them.
 */
import { randomInt } from 'node:crypto';

/** A query whose one question has been found. */
export interface WireQuery {
  readonly octets: Uint8Array;
  /** Where the question ends. */
  readonly questionEnd: number;
}

/**
 * - `reply`: the response to that query.
 * - `other-case`: so it is, but for the case of the letters in the name.
 * - `mismatch`: anything else.
 */
export type Echo = 'reply' | 'other-case' | 'mismatch';

const HEADER_OCTETS = 12;
const TYPE_AND_CLASS_OCTETS = 4;
/** Random bits are drawn by so many. */
const BITS_AT_ONCE = 32;
const FORMERR = 1;
const SERVFAIL = 2;
const NOTIMP = 4;
const REFUSED = 5;

/** Finds the question of a query; null if the octets are no query with one uncompressed question. */
export function readWireQuery(octets: Uint8Array): WireQuery | null {
  if (octets.length < HEADER_OCTETS || (octets[2]! & 0xf8) !== 0) return null;
  if (octets[4] !== 0 || octets[5] !== 1) return null;
  let at = HEADER_OCTETS;
  for (;;) {
    const length = octets[at];
    if (length === undefined || length > 63) return null;
    at += 1 + length;
    if (length === 0) break;
  }
  const questionEnd = at + TYPE_AND_CLASS_OCTETS;
  const nameOctets = at - HEADER_OCTETS;
  return questionEnd <= octets.length && nameOctets <= 255 ? { octets, questionEnd } : null;
}

export function idOf({ octets }: Pick<WireQuery, 'octets'>): number {
  return (octets[0]! << 8) | octets[1]!;
}

/** The same query under another id. */
export function withId({ octets, questionEnd }: WireQuery, id: number): WireQuery {
  const copy = Uint8Array.from(octets);
  copy[0] = id >>> 8;
  copy[1] = id & 0xff;
  return { octets: copy, questionEnd };
}

export function withRandomId(query: WireQuery): WireQuery {
  return withId(query, randomInt(0x1_0000));
}

/** The same query with each letter of the name in upper or lower case, as the dice fall. */
export function withRandomCase(query: WireQuery): WireQuery {
  const octets = Uint8Array.from(query.octets);
  const nameEnd = query.questionEnd - TYPE_AND_CLASS_OCTETS;
  let bits = 0;
  let left = 0;
  // Lengths of labels are below 64, and thus no letters.
  for (let at = HEADER_OCTETS; at < nameEnd; at++) {
    if (!isLetter(octets[at]!)) continue;
    if (left === 0) {
      bits = randomInt(2 ** BITS_AT_ONCE);
      left = BITS_AT_ONCE;
    }
    left--;
    if ((bits >>> left) & 1) octets[at]! ^= 0x20;
  }
  return { octets, questionEnd: query.questionEnd };
}

/** Whether these octets are the response to that query (RFC 5452, Section 9.1). */
export function echoOf(response: Uint8Array, { octets, questionEnd }: WireQuery): Echo {
  if (response.length < HEADER_OCTETS || response[0] !== octets[0] || response[1] !== octets[1])
    return 'mismatch';
  const isResponse = (response[2]! & 0xf8) === 0x80;
  if (!isResponse || response[4] !== 0) return 'mismatch';
  // An error may come without the question: the other side could not read it, or would not.
  if (response[5] === 0)
    return [FORMERR, SERVFAIL, NOTIMP, REFUSED].includes(rcodeOf(response)) ? 'reply' : 'mismatch';
  if (response[5] !== 1 || response.length < questionEnd) return 'mismatch';
  let echo: Echo = 'reply';
  for (let at = HEADER_OCTETS; at < questionEnd; at++) {
    const [here, there] = [octets[at]!, response[at]!];
    if (here === there) continue;
    const sameLetter = isLetter(here) && (here ^ there) === 0x20;
    if (!sameLetter || at >= questionEnd - TYPE_AND_CLASS_OCTETS) return 'mismatch';
    echo = 'other-case';
  }
  return echo;
}

/** Whether CD is set: whoever asks validates the answer himself (RFC 4035, Section 3.2.2). */
export function checksBySelf({ octets }: WireQuery): boolean {
  return (octets[3]! & 0x10) !== 0;
}

/** The RCODE in the header, without the bits that OPT adds. */
export function rcodeOf(response: Uint8Array): number {
  return response[3]! & 0x0f;
}

export function isTruncated(response: Uint8Array): boolean {
  return (response[2]! & 0x02) !== 0;
}

/** The response under the id and with the question of that query. */
export function answerTo(response: Uint8Array, { octets, questionEnd }: WireQuery): Uint8Array {
  const copy = Uint8Array.from(response);
  copy.set(octets.subarray(0, 2));
  if (copy[5] === 1) copy.set(octets.subarray(HEADER_OCTETS, questionEnd), HEADER_OCTETS);
  return copy;
}

function isLetter(octet: number): boolean {
  const lower = octet | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
