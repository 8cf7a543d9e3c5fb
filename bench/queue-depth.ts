/*
 * A restart over mail that waits: how long it takes until a message that is due is delivered, and what the process weighs by then.
 * WAXSEAL_WAITING=MESSAGES says how much waits.
 */
import { QUICK } from './measure.js';
import { drainByDaemon, startReceiver, startSink } from './queue-load.js';
import type { Benchmark } from './table.js';

const DUE = { messages: 1, domains: 1 };

export const queueDepth: Benchmark = {
  title: 'A restart over mail that waits',
  async run(effort) {
    const waiting = Number(process.env.WAXSEAL_WAITING ?? (effort === QUICK ? 10_000 : 100_000));
    const receiver = await startReceiver(DUE);
    const sink = await startSink();
    try {
      const place = { ...receiver.place, port: sink.port };
      const { firstMs, peakOctets } = await drainByDaemon(place, DUE, 'sink', waiting);
      return [
        {
          what: `${waiting} wait: a message that is due, from the start of the process`,
          value: `${firstMs.toFixed(0)} ms`,
        },
        { what: 'its peak memory', value: `${(peakOctets / 1_048_576).toFixed(0)} MiB` },
      ];
    } finally {
      sink.child.kill();
      receiver.child.disconnect();
    }
  },
};
