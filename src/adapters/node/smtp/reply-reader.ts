/*
 * Replies of an SMTP server from octets as they come (RFC 5321, Section 4.2). Octets go in by `push`, replies come out
 * by `next`, one at a time: nothing is parsed before it is asked for, so whoever asks knows exactly what stands behind
 * a reply. A line may end in LF alone, as all known clients allow. Memory is bounded by the limits below and the
 * largest chunk pushed; a reply that exceeds them, or that is none, ends the reader. Never throws.
 */
import type { Reply } from '../../../policy/smtp/reply.js';

export type ReaderFailure = 'malformed' | 'oversized';

/** Octets of a line without its end; RFC 5321, Section 4.5.3.1.5, allows 512 and wants clients to bear more. */
export const LINE_OCTETS_MAX = 2048;
export const REPLY_LINES_MAX = 128;
export const REPLY_OCTETS_MAX = 65_536;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const HYPHEN = 0x2d;
const NOTHING = Buffer.alloc(0);

export class ReplyReader {
  #unread: Buffer = NOTHING;
  /** Of the reply that has begun. */
  #code = 0;
  #lines: string[] = [];
  #octets = 0;
  #failure: ReaderFailure | null = null;

  /** Octets that no reply has used so far, those of a reply that has begun apart. */
  get unread(): number {
    return this.#unread.length;
  }

  push(chunk: Buffer): void {
    if (this.#failure !== null) return;
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
  }

  /** The next whole reply, null if more octets are needed, or why no reply will ever come again. */
  next(): Reply | ReaderFailure | null {
    if (this.#failure !== null) return this.#failure;
    let start = 0;
    for (;;) {
      const lf = this.#unread.indexOf(LF, start);
      if (lf === -1) {
        this.#unread = start === 0 ? this.#unread : this.#unread.subarray(start);
        return this.#unread.length > LINE_OCTETS_MAX + 1 ? this.#fail('oversized') : null;
      }
      const end = lf > start && this.#unread[lf - 1] === CR ? lf - 1 : lf;
      const line = this.#take(start, end);
      start = lf + 1;
      if (line === 'more') continue;
      if (line !== 'last') return this.#fail(line);
      this.#unread = start === this.#unread.length ? NOTHING : this.#unread.subarray(start);
      const reply = { code: this.#code, lines: this.#lines };
      this.#lines = [];
      this.#octets = 0;
      return reply;
    }
  }

  #take(start: number, end: number): 'more' | 'last' | ReaderFailure {
    this.#octets += end - start;
    if (end - start > LINE_OCTETS_MAX || this.#octets > REPLY_OCTETS_MAX) return 'oversized';
    if (this.#lines.length === REPLY_LINES_MAX) return 'oversized';
    const code = this.#codeAt(start, end);
    if (code === null || (this.#lines.length > 0 && code !== this.#code)) return 'malformed';
    const mark = end === start + 3 ? SPACE : this.#unread[start + 3];
    if (mark !== SPACE && mark !== HYPHEN) return 'malformed';
    this.#code = code;
    this.#lines.push(printable(this.#unread.toString('utf8', Math.min(start + 4, end), end)));
    return mark === HYPHEN ? 'more' : 'last';
  }

  #codeAt(start: number, end: number): number | null {
    if (end - start < 3) return null;
    let code = 0;
    for (let at = start; at < start + 3; at += 1) {
      const digit = this.#unread[at]! - 0x30;
      if (digit < 0 || digit > 9) return null;
      code = code * 10 + digit;
    }
    return code >= 200 && code <= 599 ? code : null;
  }

  #fail(failure: ReaderFailure): ReaderFailure {
    this.#failure = failure;
    this.#unread = NOTHING;
    this.#lines = [];
    return failure;
  }
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
