/*
 * Journals one behind another in a stream of text, on one line or many. Only brackets and strings are looked at to find
 * where one ends; what it holds is read by whoever reads journals. Bounded: what has no end is given up.
 */

export type StreamPiece =
  | { readonly kind: 'text'; readonly text: string }
  /** What stood there begins no object, or has no end within the bound; nothing behind it is looked at. */
  | { readonly kind: 'problem'; readonly problem: string };

const OPEN = 123;
const CLOSE = 125;
const QUOTE = 34;
const BACKSLASH = 92;
/** Blanks in a row between journals: packed, gigabytes of them are nothing to send. */
const BLANKS_MAX = 1_048_576;

/** Takes text in pieces, and hands out each whole object. `lengthMax`: in UTF-16 code units. */
export class JournalStream {
  #kept = '';
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isOver = false;
  #blanks = 0;

  constructor(readonly lengthMax: number) {}

  /** Never throws. */
  *read(chunk: string): Generator<StreamPiece> {
    let begin = this.#depth > 0 ? 0 : -1;
    for (let at = 0; at < chunk.length && !this.#isOver; at++) {
      const code = chunk.charCodeAt(at);
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (code === BACKSLASH) this.#isEscaped = true;
        else if (code === QUOTE) this.#isInString = false;
      } else if (code === OPEN) {
        if (this.#depth++ === 0) begin = at;
        this.#blanks = 0;
      } else if (this.#depth === 0) {
        if (isBlank(code)) {
          if (++this.#blanks > BLANKS_MAX) yield this.#give('what stands there is nothing but blanks');
        } else
          yield this.#give(`what stands there is no journal: ${JSON.stringify(chunk.slice(at, at + 20))}`);
      } else if (code === QUOTE) this.#isInString = true;
      else if (code === CLOSE && --this.#depth === 0) {
        yield { kind: 'text', text: this.#kept + chunk.slice(begin, at + 1) };
        this.#kept = '';
        begin = -1;
      }
    }
    if (this.#isOver) return;
    if (begin >= 0) this.#kept += chunk.slice(begin);
    if (this.#kept.length > this.lengthMax)
      yield this.#give(`a journal has more than ${this.lengthMax / 1_048_576} MiB`);
  }

  /** What is left when nothing more comes. */
  *end(): Generator<StreamPiece> {
    if (!this.#isOver && this.#kept !== '') yield this.#give('the last journal has no end');
  }

  #give(problem: string): StreamPiece {
    this.#isOver = true;
    this.#kept = '';
    return { kind: 'problem', problem };
  }
}

function isBlank(code: number): boolean {
  // Space, tab, line ends, and a byte order mark.
  return code === 32 || code === 9 || code === 10 || code === 13 || code === 0xfeff;
}
