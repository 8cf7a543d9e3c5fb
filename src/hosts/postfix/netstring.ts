/*
 * Netstrings as Postfix frames socketmap requests: a length in decimal digits, a colon, so many octets, a comma. Frames may come in
 * pieces and several at once; what is held back is never more than one frame.
 */

/** What has been read; `malformed`: nothing that comes behind it can be understood. */
export interface Frames {
  readonly payloads: readonly string[];
  readonly end: 'whole' | 'partial' | 'malformed' | 'too-long';
}

const COLON = 0x3a;
const COMMA = 0x2c;
const ZERO = 0x30;
const LENGTH_DIGITS_MAX = 5;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is beyond ASCII
const BEYOND_ASCII = /[^\x00-\x7f]/;

export class NetstringReader {
  readonly #octetsMax: number;
  #rest: Buffer | null = null;

  constructor(octetsMax: number) {
    this.#octetsMax = octetsMax;
  }

  /** Whether it waits for the rest of a frame. */
  get isWithin(): boolean {
    return this.#rest !== null;
  }

  /** Reads on. Payloads are read as UTF-8. */
  read(chunk: Buffer): Frames {
    const octets = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    const payloads: string[] = [];
    let at = 0;
    while (at < octets.length) {
      const frame = this.#frameAt(octets, at);
      if (typeof frame === 'string') {
        this.#rest = frame === 'partial' ? Buffer.from(octets.subarray(at)) : null;
        return { payloads, end: frame };
      }
      payloads.push(textOf(octets, frame.from, frame.to));
      at = frame.to + 1;
    }
    this.#rest = null;
    return { payloads, end: 'whole' };
  }

  #frameAt(
    octets: Buffer,
    start: number,
  ): { readonly from: number; readonly to: number } | 'partial' | 'malformed' | 'too-long' {
    let length = 0;
    let at = start;
    while (at < octets.length && octets[at] !== COLON) {
      const digit = octets[at]! - ZERO;
      if (digit < 0 || digit > 9) return 'malformed';
      if (at - start >= LENGTH_DIGITS_MAX) return 'too-long';
      length = length * 10 + digit;
      if (length > this.#octetsMax) return 'too-long';
      at++;
    }
    if (at >= octets.length) return 'partial';
    if (at === start) return 'malformed';
    const from = at + 1;
    const to = from + length;
    if (to >= octets.length) return 'partial';
    return octets[to] === COMMA ? { from, to } : 'malformed';
  }
}

function textOf(octets: Buffer, from: number, to: number): string {
  const text = octets.toString('latin1', from, to);
  return BEYOND_ASCII.test(text) ? octets.toString('utf8', from, to) : text;
}

/** A text of ASCII only as a netstring. */
export function netstring(text: string): string {
  return `${text.length}:${text},`;
}
