/*
 * Kills a real `waxseal serve` at random moments, over and over, and then counts: what was answered 250 was delivered, waits, or
 * its sender was told; anything that arrived twice is explained by a kill between the reply to the final dot and the settlement.
 *
 *   npm run crash -- [--rounds N] [--messages N] [--seed N]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crashRounds } from './crash/rounds.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    messages: { type: 'string', default: '40' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
  },
});
const folder = await mkdtemp(join(tmpdir(), 'waxseal-crash-'));
try {
  const report = await crashRounds({
    ...{
      folder,
      rounds: Number(values.rounds),
      messagesARound: Number(values.messages),
      seed: Number(values.seed),
    },
    onRound: (round, { accepted, killedAfterMs }) =>
      console.log(`round ${round}: ${accepted} accepted, killed after ${killedAfterMs} ms`),
  });
  console.log(JSON.stringify({ seed: Number(values.seed), ...report }, null, 2));
  process.exitCode = report.lost.length === 0 && report.unexplained.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
