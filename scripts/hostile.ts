/*
 * npm run hostile [-- SEED]: a million damaged DNS messages, a hundred thousand damaged certificates and as many TLSA records,
 * parsed without a throw, a hang or growth. Takes a few minutes; the suite runs a short one.
 */
import { makeProbes, run } from '../property-tests/hostile/hostile-input.js';

const COUNTS = { dns: 1_000_000, certificates: 100_000, tlsa: 100_000 } as const;
/** A parser that takes this long for one input hangs. */
const SLOWEST_MS_MAX = 1000;
const GROWTH_BYTES_MAX = 64 * 1024 * 1024;

async function main(seed: number): Promise<void> {
  const probes = await makeProbes();
  for (const [name, count] of Object.entries(COUNTS) as [keyof typeof COUNTS, number][]) {
    // What is loaded and remembered once is no growth.
    await run(probes[name], Math.ceil(count / 20), seed + 1);
    const before = heapBytes();
    const startedAt = performance.now();
    const { outcomes, slowestMs } = await run(probes[name], count, seed);
    const seconds = (performance.now() - startedAt) / 1000;
    const growth = heapBytes() - before;
    const kinds = Object.entries(outcomes).map(([kind, times]) => `${times} ${kind}`);
    console.log(
      `${name.padEnd(12)} ${count} in ${seconds.toFixed(1)} s: ${kinds.join(', ')}; slowest ${slowestMs.toFixed(1)} ms, ` +
        `growth ${(growth / 1024 / 1024).toFixed(1)} MiB`,
    );
    if (slowestMs > SLOWEST_MS_MAX) throw new Error(`${name}: one input took ${slowestMs} ms`);
    if (growth > GROWTH_BYTES_MAX) throw new Error(`${name}: grew by ${growth} bytes`);
  }
}

function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('run me with node --expose-gc, as "npm run hostile" does');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

const seed = Number(process.argv[2] ?? Math.floor(Math.random() * 0xffff_ffff));
console.log(`seed ${seed}`);
await main(seed);
