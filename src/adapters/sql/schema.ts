import type { SqlDatabase } from './database.js';
import { queueStatements } from './queue-schema.js';

/** A change that an earlier version of Waxseal could not live with makes it one more. */
const VERSION = 1;

/** A database with our tables in it; they are made before the first question, and looked for only once. */
export function withSchema(database: SqlDatabase): SqlDatabase {
  let ready: Promise<void> | null = null;
  const prepared = (): Promise<void> => {
    ready ??= prepare(database).catch((error: unknown) => {
      // The next question tries again.
      ready = null;
      throw error;
    });
    return ready;
  };
  return {
    ...database,
    query: async (sql, ...values) => {
      await prepared();
      return database.query(sql, ...values);
    },
    find: async (sql, ...values) => {
      await prepared();
      return database.find(sql, ...values);
    },
    write: async (run) => {
      await prepared();
      return database.write(run);
    },
    snapshot: async (run) => {
      await prepared();
      return database.snapshot(run);
    },
  };
}

async function prepare(database: SqlDatabase): Promise<void> {
  const version = await versionOf(database).catch(() => make(database));
  if (version === VERSION) return;
  throw new Error(
    `the database is of version ${version}, and this version of Waxseal knows ${VERSION}: use the version that made it, or a new database`,
  );
}

/** Rejects as well where a table that came later is missing: what is new only stands beside what there was, and is then made. */
async function versionOf({ query }: Pick<SqlDatabase, 'query'>): Promise<number> {
  await query("SELECT message FROM waxseal_queue_bodies WHERE message = ''");
  await query("SELECT address FROM waxseal_suppressions WHERE address = ''");
  await query("SELECT domain FROM waxseal_signals WHERE domain = ''");
  await query("SELECT id FROM waxseal_queue_events WHERE id = ''");
  const [row] = await query('SELECT version FROM waxseal_schema');
  return row === undefined ? 0 : Number(row.version);
}

/** Where several begin at once, one makes the tables and the others find them. */
function make(database: SqlDatabase): Promise<number> {
  return database.write(async ({ query, lock }) => {
    await lock('schema');
    for (const statement of [...database.beforeTables, ...statements(database.keyType)])
      await query(statement);
    await query('INSERT INTO waxseal_schema VALUES (?1) ON CONFLICT (version) DO NOTHING', VERSION);
    return versionOf({ query });
  });
}

const statements = (key: string): readonly string[] => [
  'CREATE TABLE IF NOT EXISTS waxseal_schema (version integer PRIMARY KEY)',
  // `mode` is empty and `until` the time of the failure where there is only a failure (see `EntryWorth`).
  `CREATE TABLE IF NOT EXISTS waxseal_policies (
     domain ${key} PRIMARY KEY, policy text, failure text, mode text NOT NULL, until bigint NOT NULL, failed_at bigint)`,
  'CREATE INDEX IF NOT EXISTS waxseal_policies_by_end ON waxseal_policies (mode, until, domain)',
  `CREATE TABLE IF NOT EXISTS waxseal_reports (
     day ${key}, domain ${key}, state text NOT NULL, until bigint, PRIMARY KEY (day, domain))`,
  `CREATE TABLE IF NOT EXISTS waxseal_report_policies (
     day ${key}, domain ${key}, id ${key}, position integer NOT NULL, policy text NOT NULL,
     success bigint NOT NULL, failure bigint NOT NULL, PRIMARY KEY (day, domain, id))`,
  `CREATE TABLE IF NOT EXISTS waxseal_report_failures (
     day ${key}, domain ${key}, policy ${key}, id ${key}, position integer NOT NULL, detail text NOT NULL,
     sessions bigint NOT NULL, PRIMARY KEY (day, domain, policy, id))`,
  `CREATE TABLE IF NOT EXISTS waxseal_attempts (
     id ${key} PRIMARY KEY, attempts integer NOT NULL, dialled text NOT NULL, delivered text, at bigint NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS waxseal_attempts_by_age ON waxseal_attempts (at, id)',
  `CREATE TABLE IF NOT EXISTS waxseal_signals (
     scope ${key}, domain ${key}, signal ${key}, value text NOT NULL, at bigint NOT NULL,
     PRIMARY KEY (scope, domain, signal))`,
  'CREATE INDEX IF NOT EXISTS waxseal_signals_by_age ON waxseal_signals (at, scope, domain, signal)',
  ...queueStatements(key),
];
