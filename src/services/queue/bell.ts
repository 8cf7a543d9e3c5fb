import type { Wait } from '../../effects/patience.js';

/** Waits until somebody rings, a time is over, or a signal aborts. What was rung while nobody waited is heard by the next one. */
export class Bell {
  readonly #wait: Wait;
  #isRung = false;
  #wake: (() => void) | null = null;

  constructor(wait: Wait) {
    this.#wait = wait;
  }

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isRung && !signal.aborted) {
      const rung = new AbortController();
      this.#wake = () => rung.abort('rung');
      signal.addEventListener('abort', this.#wake, { once: true });
      // A reason of our own, because making one costs more than all the rest.
      await this.#wait(Math.max(0, ms), rung.signal);
      signal.removeEventListener('abort', this.#wake);
    }
    this.#wake = null;
    this.#isRung = false;
  }
}
