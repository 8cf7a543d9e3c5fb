const HOUR_MS = 3_600_000;

/**
 * How many reports a host may still get, so that records of many domains cannot make us flood one (RFC 8460, Section 7). A host
 * is each of its names and addresses, because a stranger has as many names for it as he likes.
 */
export class HostBudget {
  readonly #perHourMax: number;
  readonly #clock: () => number;
  #since: number;
  #spent = new Map<string, number>();

  constructor(perHourMax: number, clock: () => number) {
    this.#perHourMax = perHourMax;
    this.#clock = clock;
    this.#since = clock();
  }

  /** Takes one of each of the names, if there is one left for all of them in this hour. */
  take(...names: readonly string[]): 'granted' | 'exhausted' {
    const now = this.#clock();
    if (now - this.#since >= HOUR_MS || now < this.#since) {
      this.#since = now;
      this.#spent = new Map();
    }
    const spentOn = (name: string) => this.#spent.get(name) ?? 0;
    if (names.some((name) => spentOn(name) >= this.#perHourMax)) return 'exhausted';
    for (const name of new Set(names)) this.#spent.set(name, spentOn(name) + 1);
    return 'granted';
  }
}
