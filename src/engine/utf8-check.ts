/** Whether octets, as they come, are UTF-8 (RFC 3629, Section 4), and whether there is anything beyond ASCII among them. */
export class Utf8Check {
  #isValid = true;
  #hasMore = false;
  #missing = 0;
  #lowest = 0x80;
  #highest = 0xbf;

  /** What was read so far; a character that is not complete is none. */
  get result(): 'ascii' | 'beyond-ascii' | 'other' {
    if (!this.#isValid || this.#missing > 0) return 'other';
    return this.#hasMore ? 'beyond-ascii' : 'ascii';
  }

  push(octet: number): void {
    if (this.#missing > 0) {
      if (octet < this.#lowest || octet > this.#highest) this.#isValid = false;
      this.#missing--;
      this.#lowest = 0x80;
      this.#highest = 0xbf;
      return;
    }
    if (octet < 0x80) return;
    this.#hasMore = true;
    if (octet >= 0xc2 && octet <= 0xdf) this.#missing = 1;
    else if (octet >= 0xe0 && octet <= 0xef)
      this.#begin(2, octet === 0xe0 ? 0xa0 : 0x80, octet === 0xed ? 0x9f : 0xbf);
    else if (octet >= 0xf0 && octet <= 0xf4)
      this.#begin(3, octet === 0xf0 ? 0x90 : 0x80, octet === 0xf4 ? 0x8f : 0xbf);
    else this.#isValid = false;
  }

  #begin(missing: number, lowest: number, highest: number): void {
    this.#missing = missing;
    this.#lowest = lowest;
    this.#highest = highest;
  }
}
