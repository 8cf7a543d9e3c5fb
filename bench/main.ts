/*
 * npm run bench [-- [--quick] [--write] [NUMBER…]]: all benchmarks, or those of the given numbers; with --write into
 * docs/performance.md as well. An aim that is missed is printed, not a failure: the numbers are of one machine.
 */
import { cpus } from 'node:os';
import { dane } from './dane.js';
import { decisions } from './decisions.js';
import { daneDeliveries, deliveries } from './deliveries.js';
import { dns } from './dns.js';
import { explorer } from './explorer.js';
import { growth } from './growth.js';
import { imports } from './imports.js';
import { keptGrowth } from './kept-growth.js';
import { lanes } from './lanes.js';
import { lmtp } from './lmtp.js';
import { lmtpWeights } from './lmtp-weights.js';
import { FULL, QUICK } from './measure.js';
import { mtaSts } from './mta-sts.js';
import { write } from './page.js';
import { policyMaps } from './policy-map.js';
import { queueDepth } from './queue-depth.js';
import { queueDoorbell } from './queue-doorbell.js';
import { queueIntake } from './queue-intake.js';
import { queueLoad } from './queue-load.js';
import { queueNodes } from './queue-nodes.js';
import { reused } from './reused.js';
import { silent } from './silent.js';
import { simulations } from './simulations.js';
import { longestStalls } from './stalls.js';
import { type Benchmark, render } from './table.js';
import { tlsReports } from './tls-reports.js';
import { transitions } from './transitions.js';
import { worlds } from './worlds.js';

const benchmarks: readonly Benchmark[] = [
  decisions,
  transitions,
  simulations,
  deliveries,
  growth,
  dns,
  dane,
  daneDeliveries,
  mtaSts,
  tlsReports,
  longestStalls,
  policyMaps,
  lmtp,
  queueLoad,
  imports,
  worlds,
  queueIntake,
  queueDepth,
  reused,
  lanes,
  silent,
  lmtpWeights,
  queueNodes,
  keptGrowth,
  queueDoorbell,
  explorer,
];

const words = process.argv.slice(2);
const effort = words.includes('--quick') ? QUICK : FULL;
const chosen = words.filter((word) => word !== '--quick' && word !== '--write');
const unknown = chosen.filter((word) => benchmarks[Number(word) - 1] === undefined);
if (unknown.length > 0) {
  console.error(
    `no benchmark ${unknown.join(', ')}; there are 1 to ${benchmarks.length}, --quick and --write`,
  );
  process.exit(2);
}

const [cpu] = cpus();
console.log(`Node ${process.version}, ${cpus().length} x ${cpu?.model ?? 'unknown CPU'}`);
console.log(`medians of ${effort.rounds} rounds of ${effort.roundMs} ms\n`);
let below = 0;
for (const [at, benchmark] of benchmarks.entries()) {
  if (chosen.length > 0 && !chosen.includes(String(at + 1))) continue;
  const lines = await benchmark.run(effort);
  below += lines.filter(({ aim }) => aim?.reached === false).length;
  console.log(render(`${at + 1}. ${benchmark.title}`, lines));
  if (words.includes('--write')) write(at + 1, benchmark, lines);
}
console.log(below === 0 ? 'All aims reached.' : `Below aim: ${below}.`);
