/*
 * Commands and replies over one socket, in clear or under TLS. A new one begins with TLS, so that no octet from before
 * can be taken for an answer after it. It reads on demand: what nobody waits for is held up to a small limit, then the
 * socket is paused. What was read before a command was said is no answer to it, and loses the connection. Once lost, it
 * stays lost for the same reason; whole replies to what was asked before are still handed out.
 *
 * Each reply has its own clock (RFC 5321, Section 4.5.3.2). Once a reply has begun it is given as long again, so that slow
 * lines do no harm, and one more octet every now and then does not hold anybody up for ever.
 */
import type { Socket } from 'node:net';
import { codeOf, type Lost, type LostCause, type Reply } from '../../../policy/smtp/reply.js';
import { startTimer } from './deadline.js';
import { type Answered, ReplyReader } from './reply-reader.js';
import { lostCause } from './socket-errors.js';

export type Heard = Reply | Lost;

const UNREAD_MAX = 4096;
/** "I am closing the channel": the one reply that a server may give unasked (RFC 5321, Section 3.8). */
const SHUTTING_DOWN = 421;

export function isLost(heard: Heard): heard is Lost {
  return 'kind' in heard;
}

export class Dialogue {
  readonly #socket: Socket;
  readonly #reader = new ReplyReader();
  #lost: LostCause | null = null;
  #waiting: ((heard: Heard) => void) | null = null;
  #stirred: (() => void) | null = null;
  #whenLost: (() => void) | null = null;
  #releaseAt: number | null = null;
  #released = false;
  #clock: NodeJS.Timeout | null = null;
  #isExtended = false;

  /** The caller keeps an `error` listener on the socket as long as it lives. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('drain', this.#onStir);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onEnd);
    socket.on('error', this.#onError);
    // What happened before anybody listened is not told again.
    if (socket.destroyed) this.lose(socket.errored ? lostCause(socket.errored) : 'closed');
  }

  get socket(): Socket {
    return this.#socket;
  }

  get lost(): LostCause | null {
    return this.#lost;
  }

  /** The loss and what was heard before it; only once it is lost. */
  get loss(): Lost {
    const { said } = this.#reader;
    return { kind: 'lost', cause: this.#lost ?? 'closed', ...(said !== '' && { said }) };
  }

  /** Whether the socket was handed over to TLS. */
  get released(): boolean {
    return this.#released;
  }

  /** Octets read behind the last reply handed out. */
  get unread(): number {
    return this.#reader.unread;
  }

  write(octets: string | Uint8Array): void {
    if (this.#lost === null) this.#socket.write(octets);
  }

  /**
   * Says commands to which no reply can have come yet. If there is one all the same, somebody speaks out of turn: whose answer
   * any later one is can no longer be told, and the connection is lost.
   */
  say(commands: string): void {
    this.refuseUnasked();
    this.#reader.expect('command');
    this.write(commands);
  }

  /** One command and its reply. */
  command(line: string, deadlineMs: number, answers: Answered = 'command'): Promise<Heard> {
    this.say(line);
    this.#reader.expect(answers);
    return this.#lost === null ? this.read(deadlineMs) : Promise.resolve(this.loss);
  }

  /** Whether something was heard that nobody asked for; the connection is lost then. */
  refuseUnasked(): boolean {
    // What the socket holds, and has not told yet, came before as well.
    if (!this.#released && this.#socket.readableLength > 0) this.#socket.read();
    if (!this.#reader.hasBegun) return false;
    this.#reader.close();
    this.lose(this.#reader.said.startsWith(`${SHUTTING_DOWN}`) ? 'closed' : 'malformed');
    return true;
  }

  /** The next reply. Only one may be awaited at a time. */
  read(deadlineMs: number): Promise<Heard> {
    this.#stopClock();
    const heard = this.poll();
    if (heard !== null) return Promise.resolve(heard);
    this.#isExtended = false;
    this.allow(deadlineMs);
    if (this.#socket.isPaused()) this.#socket.resume();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** As `command`, but a reply of that code is the last: from its last octet on the socket is no longer read here. */
  commandAndRelease(line: string, code: number, deadlineMs: number): Promise<Heard> {
    this.#releaseAt = code;
    return this.command(line, deadlineMs);
  }

  /** From now on the connection is lost if that time passes before the next reply, or before it is set anew. */
  allow(deadlineMs: number): void {
    if (this.#lost !== null) return;
    this.#stopClock();
    this.#clock = startTimer(deadlineMs, this.#onTime);
  }

  /** As `allow`, for the same time once more. */
  allowAgain(): void {
    this.#clock?.refresh();
  }

  /** The next reply, or the loss, if it is there already. */
  poll(): Heard | null {
    const next = this.#reader.next();
    if (next === null) return this.#lost === null ? null : this.loss;
    if (typeof next === 'string') {
      this.lose(next);
      return this.loss;
    }
    if (this.#releaseAt !== null && codeOf(next) === this.#releaseAt) this.release();
    return next;
  }

  /** Waits until the socket takes more, something was read, or the connection is lost. */
  async writable(): Promise<void> {
    if (this.#lost !== null || !this.#socket.writableNeedDrain) return;
    await this.#stir();
  }

  /** Writes octets and waits until all have left, something was read, or the connection is lost. */
  async flush(octets: Uint8Array): Promise<void> {
    if (this.#lost !== null) return;
    this.#socket.write(octets, this.#onStir);
    while (this.#lost === null && this.#socket.writableLength > 0 && !this.#reader.hasBegun)
      await this.#stir();
  }

  /** Waits until the connection is lost. */
  whenLost(): Promise<void> {
    if (this.#lost !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenLost = resolve;
    });
  }

  /** Ends the dialogue and the connection. */
  lose(cause: LostCause): void {
    if (this.#lost !== null) return;
    this.#lost = cause;
    this.#stopClock();
    this.#socket.destroy();
    this.#answer();
    this.#onStir();
    this.#whenLost?.();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#reader.push(chunk);
    if (this.#waiting !== null) this.#answer();
    else if (this.#reader.unread > UNREAD_MAX) this.#socket.pause();
    this.#onStir();
  };
  readonly #onEnd = (): void => this.lose('closed');
  readonly #onError = (error: Error): void => this.lose(lostCause(error));
  readonly #onStir = (): void => {
    const stirred = this.#stirred;
    this.#stirred = null;
    stirred?.();
  };
  readonly #onTime = (): void => {
    const mayExtend = this.#waiting !== null && !this.#isExtended && this.#reader.hasBegun;
    this.#isExtended = true;
    if (mayExtend) this.allowAgain();
    else this.lose('timeout');
  };

  #answer(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const heard = this.poll();
    if (heard === null || this.#waiting === null) return;
    this.#waiting = null;
    this.#stopClock();
    waiting(heard);
  }

  #stopClock(): void {
    clearTimeout(this.#clock ?? undefined);
    this.#clock = null;
  }

  #stir(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#stirred = resolve;
    });
  }

  /** Hands the socket over: it is paused, and no longer read here. */
  release(): void {
    this.#stopClock();
    this.#released = true;
    this.#socket.pause();
    this.#socket.off('data', this.#onData);
    this.#socket.off('drain', this.#onStir);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onEnd);
    this.#socket.off('error', this.#onError);
  }
}
