import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Internet, startInternet } from '../testing/index.js';
import { inTurn, makeFolder, optionsFor, removeFolder } from './command.fixture.js';

let internet: Internet;
let folder: string;
let state: string;
beforeAll(async () => {
  folder = await makeFolder();
  state = await mkdtemp(join(folder, 'state-'));
  internet = await startInternet({
    signedZones: ['all.test'],
    dns: {
      'MX all.test': ['10 mx.all.test'],
      'A mx.all.test': ['@mx.all.test'],
      'TLSA mx.all.test': ['3 1 1 @mx.all.test'],
    },
    mail: { 'mx.all.test': { keywordsAfterTls: ['PIPELINING', 'REQUIRETLS'] } },
  });
  const options = await optionsFor(internet, folder);
  await inTurn(['explain', 'all.test', '--state', state, ...options]);
});
afterAll(async () => {
  await internet.close();
  await removeFolder(folder);
});

describe('waxseal signals', () => {
  it('says what was seen, and whether REQUIRETLS can be had', async () => {
    const { exit, stdout } = await inTurn(['signals', 'a@all.test', '--state', state, '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      recipients: [
        {
          ...{ recipient: 'a@all.test', domain: 'all.test', starttls: 'yes', mtaSts: 'no' },
          ...{ dnssec: 'yes', dane: 'yes', requireTls: 'yes' },
          seenAt: { dane: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) },
        },
      ],
      requireTlsForAll: true,
    });
  });

  it('tells people the same, and what nobody has seen', async () => {
    const { stdout } = await inTurn(['signals', 'a@all.test', 'b@new.test', '--state', state]);
    expect(stdout).toMatch(/a@all\.test\n {2}STARTTLS {3}yes {6}seen \S+Z\n/);
    expect(stdout).toMatch(/b@new\.test\n {2}STARTTLS {3}unknown\n/);
    expect(stdout).toMatch(/REQUIRETLS cannot be counted on for a message to all of them\.\n$/);
  });

  it.each([
    [['signals', '--state', 'x'], 64, 'recipient'],
    [['signals', 'a@b.test'], 64, '--state'],
    [['signals', 'nobody', '--state', 'STATE'], 64, 'nobody'],
    [['signals', 'a@b.test', '--database', 'x'], 64, '--database'],
  ] as const)('%j is wrong use', async (args, exit, word) => {
    const ended = await inTurn(args.map((arg) => (arg === 'STATE' ? state : arg)));
    expect(ended.exit).toBe(exit);
    expect(ended.stderr).toContain(word);
  });
});
