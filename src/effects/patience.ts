/*
 * How long one question is waited for: until its answer comes, the caller wants no more, or the attempt's own deadline
 * passes. An attempt asks a dozen questions under one deadline, so they share a timer and a listener on the caller's
 * signal; with the attempt both are taken back, so that nothing stays on that signal.
 */
import type { MessageSource } from './ports.js';

/** Resolves after that many milliseconds, or as soon as the signal aborts. Never rejects. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export interface Patience {
  /** For the adapter. */
  readonly signal: AbortSignal;
  /** The answer, or that waiting for it is over, whatever comes first. Rejects as the answer does. */
  orOver<T>(answer: Promise<T>): Promise<T | 'aborted'>;
}

export interface PatienceUntilRead extends Pick<Patience, 'signal'> {
  /** The same message; once it has been read to its end, only the caller ends the waiting. */
  untilRead(message: MessageSource): MessageSource;
  /** Nobody waits for this question any more. */
  end(): void;
}

/** Those who wait until the same moment are stopped together. */
class Waiting implements Patience {
  readonly #given = new AbortController();
  readonly #whenOver: (() => void)[] = [];
  readonly signal = this.#given.signal;
  /** Null: only the caller ends it. */
  untilAt: number | null;

  constructor(untilAt: number | null) {
    this.untilAt = untilAt;
  }

  orOver<T>(answer: Promise<T>): Promise<T | 'aborted'> {
    return new Promise((resolve, reject) => {
      // It may have been over before there was an answer to wait for: whoever is asked may be who stops it.
      if (this.signal.aborted) resolve('aborted');
      else this.#whenOver.push(() => resolve('aborted'));
      answer.then(resolve, reject);
    });
  }

  stop(): void {
    for (const giveUp of this.#whenOver) giveUp();
    this.#given.abort();
  }
}

/** The longest that a timer bears, in milliseconds. */
const WAIT_MS_MAX = 2 ** 31 - 1;

/** How often a timer may come early. One that does not wait at all would keep everything else from running. */
const EARLY_MAX = 1000;

/** What an attempt waits for. */
export class Vigil {
  readonly #signal: AbortSignal | undefined;
  readonly #clock: () => number;
  readonly #wait: Wait | undefined;
  readonly #open = new Set<Waiting>();
  /** Of those in it, by the moment. */
  readonly #shared = new Map<number | null, Waiting>();
  /** Deadlines that have a timer, and what takes the timers back; null: there was none. */
  readonly #watched = new Set<number>();
  #off: AbortController | null = null;

  constructor({
    signal,
    clock,
    wait,
  }: { readonly signal?: AbortSignal; readonly clock: () => number; readonly wait?: Wait }) {
    this.#signal = signal;
    this.#clock = clock;
    this.#wait = wait;
    signal?.addEventListener('abort', this.#stopAll, { once: true });
  }

  /**
   * For a question. `untilAt`: milliseconds since 1970, as the clock has them; null: only the caller ends it. Questions that wait until the
   * same moment share what tells them, because to make that is dearer than most of them are.
   */
  patience(untilAt: number | null): Patience {
    const isLate = untilAt !== null && untilAt <= this.#clock();
    const waiting = (isLate ? undefined : this.#shared.get(untilAt)) ?? this.#begin(untilAt);
    if (!waiting.signal.aborted) this.#shared.set(untilAt, waiting);
    return waiting;
  }

  /** For a question that, once its message has been read, only the caller stops. */
  patienceUntilRead(untilAt: number | null): PatienceUntilRead {
    if (untilAt === null)
      return { signal: this.patience(null).signal, untilRead: (message) => message, end: () => undefined };
    const waiting = this.#begin(untilAt);
    return {
      signal: waiting.signal,
      untilRead: (message) => () => readThrough(message, () => (waiting.untilAt = null)),
      end: () => this.#open.delete(waiting),
    };
  }

  #begin(untilAt: number | null): Waiting {
    const waiting = new Waiting(untilAt);
    if (this.#signal?.aborted || (untilAt !== null && untilAt <= this.#clock())) waiting.stop();
    else this.#await(waiting);
    return waiting;
  }

  /** Takes back whatever was set up. */
  end(): void {
    // A reason of our own, because making one costs more than all the rest.
    this.#off?.abort('ended');
    this.#signal?.removeEventListener('abort', this.#stopAll);
  }

  #await(waiting: Waiting): void {
    const { untilAt } = waiting;
    this.#open.add(waiting);
    if (untilAt === null || this.#wait === undefined || this.#watched.has(untilAt)) return;
    this.#watched.add(untilAt);
    this.#off ??= new AbortController();
    void this.#stopAt(untilAt, this.#wait, this.#off.signal);
  }

  /** A timer may come early, so the clock has the last word. Where there is none, the deadline is looked at when a question is asked. */
  async #stopAt(untilAt: number, wait: Wait, off: AbortSignal): Promise<void> {
    let early = 0;
    for (let leftMs = untilAt - this.#clock(); leftMs > 0; leftMs = untilAt - this.#clock()) {
      const waited = await waitBy(wait, Math.min(Math.ceil(leftMs), WAIT_MS_MAX), off);
      if (off.aborted || waited === 'failed' || ++early > EARLY_MAX) return;
    }
    // Should the clock go back, whoever asks then is given a timer again.
    this.#watched.delete(untilAt);
    this.#shared.delete(untilAt);
    for (const waiting of [...this.#open]) if (waiting.untilAt === untilAt) waiting.stop();
  }

  readonly #stopAll = (): void => {
    for (const waiting of [...this.#open]) waiting.stop();
  };
}

/** Those of Node reject when they are taken back; whoever brings one may have thought of that or not. */
async function waitBy(wait: Wait, ms: number, off: AbortSignal): Promise<'waited' | 'failed'> {
  try {
    await wait(ms, off);
    return 'waited';
  } catch {
    return 'failed';
  }
}

async function* readThrough(message: MessageSource, read: () => void): AsyncGenerator<Uint8Array> {
  yield* message();
  read();
}
