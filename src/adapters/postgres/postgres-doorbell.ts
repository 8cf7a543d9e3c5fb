/*
 * A doorbell in the same database. Its rings are jobs of graphile-worker that say nothing: who takes one looks for himself, and a job that
 * its taker leaves locked is replaced by the next ring. What graphile-worker asks goes through one connection of ours, and what breaks
 * is heard here and ends the listening: by itself it would try again for hours, end the process or write to standard error.
 */
import type * as Engine from 'graphile-worker';
import type pg from 'pg';
import { errorText } from '../../effects/error-text.js';
import type { Doorbell, RingListener } from '../../effects/queue-stores.js';
import type { SqlDatabase } from '../sql/database.js';
import type { PostgresConnection } from './postgres-connection.js';
import { postgresPool } from './postgres-pool.js';

/** Of our own, so that nobody's other jobs are among ours. */
const SCHEMA = 'waxseal_wakeups';
/** Several queues may be in one database, each in its schema; nobody hears the rings of another. */
const TASK = "'ring ' || current_schema()";
/** Whoever is busy leaves jobs with this flag to others. */
const FLAG = 'ring';
/** How often rings are looked for that were due later, or that no notification told of, as behind a pooler of connections. */
const LOOK_MS = 5_000;
/** At least so much lies between two looks; other jobs in the same database are told of as well. */
const REST_MS = 50;

/** A doorbell for all who connect to the database in that way. `database`: the same one. */
export function postgresDoorbell(
  connection: PostgresConnection,
  database: SqlDatabase,
  lookMs = LOOK_MS,
): Doorbell {
  return {
    ring: (inMs) =>
      database.write(async ({ query }) => {
        await query(
          `SELECT 1 FROM ${SCHEMA}.add_job(identifier => ${TASK}, job_key => ${TASK} || ?1, max_attempts => 1,
             flags => ARRAY['${FLAG}'], run_at => now() + ?2 * interval '1 millisecond')`,
          ...[inMs === 0 ? '' : ' later', inMs],
        );
      }),
    async listen(listener, signal) {
      const pool = postgresPool({ ...connection, connectionsMax: 1 });
      try {
        const engine = await import('graphile-worker');
        await makeOwnSchema(database);
        return await listenBy(engine, { pool, listener, signal, lookMs });
      } catch (error) {
        return isMissing(error) ? 'graphile-worker is not installed' : errorText(error);
      } finally {
        await pool.end();
      }
    },
  };
}

interface Listening {
  readonly pool: pg.Pool;
  readonly listener: RingListener;
  readonly signal: AbortSignal;
  readonly lookMs: number;
}

/** Before the schema of the queue is there, its name is not known. */
function makeOwnSchema(database: SqlDatabase): Promise<void> {
  return database.write(async ({ query, lock }) => {
    // As whoever makes the tables.
    await lock('schema');
    for (const statement of database.beforeTables) await query(statement);
  });
}

async function listenBy(
  engine: typeof Engine,
  { pool, listener: { onHeard, onRung, isFree }, signal, lookMs }: Listening,
): Promise<string | null> {
  const options: Engine.RunOnceOptions = {
    schema: SCHEMA,
    forbiddenFlags: () => (isFree() ? null : [FLAG]),
    noHandleSignals: true,
    noPreparedStatements: true,
    logger: new engine.Logger(() => () => undefined),
  };
  await makeTables(engine, { ...options, pgPool: pool });
  const client = await pool.connect();
  const watch = new Watch(client, signal);
  try {
    const { rows } = await client.query<{ task: string }>(`SELECT ${TASK} AS task`);
    await client.query('LISTEN "jobs:insert"');
    const tasks = { [rows[0]!.task]: onRung };
    for (let why: 'time' | 'told' = 'time'; !watch.isOver; why = await watch.next(lookMs)) {
      // Who is busy does not even ask, save now and then whether its tables are still there.
      if (why === 'time' || isFree()) await engine.runTaskListOnce(options, tasks, watch.asked).promise;
      if (!watch.isOver) onHeard();
    }
    return watch.broken;
  } finally {
    watch.end();
    // Closed, so that nobody else has a connection that is told of rings.
    client.release(true);
  }
}

/** Where they are of a later version, it sets the exit code of the process, which is not its own. */
async function makeTables(engine: typeof Engine, options: Engine.RunnerOptions): Promise<void> {
  const { exitCode } = process;
  try {
    await engine.runMigrations(options);
  } finally {
    process.exitCode = exitCode;
  }
}

/** What is told on a connection, and what breaks there. */
class Watch {
  /** The same connection, whose questions do not fail: what broke is kept here. */
  readonly asked: pg.PoolClient;
  /** Null: nothing. */
  broken: string | null = null;
  readonly #client: pg.PoolClient;
  readonly #signal: AbortSignal;
  #isTold = false;
  #wake: () => void = () => undefined;

  constructor(client: pg.PoolClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
    const query = async (question: pg.QueryConfig) => {
      try {
        return await client.query(question);
      } catch (error) {
        this.#breaks(error);
        return { rows: [] };
      }
    };
    this.asked = { query } as unknown as pg.PoolClient;
    client.on('notification', this.#onTold);
    client.on('error', this.#breaks);
    signal.addEventListener('abort', this.#onTold);
  }

  get isOver(): boolean {
    return this.broken !== null || this.#signal.aborted;
  }

  /** Resolves when there may be something to look for, or it is over. */
  async next(lookMs: number): Promise<'time' | 'told'> {
    await this.#pass(REST_MS, () => this.isOver);
    await this.#pass(lookMs, () => this.isOver || this.#isTold);
    const why = this.#isTold ? 'told' : 'time';
    this.#isTold = false;
    return why;
  }

  end(): void {
    this.#client.off('notification', this.#onTold);
    this.#client.off('error', this.#breaks);
    this.#signal.removeEventListener('abort', this.#onTold);
  }

  async #pass(ms: number, isEnough: () => boolean): Promise<void> {
    if (isEnough()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        if (!isEnough()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  readonly #onTold = (): void => {
    this.#isTold = true;
    this.#wake();
  };

  readonly #breaks = (error: unknown): void => {
    this.broken ??= errorText(error);
    this.#wake();
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}
