import { Batches } from '../../effects/batches.js';
import { decodeDialled } from '../../effects/codecs/dialled.codec.js';
import type { AttemptRecord, AttemptStore, AttemptStoreBounds } from '../../effects/stores.js';
import { numberIn, type Query, type SqlDatabase, type SqlRow } from './database.js';
import { inKeyOrder, insertRows, rowsByKey } from './statements.js';

/** Keys that one statement asks for, and records that one transaction keeps. */
const KEYS_MAX = 500;
const RECORDS_MAX = 500;

/** So many writes for one look at how many there are, as a part of the bound: to count them all takes its time. */
const LOOKS_PER_BOUND = 1_000;

/** Attempts in a database, a row for each message and recipient. */
export function sqlAttemptStore(database: SqlDatabase, { attemptsMax }: AttemptStoreBounds): AttemptStore {
  const writesPerLook = Math.ceil(attemptsMax / LOOKS_PER_BOUND);
  let writes = 0;
  const reading = new Batches<string, AttemptRecord | null>(KEYS_MAX, (keys) => readAll(database, keys));
  const writing = new Batches<AttemptRecord & { readonly key: string }, void>(
    RECORDS_MAX,
    async (records) => {
      await database.write(({ query }) => writeAll(query, records));
      writes += records.length;
      if (writes >= writesPerLook)
        await database
          .write(({ query }) => dropBeyond(query, attemptsMax))
          .then(
            () => {
              writes = 0;
            },
            // What was written is kept; the next one looks again.
            () => undefined,
          );
      return records.map(() => undefined);
    },
  );
  return {
    read: (keys) => Promise.all(keys.map((key) => reading.add(key))),
    write: async (records) => void (await Promise.all(records.map((record) => writing.add(record)))),
    prune: (before) =>
      database.write(async ({ query }) => {
        const old = await query(
          `DELETE FROM waxseal_attempts
           WHERE (delivered IS NULL AND at < ?1) OR (delivered IS NOT NULL AND at < ?2) RETURNING id`,
          ...[before.attempted, before.delivered],
        );
        return old.length + (await dropBeyond(query, attemptsMax));
      }),
  };
}

/** The oldest; answers how many went. */
async function dropBeyond(query: Query, attemptsMax: number): Promise<number> {
  const [counted] = await query('SELECT count(*) AS rows FROM waxseal_attempts');
  const over = Math.max(0, numberIn(counted!, 'rows') - attemptsMax);
  if (over === 0) return 0;
  const sql = `DELETE FROM waxseal_attempts
    WHERE id IN (SELECT id FROM waxseal_attempts ORDER BY at, id LIMIT ?1)`;
  await query(sql, over);
  return over;
}

/** What is kept under each, in order: many transactions ask at once. */
async function readAll(
  { query }: SqlDatabase,
  keys: readonly string[],
): Promise<readonly (AttemptRecord | null)[]> {
  const columns = 'id, attempts, dialled, delivered, at';
  const found = await rowsByKey(
    query,
    'id',
    keys,
    (list) => `SELECT ${columns} FROM waxseal_attempts WHERE id IN (${list})`,
  );
  return keys.map((key) => (found.has(key) ? recordIn(found.get(key)!) : null));
}

async function writeAll(
  query: Query,
  records: readonly (AttemptRecord & { readonly key: string })[],
): Promise<void> {
  const latest = new Map<string, AttemptRecord>();
  for (const { key, ...record } of records)
    latest.set(key, { ...record, delivered: latest.get(key)?.delivered ?? record.delivered });
  await insertRows(
    query,
    {
      into: 'waxseal_attempts (id, attempts, dialled, delivered, at)',
      then: `ON CONFLICT (id) DO UPDATE SET attempts = excluded.attempts, dialled = excluded.dialled, at = excluded.at,
        delivered = COALESCE(waxseal_attempts.delivered, excluded.delivered)`,
    },
    [...latest]
      .sort(inKeyOrder)
      .map(([key, { attempts, dialled, delivered, at }]) => [
        ...[key, attempts, JSON.stringify(dialled), delivered, at],
      ]),
  );
}

function recordIn(row: SqlRow): AttemptRecord {
  return {
    attempts: numberIn(row, 'attempts'),
    dialled: decodeDialled(String(row.dialled)),
    delivered: typeof row.delivered === 'string' ? row.delivered : null,
    at: numberIn(row, 'at'),
  };
}
