/*
 * Time that passes only when everybody waits. What is to happen stands in a heap by time, and by order of asking where times are equal;
 * between two happenings all promises are let run out, so that what runs in them runs at a time that stands still.
 */
import { Heap } from '../../adapters/memory/heap.js';
import type { Wait } from '../../effects/patience.js';

interface Happening {
  readonly at: number;
  readonly serial: number;
  act: (() => void) | null;
}

export class VirtualTime {
  #now: number;
  #serial = 0;
  readonly #heap = new Heap<Happening>(
    (one, other) => one.at < other.at || (one.at === other.at && one.serial < other.serial),
  );

  /** Milliseconds since 1970. */
  constructor(start: number) {
    this.#now = start;
  }

  get now(): number {
    return this.#now;
  }

  /** Answers how to take it back. */
  schedule(at: number, act: () => void): () => void {
    const happening: Happening = { at: Math.max(at, this.#now), serial: this.#serial++, act };
    this.#heap.add(happening);
    return () => {
      happening.act = null;
    };
  }

  /** Waits in this time. */
  readonly wait: Wait = (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = () => {
        signal.removeEventListener('abort', end);
        cancel();
        resolve();
      };
      const cancel = this.schedule(this.#now + ms, end);
      signal.addEventListener('abort', end, { once: true });
    });

  /** Lets happen what is to happen until that time, or until nothing is left. Rejects with what an act throws. */
  async runUntil(end: number): Promise<void> {
    await drained();
    for (let next = this.#heap.first; next !== undefined && next.at <= end; next = this.#heap.first) {
      this.#heap.removeFirst();
      if (next.act === null) continue;
      this.#now = next.at;
      next.act();
      await drained();
    }
    this.#now = Math.max(this.#now, end);
  }
}

/** Resolves once no promise has anything left to do: Node empties the queue of microtasks before it turns to these. */
function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
