/*
 * Between a queue and a doorbell that others hear, too. It rings where there may be more than this process takes up, and is rung by others
 * while this one has room. Nobody waits for it, and all that its failures cost is that somebody looks later.
 */
import type { Wait } from '../../effects/patience.js';
import type { Doorbell } from '../../effects/queue-stores.js';
import type { Bell } from './bell.js';

export interface DoorkeeperOptions {
  readonly doorbell: Doorbell | undefined;
  /** Of this process. */
  readonly bell: Bell;
  readonly wait: Wait;
  readonly isFree: () => boolean;
  /** Told when it changes whether rings are heard, or why they are not. */
  readonly onChange: (state: DoorbellState) => void;
}

/** Whether rings are heard. */
export type DoorbellState = { readonly kind: 'heard' } | { readonly kind: 'unheard'; readonly why: string };

/** Rings in so short a time are one. */
const TOGETHER_MS = 250;
/** What did not work is tried again behind so much time. */
const AGAIN_MS = 10_000;
/** What is due sooner is not worth a ring: who knows of it wakes by himself. */
const LATER_MS_MIN = 1_000;

export class Doorkeeper {
  readonly #options: DoorkeeperOptions;
  readonly #ended = new AbortController();
  #state: DoorbellState = { kind: 'unheard', why: '' };
  #wantedMs = Number.POSITIVE_INFINITY;
  #ringing: Promise<void> | null = null;
  #rungFor: number | null = null;

  constructor(options: DoorkeeperOptions) {
    this.#options = options;
  }

  get isHeard(): boolean {
    return this.#state.kind === 'heard';
  }

  /** In so many milliseconds somebody else is to look. */
  ring(inMs = 0): void {
    if (this.#options.doorbell === undefined) return;
    this.#wantedMs = Math.min(this.#wantedMs, inMs);
    this.#ringing ??= this.#ringOut(this.#options.doorbell);
  }

  /** This process knows when something is due; others may not before they look, in so many milliseconds. Rings once for each time. */
  ringAt(due: number, now: number, lookEveryMs: number): void {
    if (due === this.#rungFor || due - now < LATER_MS_MIN || due - now > lookEveryMs) return;
    this.#rungFor = due;
    this.ring(due - now);
  }

  /** Listens until the signal aborts. Never rejects. */
  async listen(signal: AbortSignal): Promise<void> {
    const { doorbell, bell, wait, isFree } = this.#options;
    if (doorbell === undefined) return;
    const listener = {
      isFree,
      onHeard: () => this.#become({ kind: 'heard' }),
      onRung: () => bell.ring(),
    };
    while (!signal.aborted) {
      const why = await doorbell.listen(listener, signal);
      if (why !== null) this.#become({ kind: 'unheard', why });
      // From now on it is looked for more often.
      bell.ring();
      await wait(AGAIN_MS, signal);
    }
  }

  /** As the last that is done: what is left is for others. Never rejects. */
  async end(): Promise<void> {
    this.ring();
    this.#ended.abort('ended');
    await this.#ringing;
  }

  async #ringOut(doorbell: Doorbell): Promise<void> {
    const { wait } = this.#options;
    while (this.#wantedMs < Number.POSITIVE_INFINITY) {
      const inMs = this.#wantedMs;
      this.#wantedMs = Number.POSITIVE_INFINITY;
      // Whether it works is told by those who listen.
      const pauseMs = await doorbell.ring(inMs).then(
        () => TOGETHER_MS,
        () => AGAIN_MS,
      );
      await wait(pauseMs, this.#ended.signal);
    }
    this.#ringing = null;
  }

  #become(state: DoorbellState): void {
    const before = this.#state;
    this.#state = state;
    const isSame =
      state.kind === 'heard' ? before.kind === 'heard' : 'why' in before && before.why === state.why;
    if (!isSame) this.#options.onChange(state);
  }
}
