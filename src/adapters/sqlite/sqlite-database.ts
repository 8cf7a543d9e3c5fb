/*
 * A SQLite file, shared by the processes of one machine. Every change is written ahead to a log beside the file and synced
 * before it counts, so that a crash at any moment leaves the state before it or after it. Readers do not wait for writers:
 * they have connections of their own, which take no lock that a writer could hold: one for what is looked for, one for what is
 * found by its key, and one for what an operator looks at, which may be all there is, so that none waits behind the next.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Query, SqlDatabase } from '../sql/database.js';
import { isBusy, isDamaged, patiently } from './busy.js';
import { openSqlite, type SqliteConnection } from './libsql.js';
import { makeStateFile } from './state-file.js';
import { together } from './together.js';

/** How long a change waits for those of other processes, and how long it may have waited for ours before its turn. */
const BUSY_MS = 5_000;
/** What waits for its turn, of one kind, at most. */
const WAITING_MAX = 1_000;

/** The file at that path, made with its folder when it is first needed, for its owner alone. */
export function sqliteDatabase(path: string): SqlDatabase {
  const reads = lane(path);
  const finds = lane(path);
  const looks = lane(path);
  const writes = lane(path);
  const change = together((run, isNeeded) => writes.transaction(WRITING, run, isNeeded));
  return {
    query: (sql, ...values) => reads.inTurn((query) => query(sql, ...values)),
    find: (sql, ...values) =>
      finds.inTurn((_, used, until) => patiently(async () => used.allHere(sql, values), until)),
    // Whoever begins so is the only one who writes, so that every lock is held already.
    write: (run) => change((query) => run({ query, lock: async () => {} })),
    snapshot: async (run) => (await looks.transaction(READING, run))!,
    beforeTables: [],
    keyType: 'text',
    close: async () => {
      await Promise.all([reads.close(), finds.close(), looks.close(), writes.close()]);
    },
  };
}

const READING = 'BEGIN';
const WRITING = 'BEGIN IMMEDIATE';
/** Statements of a transaction hold up this thread no longer than that, in milliseconds, without a pause for others. */
const HELD_MS = 5;

/** For who has the lock of the file: nothing makes him wait before he commits. */
function unhindered(connection: SqliteConnection): Query {
  let heldSince = performance.now();
  return async (sql, ...values) => {
    const rows = connection.allHere(sql, values);
    if (performance.now() - heldSince > HELD_MS) {
      await nextTurn();
      heldSince = performance.now();
    }
    return rows;
  };
}

/** One connection and who waits for it: one after the other, because whoever asked in between would take part in a transaction. */
function lane(path: string) {
  let connection: SqliteConnection | null = null;
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function inTurn<T>(
    run: (query: Query, connection: SqliteConnection, until: number) => Promise<T>,
  ): Promise<T> {
    if (waiting >= WAITING_MAX) throw tooBusy();
    const askedAt = performance.now();
    waiting += 1;
    const result = last.then(async () => {
      waiting -= 1;
      if (isClosed) throw new Error('the store was closed');
      // Who waited that long would have failed alone, and must not make all behind it wait as long again.
      if (performance.now() - askedAt >= BUSY_MS) throw tooBusy();
      const until = askedAt + BUSY_MS;
      connection ??= await open(path, until);
      const used = connection;
      return run((sql, ...values) => patiently(() => used.all(sql, values), until), used, until);
    });
    last = result.catch(() => {});
    return result.catch((error) => {
      if (isDamaged(error)) throw damaged(path, error);
      throw isBusy(error) ? tooBusy(error) : error;
    });
  }

  /** Null: there was no need for it any more when its turn came. */
  function transaction<T>(
    begin: typeof READING | typeof WRITING,
    run: (query: Query) => Promise<T>,
    isNeeded = () => true,
  ): Promise<T | null> {
    return inTurn(async (query, used, until) => {
      if (!isNeeded()) return null;
      await patiently(() => used.exec(begin), until);
      try {
        const result = await run(begin === READING ? query : unhindered(used));
        await used.exec('COMMIT');
        return result;
      } catch (error) {
        await used.exec('ROLLBACK').catch(() => {
          // What cannot be undone is left behind with its connection.
          used.close();
          connection = null;
        });
        throw error;
      }
    });
  }

  async function close(): Promise<void> {
    await last;
    isClosed = true;
    connection?.close();
    connection = null;
  }

  return { inTurn, transaction, close };
}

function damaged(path: string, cause: Error): Error {
  return new Error(
    `${path} is damaged (${cause.message}): end who uses it, and put back a copy of it without the ${path}-wal that is there, which belongs to another; "sqlite3 ${path} .recover" may save what is in it`,
    { cause },
  );
}

function tooBusy(cause?: unknown): Error {
  return new Error(
    'too much waits for the SQLite file: another process holds its lock, or the disk is too slow; end that process, or keep state in PostgreSQL',
    { cause },
  );
}

async function open(path: string, until: number): Promise<SqliteConnection> {
  await makeStateFile(path);
  const connection = await openSqlite(path);
  try {
    await patiently(() => connection.exec('PRAGMA journal_mode = WAL'), until);
    await connection.exec('PRAGMA synchronous = FULL');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
