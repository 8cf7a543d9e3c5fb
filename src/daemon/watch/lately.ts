/* What this process has done in the last hour, minute by minute: how much passed, and what kept the rest. */
import { domainPart } from '../../policy/names/mailbox.js';
import type { QueueOutcome } from '../../services/queue/index.js';

/** `taken`: messages at the doors; the others are recipients. */
export type Passed = 'taken' | QueueOutcome['outcome'];

/** Why recipients of a domain had to wait, and how often they were told so. */
export interface Kept {
  readonly domain: string;
  readonly row: string;
  readonly why: string;
  readonly times: number;
}

const MINUTE_MS = 60_000;
const KEPT_MINUTES = 60;
/** Reasons of one minute that are told apart, by domain and row. */
const REASONS_MAX = 1_000;

interface Minute {
  readonly passed: Map<Passed, number>;
  readonly kept: Map<string, Kept>;
}

export class Lately {
  readonly #clock: () => number;
  readonly #minutes = new Map<number, Minute>();

  /** `clock`: in milliseconds since 1970. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  taken(): void {
    this.#count('taken');
  }

  outcome({ outcome, recipient, turn }: QueueOutcome): void {
    const { kept } = this.#count(outcome);
    if (outcome !== 'deferred' && outcome !== 'delayed') return;
    const { row, why } = turn.word?.because ?? turn.decision;
    const domain = domainPart(recipient);
    const key = `${domain} ${row}`;
    if (!kept.has(key) && kept.size >= REASONS_MAX) return;
    kept.set(key, { domain, row, why, times: (kept.get(key)?.times ?? 0) + 1 });
  }

  /** How many there were in so many minutes, the one that has begun included. */
  passed(minutes: number): Readonly<Partial<Record<Passed, number>>> {
    const sum: Partial<Record<Passed, number>> = {};
    for (const { passed } of this.#last(minutes))
      for (const [what, count] of passed) sum[what] = (sum[what] ?? 0) + count;
    return sum;
  }

  /** What kept most in the last hour, most first. */
  kept(reasonsMax: number): readonly Kept[] {
    const sums = new Map<string, Kept>();
    for (const { kept } of this.#last(KEPT_MINUTES))
      for (const [key, each] of kept)
        sums.set(key, { ...each, times: each.times + (sums.get(key)?.times ?? 0) });
    return [...sums.values()].sort((a, b) => b.times - a.times).slice(0, reasonsMax);
  }

  #count(what: Passed): Minute {
    const now = this.#now();
    const minute = this.#minutes.get(now) ?? { passed: new Map(), kept: new Map() };
    this.#minutes.set(now, minute);
    // Those of a clock that was set back as well.
    for (const at of this.#minutes.keys()) if (Math.abs(at - now) >= KEPT_MINUTES) this.#minutes.delete(at);
    minute.passed.set(what, (minute.passed.get(what) ?? 0) + 1);
    return minute;
  }

  #last(minutes: number): readonly Minute[] {
    const now = this.#now();
    return [...this.#minutes].flatMap(([at, minute]) => (at <= now && at > now - minutes ? [minute] : []));
  }

  #now(): number {
    return Math.floor(this.#clock() / MINUTE_MS);
  }
}
