/*
 * SQLite as the package libsql brings it: a library for each platform, nothing to be compiled or downloaded. Loaded when a
 * file is first needed. Of its interface only two methods are used: `exec`, which works on a thread of its own, so that
 * waiting for locks and disks stops nobody else, and `all`, which always reads to the end, so that no statement lingers. It has
 * `all` in two forms over one connection, on that thread and on this one.
 */
import { keepNewest } from '../../effects/keep-newest.js';
import type { SqlRow, SqlValue } from '../sql/database.js';
import { useAlone } from './one-driver.js';

export interface SqliteConnection {
  readonly exec: (sql: string) => Promise<void>;
  readonly all: (sql: string, values: readonly SqlValue[]) => Promise<readonly SqlRow[]>;
  /**
   * On this thread, for what waits for nobody: the trip to another one takes a dozen times as long as most statements do. Throws as
   * `all` rejects.
   */
  readonly allHere: (sql: string, values: readonly SqlValue[]) => readonly SqlRow[];
  readonly close: () => void;
}

interface Driver {
  /** The same for all who share one copy of the package. */
  readonly copy: unknown;
  open(path: string): Database;
  prepareHere(database: Database, sql: string): Statement<readonly SqlRow[]>;
}

interface Database {
  exec(sql: string): Promise<unknown>;
  prepare(sql: string): Promise<Statement<Promise<readonly SqlRow[]>>>;
  close(): void;
}

interface Statement<Rows> {
  all(values: readonly SqlValue[]): Rows;
}

/** Statements of a connection that are kept for the next time, because to prepare one is dearer than most are to carry out. */
const STATEMENTS_MAX = 300;

/** Opens a file, which is made if it is missing. Rejects with a sentence that says what to do. */
export async function openSqlite(path: string, load = loadDriver): Promise<SqliteConnection> {
  const driver = await load().catch(explain);
  const end = await useAlone(path, driver.copy);
  const database = openOrEnd(() => driver.open(path), end);
  const there = kept((sql) => database.prepare(sql));
  const here = kept((sql) => driver.prepareHere(database, sql));
  return {
    exec: async (sql) => void (await database.exec(sql)),
    all: async (sql, values) => (await there(sql)).all(values),
    allHere: (sql, values) => here(sql).all(values),
    close: () => {
      database.close();
      end();
    },
  };
}

function openOrEnd<T>(open: () => T, end: () => void): T {
  try {
    return open();
  } catch (error) {
    end();
    throw error;
  }
}

/** Statements by their text. The one that was used longest ago makes room, and one that cannot be prepared is tried again. */
function kept<S>(prepare: (sql: string) => S): (sql: string) => S {
  const statements = new Map<string, S>();
  return (sql) => {
    const statement = statements.get(sql) ?? prepare(withoutNumbers(sql));
    keepNewest(statements, sql, statement, STATEMENTS_MAX);
    if (statement instanceof Promise) statement.catch(() => statements.delete(sql));
    return statement;
  };
}

/**
 * Places without numbers, where these only count up: SQLite looks a numbered one up among all before it, which makes a statement
 * of many values five times as dear.
 */
function withoutNumbers(sql: string): string {
  let count = 0;
  let isInOrder = true;
  const plain = sql.replace(/\?(\d+)/g, (_, number: string) => {
    count += 1;
    isInOrder &&= Number(number) === count;
    return '?';
  });
  return isInOrder ? plain : sql;
}

async function loadDriver(): Promise<Driver> {
  const [{ default: There }, { default: Here }] = await Promise.all([
    import('libsql/promise'),
    import('libsql'),
  ]);
  return {
    copy: There,
    open: (path) => new There(path, {}),
    prepareHere: (database, sql) =>
      Here.prototype.prepare.call(database, sql) as unknown as Statement<readonly SqlRow[]>,
  };
}

function explain(cause: unknown): never {
  const here = `${process.platform} ${process.arch}`;
  throw new Error(
    `the package libsql, which reads SQLite files, is not installed, or not made for ${here}: install it, or keep state in PostgreSQL`,
    { cause },
  );
}
