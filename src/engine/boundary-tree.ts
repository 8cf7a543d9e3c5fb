/* The boundaries of a multipart, as a tree of their octets: hostile bodies are nothing but lines that nearly are one. */

interface Branch {
  readonly next: Map<number, Branch>;
  isEnd: boolean;
}

/** What may stand behind a boundary (RFC 2046, Section 5.1.1), and whatever else a reader of lines takes off their end. */
const BLANKS: ReadonlySet<number> = new Set([0x09, 0x0b, 0x0c, 0x0d, 0x20, 0xa0]);

export class BoundaryTree {
  readonly #root: Branch = { next: new Map(), isEnd: false };

  /** In Latin-1. One that ends in a blank is no boundary (RFC 2046, Section 5.1.1), and never met. */
  add(boundary: string): void {
    if (BLANKS.has(boundary.charCodeAt(boundary.length - 1))) return;
    let branch = this.#root;
    for (let at = 0; at < boundary.length; at++) {
      const octet = boundary.charCodeAt(at);
      const next = branch.next.get(octet) ?? { next: new Map(), isEnd: false };
      branch.next.set(octet, next);
      branch = next;
    }
    branch.isEnd = true;
  }

  /** Whether there is one of them between these places, with nothing but blanks behind it. */
  has(octets: Uint8Array, from: number, end: number): boolean {
    let branch: Branch | undefined = this.#root;
    for (let at = from; ; at++) {
      if (branch.isEnd && isBlank(octets, at, end)) return true;
      if (at >= end) return false;
      branch = branch.next.get(octets[at]!);
      if (branch === undefined) return false;
    }
  }
}

function isBlank(octets: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (!BLANKS.has(octets[at]!)) return false;
  return true;
}
