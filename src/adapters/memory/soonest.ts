import { Heap } from './heap.js';

/** Names with a time each; those whose time has come are found without a look at the others. Clocks may go back. */
export class Soonest {
  readonly #times = new Map<string, number>();
  /** A heap by time. What has another time by now is passed over when it comes up. */
  readonly #heap = new Heap<{ readonly time: number; readonly name: string }>(
    (one, other) => one.time < other.time,
  );
  readonly #come = new Set<string>();

  /** Null: the name has no time any more. */
  set(name: string, time: number | null): void {
    if (time === (this.#times.get(name) ?? null)) return;
    this.#come.delete(name);
    if (time === null) {
      this.#times.delete(name);
      return;
    }
    this.#times.set(name, time);
    this.#heap.add({ time, name });
  }

  /** Those whose time is not behind that one, in no order. */
  upTo(now: number): readonly string[] {
    for (let top = this.#top(); top !== undefined && top.time <= now; top = this.#top()) {
      this.#heap.removeFirst();
      this.#come.add(top.name);
    }
    return [...this.#come].filter((name) => this.#times.get(name)! <= now);
  }

  /** The soonest time; null: there is none. */
  first(): number | null {
    const times = [...this.#come].map((name) => this.#times.get(name)!);
    const top = this.#top();
    if (top !== undefined) times.push(top.time);
    return times.length === 0 ? null : times.reduce((least, time) => Math.min(least, time));
  }

  #top() {
    for (let top = this.#heap.first; top !== undefined; top = this.#heap.first) {
      if (this.#times.get(top.name) === top.time && !this.#come.has(top.name)) return top;
      this.#heap.removeFirst();
    }
    return undefined;
  }
}
