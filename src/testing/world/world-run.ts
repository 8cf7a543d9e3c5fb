/* What came of a simulated internet. */
import type { Scenario } from '../../adapters/scripted/index.js';
import type { BrokenLaw } from './tally.js';

export interface WorldRun {
  readonly seed: number;
  /** Recipients of the messages of the plan. */
  readonly delivered: number;
  readonly bounced: number;
  readonly expired: number;
  readonly waiting: number;
  readonly laws: { readonly held: number; readonly broken: readonly BrokenLaw[] };
  /** SHA-256 of all outcomes in order. */
  readonly digest: string;
  readonly attempts: number;
  /** How often each law had something to hold, by its number. */
  readonly checked: Readonly<Record<string, number>>;
  /** How often each fault, act of the attacker and change of a domain was met. */
  readonly happened: Readonly<Record<string, number>>;
  /** How often each row decided for a recipient. */
  readonly rows: Readonly<Record<string, number>>;
  /** Where a law was broken: the smallest scenario found that breaks it. */
  readonly plan?: Scenario;
}

/** By the text of the keys, whichever came first. */
export function inOrder(counts: ReadonlyMap<string | number, number>): Readonly<Record<string, number>> {
  const entries = [...counts].map(([key, count]) => [`${key}`, count] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
