/*
 * Time that passes only when everybody waits. What is to happen stands in a heap by time, and by order of asking where times are equal;
 * between two happenings all promises are let run out, so that what runs in them runs at a time that stands still.
 */
import type { Wait } from '../../effects/patience.js';

interface Happening {
  readonly at: number;
  readonly serial: number;
  act: (() => void) | null;
}

export class VirtualTime {
  #now: number;
  #serial = 0;
  readonly #heap: Happening[] = [];

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
    this.#push(happening);
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
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      if (next.act === null) continue;
      this.#now = next.at;
      next.act();
      await drained();
    }
    this.#now = Math.max(this.#now, end);
  }

  #isBefore(one: Happening, other: Happening): boolean {
    return one.at < other.at || (one.at === other.at && one.serial < other.serial);
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let at = heap.push(happening) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#isBefore(heap[above]!, happening)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = happening;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const least = left + 1 < heap.length && this.#isBefore(heap[left + 1]!, heap[left]!) ? left + 1 : left;
      if (this.#isBefore(last, heap[least]!)) break;
      heap[at] = heap[least]!;
      at = least;
    }
    heap[at] = last;
  }
}

/** Resolves once no promise has anything left to do: Node empties the queue of microtasks before it turns to these. */
function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
