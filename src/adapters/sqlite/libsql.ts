/*
 * SQLite as the package libsql brings it: a library for each platform, nothing to be compiled or downloaded. Loaded when a
 * file is first needed. Of its interface only two methods are used: `exec`, which works on a thread of its own, so that
 * waiting for locks and disks stops nobody else, and `all`, which always reads to the end, so that no statement lingers.
 */
import type { SqlRow, SqlValue } from '../sql/database.js';

export interface SqliteConnection {
  readonly exec: (sql: string) => Promise<void>;
  readonly all: (sql: string, values: readonly SqlValue[]) => Promise<readonly SqlRow[]>;
  readonly close: () => void;
}

interface Driver {
  new (
    path: string,
    options: object,
  ): {
    exec(sql: string): Promise<unknown>;
    prepare(sql: string): Promise<{ all(values: readonly SqlValue[]): Promise<readonly SqlRow[]> }>;
    close(): void;
  };
}

/** Opens a file, which is made if it is missing. Rejects with a sentence that says what to do. */
export async function openSqlite(path: string, load = loadDriver): Promise<SqliteConnection> {
  const Database = await load().catch(explain);
  const database = new Database(path, {});
  return {
    exec: async (sql) => void (await database.exec(sql)),
    all: async (sql, values) => (await database.prepare(sql)).all(values),
    close: () => database.close(),
  };
}

async function loadDriver(): Promise<Driver> {
  return (await import('libsql/promise')).default;
}

function explain(cause: unknown): never {
  const here = `${process.platform} ${process.arch}`;
  throw new Error(
    `the package libsql, which reads SQLite files, is not installed, or not made for ${here}: install it, or keep state in PostgreSQL`,
    { cause },
  );
}
