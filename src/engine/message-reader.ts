/*
 * What the octets of a message tell an engine, read as they come, in bounded memory: its size on the wire, whether it is 8-bit,
 * whether a header block of it or of a part of it is internationalized (RFC 6532), and its TLS-Required fields. Octets that
 * are no UTF-8 are none of RFC 6532, however common they are: mail has had Latin-1 in its header since long before (RFC 6531,
 * Section 3.2, speaks of internationalized messages alone).
 */
import { Octets } from '../effects/codecs/values.js';
import { checked } from '../effects/misuse.js';
import { HEADER_LENGTH_MAX, readTlsRequired } from '../policy/require-tls/header.js';
import type { MessageFacts } from '../policy/require-tls/message.js';
import { latin1 } from '../policy/smtp/latin1.js';
import { BoundaryTree } from './boundary-tree.js';
import { Utf8Check } from './utf8-check.js';

const CR = 0x0d;
const LF = 0x0a;
const HYPHEN = 0x2d;
/** Octets of a part's header that are looked at for what it holds; of lines that may be boundaries; and how many of these. */
const PART_HEADER_LENGTH_MAX = 65_536;
const BOUNDARY_LENGTH_MAX = 100;
const BOUNDARIES_MAX = 50;
/** Parts whose header is looked at. */
const PARTS_MAX = 10_000;

export class MessageReader {
  #octets = 0;
  #extra = 0;
  #last = 0;
  #has8bit = false;
  #utf8: 'needed' | 'not-needed' = 'not-needed';
  #tlsRequired: MessageFacts['tlsRequired'] | null = null;
  readonly #boundaries = new Set<string>();
  readonly #tree = new BoundaryTree();
  #parts = 0;
  /** The header block that is being read; null: a body. */
  #block: HeaderBlock | null = new HeaderBlock(HEADER_LENGTH_MAX);
  /** How much of a line of a header block has been read. */
  #headerLineLength = 0;
  /** What has been read of a line of a body, as long as it may be a boundary; null: it is none. */
  #bodyLine: string | null = '';

  /** Throws a {@link MisuseError} for what are no octets, such as a text. */
  push(octets: Uint8Array): void {
    checked(Octets, octets, 'WAXSEAL_BAD_MESSAGE', 'octets');
    for (let at = 0; at < octets.length; )
      at = this.#block === null ? this.#readBody(octets, at) : this.#readHeader(this.#block, octets, at);
    this.#count(octets);
  }

  /** Of what was read so far, as if it were all. */
  facts(): Pick<MessageFacts, 'tlsRequired' | 'sizeBytes' | 'body' | 'utf8'> {
    const isEnded = this.#octets === 0 || this.#last === LF || this.#last === CR;
    const utf8 = this.#block?.isInternationalized === true ? 'needed' : this.#utf8;
    return {
      tlsRequired: this.#tlsRequired ?? readTlsRequired(this.#block?.text ?? ''),
      // The last line has an end as well; a bare CR there lacks its LF.
      sizeBytes: this.#octets + this.#extra + (isEnded ? 0 : 2) + (this.#last === CR ? 1 : 0),
      body: this.#has8bit ? '8bit' : '7bit',
      utf8,
    };
  }

  /** In one loop over plain variables: it goes through every octet of every message. */
  #count(octets: Uint8Array): void {
    let last = this.#last;
    let extra = 0;
    let bits = 0;
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at]!;
      // Every line end counts two octets, however it is written.
      if ((octet === LF) !== (last === CR)) extra++;
      bits |= octet;
      last = octet;
    }
    this.#last = last;
    this.#extra += extra;
    this.#octets += octets.length;
    if (bits > 0x7f) this.#has8bit = true;
  }

  /** Where it ends, or the octets do. */
  #readHeader(block: HeaderBlock, octets: Uint8Array, from: number): number {
    let length = this.#headerLineLength;
    for (let at = from; at < octets.length; at++) {
      if (octets[at] !== LF) {
        length++;
        continue;
      }
      const isBlank = length === 0 || (length === 1 && (at === 0 ? this.#last : octets[at - 1]) === CR);
      length = 0;
      if (!isBlank) continue;
      block.push(octets.subarray(from, at));
      this.#headerLineLength = 0;
      this.#endBlock(block);
      return at + 1;
    }
    block.push(octets.subarray(from));
    this.#headerLineLength = length;
    return octets.length;
  }

  /** Where a part begins, or the octets end. */
  #readBody(octets: Uint8Array, from: number): number {
    if (this.#boundaries.size === 0) return octets.length;
    let line = this.#bodyLine;
    let start = from;
    for (let at = from; at < octets.length; at++) {
      if (octets[at] !== LF) continue;
      const begins =
        line === ''
          ? this.#isBoundaryAt(octets, start, at)
          : line !== null && this.#isBoundary(lineOf(line, octets.subarray(start, at)));
      if (begins) {
        this.#bodyLine = '';
        this.#block = new HeaderBlock(PART_HEADER_LENGTH_MAX);
        return at + 1;
      }
      line = '';
      start = at + 1;
    }
    this.#bodyLine = lineOf(line, octets.subarray(start));
    return octets.length;
  }

  /** As the other one, of a line that is there as a whole, and without making a text of it. */
  #isBoundaryAt(octets: Uint8Array, start: number, end: number): boolean {
    if (octets[start] !== HYPHEN || octets[start + 1] !== HYPHEN) return false;
    return end - start <= BOUNDARY_LENGTH_MAX && end - start >= 2 && this.#tree.has(octets, start + 2, end);
  }

  #isBoundary(line: string | null): boolean {
    return line?.startsWith('--') === true && this.#boundaries.has(line.slice(2).trimEnd());
  }

  #endBlock(block: HeaderBlock): void {
    if (block.isInternationalized) this.#utf8 = 'needed';
    this.#tlsRequired ??= readTlsRequired(block.text);
    const { boundary, isMessage } = block.contents();
    if (boundary !== null && this.#boundaries.size < BOUNDARIES_MAX) {
      this.#boundaries.add(boundary);
      this.#tree.add(boundary);
    }
    // Without boundaries nothing else begins.
    if (++this.#parts >= PARTS_MAX) this.#boundaries.clear();
    this.#block = isMessage && this.#parts < PARTS_MAX ? new HeaderBlock(PART_HEADER_LENGTH_MAX) : null;
  }
}

/** A line of a body so far; null if it is no boundary. */
function lineOf(before: string | null, octets: Uint8Array): string | null {
  if (before === null || before.length + octets.length > BOUNDARY_LENGTH_MAX) return null;
  const line = before + latin1(octets);
  return line.startsWith('--') || '--'.startsWith(line) ? line : null;
}

/** A header as Latin-1, as far as it is kept, and whether all of it is UTF-8 beyond ASCII. */
class HeaderBlock {
  readonly #lengthMax: number;
  #text = '';
  readonly #check = new Utf8Check();

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  get text(): string {
    return this.#text;
  }

  get isInternationalized(): boolean {
    return this.#check.result === 'beyond-ascii';
  }

  push(octets: Uint8Array): void {
    this.#check.push(octets);
    // One more than is looked at shows that there was more.
    this.#text += latin1(octets.subarray(0, this.#lengthMax + 1 - this.#text.length));
  }

  /** What stands below: parts between boundaries, or a message. */
  contents(): { readonly boundary: string | null; readonly isMessage: boolean } {
    const unfolded = this.text.replace(/\r?\n[ \t]/g, ' ');
    const type = /^content-type:([^\r\n]*)/im.exec(unfolded)?.[1] ?? '';
    const boundary = /;[ \t]*boundary[ \t]*=[ \t]*(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type);
    return {
      boundary: boundary?.[1] ?? boundary?.[2] ?? null,
      isMessage: /^[ \t]*message\/(?:rfc822|global)\b/i.test(type),
    };
  }
}
