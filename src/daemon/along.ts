import { waitByTimer } from '../engine/wait-by-timer.js';

/** How long it waits for company, in milliseconds. */
const ALONE_MS = 1_000;

/** What need not be written by itself goes along with what has to be, so that both share a transaction. */
export class Along {
  #going = new AbortController();
  #isOver = false;

  /** Resolves when something is written, or behind a second. Never rejects. */
  readonly next = async (): Promise<void> => {
    if (!this.#isOver) await waitByTimer(ALONE_MS, this.#going.signal);
  };

  /** Something is being written. */
  go(): void {
    // A reason of our own, because making one costs more than all the rest.
    this.#going.abort('going');
    this.#going = new AbortController();
  }

  /** From now on nothing waits. */
  end(): void {
    this.#isOver = true;
    this.go();
  }
}
