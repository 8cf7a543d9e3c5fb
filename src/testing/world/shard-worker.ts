/* A shard in a thread of its own: what it is to run comes with the thread, what it came to goes back as a message. */
import { parentPort, workerData } from 'node:worker_threads';
import type { WorldOptions } from './plan.js';
import { runShard } from './run-shard.js';

const { options, shard } = workerData as { readonly options: WorldOptions; readonly shard: number };
parentPort?.postMessage(await runShard(options, shard));
