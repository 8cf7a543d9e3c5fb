/** Names with a time each; those whose time has come are found without a look at the others. Clocks may go back. */
export class Soonest {
  readonly #times = new Map<string, number>();
  /** A heap by time. What has another time by now is passed over when it comes up. */
  readonly #heap: { readonly time: number; readonly name: string }[] = [];
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
    this.#push({ time, name });
  }

  /** Those whose time is not behind that one, in no order. */
  upTo(now: number): readonly string[] {
    for (let top = this.#top(); top !== undefined && top.time <= now; top = this.#top()) {
      this.#pop();
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
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#times.get(top.name) === top.time && !this.#come.has(top.name)) return top;
      this.#pop();
    }
    return undefined;
  }

  #push(entry: { readonly time: number; readonly name: string }): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heap[above]!.time <= entry.time) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const least = left + 1 < heap.length && heap[left + 1]!.time < heap[left]!.time ? left + 1 : left;
      if (heap[least]!.time >= last.time) break;
      heap[at] = heap[least]!;
      at = least;
    }
    heap[at] = last;
  }
}
