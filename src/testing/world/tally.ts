/* What a run has seen: laws that were held and broken, what happened how often, and what became of everybody, in order. */
import { createHash } from 'node:crypto';
import type { Breach } from './laws/check-attempt.js';

export interface BrokenLaw extends Breach {
  readonly domain: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The number of the message; null: it is no matter of one message. */
  readonly message: number | null;
}

/** More are counted and not told. */
const TOLD_MAX = 20;

export class Tally {
  readonly broken: BrokenLaw[] = [];
  readonly brokenLaws = new Set<number>();
  /** How often each law had something to hold. */
  readonly checked = new Map<number, number>();
  /** How often each thing happened: faults, acts of the attacker, changes. */
  readonly happened = new Map<string, number>();
  /** How often each row decided. */
  readonly rows = new Map<string, number>();
  attempts = 0;

  check(law: number, times = 1): void {
    this.checked.set(law, (this.checked.get(law) ?? 0) + times);
  }

  breach(breach: BrokenLaw): void {
    this.brokenLaws.add(breach.law);
    if (this.broken.length < TOLD_MAX) this.broken.push(breach);
  }

  saw(what: string): void {
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1);
  }

  decided(row: string): void {
    this.rows.set(row, (this.rows.get(row) ?? 0) + 1);
  }
}

/** SHA-256 of lines, each message's in turn, in the order of messages. */
export class Digest {
  readonly #lines = new Map<number, string[]>();

  add(message: number, line: string): void {
    const lines = this.#lines.get(message);
    if (lines === undefined) this.#lines.set(message, [line]);
    else lines.push(line);
  }

  end(): string {
    const hash = createHash('sha256');
    const numbers = [...this.#lines.keys()].sort((a, b) => a - b);
    for (const number of numbers) hash.update(`${number}\n${this.#lines.get(number)!.join('\n')}\n`);
    return hash.digest('hex');
  }
}
