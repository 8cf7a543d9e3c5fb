/* Events that wait to be told: each a row, which came by the settlement that it tells of. */
import type { EventStore, QueuedEvent } from '../../effects/queue-stores.js';
import { numberIn, type Query, type SqlDatabase, textIn } from './database.js';
import { insertRows, overKeys } from './statements.js';

const LOCK = 'events';

/** Events in a database, whose tables are there. */
export function sqlEventStore(database: SqlDatabase): EventStore {
  return {
    take: ({ to, now, eventsMax, dueAgainAt }) =>
      database.write(async ({ query, lock }) => {
        await lock(LOCK);
        const due = await query(
          'SELECT id FROM waxseal_queue_events WHERE told = ?1 AND due <= ?2 ORDER BY due, id LIMIT ?3',
          ...[to, now, eventsMax],
        );
        const ids = due.map((row) => textIn(row, 'id'));
        const rows = await overKeys(
          query,
          ids,
          (list) =>
            `UPDATE waxseal_queue_events SET due = ?1, tries = tries + 1 WHERE id IN (${list}) RETURNING *`,
          dueAgainAt,
        );
        const place = new Map(ids.map((id, at) => [id, at]));
        return rows
          .map((row) => ({
            ...{ id: textIn(row, 'id'), to, event: textIn(row, 'event'), body: textIn(row, 'body') },
            ...{ at: numberIn(row, 'at'), tries: numberIn(row, 'tries') },
          }))
          .sort((one, other) => place.get(one.id)! - place.get(other.id)!);
      }),
    nextDue: async (to) => {
      const [row] = await database.query(
        'SELECT min(due) AS due FROM waxseal_queue_events WHERE told = ?1',
        to,
      );
      return row === undefined || row.due === null ? null : numberIn(row, 'due');
    },
    putOff: (id, due) =>
      database.write(async ({ query }) => {
        await query('UPDATE waxseal_queue_events SET due = ?2 WHERE id = ?1', id, due);
      }),
    forget: (ids) =>
      database.write(async ({ query }) => {
        await overKeys(query, ids, (list) => `DELETE FROM waxseal_queue_events WHERE id IN (${list})`);
      }),
    prune: (before, eventsMax) =>
      database.write(async ({ query, lock }) => {
        await lock(LOCK);
        const rows = await query(
          `DELETE FROM waxseal_queue_events WHERE at < ?1 OR id IN (
             SELECT id FROM waxseal_queue_events ORDER BY at DESC, id DESC LIMIT ?3 OFFSET ?2) RETURNING event`,
          ...[before, eventsMax, PRUNED_MAX],
        );
        const counts = new Map<string, number>();
        for (const row of rows) counts.set(textIn(row, 'event'), (counts.get(textIn(row, 'event')) ?? 0) + 1);
        return counts;
      }),
  };
}

const PRUNED_MAX = 100_000;

/** What a settlement adds. The same settlement a second time adds nothing. */
export async function insertEvents(query: Query, events: readonly QueuedEvent[]): Promise<void> {
  await insertRows(
    query,
    {
      into: 'waxseal_queue_events (id, told, event, body, at, due, tries)',
      then: 'ON CONFLICT (id) DO NOTHING',
    },
    events.map(({ id, to, event, body, at }) => [id, to, event, body, at, at, 0]),
  );
}
