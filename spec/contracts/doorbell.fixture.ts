/* A doorbell in memory, for the contract and for those who use one. */
import type { Doorbell, RingListener } from '../../src/effects/queue-stores.js';

export interface MemoryDoorbell extends Doorbell {
  /** Ends all listening with that reason, and what rings meanwhile fails. */
  readonly breakDown: (why: string) => void;
  readonly repair: () => void;
  /** Of those that were kept, in how many milliseconds. */
  readonly rings: readonly number[];
}

export function memoryDoorbell(): MemoryDoorbell {
  const listeners = new Map<RingListener, (why: string | null) => void>();
  const kept = new Map<'now' | 'later', { isDue: boolean }>();
  const rings: number[] = [];
  let broken: string | null = null;
  const look = () => {
    const free = [...listeners.keys()].find(({ isFree }) => isFree());
    for (const [key, { isDue }] of kept) {
      if (free === undefined || !isDue) continue;
      kept.delete(key);
      free.onRung();
    }
  };
  return {
    rings,
    ring: async (inMs) => {
      if (broken !== null) throw new Error(broken);
      rings.push(inMs);
      const ring = { isDue: inMs === 0 };
      kept.set(ring.isDue ? 'now' : 'later', ring);
      look();
      if (ring.isDue) return;
      // A timer may end a part of a millisecond before a clock says so: it is asked for nothing.
      setTimeout(() => {
        ring.isDue = true;
        look();
      }, inMs).unref();
    },
    listen: (listener, signal) =>
      new Promise((resolve) => {
        const end = (why: string | null) => {
          listeners.delete(listener);
          resolve(why);
        };
        if (broken !== null || signal.aborted) return end(signal.aborted ? null : broken);
        signal.addEventListener('abort', () => end(null), { once: true });
        listeners.set(listener, end);
        listener.onHeard();
        look();
      }),
    breakDown: (why) => {
      broken = why;
      for (const end of listeners.values()) end(why);
    },
    repair: () => {
      broken = null;
    },
  };
}

/** One who listens, and counts what he hears. */
export class Ear {
  readonly #stop = new AbortController();
  readonly #over: Promise<string | null>;
  #wake: () => void = () => undefined;
  isHeard = false;
  rung = 0;

  constructor(doorbell: Doorbell, isFree = true) {
    this.#over = doorbell.listen(
      {
        onHeard: () => {
          this.isHeard = true;
          this.#wake();
        },
        onRung: () => {
          this.rung += 1;
          this.#wake();
        },
        isFree: () => isFree,
      },
      this.#stop.signal,
    );
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo())
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  heard(): Promise<void> {
    return this.until(() => this.isHeard);
  }

  /** Why it was over. */
  end(): Promise<string | null> {
    this.#stop.abort();
    return this.#over;
  }
}
