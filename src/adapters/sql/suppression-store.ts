import type { SuppressionStore } from '../../effects/queue-stores.js';
import { numberIn, type SqlDatabase, textIn } from './database.js';
import { overKeys } from './statements.js';

/** Addresses to which nothing is taken any more, in a database whose tables are there. */
export function sqlSuppressionStore(database: SqlDatabase): SuppressionStore {
  return {
    add: ({ address, actor, why, at }) =>
      database.write(async ({ query }) => {
        await query(
          `INSERT INTO waxseal_suppressions (address, actor, why, at) VALUES (?1, ?2, ?3, ?4)
           ON CONFLICT (address) DO UPDATE SET actor = excluded.actor, why = excluded.why, at = excluded.at`,
          ...[address, actor, why, at],
        );
      }),
    remove: (address) =>
      database.write(async ({ query }) => {
        const rows = await query(
          'DELETE FROM waxseal_suppressions WHERE address = ?1 RETURNING address',
          address,
        );
        return rows.length > 0 ? 'removed' : 'unknown';
      }),
    among: async (addresses) => {
      const rows = await overKeys(
        database.find,
        addresses,
        (list) => `SELECT address FROM waxseal_suppressions WHERE address IN (${list})`,
      );
      return rows.map((row) => textIn(row, 'address'));
    },
    list: async ({ after, entriesMax }) => {
      const rows = await database.query(
        'SELECT * FROM waxseal_suppressions WHERE address > ?1 ORDER BY address LIMIT ?2',
        ...[after ?? '', entriesMax],
      );
      return rows.map((row) => ({
        ...{ address: textIn(row, 'address'), actor: textIn(row, 'actor'), why: textIn(row, 'why') },
        at: numberIn(row, 'at'),
      }));
    },
  };
}
