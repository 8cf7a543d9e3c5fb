import { createHash } from 'node:crypto';
import { LAWS } from './laws/laws.js';
import type { ShardRun } from './run-shard.js';
import { inOrder, type WorldRun } from './world-run.js';

/** The shards as one. */
export function joinShards(seed: number, shards: readonly ShardRun[]): WorldRun {
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
    laws: { held: Object.keys(LAWS).length - new Set(broken.map(({ law }) => law)).size, broken },
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
