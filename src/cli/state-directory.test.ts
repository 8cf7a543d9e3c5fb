import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareStateDirectory } from './state-directory.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waxseal-state-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the folder of --state', () => {
  it('is made with all above it, for its owner alone, and holds a database', async () => {
    const state = join(folder, 'some', 'where');
    expect(await prepareStateDirectory(state)).toBe(state);
    expect((await stat(state)).mode & 0o777).toBe(0o700);
    expect(await readdir(state)).toContain('waxseal.sqlite');
    expect(await prepareStateDirectory(state)).toBe(state);
  });

  it('is refused where its file is no database, which stays as it was', async () => {
    await writeFile(join(folder, 'waxseal.sqlite'), 'garbage '.repeat(1000));
    await expect(prepareStateDirectory(folder)).rejects.toMatchObject({
      exit: 78,
      message: `--state ${folder} cannot be used: file is not a database`,
    });
    expect(await readdir(folder)).toEqual(['waxseal.sqlite']);
  });
});
