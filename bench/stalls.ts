/* How long hostile input keeps everybody else waiting: `npm run hostile -- stalls` shows each. */
import { isTooLong, STALL_MS_MAX, type Stall, stalls } from './hostile/stalls.js';
import type { Benchmark } from './table.js';

export const longestStalls: Benchmark = {
  title: 'The longest stall by hostile input, beside the handshake of Node itself',
  async run() {
    const seen: Stall[] = [];
    for await (const stall of stalls()) seen.push(stall);
    return seen
      .toSorted((a, b) => b.ms - b.handshakeMs - (a.ms - a.handshakeMs))
      .slice(0, 5)
      .map((stall) => ({
        what: stall.input,
        value: `${Math.max(0, stall.ms - stall.handshakeMs).toFixed(1)} ms`,
        aim: { text: `at most ${STALL_MS_MAX} ms`, reached: !isTooLong(stall) },
      }));
  },
};
