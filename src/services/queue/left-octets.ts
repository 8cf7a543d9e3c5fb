import type { BodyStore } from '../../effects/queue-stores.js';

/** Removed in one transaction at most. */
const BATCH_MAX = 500;
/** What waits to be removed, at most. */
const IDS_MAX = 100_000;

/**
 * The octets of messages that have ended, which nobody reads again, though it is shown for days what became of them. They go in sets, now
 * and then; what a crash, a fault or the bound leaves there is swept up.
 */
export class LeftOctets {
  readonly #bodies: Pick<BodyStore, 'remove'>;
  #ids = new Set<string>();

  constructor(bodies: Pick<BodyStore, 'remove'>) {
    this.#bodies = bodies;
  }

  add(id: string): void {
    if (this.#ids.size < IDS_MAX) this.#ids.add(id);
  }

  /** Rejects where they cannot be removed. */
  async clearOut(): Promise<void> {
    const ids = [...this.#ids];
    this.#ids = new Set();
    for (let from = 0; from < ids.length; from += BATCH_MAX)
      await this.#bodies.remove(ids.slice(from, from + BATCH_MAX));
  }
}
