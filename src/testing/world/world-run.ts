/* What came of a simulated internet, and of its shards together. */
import { createHash } from 'node:crypto';
import type { Scenario } from '../../adapters/scripted/index.js';
import type { ShardRun } from './run-shard.js';
import { type BrokenLaw, LAWS } from './tally.js';

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

/** The shards as one. */
export function together(seed: number, shards: readonly ShardRun[]): WorldRun {
  const sum = (count: (shard: ShardRun) => number) =>
    shards.reduce((total, shard) => total + count(shard), 0);
  const broken = shards.flatMap(({ laws }) => laws.broken);
  const plan = shards.find((shard) => shard.plan !== null)?.plan ?? null;
  return {
    seed,
    delivered: sum(({ delivered }) => delivered),
    bounced: sum(({ bounced }) => bounced),
    expired: sum(({ expired }) => expired),
    waiting: sum(({ waiting }) => waiting),
    laws: { held: LAWS.length - new Set(broken.map(({ law }) => law)).size, broken },
    digest: createHash('sha256')
      .update(shards.map(({ digest }) => `${digest}\n`).join(''))
      .digest('hex'),
    attempts: sum(({ attempts }) => attempts),
    checked: added(shards.map(({ checked }) => checked)),
    happened: added(shards.map(({ happened }) => happened)),
    rows: added(shards.map(({ rows }) => rows)),
    ...(plan === null ? {} : { plan }),
  };
}

function added(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const each of counts)
    for (const [key, count] of Object.entries(each)) sums.set(key, (sums.get(key) ?? 0) + count);
  return inOrder(sums);
}

/** By the text of the keys, whichever came first. */
export function inOrder(counts: ReadonlyMap<string | number, number>): Readonly<Record<string, number>> {
  const entries = [...counts].map(([key, count]) => [`${key}`, count] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
