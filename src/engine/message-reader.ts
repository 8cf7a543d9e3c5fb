/*
 * What the octets of a message tell an engine, read as they come, in bounded memory: its size on the wire, whether it is 8-bit,
 * whether a header block of it or of a part of it is internationalized (RFC 6532), and its TLS-Required fields. Octets that
 * are no UTF-8 are none of RFC 6532, however common they are: mail has had Latin-1 in its header since long before (RFC 6531,
 * Section 3.2, speaks of internationalized messages alone).
 */
import { HEADER_LENGTH_MAX, readTlsRequired } from '../policy/require-tls/header.js';
import type { MessageFacts } from '../policy/require-tls/message.js';
import { Utf8Check } from './utf8-check.js';

const CR = 0x0d;
const LF = 0x0a;
const HYPHEN = 0x2d;
/** Octets of a part's header that are looked at for what it holds; of lines that may be boundaries; and how many of these. */
const PART_HEADER_LENGTH_MAX = 65_536;
const BOUNDARY_LENGTH_MAX = 100;
const BOUNDARIES_MAX = 50;

export class MessageReader {
  #octets = 0;
  #extra = 0;
  #last = 0;
  #has8bit = false;
  #utf8: 'needed' | 'not-needed' = 'not-needed';
  #tlsRequired: MessageFacts['tlsRequired'] | null = null;
  readonly #boundaries = new Set<string>();
  /** The header block that is being read; null: a body. */
  #block: HeaderBlock | null = new HeaderBlock(HEADER_LENGTH_MAX);
  /** What has been read of a line: its length, and its beginning if it may be a boundary. */
  #lineLength = 0;
  #line = '';

  push(octets: Uint8Array): void {
    for (const octet of octets) {
      // Every line end counts two octets, however it is written.
      if (octet === LF && this.#last !== CR) this.#extra++;
      if (this.#last === CR && octet !== LF) this.#extra++;
      if (octet > 0x7f) this.#has8bit = true;
      this.#last = octet;
      if (octet === LF) this.#endLine();
      else this.#readInLine(octet);
    }
    this.#octets += octets.length;
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

  #readInLine(octet: number): void {
    this.#lineLength++;
    this.#block?.push(octet);
    if (this.#block !== null || octet === CR) return;
    const mayBeBoundary = this.#lineLength <= 2 ? octet === HYPHEN : this.#line !== '';
    if (mayBeBoundary && this.#lineLength <= BOUNDARY_LENGTH_MAX) this.#line += String.fromCharCode(octet);
    else this.#line = '';
  }

  #endLine(): void {
    const block = this.#block;
    if (block !== null) {
      const isEnd = this.#lineLength === 0 || (this.#lineLength === 1 && block.endsInCr);
      if (isEnd) this.#endBlock(block);
      else block.push(LF);
    } else if (this.#line !== '' && this.#boundaries.has(this.#line.slice(2).trimEnd())) {
      this.#block = new HeaderBlock(PART_HEADER_LENGTH_MAX);
    }
    this.#lineLength = 0;
    this.#line = '';
  }

  #endBlock(block: HeaderBlock): void {
    if (block.isInternationalized) this.#utf8 = 'needed';
    this.#tlsRequired ??= readTlsRequired(block.text);
    const { boundary, isMessage } = block.contents();
    if (boundary !== null && this.#boundaries.size < BOUNDARIES_MAX) this.#boundaries.add(boundary);
    this.#block = isMessage ? new HeaderBlock(PART_HEADER_LENGTH_MAX) : null;
  }
}

/** A header as Latin-1, as far as it is kept, and whether all of it is UTF-8 beyond ASCII. */
class HeaderBlock {
  readonly #lengthMax: number;
  readonly #parts: string[] = [];
  #pending: number[] = [];
  #length = 0;
  readonly #check = new Utf8Check();
  endsInCr = false;

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  get text(): string {
    this.#flush();
    return this.#parts.join('');
  }

  get isInternationalized(): boolean {
    return this.#check.result === 'beyond-ascii';
  }

  push(octet: number): void {
    this.endsInCr = octet === CR;
    this.#check.push(octet);
    // One more than is looked at shows that there was more.
    if (this.#length > this.#lengthMax) return;
    this.#length++;
    this.#pending.push(octet);
    if (this.#pending.length === 4096) this.#flush();
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

  #flush(): void {
    if (this.#pending.length === 0) return;
    this.#parts.push(String.fromCharCode(...this.#pending));
    this.#pending = [];
  }
}
