/*
 * The addresses in a field such as To (RFC 5322, Section 3.4), for who takes recipients from it: groups, comments, quoted
 * names and the routes of old are gone through in one pass. Which of them are mailboxes is judged by whoever uses them.
 */

/** Characters of a field that are looked at. */
const LENGTH_MAX = 1_048_576;

/** The addresses of a field body, without angle brackets, in order. Never throws. */
export function addressesIn(text: string): readonly string[] {
  const reading = new AddressReading();
  const end = Math.min(text.length, LENGTH_MAX);
  for (let at = 0; at < end; at++) at += reading.read(text[at]!, text[at + 1]);
  reading.finish();
  return reading.addresses;
}

class AddressReading {
  readonly addresses: string[] = [];
  #words = '';
  #angle: string | null = null;
  #isInAngle = false;
  /** Whether an address literal has begun, in which a colon is one. */
  #isLiteral = false;
  #isQuoted = false;
  #depth = 0;

  /** Takes a character; answers how many behind it went with it, were there any. */
  read(character: string, next: string | undefined): 0 | 1 {
    if (character === '\\' && (this.#isQuoted || this.#depth > 0)) {
      if (this.#depth === 0) this.#add(character + (next ?? ''));
      return 1;
    }
    if (this.#isQuoted) this.#readQuoted(character);
    else if (this.#depth > 0 || character === '(') this.#readComment(character);
    else this.#readPlain(character);
    return 0;
  }

  #readQuoted(character: string): void {
    if (character === '"') this.#isQuoted = false;
    this.#add(character);
  }

  #readComment(character: string): void {
    if (character === '(') this.#depth += 1;
    if (character === ')') this.#depth -= 1;
  }

  #readPlain(character: string): void {
    switch (character) {
      case '"':
        this.#isQuoted = true;
        this.#add(character);
        return;
      case '<':
        this.#isInAngle = true;
        this.#angle = '';
        return;
      case '>':
        this.#isInAngle = false;
        return;
      case ':':
        // Before it stands the name of a group, or the hosts of a route.
        if (this.#isLiteral) this.#add(character);
        else if (this.#isInAngle) this.#angle = '';
        else this.#words = '';
        return;
      case '[':
      case ']':
        this.#isLiteral = character === '[';
        this.#add(character);
        return;
      case ',':
      case ';':
        // In a route hosts are told apart by commas.
        if (!this.#isInAngle) this.finish();
        return;
      default:
        if (!/\s/.test(character)) this.#add(character);
        else this.#words += ' ';
    }
  }

  #add(text: string): void {
    if (this.#isInAngle) this.#angle += text;
    else this.#words += text;
  }

  finish(): void {
    const address = this.#angle ?? this.#words.trim();
    if (address !== '') this.addresses.push(address);
    this.#words = '';
    this.#angle = null;
    this.#isInAngle = false;
    this.#isLiteral = false;
  }
}
