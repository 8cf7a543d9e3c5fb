/*
 * Domain names between the wire and text. A label becomes text only where it cannot be mistaken for anything else: every
 * octet that is not printable, and every dot and backslash within a label, is written as `\ddd`. So an odd name never equals
 * a good one, a dot is always the end of a label, and every name has one text, which leads back to its octets, of which all
 * are legal in a label (RFC 2181, Section 11). The root is "".
 */

const NAME_OCTETS_MAX = 255;
/** Each octet takes four characters at most. */
const TEXT_LENGTH_MAX = 4 * NAME_OCTETS_MAX;
/** Far more than any honest message needs; a chain of pointers must end. */
const POINTERS_MAX = 32;
const HEADER_OCTETS = 12;

/** Thrown within the decoder only; `decodeResponse` turns it into an answer. */
export class Garbled extends Error {}

export interface ReadName {
  /** Lower-case, without a final dot; "" is the root. */
  readonly name: string;
  /** Where the name ends in the place where it began. */
  readonly end: number;
}

/** What a pointer to that place leads to. One for each message: thousands of names may point to a long one. */
export type KnownNames = Map<number, Tail>;

interface Tail extends ReadName {
  readonly octets: number;
  readonly pointers: number;
}

/** Reads a name, compressed or not (RFC 1035, Section 4.1.4). Pointers go strictly backwards. Throws `Garbled`. */
export function readName(message: Uint8Array, start: number, known: KnownNames = new Map()): ReadName {
  const { name, end } = readTail(message, start, known, POINTERS_MAX);
  return { name, end };
}

function readTail(message: Uint8Array, start: number, known: KnownNames, pointersLeft: number): Tail {
  let name = '';
  let octets = 1;
  for (let at = start; ; ) {
    const length = message[at];
    if (length === undefined) throw new Garbled();
    if (length === 0) return { name, end: at + 1, octets, pointers: 0 };
    if (length >= 0xc0) {
      const target = ((length & 0x3f) << 8) | (message[at + 1] ?? 0);
      if (at + 1 >= message.length || target >= start || target < HEADER_OCTETS || pointersLeft === 0)
        throw new Garbled();
      const tail = known.get(target) ?? readTail(message, target, known, pointersLeft - 1);
      known.set(target, tail);
      const all = octets + tail.octets - 1;
      if (all > NAME_OCTETS_MAX || tail.pointers + 1 > pointersLeft) throw new Garbled();
      const isRoot = name === '' || tail.name === '';
      return {
        name: isRoot ? name + tail.name : `${name}.${tail.name}`,
        end: at + 2,
        octets: all,
        pointers: tail.pointers + 1,
      };
    }
    const next = at + 1 + length;
    octets += 1 + length;
    if (length > 63 || octets > NAME_OCTETS_MAX || next > message.length) throw new Garbled();
    const label = labelText(message, at + 1, next);
    name = at === start ? label : `${name}.${label}`;
    at = next;
  }
}

function labelText(message: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += 1) {
    const octet = message[at]!;
    const plain = octet > 0x20 && octet < 0x7f && octet !== 0x2e && octet !== 0x5c;
    const isUpper = octet >= 0x41 && octet <= 0x5a;
    text += plain
      ? String.fromCharCode(isUpper ? octet + 0x20 : octet)
      : `\\${String(octet).padStart(3, '0')}`;
  }
  return text;
}

/** The labels, leftmost first; none for the root. */
export function labelsOf(name: string): readonly string[] {
  return name === '' ? [] : name.split('.');
}

export function labelOctets(label: string): Buffer {
  const plain = label.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number(digits)));
  return Buffer.from(plain, 'latin1');
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** The name on the wire, uncompressed. In one pass: a hostile message has thousands of names. */
export function nameOctets(name: string): Buffer {
  if (name === '') return Buffer.alloc(1);
  // Each label has its length in front, where the dot behind it stands in the text.
  const octets = Buffer.alloc(name.length + 2);
  let lengthAt = 0;
  let end = 1;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code === DOT) {
      octets[lengthAt] = end - lengthAt - 1;
      lengthAt = end++;
      continue;
    }
    const escaped = code === BACKSLASH ? escapedOctet(name, at) : null;
    if (escaped !== null) at += 3;
    octets[end++] = escaped ?? code;
  }
  octets[lengthAt] = end - lengthAt - 1;
  return octets.subarray(0, end + 1);
}

/** The octet that three digits stand for behind a backslash; null if they are not there. */
function escapedOctet(name: string, at: number): number | null {
  const digits = name.slice(at + 1, at + 4);
  return /^\d{3}$/.test(digits) ? Number(digits) : null;
}

/** Whether a name has more octets on the wire than DNS allows (RFC 1035, Section 2.3.4), however many its text has. */
export function isTooLong(name: string): boolean {
  return name.length > TEXT_LENGTH_MAX || nameOctets(name).length > NAME_OCTETS_MAX;
}

/** Whether the text is that of a name, in any case of its letters: then it can be put into a question. */
export function isAskable(name: string): boolean {
  if (name.length > TEXT_LENGTH_MAX) return false;
  const octets = nameOctets(name);
  if (octets.length > NAME_OCTETS_MAX) return false;
  try {
    return readName(octets, 0).name === name.toLowerCase();
  } catch {
    return false;
  }
}
