/*
 * The content of a message as DATA wants it (RFC 5321, Section 4.5.2): every line that begins with a dot gets another
 * one, every line ends in CRLF, and a line with a single dot ends the whole. A bare LF and a bare CR become CRLF, so
 * that no server can see an end where there is none (a signature over such a message breaks; refusing it belongs to
 * whoever takes messages in). Chunks may end anywhere. Never throws.
 */

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const INSERTS = {
  CR: Buffer.from('\r'),
  LF: Buffer.from('\n'),
  DOT: Buffer.from('.'),
  LF_DOT: Buffer.from('\n.'),
};

export class DotStuffer {
  /** The last octet seen; a message begins as a line does. */
  #last = LF;

  /** The octets to send for the next octets of the message: the same buffer where nothing is to be changed. */
  push(chunk: Uint8Array): Uint8Array {
    const length = chunk.length;
    let last = this.#last;
    let done = 0;
    let pieces: Uint8Array[] | null = null;
    for (let at = 0; at < length; at += 1) {
      const octet = chunk[at]!;
      // Almost every octet is above the three that matter and follows no CR.
      if (octet > DOT && last !== CR) {
        last = octet;
        continue;
      }
      const insert = insertBefore(octet, last);
      last = octet;
      if (insert === null) continue;
      pieces ??= [];
      pieces.push(chunk.subarray(done, at), insert);
      done = at;
    }
    this.#last = last;
    if (pieces === null) return chunk;
    pieces.push(chunk.subarray(done));
    return Buffer.concat(pieces);
  }

  /** What ends the message, without an empty line that it did not have. */
  end(): Buffer {
    const begun = this.#last === LF ? '' : this.#last === CR ? '\n' : '\r\n';
    this.#last = LF;
    return Buffer.from(`${begun}.\r\n`);
  }
}

function insertBefore(octet: number, last: number): Buffer | null {
  if (last === CR && octet !== LF) return octet === DOT ? INSERTS.LF_DOT : INSERTS.LF;
  if (octet === LF && last !== CR) return INSERTS.CR;
  return octet === DOT && last === LF ? INSERTS.DOT : null;
}
