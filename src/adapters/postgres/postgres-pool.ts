import pg from 'pg';
import type { PostgresConnection } from './postgres-connection.js';

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

/** Said with the connection, so that there is none without it. */
function within(schema: string, address: string): string {
  const url = new URL(address);
  const own = url.searchParams.get('options');
  const path = `-c search_path=${schema}`;
  url.searchParams.set('options', own === null ? path : `${own} ${path}`);
  return url.href;
}
