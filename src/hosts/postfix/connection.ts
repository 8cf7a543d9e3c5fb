/*
 * One client of the socketmap: requests in, replies out in the same order. What is known already is answered at once and together;
 * of what is not, so many may be under way before the client is not read any more. Whoever frames wrongly is told so and left.
 */
import type { Socket } from 'node:net';
import { NetstringReader, netstring } from './netstring.js';

export interface Answers {
  /** A framed reply that is there already, or null. */
  recall(key: string): string | null;
  /** A framed reply, once it is there. Never rejects. */
  ask(key: string): Promise<string>;
}

const REQUEST_OCTETS_MAX = 4_096;
/** Replies owed to one client at once. */
const OWED_MAX = 64;
/** A client may be silent that long between requests, and take as long to read a reply; in milliseconds. */
const IDLE_MS_MAX = 300_000;
/** And that long within one. */
const FRAME_MS_MAX = 20_000;
/** How long a client that was left may take to hear of it. */
const PARTING_MS = 2_000;
const MALFORMED = netstring('TEMP this is no netstring');
const TOO_LONG = netstring('TEMP the request is too long');
const NO_KEY = netstring('TEMP a request is the name of a map, a blank, and a key');

export class Connection {
  readonly #socket: Socket;
  readonly #answers: Answers;
  readonly #frameMs: number;
  readonly #reader = new NetstringReader(REQUEST_OCTETS_MAX);
  /** In the order of the requests; null: it is not there yet. */
  readonly #owed: { reply: string | null }[] = [];
  #frameTimer: NodeJS.Timeout | null = null;
  #isLeaving = false;

  constructor(socket: Socket, answers: Answers, { frameMs = FRAME_MS_MAX } = {}) {
    this.#socket = socket;
    this.#answers = answers;
    this.#frameMs = frameMs;
    socket.setNoDelay(true);
    socket.setTimeout(IDLE_MS_MAX, () => socket.destroy());
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('drain', () => this.#resume());
    // A client that goes away is its own affair.
    socket.on('error', () => undefined);
    socket.on('end', () => this.leave());
    socket.on('close', () => this.#endFrame());
  }

  /** Takes no more requests, and closes once what is owed is paid. */
  leave(): void {
    this.#isLeaving = true;
    this.#endFrame();
    if (this.#owed.length === 0) this.#part();
  }

  /** What it still sends is thrown away, so that the last reply is not lost with the connection. */
  #part(): void {
    this.#socket.end();
    this.#socket.resume();
    const timer = setTimeout(() => this.#socket.destroy(), PARTING_MS);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  #read(chunk: Buffer): void {
    if (this.#isLeaving) return;
    const { payloads, end } = this.#reader.read(chunk);
    let text = '';
    for (const payload of payloads) {
      const reply = this.#answer(payload);
      if (reply !== null) text += reply;
    }
    if (text !== '') this.#write(text);
    // Who sends a frame octet by octet has no more time for it.
    if (payloads.length > 0 || end !== 'partial') this.#endFrame();
    if (end === 'malformed') this.#farewell(MALFORMED);
    else if (end === 'too-long') this.#farewell(TOO_LONG);
    else if (this.#owed.length >= OWED_MAX) this.#pause();
    else this.#expectRest();
  }

  /** The reply, if it may go out now. */
  #answer(payload: string): string | null {
    const blank = payload.indexOf(' ');
    const key = payload.slice(blank + 1);
    const known = blank < 0 ? NO_KEY : this.#answers.recall(key);
    if (known !== null && this.#owed.length === 0) return known;
    const place: { reply: string | null } = { reply: known };
    this.#owed.push(place);
    if (known === null)
      void this.#answers.ask(key).then((reply) => {
        place.reply = reply;
        this.#pay();
      });
    return null;
  }

  #pay(): void {
    let text = '';
    while (this.#owed.length > 0 && this.#owed[0]!.reply !== null) text += this.#owed.shift()!.reply;
    if (text === '') return;
    this.#write(text);
    if (this.#isLeaving) {
      if (this.#owed.length === 0) this.#part();
    } else this.#resume();
  }

  #farewell(reply: string): void {
    this.#owed.push({ reply });
    this.#isLeaving = true;
    this.#pay();
  }

  /** A client that does not read its replies is not read either. */
  #write(text: string): void {
    if (this.#socket.writable && !this.#socket.write(text, 'latin1')) this.#pause();
  }

  #pause(): void {
    this.#socket.pause();
    this.#endFrame();
  }

  #resume(): void {
    if (this.#isLeaving || this.#owed.length >= OWED_MAX || this.#socket.writableNeedDrain) return;
    this.#socket.resume();
    this.#expectRest();
  }

  /** Only a client that is read can be late. */
  #expectRest(): void {
    if (this.#frameTimer === null && this.#reader.isWithin)
      this.#frameTimer = setTimeout(() => this.#socket.destroy(), this.#frameMs);
  }

  #endFrame(): void {
    if (this.#frameTimer === null) return;
    clearTimeout(this.#frameTimer);
    this.#frameTimer = null;
  }
}
