/** A map that forgets what was used least recently, as soon as there is too much of it, by count or by weight. */
export class RecentMap<K, V> {
  readonly #entries = new Map<K, { readonly value: V; readonly weight: number }>();
  readonly #sizeMax: number;
  readonly #weightMax: number;
  #weight = 0;

  constructor(sizeMax: number, weightMax = Number.POSITIVE_INFINITY) {
    this.#sizeMax = Math.max(1, sizeMax);
    this.#weightMax = weightMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** What weighs more than all may is not kept. */
  set(key: K, value: V, weight = 0): void {
    this.#drop(key);
    if (weight > this.#weightMax) return;
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#sizeMax && this.#weight <= this.#weightMax) return;
      this.#drop(oldest);
    }
  }

  #drop(key: K): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0;
    this.#entries.delete(key);
  }
}
