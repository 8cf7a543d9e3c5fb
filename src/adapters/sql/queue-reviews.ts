/* What waits behind lanes that are closed, and whether its sender has to hear of it: a turn without an attempt looks into that. */
import type { QueueStore } from '../../effects/queue-stores.js';
import { CLOSED_MS_MAX } from '../../policy/queue/lane-health.table.js';
import { ORDERED_LANE } from '../../policy/queue/message.js';
import { type Query, textIn } from './database.js';
import { touchLanes } from './queue-rows.js';
import { OPEN } from './queue-schema.js';
import { overKeys } from './statements.js';

export async function reviewDeliveries(
  query: Query,
  { now, lateEnd, deliveriesMax }: Parameters<QueueStore['review']>[0],
): Promise<number> {
  // A lane that is closed has failed within the longest time for which one is.
  const rows = await query(
    `SELECT d.id, d.lane FROM waxseal_queue_lanes l
       JOIN waxseal_queue_deliveries d ON d.lane = l.lane AND d.state = 'due' AND d.${OPEN}
       JOIN waxseal_queue_messages m ON m.id = d.message
     WHERE l.closed_until > ?1 AND d.ordered IS NULL
       AND (m.ends_at <= l.closed_until - ?2 OR (m.ends_at <= ?3 AND d.data LIKE '%"delayTold":"no"%'))
     ORDER BY d.id LIMIT ?4`,
    ...[now, CLOSED_MS_MAX, lateEnd, deliveriesMax],
  );
  await overKeys(
    query,
    rows.map((row) => textIn(row, 'id')),
    (list) => `UPDATE waxseal_queue_deliveries
      SET ordered = '{"kind":"review","due":' || due || '}', due = ?1, lane = ?2 WHERE id IN (${list})`,
    ...[now, ORDERED_LANE],
  );
  if (rows.length > 0) await touchLanes(query, [ORDERED_LANE, ...rows.map((row) => textIn(row, 'lane'))]);
  return rows.length;
}
