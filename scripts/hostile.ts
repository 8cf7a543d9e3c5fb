/*
 * npm run hostile [-- SEED]: first how long hostile input keeps the event loop from turning, then a million damaged DNS messages, a
 * hundred thousand damaged certificates and as many TLSA records, parsed without a throw, a hang or growth. Takes a few minutes;
 * the suite runs a short one. `npm run hostile -- stalls [WORD]`: the stalls alone, of the inputs whose name holds the word.
 */
import { isTooLong, renderStall, STALL_MS_MAX, stalls } from '../bench/hostile/stalls.js';
import { makeProbes, run } from '../property-tests/hostile/hostile-input.js';

const COUNTS = { dns: 1_000_000, certificates: 100_000, tlsa: 100_000 } as const;
/** A parser that takes this long for one input hangs. */
const SLOWEST_MS_MAX = 1000;
const GROWTH_BYTES_MAX = 64 * 1024 * 1024;

async function damaged(seed: number): Promise<void> {
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

/** How many are too long. */
async function shownStalls(word?: string): Promise<number> {
  console.log(
    `the longest stretch in which nobody else had a turn, at most ${STALL_MS_MAX} ms beside the handshake:`,
  );
  let tooLong = 0;
  for await (const stall of stalls(word)) {
    console.log(renderStall(stall));
    if (isTooLong(stall)) tooLong += 1;
  }
  return tooLong;
}

const [first, word] = process.argv.slice(2);
const tooLong = await shownStalls(first === 'stalls' ? word : undefined);
if (first !== 'stalls') {
  const seed = Number(first ?? Math.floor(Math.random() * 0xffff_ffff));
  console.log(`seed ${seed}`);
  await damaged(seed);
}
if (tooLong > 0) throw new Error(`${tooLong} inputs hold up the event loop for more than ${STALL_MS_MAX} ms`);
// Connections that lead nowhere may still be waited for.
process.exit(0);
