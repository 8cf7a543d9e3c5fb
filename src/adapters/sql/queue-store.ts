import type { QueueStore } from '../../effects/queue-stores.js';
import { insertOctets } from './bodies.js';
import { numberIn, type SqlDatabase, textIn } from './database.js';
import { catchUpDeliveries } from './queue-catch-up.js';
import { claimDeliveries } from './queue-claims.js';
import { countLanes, countQueue } from './queue-counts.js';
import { forgetIdleLanes } from './queue-idle-lanes.js';
import { carryOutOrder, readOrders, showMessages } from './queue-orders.js';
import { reviewDeliveries } from './queue-reviews.js';
import { insertMessages, touchLanes } from './queue-rows.js';
import { OPEN } from './queue-schema.js';
import { settleTurns } from './queue-settlements.js';
import { overKeys } from './statements.js';

const LOCK = 'queue';

/** The queue in a database, whose tables are there. */
export function sqlQueueStore(database: SqlDatabase): QueueStore {
  return {
    accept: (messages) =>
      database.write(async ({ query, lock }) => {
        await lock(LOCK);
        await touchLanes(query, await insertMessages(query, messages));
      }),
    whole: {
      place: database,
      accept: (messages) =>
        database.write(async ({ query, lock }) => {
          await insertOctets(query, messages);
          await lock(LOCK);
          const rows = messages.map(({ message }) => message);
          await touchLanes(query, await insertMessages(query, rows));
        }),
    },
    claim: (plan) =>
      database.write(async ({ query, lock }) => {
        await lock(LOCK);
        return claimDeliveries(query, plan);
      }),
    settle: (settlements, now) =>
      database.write(async ({ query, lock }) => {
        await lock(LOCK);
        return settleTurns(query, settlements, now);
      }),
    beat: (node, beat) =>
      database.write(async ({ query }) => {
        const known = 'UPDATE waxseal_queue_nodes SET beat = ?1 WHERE node = ?2 RETURNING node';
        if ((await query(known, beat, node)).length > 0) return 'known';
        await query(
          'INSERT INTO waxseal_queue_nodes VALUES (?1, ?2) ON CONFLICT (node) DO UPDATE SET beat = excluded.beat',
          ...[node, beat],
        );
        return 'unknown';
      }),
    beats: async () => {
      const rows = await database.query('SELECT node, beat FROM waxseal_queue_nodes');
      return new Map(rows.map((row) => [textIn(row, 'node'), numberIn(row, 'beat')]));
    },
    recover: (silent) =>
      database.write(async ({ query, lock }) => {
        await lock(LOCK);
        for (const [node, beat] of silent)
          await query('DELETE FROM waxseal_queue_nodes WHERE node = ?1 AND beat = ?2', node, beat);
        const rows = await query(
          `UPDATE waxseal_queue_deliveries SET ${GIVEN_BACK}
           WHERE state = 'claimed' AND ${OPEN} AND NOT EXISTS (
             SELECT 1 FROM waxseal_queue_nodes n WHERE n.node = owner) RETURNING lane`,
        );
        await touchLanes(
          query,
          rows.map((row) => textIn(row, 'lane')),
        );
        return rows.length;
      }),
    giveBack: (node, held) =>
      database.write(async ({ query, lock }) => {
        await lock(LOCK);
        const own = await query(
          `SELECT id, lane FROM waxseal_queue_deliveries WHERE state = 'claimed' AND ${OPEN} AND owner = ?1`,
          node,
        );
        const known = new Set(held);
        const rows = own.filter((row) => !known.has(textIn(row, 'id')));
        await overKeys(
          query,
          rows.map((row) => textIn(row, 'id')),
          (list) => `UPDATE waxseal_queue_deliveries SET ${GIVEN_BACK} WHERE id IN (${list})`,
        );
        await touchLanes(
          query,
          rows.map((row) => textIn(row, 'lane')),
        );
        return rows.length;
      }),
    nextDue: async (laneEveryMs = 0) => {
      const [row] = await database.query(
        `SELECT min(CASE WHEN closed_until > due AND closed_until >= rested THEN closed_until
             WHEN rested > due THEN rested ELSE due END) AS due
         FROM (SELECT due, closed_until, CASE WHEN ?1 = 0 THEN 0 ELSE served + ?1 END AS rested
           FROM waxseal_queue_lanes WHERE due IS NOT NULL) AS lanes`,
        laneEveryMs,
      );
      return row === undefined || row.due === null ? null : numberIn(row, 'due');
    },
    review: (plan) =>
      database.write(async ({ query, lock }) => {
        await lock(LOCK);
        return reviewDeliveries(query, plan);
      }),
    catchUp: (plan) =>
      database.write(async ({ query, lock }) => {
        await lock(LOCK);
        return catchUpDeliveries(query, plan);
      }),
    order: (ids, order, by) =>
      database.write(async ({ query, lock }) => {
        await lock(LOCK);
        return carryOutOrder(query, ids, order, by);
      }),
    orders: (id) => readOrders(database.query, id),
    show: (ids) => database.snapshot((query) => showMessages(query, ids)),
    list: ({ after, messagesMax, ended, domain }) =>
      database.snapshot(async (query) => {
        const rows = await query(
          `SELECT id FROM waxseal_queue_messages m WHERE id > ?1 AND (?2 = 'yes' OR ended_at IS NULL)
             AND (?3 = '' OR EXISTS (SELECT 1 FROM waxseal_queue_deliveries d WHERE d.message = m.id AND d.data LIKE ?3))
           ORDER BY id LIMIT ?4`,
          ...[
            after ?? '',
            ended,
            domain === undefined ? '' : `%"domain":${JSON.stringify(domain)}%`,
            messagesMax,
          ],
        );
        return showMessages(
          query,
          rows.map((row) => textIn(row, 'id')),
        );
      }),
    counts: (now) => database.snapshot((query) => countQueue(query, now)),
    lanes: (lanesMax) => database.snapshot((query) => countLanes(query, lanesMax)),
    prune: (endedBefore, messagesMax) =>
      database.write(async ({ query }) => {
        const rows = await query(
          'SELECT id FROM waxseal_queue_messages WHERE ended_at < ?1 ORDER BY ended_at, id LIMIT ?2',
          ...[endedBefore, messagesMax],
        );
        const ids = rows.map((row) => textIn(row, 'id'));
        for (const [table, column] of KEPT)
          await overKeys(query, ids, (list) => `DELETE FROM ${table} WHERE ${column} IN (${list})`);
        return ids;
      }),
    forgetLanes: (plan) =>
      database.write(async ({ query, lock }) => {
        await lock(LOCK);
        return forgetIdleLanes(query, plan);
      }),
    among: async (ids) =>
      (
        await overKeys(
          database.query,
          ids,
          (list) => `SELECT id FROM waxseal_queue_messages WHERE ended_at IS NULL AND id IN (${list})`,
        )
      ).map((row) => textIn(row, 'id')),
  };
}

/** What an UPDATE of deliveries sets that nobody holds any more. */
const GIVEN_BACK = `owner = NULL,
  state = CASE WHEN ordered IS NULL AND (SELECT held FROM waxseal_queue_messages m WHERE m.id = message) = 1 THEN 'held' ELSE 'due' END`;

/** What is forgotten with a message. */
const KEPT = [
  ['waxseal_queue_recipients', 'message'],
  ['waxseal_queue_deliveries', 'message'],
  ['waxseal_queue_orders', 'message'],
  ['waxseal_queue_messages', 'id'],
] as const;
