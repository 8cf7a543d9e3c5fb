/* Nodes that share nothing but a PostgreSQL: real daemons, of which one is killed in each round. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { postgresGround } from '../scripts/crash/ground.js';
import { crashRounds } from '../scripts/crash/rounds.js';

it('two nodes lose nothing, and serve nobody twice but by a kill, though one of them dies in each round (SMTP-4.5.4.1-1, SMTP-4.2.5-1)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-cluster-'));
  const ground = await postgresGround();
  try {
    const report = await crashRounds({ folder, ground, nodes: 2, rounds: 2, messagesARound: 20, seed: 20 });
    expect(report).toMatchObject({ lost: [], unexplained: [] });
    expect(report.accepted).toBeGreaterThan(0);
    expect(report.delivered + report.told).toBeGreaterThanOrEqual(report.accepted);
  } finally {
    await ground.leave();
    await rm(folder, { recursive: true, force: true });
  }
}, 300_000);
