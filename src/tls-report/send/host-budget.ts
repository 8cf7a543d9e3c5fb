const HOUR_MS = 3_600_000;

/** How many reports a host may still get, so that records of many domains cannot make us flood one (RFC 8460, Section 7). */
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

  /** Takes one, if there is one left in this hour. */
  take(host: string): 'granted' | 'exhausted' {
    const now = this.#clock();
    if (now - this.#since >= HOUR_MS || now < this.#since) {
      this.#since = now;
      this.#spent = new Map();
    }
    const spent = this.#spent.get(host) ?? 0;
    if (spent >= this.#perHourMax) return 'exhausted';
    this.#spent.set(host, spent + 1);
    return 'granted';
  }
}
