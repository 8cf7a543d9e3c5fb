/* Servers of which somebody else keeps the mail renew the policies that they keep, before anybody asks (RFC 8461, Section 10.2). */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sqliteStores } from '../adapters/sqlite/index.js';
import { type Internet, startInternet } from '../testing/index.js';
import { makeFolder, optionsFor, removeFolder, waxseal } from './command.fixture.js';

const DAY_MS = 86_400_000;

describe('what is kept', () => {
  let internet: Internet;
  let folder: string;
  beforeAll(async () => {
    internet = await startInternet({
      dns: {
        'TXT _mta-sts.a.test': ['v=STSv1; id=2;'],
        'A mta-sts.a.test': ['@mta-sts.a.test'],
      },
      policy: {
        'mta-sts.a.test': { body: 'version: STSv1\nmode: enforce\nmx: new.a.test\nmax_age: 864000\n' },
      },
    });
    folder = await makeFolder();
  });
  afterAll(async () => {
    await internet.close();
    await removeFolder(folder);
  });

  it.each(['lmtp', 'postfix policy-map'])('is renewed by waxseal %s itself', async (name) => {
    const command = name.split(' ');
    const state = `${folder}/${command.join('-')}`;
    const { policies, close } = sqliteStores({ directory: state });
    await policies['policy-cache.write'](
      {
        domain: 'a.test',
        change: {
          kind: 'store',
          entry: {
            id: '1',
            policy: { mode: 'enforce', mx: ['old.a.test'], maxAgeSeconds: 864_000, lines: [] },
            fetchedAt: Date.now() - 2 * DAY_MS,
          },
        },
      },
      new AbortController().signal,
    );
    const listed = async () => JSON.stringify(await policies.list({ after: null, entriesMax: 9 }));
    expect(await listed()).toContain('old.a.test');
    const options = ['--listen', '127.0.0.1:0', '--state', state, ...(await optionsFor(internet, folder))];
    const { exit } = await waxseal([...command, ...options], {
      during: (child) =>
        void vi
          .waitFor(async () => expect(await listed()).toContain('new.a.test'), { timeout: 300_000 })
          .finally(() => child.kill('SIGTERM'))
          .catch(() => undefined),
    });
    expect(exit).toBe(0);
    expect(await listed()).toContain('new.a.test');
    await close();
  });
});
