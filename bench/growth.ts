/*
 * What one more mail host costs: an attempt over 1, 10 and 50 of them, of which all but the last refuse the connection.
 * Answers come from a record, so that the world's own cost is left out.
 */

import { mailHosts } from '../spec/scenarios/worlds.js';
import { programs } from '../src/machine/index.js';
import { measure } from './measure.js';
import { play, prepare, recorded } from './stories.js';
import { type Benchmark, type Line, ratioOf } from './table.js';

const COUNTS = [1, 10, 50] as const;

export const growth: Benchmark = {
  title: 'Growth with the number of mail hosts',
  async run(effort) {
    const rates = await measure(
      COUNTS.map((hosts) => ({ batch: attemptOver(hosts) })),
      effort,
    );
    const wall = rates.map(({ perSecond }) => 1e6 / perSecond);
    const cpu = rates.map(({ perCpuSecond }) => 1e6 / perCpuSecond);
    const lines = COUNTS.map(
      (hosts, at): Line => ({
        what: `${hosts} host${hosts === 1 ? '' : 's'}`,
        value: `${(wall[at]! / hosts).toFixed(1)} µs per host`,
        cpu: `${(cpu[at]! / hosts).toFixed(1)} CPU µs per host`,
      }),
    );
    return [
      ...lines,
      ratioOf('per host, 50 to 1', wall[2]! / 50 / wall[0]!, cpu[2]! / 50 / cpu[0]!, 1.5),
      // The one host of the first line takes the message, which costs more than a refusal; this tells growth alone.
      ratioOf('one more of 50 to one more of 10', oneMore(wall), oneMore(cpu), 1.5),
    ];
  },
};

/** What one more host costs between 10 and 50 of them, to the same between 1 and 10. */
function oneMore([one, ten, fifty]: readonly number[]): number {
  return (fifty! - ten!) / 40 / ((ten! - one!) / 9);
}

function attemptOver(hosts: number): () => number {
  const names = Array.from({ length: hosts }, (_, at) => `mx${at + 1}.a.example`);
  const world = mailHosts(
    Object.fromEntries(names.map((name, at) => [name, at + 1 < hosts ? { connect: 'refuse' } : {}])),
  );
  const [attempts] = prepare(
    {
      name: `${hosts} hosts`,
      world,
      steps: [
        {
          message: { to: ['user@a.example'] },
          expect: [{ outcome: 'delivered', mx: names.at(-1)! }],
        },
      ],
    },
    programs,
  );
  const attempt = recorded(attempts![0]!, programs);
  return () => {
    for (let count = 0; count < 20; count++) play(attempt, programs);
    return 20;
  };
}
