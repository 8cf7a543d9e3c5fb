/*
 * An attempt whose connections somebody else makes. It is the attempt that a delivery would be, by the same programs; it begins
 * when it is first asked what to do, goes on with each answer, and what nobody did when it is finished was not tried.
 */
import type { AnswerOf } from '../../effects/catalog.js';
import type { JournalEntry } from '../../effects/journal.js';
import type { SessionEffect } from '../../effects/ports.js';
import type { AttemptResult } from '../../policy/attempt/types.js';
import { Desk, type SessionAsk } from './desk.js';

/** What is to be done next, and at which host. */
export interface Pending {
  readonly ask: SessionAsk;
  readonly host: string;
  /** The number of the run with that host, from 0. */
  readonly run: number;
}

export interface Ended {
  readonly result: AttemptResult;
  readonly entries: readonly JournalEntry[];
}

/** Carries the attempt out, with the desk's connections. Never rejects. */
export type CarryOut = (
  desk: Desk,
  onEntry: (entry: JournalEntry) => void,
  stopped: AbortSignal,
) => Promise<Ended>;

export class AttemptInHand {
  readonly #desk = new Desk();
  readonly #stop = new AbortController();
  readonly #carryOut: CarryOut;
  readonly #signal: AbortSignal | undefined;
  readonly #entries: JournalEntry[] = [];
  #ended: Promise<Ended> | null = null;
  readonly #hosts: string[] = [];

  /** `signal`: of the caller; when it aborts, nothing more is to be done. */
  constructor(carryOut: CarryOut, signal?: AbortSignal) {
    this.#carryOut = carryOut;
    this.#signal = signal;
  }

  /** What was asked and answered so far. */
  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** What is to be done; null: nothing more. */
  async pending(): Promise<Pending | null> {
    this.#begin();
    const ask = await this.#desk.next();
    return ask && { ask, host: this.#hosts.at(-1)!, run: this.#hosts.length - 1 };
  }

  /** Answers what is to be done, and says what is to be done then. */
  give<K extends SessionEffect>(answer: AnswerOf<K>): Promise<Pending | null> {
    this.#desk.give<K>(answer);
    return this.pending();
  }

  /** The end; whatever is still to be done is not tried. A farewell is none of it. */
  async end(): Promise<Ended> {
    const ended = this.#begin();
    let pending = await this.pending();
    if (pending?.ask.type === 'smtp.quit') pending = await this.give<'smtp.quit'>({ kind: 'closed' });
    if (pending !== null) this.#stop.abort();
    return ended;
  }

  #begin(): Promise<Ended> {
    this.#ended ??= this.#run();
    return this.#ended;
  }

  async #run(): Promise<Ended> {
    const stop = () => this.#stop.abort();
    this.#signal?.addEventListener('abort', stop, { once: true });
    if (this.#signal?.aborted) stop();
    const note = (entry: JournalEntry) => {
      this.#entries.push(entry);
      if (entry.kind === 'run') this.#hosts.push(entry.host);
    };
    try {
      return await this.#carryOut(this.#desk, note, this.#stop.signal);
    } finally {
      this.#signal?.removeEventListener('abort', stop);
      this.#desk.close();
    }
  }
}
