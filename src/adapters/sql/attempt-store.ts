import { decodeDialled } from '../../effects/codecs/dialled.codec.js';
import type { AttemptRecord, AttemptStore, AttemptStoreBounds } from '../../effects/stores.js';
import { numberIn, type SqlDatabase, type SqlRow, textIn } from './database.js';
import { overKeys } from './queue-rows.js';

/** Attempts in a database, a row for each message and recipient. */
export function sqlAttemptStore(database: SqlDatabase, { attemptsMax }: AttemptStoreBounds): AttemptStore {
  return {
    read: async (keys) => {
      const columns = 'id, attempts, dialled, delivered, at';
      const rows = await overKeys(
        database.query,
        keys,
        (list) => `SELECT ${columns} FROM waxseal_attempts WHERE id IN (${list})`,
      );
      const found = new Map(rows.map((row) => [textIn(row, 'id'), row]));
      return keys.map((key) => (found.has(key) ? recordIn(found.get(key)!) : null));
    },
    write: (records) =>
      database.write(async ({ query }) => {
        // In one order everywhere, so that no two transactions wait for each other's rows.
        for (const { key, attempts, dialled, delivered, at } of [...records].sort(byKey)) {
          await query(
            `INSERT INTO waxseal_attempts (id, attempts, dialled, delivered, at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET attempts = excluded.attempts, dialled = excluded.dialled, at = excluded.at,
               delivered = COALESCE(waxseal_attempts.delivered, excluded.delivered)`,
            ...[key, attempts, JSON.stringify(dialled), delivered, at],
          );
        }
      }),
    prune: (before) =>
      database.write(async ({ query }) => {
        const old = await query(
          `DELETE FROM waxseal_attempts
           WHERE (delivered IS NULL AND at < ?1) OR (delivered IS NOT NULL AND at < ?2) RETURNING id`,
          ...[before.attempted, before.delivered],
        );
        const [counted] = await query('SELECT count(*) AS rows FROM waxseal_attempts');
        const over = Math.max(0, numberIn(counted!, 'rows') - attemptsMax);
        if (over === 0) return old.length;
        const sql = `DELETE FROM waxseal_attempts
          WHERE id IN (SELECT id FROM waxseal_attempts ORDER BY at, id LIMIT ?1)`;
        await query(sql, over);
        return old.length + over;
      }),
  };
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function recordIn(row: SqlRow): AttemptRecord {
  return {
    attempts: numberIn(row, 'attempts'),
    dialled: decodeDialled(String(row.dialled)),
    delivered: typeof row.delivered === 'string' ? row.delivered : null,
    at: numberIn(row, 'at'),
  };
}
