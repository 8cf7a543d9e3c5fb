/*
 * `npm run prove`: simulated internets, one seed after the other, until so many attempts were made, with every law held against each. Writes
 * docs/proof.md after each, so that a run that is broken off has not been for nothing. What is drawn for a seed besides: how often faults come, and whether an attacker is about, so that what hides in
 * one mixture shows in another. Ends with 1 if a law was broken, and writes the scenario that breaks it.
 *
 *   npm run prove                     100,000 attempts from seed 1 on
 *   npm run prove -- 1000000 500      a million from seed 500 on
 *   npm run prove -- 1000000 1 20000  a million from seed 1 on, in internets of 20,000 messages instead of 2,000
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { LAWS, runWorld, type WorldOptions, type WorldRun } from '../dist/testing/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const [attemptsMin = 100_000, firstSeed = 1, messages = 2000] = process.argv.slice(2).map(Number);

/** Of so many seeds each kind of internet comes up. */
function optionsOf(seed: number): WorldOptions {
  return {
    seed,
    domains: [50, 200, 1000][seed % 3]!,
    messages,
    days: [2, 7][seed % 2]!,
    faults: [0, 0.02, 0.2, 0.05][seed % 4]!,
    attacker: seed % 5 < 2 ? 'none' : 'active',
  };
}

function added(
  runs: readonly WorldRun[],
  part: 'checked' | 'happened' | 'rows',
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const run of runs)
    for (const [key, count] of Object.entries(run[part])) sums.set(key, (sums.get(key) ?? 0) + count);
  return sums;
}

function page(runs: readonly WorldRun[]): string {
  const sum = (part: 'attempts' | 'delivered' | 'bounced' | 'expired' | 'waiting') =>
    runs.reduce((total, run) => total + run[part], 0).toLocaleString('en');
  const checked = added(runs, 'checked');
  const listed = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, count]) => `${what} ${count.toLocaleString('en')}`)
      .join(', ');
  const broken = runs.flatMap(({ laws }) => laws.broken);
  return [
    '<!-- Written by `npm run prove`. Do not edit. -->',
    '',
    '# Proof',
    '',
    `${sum('attempts')} attempts by the real machines and the real queue, in ${runs.length} simulated internets: the seeds ${runs[0]!.seed} to ${runs.at(-1)!.seed},`,
    'with faults, crashes and an attacker as docs/testing.md describes them. What each attempt and each end was owed was worked out by a second',
    'reading, which knows the world as it is and nothing of the code under test.',
    '',
    `Of the recipients ${sum('delivered')} were delivered to, ${sum('bounced')} refused, ${sum('expired')} given up when their time was over, and ${sum('waiting')} still`,
    'waited when the days were over.',
    '',
    '| law | held against | broken |',
    '|---|--:|--:|',
    ...Object.entries(LAWS).map(
      ([law, says]) =>
        `| ${law}. ${says} | ${(checked.get(law) ?? 0).toLocaleString('en')} | ${broken.filter((each) => each.law === Number(law)).length} |`,
    ),
    '',
    '## What happened',
    '',
    'How often each fault, each act of the attacker and each change of a domain met an attempt. A run in which nothing rare happened has not',
    'tested much.',
    '',
    `${listed(added(runs, 'happened'))}.`,
    '',
    '## What decided',
    '',
    'How often each row was the reason for what became of a recipient.',
    '',
    `${listed(added(runs, 'rows'))}.`,
    '',
    '## To see one again',
    '',
    '| seed | options of `waxseal simulate --world` | digest |',
    '|--:|---|---|',
    ...runs.map(({ seed, digest }) => {
      const { domains, messages, days, faults, attacker } = optionsOf(seed);
      return `| ${seed} | --domains ${domains} --messages ${messages} --days ${days} --faults ${faults} --attacker ${attacker} | ${digest} |`;
    }),
    '',
  ].join('\n');
}

const runs: WorldRun[] = [];
let attempts = 0;
for (let seed = firstSeed; attempts < attemptsMin; seed++) {
  const run = await runWorld(optionsOf(seed), { threads: availableParallelism() });
  runs.push(run);
  attempts += run.attempts;
  console.log(`seed ${seed}: ${run.attempts} attempts, ${run.laws.held} laws held, ${attempts} in all`);
  if (run.laws.broken.length === 0) {
    writeFileSync(`${root}docs/proof.md`, page(runs));
    continue;
  }
  console.error(JSON.stringify(run.laws.broken, null, 1));
  if (run.plan !== undefined) {
    writeFileSync(`law-${seed}.json`, `${JSON.stringify(run.plan, null, 2)}\n`);
    console.error(`law-${seed}.json breaks the first of them`);
  }
  process.exitCode = 1;
  break;
}
