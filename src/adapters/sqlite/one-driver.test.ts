import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqliteStores } from './index.js';
import { useAlone } from './one-driver.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waxseal-driver-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a file of SQLite', () => {
  it('is opened by one copy of the driver in a process, whatever the way to it', async () => {
    await mkdir(join(folder, 'real'));
    await symlink(join(folder, 'real'), join(folder, 'alias'));
    const [one, other] = [{}, {}];
    const ends = [
      await useAlone(join(folder, 'real', 'x'), one),
      await useAlone(join(folder, 'alias', 'x'), one),
    ];
    const asked = () => useAlone(join(folder, 'alias', 'x'), other);
    await expect(asked()).rejects.toThrow('install waxseal once');
    ends[0]!();
    ends[0]!();
    await expect(asked()).rejects.toThrow('install waxseal once');
    ends[1]!();
    (await asked())();
  });

  it('is that of another copy as long as its stores are open', async () => {
    const asked = () => useAlone(join(folder, 'waxseal.sqlite'), 'another');
    const stores = sqliteStores({ directory: folder });
    await stores.policies.list({ after: null, entriesMax: 1 });
    await expect(asked()).rejects.toThrow('waxseal.sqlite is open in this process by another copy');
    await stores.close();
    (await asked())();
  });
});
