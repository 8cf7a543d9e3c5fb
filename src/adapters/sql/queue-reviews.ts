/* What waits behind lanes that are closed, and whether its sender has to hear of it: a turn without an attempt looks into that. */
import type { Reviewed, ReviewPlan } from '../../effects/queue-stores.js';
import { CLOSED_MS_MAX, FAILURES_MAX } from '../../policy/queue/lane-health.table.js';
import { ORDERED_LANE } from '../../policy/queue/message.js';
import { numberIn, type Query, textIn } from './database.js';
import { touchLanes } from './queue-rows.js';
import { OPEN } from './queue-schema.js';
import { overKeys } from './statements.js';

export async function reviewDeliveries(
  query: Query,
  { now, lateEnd, deliveriesMax, after = { lane: '', due: 0, id: '' } }: ReviewPlan,
): Promise<Reviewed> {
  // In the order of an index, and no further than asked; asked for the state as it is, SQLite would take all that waits and sort it. A lane that is closed has failed within the longest time for which one is.
  const rows = await query(
    `SELECT looked.id, looked.lane, looked.due, CASE WHEN l.closed_until > ?1 AND l.failures >= ?9 AND looked.ordered IS NULL
         AND (m.ends_at <= l.closed_until - ?2 OR (m.ends_at <= ?3 AND looked.data LIKE '%"delayTold":"no"%')) THEN 1 ELSE 0 END AS late
     FROM (SELECT id, lane, state, due, message, ordered, data FROM waxseal_queue_deliveries
         WHERE ${OPEN} AND state || '' = 'due' AND lane <> ?7 AND (lane, state, due, id) > (?4, 'due', ?5, ?6)
         ORDER BY lane, state, due, id LIMIT ?8) AS looked
       LEFT JOIN waxseal_queue_lanes l ON l.lane = looked.lane LEFT JOIN waxseal_queue_messages m ON m.id = looked.message
     ORDER BY looked.lane, looked.due, looked.id`,
    ...[
      now,
      CLOSED_MS_MAX,
      lateEnd,
      after.lane,
      after.due,
      after.id,
      ORDERED_LANE,
      deliveriesMax,
      FAILURES_MAX,
    ],
  );
  const late = rows.filter((row) => numberIn(row, 'late') === 1);
  await overKeys(
    query,
    late.map((row) => textIn(row, 'id')),
    (list) => `UPDATE waxseal_queue_deliveries
      SET ordered = '{"kind":"review","due":' || due || '}', due = ?1, lane = ?2 WHERE id IN (${list})`,
    ...[now, ORDERED_LANE],
  );
  if (late.length > 0) await touchLanes(query, [ORDERED_LANE, ...late.map((row) => textIn(row, 'lane'))]);
  const last = rows.length < deliveriesMax ? undefined : rows.at(-1);
  return {
    found: late.length,
    next:
      last === undefined
        ? null
        : { lane: textIn(last, 'lane'), due: numberIn(last, 'due'), id: textIn(last, 'id') },
  };
}
