/*
 * Replies of an SMTP server from octets as they come (RFC 5321, Section 4.2). Octets go in by `push`, replies come out
 * by `next`, one at a time: nothing is parsed before it is asked for, so whoever asks knows exactly what stands behind
 * a reply. A line may end in LF alone, as all known clients allow. A reply is not thrown away for what decides nothing:
 * a line that is too long is cut, and codes that differ are handed on. Memory is bounded by the limits below and the
 * largest chunk pushed; a reply that exceeds them, or that is none, ends the reader. Never throws.
 */
import { type Reply, replyOf } from '../../../policy/smtp/reply.js';

export type ReaderFailure = 'malformed' | 'oversized';

/**
 * Octets of a line that are kept, by what it answers: RFC 5321, Section 4.5.3.1.5, allows 512, of which servers take no notice, and
 * RFC 4954, Section 4, challenges of 12,288 behind a code and a space.
 */
export const LINE_OCTETS_MAX = { command: 2048, EHLO: 2048, AUTH: 12_292 } as const;
export type Answered = keyof typeof LINE_OCTETS_MAX;
/** Lines of a reply that are kept; those behind them say nothing, as long as they have the same code. */
export const REPLY_LINES_MAX = 128;
/** Characters of a reply that are kept, in all its lines. It is told to many: each recipient of a message has it. Keywords and challenges decide, and are kept. */
export const REPLY_LENGTH_MAX = { command: 4096, EHLO: 65_536, AUTH: 65_536 } as const;
/** Characters that are kept of all replies of a connection; of what comes behind, so many of each. */
export const REPLIES_LENGTH_MAX = 131_072;
export const LATER_REPLY_LENGTH_MAX = 256;
/** Octets of a whole reply with its line ends. */
export const REPLY_OCTETS_MAX = 65_536;
/** Characters of what was heard and is no reply. */
export const SAID_LENGTH_MAX = 500;

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;
const HYPHEN = 0x2d;
const CONTROL = /\p{Cc}/u;
const NOTHING = Buffer.alloc(0);

export class ReplyReader {
  #unread: Buffer = NOTHING;
  /** Of the reply that has begun. */
  #codes: number[] = [];
  #lines: string[] = [];
  #octets = 0;
  /** Characters kept of the reply that has begun, and of all replies. */
  #length = 0;
  #lengthOfAll = 0;
  #answers: Answered = 'command';
  #failure: ReaderFailure | null = null;
  #lastWords = '';

  /** Octets that no reply has used so far, those of a reply that has begun apart. */
  get unread(): number {
    return this.#unread.length;
  }

  /** Whether anything was heard behind the last reply handed out. */
  get hasBegun(): boolean {
    return this.#lines.length > 0 || this.#unread.length > 0;
  }

  /** What was heard behind the last reply handed out, in one line, bounded; "" if nothing was. */
  get said(): string {
    if (this.#failure !== null) return this.#lastWords;
    const begun = this.#lines.map((line, at) => `${this.#codes[at]}-${line}`);
    const rest = this.#unread.toString('utf8', 0, SAID_LENGTH_MAX).replace(/\r?\n/g, ' ');
    return printable([...begun, rest].join(' ').slice(0, SAID_LENGTH_MAX)).trim();
  }

  push(chunk: Buffer): void {
    if (this.#failure !== null) return;
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
  }

  /** What the replies to come are answers to. */
  expect(answers: Answered): void {
    this.#answers = answers;
  }

  /** The next whole reply, null if more octets are needed, or why no reply will ever come again. */
  next(): Reply | ReaderFailure | null {
    if (this.#failure !== null) return this.#failure;
    let start = 0;
    for (;;) {
      const lf = this.#unread.indexOf(LF, start);
      if (lf === -1) return this.#wait(start);
      const end = lf > start && this.#unread[lf - 1] === CR ? lf - 1 : lf;
      this.#octets += lf + 1 - start;
      const line = this.#take(start, end);
      if (line !== 'more' && line !== 'last') return this.#fail(line, start);
      start = lf + 1;
      if (line === 'more') continue;
      this.#unread = start === this.#unread.length ? NOTHING : this.#unread.subarray(start);
      const reply = replyOf(this.#codes, this.#lines);
      this.#codes = [];
      this.#lines = [];
      this.#octets = 0;
      this.#length = 0;
      return reply;
    }
  }

  /** Nothing that was heard, or will be, is a reply any more. */
  close(): void {
    if (this.#failure === null) this.#fail('malformed', 0);
  }

  /** Keeps what a line can still need, so that one without an end costs neither memory nor time. */
  #wait(start: number): ReaderFailure | null {
    const rest = this.#unread.subarray(start);
    if (this.#octets + rest.length > REPLY_OCTETS_MAX) return this.#fail('oversized', start);
    const kept = Math.min(rest.length, LINE_OCTETS_MAX[this.#answers] + 1);
    this.#octets += rest.length - kept;
    this.#unread = rest.subarray(0, kept);
    return null;
  }

  #take(start: number, end: number): 'more' | 'last' | ReaderFailure {
    if (this.#octets > REPLY_OCTETS_MAX) return 'oversized';
    const code = this.#codeAt(start, end);
    if (code === null) return 'malformed';
    const mark = end === start + 3 ? SPACE : this.#unread[start + 3];
    if (mark !== SPACE && mark !== TAB && mark !== HYPHEN) return 'malformed';
    if (this.#lines.length < REPLY_LINES_MAX) this.#keep(code, start, end);
    // What contradicts the rest must not go unseen, and who contradicts himself so often is not listened to.
    else if (code !== this.#codes.at(-1)) return 'oversized';
    return mark === HYPHEN ? 'more' : 'last';
  }

  #keep(code: number, start: number, end: number): void {
    const kept = Math.min(end, start + LINE_OCTETS_MAX[this.#answers]);
    const text = printable(this.#unread.toString('utf8', Math.min(start + 4, kept), kept));
    const line = text.length > this.#room ? cut(text, this.#room) : text;
    this.#codes.push(code);
    this.#lines.push(line);
    this.#length += line.length;
    this.#lengthOfAll += line.length;
  }

  /** Characters that are still kept of the reply that has begun. */
  get #room(): number {
    const own = REPLY_LENGTH_MAX[this.#answers] - this.#length;
    if (this.#answers !== 'command') return own;
    const later = Math.max(0, LATER_REPLY_LENGTH_MAX - this.#length);
    return Math.min(own, Math.max(REPLIES_LENGTH_MAX - this.#lengthOfAll, later));
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

  #fail(failure: ReaderFailure, start: number): ReaderFailure {
    this.#unread = this.#unread.subarray(start);
    this.#lastWords = this.said;
    this.#failure = failure;
    this.#unread = NOTHING;
    this.#codes = [];
    this.#lines = [];
    return failure;
  }
}

/** No half of a character is left. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

/** A tab is text (RFC 5321, Section 4.2); it is a blank here, because it moves the cursor of whoever reads it. */
function printable(text: string): string {
  return CONTROL.test(text) ? text.replace(/\t/g, ' ').replace(/\p{Cc}/gu, '?') : text;
}
