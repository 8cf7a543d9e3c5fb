/*
 * A SQLite file, shared by the processes of one machine. Every change is written ahead to a log beside the file and synced
 * before it counts, so that a crash at any moment leaves the state before it or after it. Readers do not wait for writers.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Query, SqlDatabase } from '../sql/database.js';
import { openSqlite, type SqliteConnection } from './libsql.js';
import { makeStateFile } from './state-file.js';

/** How long a change waits for those of other processes. */
const BUSY_MS = 5_000;
const OPEN_ATTEMPTS = 50;
const OPEN_PAUSE_MS = 20;

/** The file at that path, made with its folder when it is first needed, for its owner alone. */
export function sqliteDatabase(path: string): SqlDatabase {
  let connection: SqliteConnection | null = null;
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: there is one connection, and whoever asked in between would take part in its transaction. */
  function inTurn<T>(run: (query: Query, connection: SqliteConnection) => Promise<T>): Promise<T> {
    const result = last.then(async () => {
      if (isClosed) throw new Error('the store was closed');
      connection ??= await open(path);
      const used = connection;
      return run((sql, ...values) => used.all(sql, values), used);
    });
    last = result.catch(() => {});
    return result;
  }

  function transaction<T>(begin: string, run: (query: Query) => Promise<T>): Promise<T> {
    return inTurn(async (query, used) => {
      await used.exec(begin);
      try {
        const result = await run(query);
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

  return {
    query: (sql, ...values) => inTurn((query) => query(sql, ...values)),
    // Whoever begins so is the only one who writes, so that every lock is held already.
    write: (run) => transaction('BEGIN IMMEDIATE', (query) => run({ query, lock: async () => {} })),
    snapshot: (run) => transaction('BEGIN', run),
    keyType: 'text',
    close: async () => {
      await last;
      isClosed = true;
      connection?.close();
      connection = null;
    },
  };
}

async function open(path: string): Promise<SqliteConnection> {
  await makeStateFile(path);
  const connection = await openSqlite(path);
  try {
    await connection.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    await writeAhead(connection, OPEN_ATTEMPTS);
    await connection.exec('PRAGMA synchronous = FULL');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Where several processes begin to use a file at once, SQLite does not wait but says that it is busy. */
async function writeAhead(connection: SqliteConnection, attempts: number): Promise<void> {
  try {
    await connection.exec('PRAGMA journal_mode = WAL');
  } catch (error) {
    if (attempts <= 1 || !isBusy(error)) throw error;
    await pause(OPEN_PAUSE_MS);
    await writeAhead(connection, attempts - 1);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}
