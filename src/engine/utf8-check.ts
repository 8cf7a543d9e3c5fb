/** Whether octets, as they come, are UTF-8 (RFC 3629, Section 4), and whether there is anything beyond ASCII among them. */
export class Utf8Check {
  #isValid = true;
  #hasMore = false;
  /** Of the character that has begun: how many octets, and within which bounds the next one. */
  #missing = 0;
  #lowest = 0x80;
  #highest = 0xbf;

  /** What was read so far; a character that is not complete is none. */
  get result(): 'ascii' | 'beyond-ascii' | 'other' {
    if (!this.#isValid || this.#missing > 0) return 'other';
    return this.#hasMore ? 'beyond-ascii' : 'ascii';
  }

  push(octets: Uint8Array): void {
    let missing = this.#missing;
    for (let at = 0; at < octets.length && this.#isValid; at++) {
      const octet = octets[at]!;
      if (missing === 0) {
        if (octet >= 0x80) missing = this.#begin(octet);
      } else if (octet < this.#lowest || octet > this.#highest) {
        this.#isValid = false;
      } else {
        missing--;
        this.#lowest = 0x80;
        this.#highest = 0xbf;
      }
    }
    this.#missing = missing;
  }

  /** How many octets come behind this one. */
  #begin(octet: number): number {
    this.#hasMore = true;
    if (octet >= 0xc2 && octet <= 0xdf) return 1;
    if (octet >= 0xe0 && octet <= 0xef) {
      if (octet === 0xe0) this.#lowest = 0xa0;
      if (octet === 0xed) this.#highest = 0x9f;
      return 2;
    }
    if (octet >= 0xf0 && octet <= 0xf4) {
      if (octet === 0xf0) this.#lowest = 0x90;
      if (octet === 0xf4) this.#highest = 0x8f;
      return 3;
    }
    this.#isValid = false;
    return 0;
  }
}
