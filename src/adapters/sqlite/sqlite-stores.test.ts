import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { detailOf, lineOf, NOW, policyAt } from '../../../spec/contracts/stores.fixture.js';
import type { SqlDatabase } from '../sql/database.js';
import { STATE_FILE, sqliteStores } from './index.js';
import { openSqlite } from './libsql.js';
import { sqliteDatabase } from './sqlite-database.js';
import { KEY, numbered } from './writer.fixture.js';

const never = new AbortController().signal;
const DOMAIN = KEY.domain;
const change = { kind: 'store', entry: policyAt(NOW) } as const;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waxseal-sqlite-'));
});
afterEach(() => rm(directory, { recursive: true }));

const write = (stores = sqliteStores({ directory })) =>
  stores.policies['policy-cache.write']({ domain: DOMAIN, change }, never);
const read = (stores = sqliteStores({ directory })) =>
  stores.policies['policy-cache.read']({ domain: DOMAIN }, never);

/** Starts a writer, lets it confirm that many numbers, kills it in the midst of things, and answers the last confirmed. */
async function writeUntilKilled(first: number, confirmed: number): Promise<number> {
  const program = fileURLToPath(new URL('./writer.fixture.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, directory, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let last = first - 1;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last < first + confirmed || child.killed) continue;
    await pause(Math.random() * 3);
    child.kill('SIGKILL');
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
  return last;
}

describe('stores in a SQLite file', () => {
  it('survive kill -9 at any moment: the old policy or the new one, and every session counted once (X-11, X-12)', async () => {
    let policies = 0;
    let sessions = 0;
    for (let round = 0; round < 3; round++) {
      const last = await writeUntilKilled(policies + 1, 10 + round * 11);
      const stores = sqliteStores({ directory });
      const kept = await read(stores);
      if (kept.kind !== 'read' || kept.cached === null) throw new Error('the policy is lost');
      const number = kept.cached.fetchedAt - NOW;
      expect([last, last + 1]).toContain(number);
      expect(kept.cached).toEqual(numbered(number));
      const [one, two, ...others] = await stores.reports.read(KEY);
      const counted = one!.success;
      expect([last - policies, last - policies + 1]).toContain(counted - sessions);
      expect([one, two, ...others]).toEqual([
        lineOf('one', { success: counted, failure: counted, details: [detailOf('x', counted)] }),
        lineOf('two', { success: counted }),
      ]);
      [policies, sessions] = [number, counted];
      await stores.close();
    }
  });

  it('are made when they are first needed, in a folder for their owner alone', async () => {
    const made = join(directory, 'made', 'when-needed');
    const stores = sqliteStores({ directory: made });
    expect(await readdir(directory)).toEqual([]);
    expect(await write(stores)).toEqual({ kind: 'written' });
    expect((await stat(made)).mode & 0o077).toBe(0);
    for (const file of await readdir(made)) expect((await stat(join(made, file))).mode & 0o077).toBe(0);
    await stores.close();
  });

  it('are read by whoever opens them next, whether or not somebody closed them (X-12)', async () => {
    const first = sqliteStores({ directory });
    await write(first);
    expect(await read()).toMatchObject({ cached: change.entry });
    await first.close();
    expect(await read()).toMatchObject({ cached: change.entry });
    expect(await read(first)).toEqual({ kind: 'unreadable', why: 'the store was closed' });
    await expect(first.reports.read(KEY)).rejects.toThrow('closed');
  });

  it('call a row unreadable that is none of ours, until a policy replaces it', async () => {
    const stores = sqliteStores({ directory });
    await write(stores);
    const other = await openSqlite(join(directory, STATE_FILE));
    const [row] = await other.all('SELECT policy FROM waxseal_policies', []);
    const text = String(row?.policy);
    const changed = (over: object) => JSON.stringify({ ...JSON.parse(text), ...over });
    const texts = [
      null,
      '',
      text.slice(0, -5),
      'null',
      '[]',
      changed({ version: 2 }),
      changed({ format: 'other' }),
      changed({ kind: 'failure' }),
      changed({ domain: 'b.example' }),
      changed({ value: { ...change.entry, fetchedAt: -1 } }),
      changed({ value: { ...change.entry, id: 'no spaces please' } }),
      changed({ value: policyAt(NOW, { maxAgeSeconds: 31_557_601 }) }),
      changed({ value: policyAt(NOW, { mx: [] }) }),
      `${text}${' '.repeat(262_144)}`,
    ];
    const failure = { id: 'id2', failedAt: NOW + 1 };
    const damaged = expect.stringContaining(`what is kept of ${DOMAIN} is damaged`);
    for (const garbage of texts) {
      await other.all('UPDATE waxseal_policies SET policy = ?1', [garbage]);
      expect(await read(stores)).toEqual({ kind: 'unreadable', why: damaged });
      await stores.policies['policy-cache.write'](
        { domain: DOMAIN, change: { kind: 'remember-failure', failure } },
        never,
      );
      expect(await read(stores)).toEqual({ kind: 'unreadable', why: damaged });
      expect(await stores.policies.list({ after: null, entriesMax: 10 })).toEqual([
        { domain: DOMAIN, kind: 'unreadable', why: damaged },
      ]);
    }
    await write(stores);
    expect(await read(stores)).toEqual({ kind: 'read', cached: change.entry, failure: null });
    await other.all("UPDATE waxseal_policies SET failure = 'garbage'", []);
    expect(await read(stores)).toEqual({ kind: 'read', cached: change.entry, failure: null });
    other.close();
  });

  it('do not report a tally that cannot be read', async () => {
    const { reports } = sqliteStores({ directory });
    await reports.add(KEY, [lineOf('one')]);
    const other = await openSqlite(join(directory, STATE_FILE));
    await other.all(`UPDATE waxseal_report_policies SET policy = '{}'`, []);
    await expect(reports.read(KEY)).rejects.toThrow('cannot be read');
    await reports.settle(KEY, 'dropped');
    expect(await reports.list({ after: null, entriesMax: 9 })).toEqual([
      { ...KEY, state: { kind: 'dropped' } },
    ]);
    other.close();
  });

  it('say so where there is no database to be had, and work once there is', async () => {
    const path = join(directory, STATE_FILE);
    await writeFile(join(directory, 'elsewhere'), '');
    const obstacles = [
      () => writeFile(path, 'garbage '.repeat(1000)),
      () => mkdir(path),
      () => symlink(join(directory, 'elsewhere'), path),
    ];
    const stores = sqliteStores({ directory });
    for (const obstruct of obstacles) {
      await obstruct();
      const why = expect.stringMatching(/./);
      expect(await read(stores)).toEqual({ kind: 'unreadable', why });
      expect(await write(stores)).toEqual({ kind: 'failed', why });
      await expect(stores.reports.add(KEY, [lineOf('one')])).rejects.toThrow();
      await rm(path, { recursive: true });
    }
    expect((await stat(join(directory, 'elsewhere'))).size).toBe(0);
    expect(await write(stores)).toEqual({ kind: 'written' });
  });

  it('say what to do where the package is missing', async () => {
    const load = () => Promise.reject(new Error('no such module'));
    await expect(openSqlite(join(directory, 'never.sqlite'), load)).rejects.toThrow(
      /libsql.* not installed, or not made for .*: install it, or keep state in PostgreSQL/,
    );
  });

  it('refuse a database of a later version', async () => {
    await write();
    const other = await openSqlite(join(directory, STATE_FILE));
    await other.all('UPDATE waxseal_schema SET version = 2', []);
    const { reports } = sqliteStores({ directory });
    await expect(reports.read(KEY)).rejects.toThrow('version 2');
    other.close();
  });

  it('get the tables that an earlier database lacks, and keep what is in it', async () => {
    await write();
    const other = await openSqlite(join(directory, STATE_FILE));
    // Those of the queue came last.
    for (const table of [
      'attempts',
      'queue_messages',
      'queue_lanes',
      'queue_orders',
      'queue_bodies',
      'suppressions',
    ])
      await other.exec(`DROP TABLE waxseal_${table}`);
    other.close();
    const stores = sqliteStores({ directory });
    expect(await stores.attempts.read(['a'])).toEqual([null]);
    expect(await stores.queue.nextDue()).toBeNull();
    expect(await read(stores)).toMatchObject({ cached: change.entry });
  });

  it('are read at once, whatever is held or waits to be written', async () => {
    const stores = sqliteStores({ directory });
    await write(stores);
    await stores.reports.add(KEY, [lineOf('one')]);
    const other = await openSqlite(join(directory, STATE_FILE));
    await other.exec('BEGIN IMMEDIATE');
    const written: unknown[] = [];
    const writes = [1, 2, 3].map(() => write(stores).then((answer) => written.push(answer)));
    expect(await read(stores)).toMatchObject({ cached: change.entry });
    expect(await stores.reports.read(KEY)).toEqual([lineOf('one')]);
    expect(await stores.policies.list({ after: null, entriesMax: 9 })).toHaveLength(1);
    // Whoever comes anew finds them, too.
    expect(await read()).toMatchObject({ cached: change.entry });
    expect(written).toEqual([]);
    await other.exec('COMMIT');
    await Promise.all(writes);
    expect(written).toEqual(new Array(3).fill({ kind: 'written' }));
    other.close();
    await stores.close();
  });

  it('fail to change after five seconds and not after five for each, and at once where too many wait', async () => {
    const database = sqliteDatabase(join(directory, STATE_FILE));
    await database.write(async () => {});
    const other = await openSqlite(join(directory, STATE_FILE));
    await other.exec('BEGIN IMMEDIATE');
    const change = () =>
      database.write(async () => 'written').catch((error: Error) => error.message.replace(/:.*/, ''));
    const first = change();
    await pause(50);
    const waiting = Array.from({ length: 1000 }, change);
    const ended = Promise.all([first, ...waiting]);
    expect(await Promise.race([ended, change()])).toBe('too much waits for the SQLite file');
    expect(new Set(await ended)).toEqual(new Set(['too much waits for the SQLite file']));
    await other.exec('COMMIT');
    expect(await change()).toBe('written');
    other.close();
    await database.close();
  });

  it('let whoever holds the lock release it, however many of the process wait for it', async () => {
    const open = () => sqliteDatabase(join(directory, STATE_FILE));
    const databases = Array.from({ length: availableParallelism() + 2 }, open);
    const [holder, ...others] = databases as [SqlDatabase, ...SqlDatabase[]];
    const waiting: Promise<string>[] = [];
    await holder.write(async ({ query }) => {
      waiting.push(...others.map((other) => other.write(async () => 'written')));
      await pause(50);
      await query('SELECT 1');
    });
    expect(await Promise.all(waiting)).toEqual(others.map(() => 'written'));
    await Promise.all(databases.map((database) => database.close()));
  });

  it('wait for another process, and undo what they could not finish', async () => {
    const stores = sqliteStores({ directory });
    await stores.reports.add(KEY, [lineOf('one')]);
    const other = await openSqlite(join(directory, STATE_FILE));
    await other.exec('BEGIN IMMEDIATE');
    const added = stores.reports.add(KEY, [lineOf('one')]);
    const first = await Promise.race([added, pause(100, 'waiting')]);
    await other.exec('COMMIT');
    expect([first, await added]).toEqual(['waiting', 'added']);
    await other.exec(
      "CREATE TRIGGER no BEFORE INSERT ON waxseal_report_failures BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    const failing = lineOf('one', { details: [detailOf('x')] });
    await expect(stores.reports.add(KEY, [failing])).rejects.toThrow();
    expect(await stores.reports.read(KEY)).toEqual([lineOf('one', { success: 2 })]);
    other.close();
  });
});
