import { chmod, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BodyStore } from '../../effects/queue-stores.js';
import { bodiesBySize } from '../../services/queue/index.js';
import { memoryBodies } from '../memory/index.js';
import { sqliteStores } from '../sqlite/index.js';
import { fileBodies, removeDrafts } from './index.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waxseal-bodies-'));
});
afterEach(() => rm(directory, { recursive: true }));

const octets = (text: string) => () => [Buffer.from(text)];
async function textOf(bodies: BodyStore, id: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodies.read(id)()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe.each([
  ['in files', () => fileBodies({ directory })],
  ['in memory', () => memoryBodies()],
  ['in a database', () => sqliteStores({ directory }).bodies],
  [
    'by size',
    () =>
      bodiesBySize({
        ...{ small: sqliteStores({ directory }).bodies, large: fileBodies({ directory }) },
        smallOctetsMax: 2,
      }),
  ],
] as const)('octets of messages, %s', (_, open) => {
  it('are read as they were kept, as often as is asked, until they are removed', async () => {
    const bodies = open();
    expect(await bodies.keep('m1', octets('one'))).toBe(3);
    await bodies.keep('m2', octets(''));
    expect([await textOf(bodies, 'm1'), await textOf(bodies, 'm1'), await textOf(bodies, 'm2')]).toEqual([
      'one',
      'one',
      '',
    ]);
    await bodies.remove(['m1', 'm9']);
    await expect(textOf(bodies, 'm1')).rejects.toThrow();
    expect(await textOf(bodies, 'm2')).toBe('');
  });

  it('that are removed while they are read are read to their end, or not at all', async () => {
    const bodies = open();
    const long = Buffer.alloc(1_000_000, 'x');
    await bodies.keep('long', () => [long]);
    let length = 0;
    const read = async () => {
      for await (const chunk of bodies.read('long')()) {
        if (length === 0) await bodies.remove(['long']);
        length += chunk.length;
      }
      return length;
    };
    expect(await read().catch(() => 'broken off')).toSatisfy(
      (end) => end === long.length || end === 'broken off',
    );
  });

  it('are listed page by page, until none is left', async () => {
    const bodies = open();
    const ids = Array.from({ length: 40 }, (_, at) => `m${at}`);
    for (const id of ids) await bodies.keep(id, octets(id === 'm7' ? '' : id));
    const found: string[] = [];
    for (let page: string | null = null; ; ) {
      const { ids: some, next } = await bodies.list(page);
      found.push(...some);
      if (next === null) break;
      page = next;
    }
    expect(found.sort()).toEqual(ids.sort());
  });

  it('that are kept anew are those that are read, whatever their size was', async () => {
    const bodies = open();
    for (const text of ['x', 'larger', 'y']) {
      await bodies.keep('m1', octets(text));
      expect(await textOf(bodies, 'm1')).toBe(text);
    }
  });

  it('may be many, in pieces of any size', async () => {
    const bodies = open();
    const pieces = Array.from({ length: 30 }, (_, at) => Buffer.alloc(at * 3_001, 65 + at));
    await bodies.keep('m1', () => pieces);
    expect((await textOf(bodies, 'm1')) === Buffer.concat(pieces).toString()).toBe(true);
  });

  it('that break off are not kept', async () => {
    const bodies = open();
    const breaking = async function* () {
      yield Buffer.from('half');
      throw new Error('broken off');
    };
    await expect(bodies.keep('m1', breaking)).rejects.toThrow('broken off');
    await expect(textOf(bodies, 'm1')).rejects.toThrow();
  });
});

describe('files of octets', () => {
  it('are for their owner alone, many at once, and another process finds them', async () => {
    const bodies = fileBodies({ directory });
    const ids = Array.from({ length: 50 }, (_, at) => `m${at}`);
    await Promise.all(ids.map((id) => bodies.keep(id, octets(id))));
    expect(await Promise.all(ids.map((id) => textOf(fileBodies({ directory }), id)))).toEqual(ids);
    const shelves = (await readdir(directory)).filter((name) => name !== 'new');
    expect(shelves.length).toBeGreaterThan(10);
    for (const shelf of shelves)
      for (const name of await readdir(join(directory, shelf)))
        expect((await stat(join(directory, shelf, name))).mode & 0o077).toBe(0);
    expect(await readdir(join(directory, 'new'))).toEqual([]);
  });

  it.each(['', 'new', 'shelf'])(
    'are neither kept nor read where others may write to their folder (%s)',
    async (name) => {
      await fileBodies({ directory }).keep('m1', octets('mine'));
      const shelf = (await readdir(directory)).find((each) => each !== 'new')!;
      const path = join(directory, name === 'shelf' ? shelf : name);
      await chmod(path, 0o777);
      const problem = `others may write to ${path === `${directory}/` ? directory : path}`;
      await expect(fileBodies({ directory }).keep('m1', octets('x'))).rejects.toThrow(problem);
      if (name !== 'new') await expect(textOf(fileBodies({ directory }), 'm1')).rejects.toThrow(problem);
      await chmod(path, 0o700);
      expect(await textOf(fileBodies({ directory }), 'm1')).toBe('mine');
    },
  );

  it('do not lead out of their folder', async () => {
    const bodies = fileBodies({ directory });
    for (const id of ['../x', '', 'a/b', '.hidden', 'x\0']) {
      await expect(bodies.keep(id, octets('x'))).rejects.toThrow('is no id');
      expect(() => bodies.read(id)()).toThrow('is no id');
    }
  });

  it('that a crash left half written go once they are old, and no others', async () => {
    const bodies = fileBodies({ directory });
    await bodies.keep('m1', octets('one'));
    for (const name of ['old', 'young']) await writeFile(join(directory, 'new', name), 'half');
    await utimes(join(directory, 'new', 'old'), 1_000, 1_000);
    expect(await removeDrafts({ directory }, 2_000_000)).toBe(1);
    expect(await readdir(join(directory, 'new'))).toEqual(['young']);
    expect(await textOf(bodies, 'm1')).toBe('one');
    expect(await removeDrafts({ directory: join(directory, 'nowhere') }, 1)).toBe(0);
  });
});
