/** What may be left of an allowance, by kind. */
export interface Allowances {
  /** Octets that are looked at, each time that they are unpacked anew. */
  readonly octets: number;
  readonly reports: number;
  /** Policies and failures in reports. */
  readonly entries: number;
}

/** Enough for a year of reports from every large sender; a few gigabytes of memory would not be. */
export const RUN_ALLOWANCES: Allowances = { octets: 1_073_741_824, reports: 50_000, entries: 200_000 };

/** How much work reading may still be, over all sources of a run: strangers say how much there is. */
export class Allowance {
  private left: { -readonly [K in keyof Allowances]: number };

  constructor(allowances: Allowances = RUN_ALLOWANCES) {
    this.left = { ...allowances };
  }

  /** Whether one of them has been used up. */
  get isSpent(): boolean {
    return this.left.octets <= 0 || this.left.reports <= 0 || this.left.entries <= 0;
  }

  get octetsLeft(): number {
    return Math.max(0, this.left.octets);
  }

  spend(kind: keyof Allowances, amount: number): void {
    this.left[kind] -= amount;
  }
}
