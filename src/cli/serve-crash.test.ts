/* What a daemon answered 250 is accounted for, whatever killed it (law 17). More rounds by `npm run crash`. */
import { expect, it } from 'vitest';
import { SEED } from '../../property-tests/seed.js';
import { folderGround } from '../../scripts/crash/ground.js';
import { crashRounds } from '../../scripts/crash/rounds.js';
import { makeFolder, removeFolder } from './command.fixture.js';

it('what a daemon accepted is delivered or its sender is told, wherever it was killed (SMTP-4.2.5-1, SMTP-4.5.4.1-1)', async () => {
  const folder = await makeFolder();
  try {
    const ground = await folderGround(folder, 'shared');
    const report = await crashRounds({
      ...{ folder, ground, nodes: 1, rounds: 2, messagesARound: 15, seed: SEED },
    });
    expect(report).toMatchObject({ lost: [], unexplained: [] });
    expect(report.delivered + report.told).toBeGreaterThanOrEqual(report.accepted);
  } finally {
    await removeFolder(folder);
  }
});
