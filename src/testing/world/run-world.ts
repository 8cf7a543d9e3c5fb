/*
 * A simulated internet: the real queue over a store in memory, the real machines for every attempt, in a time that passes only when everybody waits.
 * Its mail comes to a few mail servers, each a shard that knows nothing of the others, so that a machine with several cores takes several at once; how
 * many there are does not depend on the machine, and so neither does the digest.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { strictObject } from '../../effects/codecs/strict-object.js';
import { anything, wholeFrom } from '../../effects/codecs/values.js';
import { checked, MisuseError } from '../../effects/misuse.js';
import type { Programs } from '../../effects/simulate.js';
import { joinShards } from './join-shards.js';
import type { WorldOptions } from './plan.js';
import { type RunOptions, runShard, type ShardRun } from './run-shard.js';
import { SHARDS } from './shards.js';
import type { WorldRun } from './world-run.js';

/**
 * Runs the internet of a seed: the same seed and options give the same run on every machine. `threads`: shards that are run at once; with other
 * programs, or from source, it is always one. Rejects with a {@link MisuseError} for options that say nothing sensible.
 */
export async function runWorld(
  options: WorldOptions,
  run: RunOptions & { readonly threads?: number } = {},
): Promise<WorldRun> {
  checkOptions(options);
  const { threads = 1, ...own } = checked(RunCodec, run, 'WAXSEAL_BAD_OPTIONS', 'run');
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  const script = own.programs === undefined && threads > 1 ? workerScript() : null;
  const open = () => (script === null ? here(options, own) : inThread(script, options));
  const ended = new Map<number, ShardRun>();
  const waiting = [...shards];
  const lane = async () => {
    const thread = open();
    try {
      for (let shard = waiting.shift(); shard !== undefined; shard = waiting.shift())
        ended.set(shard, await thread.run(shard));
    } finally {
      await thread.end();
    }
  };
  await Promise.all(Array.from({ length: script === null ? 1 : Math.min(threads, SHARDS) }, lane));
  return joinShards(
    options.seed,
    shards.map((shard) => ended.get(shard)!),
  );
}

const RunCodec = strictObject<RunOptions & { readonly threads?: number }>(
  'an object with options',
  { threads: wholeFrom(1, 1024), programs: anything<Programs>() },
  [],
);

function checkOptions(options: WorldOptions): void {
  const { seed, domains, messages, days, faults = 0, attacker = 'none' } = Object(options) as WorldOptions;
  const wrong = [
    [Number.isSafeInteger(seed) && seed >= 0, 'seed is a whole number, 0 or more'],
    [
      Number.isSafeInteger(domains) && domains >= 1 && domains <= 1_000_000,
      'domains is a whole number from 1 to 1000000',
    ],
    [
      Number.isSafeInteger(messages) && messages >= 0 && messages <= 10_000_000,
      'messages is a whole number from 0 to 10000000',
    ],
    [Number.isSafeInteger(days) && days >= 1 && days <= 365, 'days is a whole number from 1 to 365'],
    [typeof faults === 'number' && faults >= 0 && faults <= 1, 'faults is a number from 0 to 1'],
    [attacker === 'none' || attacker === 'active', 'attacker is none or active'],
  ] as const;
  const told = wrong.filter(([isRight]) => !isRight).map(([, what]) => what);
  if (told.length > 0) throw new MisuseError('WAXSEAL_BAD_OPTIONS', told.join('; '));
}

/** The script of a shard in a thread of its own, of the built package; null: this is not the built package. */
function workerScript(): string | null {
  if (import.meta.url.endsWith('.ts')) return null;
  const root = dirname(createRequire(import.meta.url).resolve('waxseal/package.json'));
  const script = join(root, 'dist/testing/world/shard-worker.js');
  return existsSync(script) ? script : null;
}

/** Nearly all that an attempt makes is garbage as soon as it has ended. With room for many of them, little has to be moved before. */
const LIMITS = { maxYoungGenerationSizeMb: 96 };

/** Who runs shards, one after the other. */
interface Thread {
  run(shard: number): Promise<ShardRun>;
  end(): Promise<unknown>;
}

function here(options: WorldOptions, run: RunOptions): Thread {
  return { run: (shard) => runShard(options, shard, run), end: async () => undefined };
}

/** One for several shards: whatever is compiled while one runs serves the next. */
function inThread(script: string, options: WorldOptions): Thread {
  const worker = new Worker(script, { workerData: options, resourceLimits: LIMITS });
  const broken = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a thread of the simulated internet ended with ${code}`)));
  });
  broken.catch(() => undefined);
  return {
    run: (shard) => {
      const ended = new Promise<ShardRun>((resolve) => worker.once('message', resolve));
      worker.postMessage(shard);
      return Promise.race([ended, broken]);
    },
    end: () => worker.terminate(),
  };
}
