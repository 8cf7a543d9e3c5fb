/*
 * A memory of a bounded number of entries and octets: the least recently used makes room. Sizes are estimates, from the
 * entry's text form, and on the high side; what would not fit by itself is not kept.
 */

export interface MemoryBounds {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

/** What an entry costs besides its texts. */
const OVERHEAD_OCTETS = 256;
const OCTETS_PER_CHARACTER = 2;

interface Entry<V> {
  readonly value: V;
  readonly octets: number;
  readonly from: number;
  readonly until: number;
}

/** Found values come with how long ago they were put in. */
export interface Remembered<V> {
  readonly value: V;
  readonly ageMs: number;
}

export class BoundedMemory<V> {
  readonly #entries = new Map<string, Entry<V>>();
  readonly #bounds: MemoryBounds;
  #octets = 0;

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
  }

  /** Times are in milliseconds, and of one clock. A clock that was put back makes an entry void, not eternal. */
  get(key: string, now: number): Remembered<V> | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (now >= entry.until || now < entry.from) {
      this.#forget(key, entry);
      return null;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return { value: entry.value, ageMs: now - entry.from };
  }

  put(key: string, value: V, now: number, lifeMs: number): void {
    const before = this.#entries.get(key);
    if (before !== undefined) this.#forget(key, before);
    const octets = OVERHEAD_OCTETS + OCTETS_PER_CHARACTER * (key.length + JSON.stringify(value).length);
    if (!(lifeMs > 0) || octets > this.#bounds.bytesMax) return;
    this.#entries.set(key, { value, octets, from: now, until: now + lifeMs });
    this.#octets += octets;
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#bounds.entriesMax && this.#octets <= this.#bounds.bytesMax) break;
      this.#forget(oldest, entry);
    }
  }

  #forget(key: string, entry: Entry<V>): void {
    this.#entries.delete(key);
    this.#octets -= entry.octets;
  }
}
