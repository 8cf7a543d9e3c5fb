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
    prepare(sql: string): Promise<Statement>;
    close(): void;
  };
}

interface Statement {
  all(values: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

/** Statements of a connection that are kept for the next time, because to prepare one is dearer than most are to carry out. */
const STATEMENTS_MAX = 300;

/** Opens a file, which is made if it is missing. Rejects with a sentence that says what to do. */
export async function openSqlite(path: string, load = loadDriver): Promise<SqliteConnection> {
  const Database = await load().catch(explain);
  const database = new Database(path, {});
  const statements = new Map<string, Statement>();
  const prepared = async (sql: string): Promise<Statement> => {
    const statement = statements.get(sql) ?? (await database.prepare(withoutNumbers(sql)));
    // The one that was used longest ago makes room.
    statements.delete(sql);
    statements.set(sql, statement);
    if (statements.size > STATEMENTS_MAX) statements.delete(statements.keys().next().value!);
    return statement;
  };
  return {
    exec: async (sql) => void (await database.exec(sql)),
    all: async (sql, values) => (await prepared(sql)).all(values),
    close: () => database.close(),
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
  return (await import('libsql/promise')).default;
}

function explain(cause: unknown): never {
  const here = `${process.platform} ${process.arch}`;
  throw new Error(
    `the package libsql, which reads SQLite files, is not installed, or not made for ${here}: install it, or keep state in PostgreSQL`,
    { cause },
  );
}
