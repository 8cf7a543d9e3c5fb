/*
 * A PostgreSQL database, shared by many machines. Locks are advisory, by name, and end with the transaction, whatever
 * becomes of whoever took them.
 */
import pg from 'pg';
import type { Query, SqlDatabase, SqlRow, SqlValue } from '../sql/database.js';
import type { PostgresConnection } from './postgres-connection.js';
import { postgresPool } from './postgres-pool.js';

/**
 * What is written is safe once that is said, also where the server, the database or the role has it otherwise. Said with each transaction, since
 * behind PgBouncer a connection is somebody else's with the next; what makes it safer still is left as it is.
 */
const BEGIN_SYNCED =
  "BEGIN; SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'";

/** The database at that address. No connection is made before it is needed. */
export function postgresDatabase(options: PostgresConnection): SqlDatabase {
  const { schema } = options;
  const pool = postgresPool(options);
  const query: Query = async (sql, ...values) => ask(pool, sql, values);
  return {
    query,
    find: query,
    write: (run) =>
      transaction(pool, BEGIN_SYNCED, (query) =>
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
