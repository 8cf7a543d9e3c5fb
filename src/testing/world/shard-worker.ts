/* Shards in a thread of its own: which internet comes with the thread, each shard as a message, and so does what it came to. */
import { parentPort, workerData } from 'node:worker_threads';
import type { WorldOptions } from './plan.js';
import { runShard } from './run-shard.js';

parentPort?.on('message', async (shard: number) => {
  parentPort?.postMessage(await runShard(workerData as WorldOptions, shard));
});
