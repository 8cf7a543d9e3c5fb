import { execFileSync } from 'node:child_process';
import { chmod, chown, lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder, removeFolder, waxseal } from './command.fixture.js';
import { EXIT } from './exit.js';
import { readOctets } from './read-file.js';
import { readFileOf, readSecret } from './secret-file.js';
import { prepareStateDirectory } from './state-directory.js';
import { checkWritable, writeWhole } from './write-file.js';

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => removeFolder(folder));

const at = (name: string) => join(folder, name);
const fifo = (name: string) => {
  execFileSync('mkfifo', [at(name)]);
  return at(name);
};
const READING = {
  what: 'the message',
  octetsMax: 1000,
  unreadable: EXIT.noInput,
  tooLarge: EXIT.badData,
} as const;

describe('a file that is written', () => {
  it('is for its owner alone, and takes the place of a file that was there', async () => {
    await writeFile(at('old'), 'old', { mode: 0o666 });
    for (const name of ['new', 'old']) {
      await writeWhole(at(name), 'the page', 'text');
      expect(await readFile(at(name), 'utf8')).toBe('text');
      expect((await stat(at(name))).mode & 0o777).toBe(0o600);
    }
  });

  it('does not go through a link, and leaves what the link leads to', async () => {
    await writeFile(at('victim'), 'precious');
    for (const [name, target] of [
      ['link', at('victim')],
      ['dangling', at('nowhere')],
    ] as const) {
      await symlink(target, at(name));
      for (const work of [checkWritable(at(name), 'the journal'), writeWhole(at(name), 'the journal', 'x')])
        await expect(work).rejects.toMatchObject({
          exit: EXIT.cannotCreate,
          message: expect.stringContaining('symbolic link'),
        });
    }
    expect(await readFile(at('victim'), 'utf8')).toBe('precious');
    await expect(stat(at('nowhere'))).rejects.toThrow();
  });

  it('does not take the place of a FIFO, a device or a folder', async () => {
    fifo('pipe');
    for (const [path, kind] of [
      [at('pipe'), 'FIFO'],
      ['/dev/null', 'device'],
      [folder, 'folder'],
    ] as const)
      await expect(writeWhole(path, 'the page', 'x')).rejects.toMatchObject({
        exit: EXIT.cannotCreate,
        message: expect.stringMatching(new RegExp(`${kind}|permission`)),
      });
    expect((await lstat(at('pipe'))).isFIFO()).toBe(true);
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
  });
});

describe('a FIFO that is read', () => {
  it('gives what somebody writes to it', async () => {
    const path = fifo('written');
    const read = readOctets(path, READING);
    execFileSync('sh', ['-c', '(sleep 0.1; printf a; sleep 0.1; printf b) > "$0" &', path], {
      stdio: 'ignore',
    });
    expect(Buffer.from(await read).toString()).toBe('ab');
  });

  it('is given up where nobody writes to it', async () => {
    await expect(readOctets(fifo('forsaken'), READING)).rejects.toMatchObject({
      exit: EXIT.noInput,
      message: expect.stringContaining('nobody writes to it'),
    });
  });

  it('is bounded as a file is, and so is a device', async () => {
    await expect(readOctets('/dev/zero', READING)).rejects.toMatchObject({ exit: EXIT.badData });
    expect(await readOctets('/dev/null', READING)).toHaveLength(0);
  });
});

describe('a secret, a key or a certificate', () => {
  it('is bounded, wherever it comes from, and text', async () => {
    await expect(readSecret('/dev/zero', 'the token')).rejects.toMatchObject({
      exit: EXIT.badSettings,
      message: 'the token in /dev/zero: larger than 1 MiB',
    });
    await writeFile(at('key'), Buffer.from([0xff, 0xfe]));
    await expect(readFileOf(at('key'), 'the key')).rejects.toMatchObject({
      message: expect.stringContaining('is not UTF-8'),
    });
  });
});

describe('a state folder', () => {
  it.each([0o777, 0o775, 0o1777])('that others may write to (%o) is refused', async (mode) => {
    const state = at(`state-${mode}`);
    await mkdir(state);
    await chmod(state, mode);
    await expect(prepareStateDirectory(state)).rejects.toMatchObject({
      exit: EXIT.badSettings,
      message: expect.stringContaining('others may write to'),
    });
    await chmod(state, 0o755);
    expect(await prepareStateDirectory(state)).toBe(state);
    await chmod(join(state, 'waxseal.sqlite'), 0o666);
    await expect(prepareStateDirectory(state)).rejects.toMatchObject({ exit: EXIT.badSettings });
  });

  it('that belongs to another is refused', async () => {
    const state = at('foreign');
    await mkdir(state);
    // Only root can give a folder away; for everybody else there is one of root's.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await chown(state, 12_345, 12_345);
    await expect(prepareStateDirectory(isRoot ? state : '/')).rejects.toMatchObject({
      exit: EXIT.badSettings,
      message: expect.stringMatching(/belongs to another user|permission denied/),
    });
  });
});

describe('a command', () => {
  it('escapes on both streams what a name has in it', async () => {
    const evil = 'a\u009b31m\u202eb';
    const ended = await waxseal(['check', evil]);
    expect(ended).toMatchObject({ exit: EXIT.misuse, stderr: expect.stringContaining('\\u009b31m\\u202e') });
    const file = at('evil.txt');
    await writeFile(file, `version: STSv1\nmode: a\u009b31m\u0085b\nmx: mx.a.example\nmax_age: 1\n`);
    const json = await waxseal(['sts', 'lint', file, '--json']);
    expect(json.stdout).toContain('\\u009b31m\\u0085b');
    expect(json.stdout).not.toContain('\u009b');
    expect(JSON.parse(json.stdout).findings[0].says).toContain('a\u009b31m\u0085b');
  });
});
