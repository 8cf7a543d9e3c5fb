/*
 * Octets that nobody reads any more: a crash leaves them between the file and the row, or between the end of a message and their own. Each is
 * seen twice before it goes, and an hour lies in between, in which this process was well all the time: so none goes that an
 * acceptance or a settlement may still name.
 */
import type { BodyStore, QueueStore } from '../../effects/queue-stores.js';

export interface SweepOptions {
  readonly store: Pick<QueueStore, 'among'>;
  readonly bodies: Pick<BodyStore, 'list' | 'remove'>;
  /** Milliseconds since some moment; nobody sets this clock. */
  readonly elapsed: () => number;
}

export const ORPHAN_MS = 3_600_000;
/** Those that wait to be seen a second time, at most. */
const SUSPECTS_MAX = 10_000;

export class Sweep {
  readonly #options: SweepOptions;
  /** When each was first seen. */
  readonly #suspects = new Map<string, number>();
  #page: string | null = null;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** Looks at the next page of what is kept. Answers how many have gone. Rejects where that cannot be read. */
  async step(): Promise<number> {
    const { store, bodies, elapsed } = this.#options;
    const { ids, next } = await bodies.list(this.#page);
    this.#page = next;
    const named = new Set(await store.among(ids));
    const now = elapsed();
    const old: string[] = [];
    for (const id of ids) {
      const since = this.#suspects.get(id);
      if (named.has(id)) this.#suspects.delete(id);
      else if (since !== undefined && now - since >= ORPHAN_MS) old.push(id);
      else if (since === undefined && this.#suspects.size < SUSPECTS_MAX) this.#suspects.set(id, now);
    }
    await bodies.remove(old);
    for (const id of old) this.#suspects.delete(id);
    return old.length;
  }

  /** To be called whenever this process, or its store, was away: what it was about to name may be among them. */
  forget(): void {
    this.#suspects.clear();
  }
}
