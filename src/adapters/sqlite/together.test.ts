import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SqlDatabase } from '../sql/database.js';
import { sqliteDatabase } from './sqlite-database.js';
import { type Transact, together } from './together.js';

let folder: string;
let database: SqlDatabase;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waxseal-together-'));
  database = sqliteDatabase(join(folder, 'x.sqlite'));
  await database.write(({ query }) => query('CREATE TABLE kept (id integer PRIMARY KEY)'));
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const insert = (id: number) => database.write(({ query }) => query('INSERT INTO kept VALUES (?1)', id));
const kept = async () => (await database.query('SELECT id FROM kept ORDER BY id')).map(({ id }) => id);

it('makes each of many changes that wait, in their order, and answers each when it is kept', async () => {
  const seen: (readonly unknown[])[] = [];
  await Promise.all(
    Array.from({ length: 120 }, (_, id) => insert(id).then(async () => seen.push(await kept()))),
  );
  for (const [id, ids] of seen.entries()) expect(ids).toContain(id);
  expect(await kept()).toHaveLength(120);
});

it('undoes one that fails, and nothing of the others', async () => {
  const thrown = database.write(async ({ query }) => {
    await query('INSERT INTO kept VALUES (?1)', 1000);
    throw new Error('thought better of it');
  });
  const all = await Promise.allSettled([insert(1), insert(2), insert(1), thrown, insert(3)]);
  expect(all.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
  ]);
  expect(await kept()).toEqual([1, 2, 3]);
});

it('leaves none without an answer where the store is closed', async () => {
  const first = insert(1);
  const closing = database.close();
  const late = Array.from({ length: 5 }, (_, id) => insert(10 + id));
  await closing;
  await first;
  for (const { status } of await Promise.allSettled(late)) expect(status).toMatch(/fulfilled|rejected/);
  await expect(insert(99)).rejects.toThrow('closed');
});

/** What becomes of a turn: refused at once or when it comes, undone at its end, or kept. */
const fate = fc.constantFrom('refused', 'late', 'undone', 'kept', 'kept', 'kept');

it('answers each with what became of it, whatever becomes of whose turn', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { minLength: 1, maxLength: 200 }),
      fc.nat(150),
      async (fates, changes) => {
        const store: number[] = [];
        let turns = 0;
        let last: Promise<unknown> = Promise.resolve();
        const transact: Transact = async (run, isNeeded) => {
          const what = fates[turns++ % fates.length];
          if (what === 'refused') throw new Error('full');
          const result = last.then(async () => {
            if (what === 'late') throw new Error('late');
            if (!isNeeded()) return null;
            const before = store.length;
            const answer = await run(async (_, id) => {
              store.push(Number(id));
              return [];
            });
            if (what === 'kept') return answer;
            store.length = before;
            throw new Error('undone');
          });
          last = result.catch(() => {});
          return result;
        };
        const change = together(transact);
        const ids = Array.from({ length: changes }, (_, id) => id);
        const ended = await Promise.allSettled(ids.map((id) => change((query) => query('', id))));
        expect(store.toSorted((a, b) => a - b)).toEqual(
          ids.filter((id) => ended[id]?.status === 'fulfilled'),
        );
      },
    ),
  );
});
