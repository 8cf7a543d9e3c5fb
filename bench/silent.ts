/* What deliveries weigh that wait for servers which say nothing, and how long it takes to give them all up. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mailHosts } from '../spec/scenarios/worlds.js';
import { startReceiver } from './deliveries.js';
import { sibling } from './sibling.js';
import type { Benchmark } from './table.js';

const HOST = 'mx.a.example';
const PEAK_MIB_MAX = 150;

export const silent: Benchmark = {
  title: '1,000 deliveries side by side to servers that say nothing',
  async run() {
    await using receiver = await startReceiver(mailHosts({ [HOST]: { connect: 'silent' } }));
    const child = fork(sibling('./silent-deliveries', import.meta.url), {
      execArgv: [...process.execArgv, '--expose-gc'],
    });
    child.send(receiver.place);
    const [told] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('it ended without a word'))),
    ])) as [{ readonly octets: number; readonly added: number; readonly stopMs: number }];
    const mib = (octets: number) => octets / 1_048_576;
    return [
      {
        what: 'memory of the process, all waiting',
        value: `${mib(told.octets).toFixed(0)} MiB`,
        aim: { text: `at most ${PEAK_MIB_MAX} MiB`, reached: mib(told.octets) <= PEAK_MIB_MAX },
      },
      { what: 'of that the deliveries', value: `${mib(told.added).toFixed(0)} MiB` },
      { what: 'until all are given up', value: `${told.stopMs.toFixed(0)} ms` },
    ];
  },
};
