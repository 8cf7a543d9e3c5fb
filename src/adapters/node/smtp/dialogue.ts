/*
 * Commands and replies over one socket, in clear or under TLS. A new one begins with TLS, so that no octet from before
 * can be taken for an answer after it. It reads on demand: what nobody waits for is held up to a small limit, then the
 * socket is paused. Once lost, it stays lost for the same reason; whole replies read before are still handed out.
 */
import type { Socket } from 'node:net';
import type { Lost, LostCause, Reply } from '../../../policy/smtp/reply.js';
import { ReplyReader } from './reply-reader.js';
import { lostCause } from './socket-errors.js';

export type Heard = Reply | Lost;

const UNREAD_MAX = 4096;

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

  /** The caller keeps an `error` listener on the socket as long as it lives. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('drain', this.#onDrain);
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

  /** The next reply. Only one may be awaited at a time. */
  read(): Promise<Heard> {
    const heard = this.poll();
    if (heard !== null) return Promise.resolve(heard);
    if (this.#socket.isPaused()) this.#socket.resume();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** As `read`, but a reply of that code is the last: from its last octet on the socket is no longer read here. */
  readAndRelease(code: number): Promise<Heard> {
    this.#releaseAt = code;
    return this.read();
  }

  /** The next reply, or the loss, if it is there already. */
  poll(): Heard | null {
    const next = this.#reader.next();
    if (next === null) return this.#lost === null ? null : { kind: 'lost', cause: this.#lost };
    if (typeof next === 'string') {
      this.lose(next);
      return { kind: 'lost', cause: this.#lost ?? next };
    }
    if (next.code === this.#releaseAt) this.#release();
    return next;
  }

  /** Waits until the socket takes more, something was read, or the connection is lost. */
  async writable(): Promise<void> {
    if (this.#lost !== null || !this.#socket.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      this.#stirred = resolve;
    });
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
    this.#socket.destroy();
    this.#answer();
    this.#stir();
    this.#whenLost?.();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#reader.push(chunk);
    if (this.#waiting !== null) this.#answer();
    else if (this.#reader.unread > UNREAD_MAX) this.#socket.pause();
    this.#stir();
  };
  readonly #onDrain = (): void => this.#stir();
  readonly #onEnd = (): void => this.lose('closed');
  readonly #onError = (error: Error): void => this.lose(lostCause(error));

  #answer(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const heard = this.poll();
    if (heard === null) return;
    this.#waiting = null;
    waiting(heard);
  }

  #stir(): void {
    const stirred = this.#stirred;
    this.#stirred = null;
    stirred?.();
  }

  #release(): void {
    this.#released = true;
    this.#socket.pause();
    this.#socket.off('data', this.#onData);
    this.#socket.off('drain', this.#onDrain);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onEnd);
    this.#socket.off('error', this.#onError);
  }
}
