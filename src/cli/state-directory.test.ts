import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openQueueState } from './queue-state.js';
import { findStateDirectory, prepareStateDirectory } from './state-directory.js';

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
      message: expect.stringMatching(
        new RegExp(
          `^--state ${folder} cannot be used: ${folder}/waxseal.sqlite is damaged \\(file is not a database\\): .*put back a copy`,
        ),
      ),
    });
    expect(await readdir(folder)).toEqual(['waxseal.sqlite']);
  });

  it('is not made by who only looks, or changes what is there', async () => {
    const state = join(folder, 'slip-of-the-pen');
    await expect(findStateDirectory(state)).rejects.toMatchObject({
      exit: 66,
      message: expect.stringContaining('nothing is kept there'),
    });
    await expect(openQueueState({ state }, 'found')).rejects.toMatchObject({ exit: 66 });
    expect(await readdir(folder)).toEqual([]);
    await writeFile(join(folder, 'notes'), '');
    await expect(findStateDirectory(folder)).rejects.toMatchObject({ exit: 66 });
    expect(await readdir(folder)).toEqual(['notes']);
    await writeFile(join(folder, 'waxseal.sqlite'), '');
    await expect(findStateDirectory(folder)).rejects.toMatchObject({ exit: 66 });
    await mkdir(state);
    expect(await findStateDirectory(state)).toBe(state);
    expect(await findStateDirectory(state)).toBe(state);
  });

  it.each(['missing', 'empty', 'a copy without its log'])(
    'is refused where messages are in it and what says whom they are for is %s',
    async (how) => {
      const { bodies, close } = await openQueueState({ state: folder });
      await bodies.keep('0-a', () => [Buffer.alloc(40_000)]);
      const copy = await readFile(join(folder, 'waxseal.sqlite'));
      await close();
      for (const name of await readdir(folder))
        if (name.startsWith('waxseal.sqlite')) await rm(join(folder, name));
      if (how !== 'missing')
        await writeFile(join(folder, 'waxseal.sqlite'), how === 'empty' ? '' : copy, { mode: 0o600 });
      await expect(openQueueState({ state: folder })).rejects.toMatchObject({
        exit: 78,
        message: expect.stringContaining(
          'restore it from a copy, with its -wal if there is one, or move the messages away',
        ),
      });
      await rm(join(folder, 'bodies'), { recursive: true });
      await (await openQueueState({ state: folder })).close();
    },
  );

  it('is refused where others may write to the log of its file', async () => {
    await prepareStateDirectory(folder);
    await writeFile(join(folder, 'waxseal.sqlite-wal'), '');
    await chmod(join(folder, 'waxseal.sqlite-wal'), 0o666);
    await expect(prepareStateDirectory(folder)).rejects.toMatchObject({
      exit: 78,
      message: expect.stringContaining('waxseal.sqlite-wal'),
    });
  });
});
