/* Attempts in simulated internets, with queue and laws: whether they cost more where there are more domains. */
import { runShard } from '../src/testing/world/run-shard.js';
import { median } from './measure.js';
import { type Benchmark, ratioOf } from './table.js';

const SEED = 1;
const DAYS = 7;
/** Of the whole world; a shard has a fourth of them. The first one to a domain costs most: nothing is known of it. */
const MESSAGES = 20_000;

export const worlds: Benchmark = {
  title: 'Attempts in simulated internets',
  limits:
    'Two thirds are the machines, played once, once more for one attempt in sixteen, and once more to explain each that failed; a tenth is the queue, and the rest the laws and the world.',
  async run({ rounds }) {
    const sizes = [30, 3000];
    const seen = sizes.map(() => [] as number[]);
    const setUp = await Promise.all(sizes.map((domains) => cpuOf(domains, 4)));
    for (let round = 0; round < Math.ceil(rounds / 3); round++)
      for (const [at, domains] of sizes.entries()) {
        const { cpuMs, attempts } = await cpuOf(domains, MESSAGES);
        seen[at]!.push(((cpuMs - setUp[at]!.cpuMs) * 1000) / attempts);
      }
    const [few, many] = seen.map(median);
    const lineOf = (domains: number, each: number) => ({
      what: `${domains} domains`,
      value: '',
      cpu: `${Math.round(1e6 / each).toLocaleString('en')}/CPU s, ${each.toFixed(0)} µs each`,
    });
    return [
      lineOf(30, few!),
      lineOf(3000, many!),
      { ...ratioOf('cost, 3,000 domains to 30', many! / few!, many! / few!, 1.3), value: '' },
    ];
  },
};

async function cpuOf(domains: number, messages: number) {
  const before = process.cpuUsage();
  const { attempts } = await runShard({ seed: SEED, domains, messages, days: DAYS }, 0);
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000, attempts };
}
