/*
 * A PostgreSQL database, shared by many machines. Locks are advisory, by name, and end with the transaction, whatever
 * becomes of whoever took them.
 */
import pg from 'pg';
import type { Query, SqlDatabase, SqlRow, SqlValue } from '../sql/database.js';

export interface PostgresConnection {
  /** For example `postgres://user@host/database`; its parameters are those of the package pg. */
  readonly url: string;
  /** The schema that the tables are in, which is made if it is not there. Default: the first of the role's own. */
  readonly schema?: string;
  /** Default 5. */
  readonly connectionsMax?: number;
  /** How long a connection, a lock or a statement may take. Default 5000. */
  readonly deadlineMs?: number;
}

/** Connections to that address; none is made before it is needed. */
export function postgresPool(options: PostgresConnection): pg.Pool {
  const { schema, connectionsMax = 5, deadlineMs = 5_000 } = options;
  const pool = new pg.Pool({
    connectionString: schema === undefined ? options.url : within(schema, options.url),
    max: connectionsMax,
    application_name: 'waxseal',
    connectionTimeoutMillis: deadlineMs,
    statement_timeout: deadlineMs,
    lock_timeout: deadlineMs,
    // Longer than the server's own, so that it is asked again only where nothing was heard of it.
    query_timeout: 2 * deadlineMs,
    idle_in_transaction_session_timeout: 2 * deadlineMs,
    // A pool that is not in use must not keep the process.
    allowExitOnIdle: true,
  });
  // An idle connection that breaks is replaced at the next question, which says so if that fails.
  pool.on('error', () => {});
  // The pool does not listen to a connection that is in use. Whoever uses it learns that it broke from its next statement,
  // and without anybody who listens the error would end the process.
  pool.on('connect', (client) => void client.on('error', () => {}));
  return pool;
}

/** The database at that address. No connection is made before it is needed. */
export function postgresDatabase(options: PostgresConnection): SqlDatabase {
  const { schema } = options;
  const pool = postgresPool(options);
  const query: Query = async (sql, ...values) => ask(pool, sql, values);
  return {
    query,
    find: query,
    write: (run) =>
      transaction(pool, 'BEGIN', (query) =>
        run({
          query,
          lock: async (name) =>
            void (await query('SELECT pg_advisory_xact_lock(hashtextextended(?1, 0))', `waxseal ${name}`)),
        }),
      ),
    snapshot: (run) => transaction(pool, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', run),
    beforeTables: schema === undefined ? [] : [`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`],
    keyType: 'text COLLATE "C"',
    close: () => pool.end(),
  };
}

/** Said with the connection, so that there is none without it. */
function within(schema: string, address: string): string {
  const url = new URL(address);
  const own = url.searchParams.get('options');
  const path = `-c search_path=${schema}`;
  url.searchParams.set('options', own === null ? path : `${own} ${path}`);
  return url.href;
}

async function transaction<T>(pool: pg.Pool, begin: string, run: (query: Query) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query(begin);
    const result = await run((sql, ...values) => ask(client, sql, values));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    broken = !(error instanceof pg.DatabaseError) || (await isLost(client));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** A connection that cannot even undo is of no more use. */
async function isLost(client: pg.PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => false,
    () => true,
  );
}

async function ask(
  to: pg.Pool | pg.PoolClient,
  sql: string,
  values: readonly SqlValue[],
): Promise<readonly SqlRow[]> {
  const text = sql.replaceAll(/\?(\d+)/g, (_, number: string) => `$${number}`);
  return (await to.query<Record<string, unknown>>(text, [...values])).rows;
}
