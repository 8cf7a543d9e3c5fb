/* What a clock has put off that was set back since. */
import type { CatchUpPlan } from '../../effects/queue-stores.js';
import { CLOSED_MS_MAX } from '../../policy/queue/lane-health.table.js';
import { type Query, textIn } from './database.js';
import { touchLanes } from './queue-rows.js';
import { OPEN } from './queue-schema.js';
import { overKeys } from './statements.js';

export async function catchUpDeliveries(
  query: Query,
  { now, waitMsMax, deliveriesMax }: CatchUpPlan,
): Promise<number> {
  await query('UPDATE waxseal_queue_lanes SET closed_until = 0 WHERE closed_until > ?1', now + CLOSED_MS_MAX);
  await query('UPDATE waxseal_queue_lanes SET served = ?1 WHERE served > ?1', now);
  // One look into the index for each lane: what is due in time is not looked at.
  const late = await query(
    `SELECT d.id, d.lane FROM waxseal_queue_lanes l
       JOIN waxseal_queue_deliveries d ON d.lane = l.lane AND d.state = 'due' AND d.${OPEN} AND d.due > ?1
     LIMIT ?2`,
    ...[now + waitMsMax, deliveriesMax],
  );
  await overKeys(
    query,
    late.map((row) => textIn(row, 'id')),
    (list) => `UPDATE waxseal_queue_deliveries SET due = ?1 WHERE id IN (${list})`,
    now,
  );
  if (late.length > 0)
    await touchLanes(
      query,
      late.map((row) => textIn(row, 'lane')),
    );
  return late.length;
}
