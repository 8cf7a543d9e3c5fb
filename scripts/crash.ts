/*
 * Kills real daemons at random moments, over and over, fills their disk, takes the lock of their file or restarts their database,
 * and then counts: what was answered 250 was delivered, waits, or its sender was told; anything that arrived twice is explained by a
 * kill between the reply to the final dot and the settlement.
 *
 *   npm run crash -- [--rounds N] [--messages N] [--seed N] [--disk own | --postgres [--nodes N]]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderGround, postgresGround } from './crash/ground.js';
import { crashRounds } from './crash/rounds.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    messages: { type: 'string', default: '40' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    nodes: { type: 'string', default: '1' },
    postgres: { type: 'boolean', default: false },
    disk: { type: 'string', default: 'shared' },
  },
});
const seed = Number(values.seed);
const folder = await mkdtemp(join(tmpdir(), 'waxseal-crash-'));
const ground = values.postgres
  ? await postgresGround()
  : await folderGround(folder, values.disk === 'own' ? 'own' : 'shared');
try {
  const report = await crashRounds({
    ...{ folder, ground, nodes: values.postgres ? Number(values.nodes) : 1, seed },
    ...{ rounds: Number(values.rounds), messagesARound: Number(values.messages) },
    onRound: (round, { accepted, killedAfterMs, trouble }) =>
      console.log(
        `round ${round}: ${accepted} accepted, killed after ${killedAfterMs} ms${trouble === null ? '' : `, ${trouble}`}`,
      ),
  });
  console.log(JSON.stringify({ seed, ...report }, null, 2));
  process.exitCode = report.lost.length === 0 && report.unexplained.length === 0 ? 0 : 1;
} finally {
  await ground.leave();
  await rm(folder, { recursive: true, force: true });
}
