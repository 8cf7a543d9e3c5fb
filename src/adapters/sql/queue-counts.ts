/* How much waits in a queue, for who watches it. */
import type { LaneCounts, QueueCounts } from '../../effects/queue-stores.js';
import { FAILURES_MAX } from '../../policy/queue/lane-health.table.js';
import { numberIn, type Query, textIn } from './database.js';
import { OPEN } from './queue-schema.js';

export async function countQueue(query: Query, now: number): Promise<QueueCounts> {
  const states = await query(
    `SELECT state, count(*) AS number FROM waxseal_queue_deliveries WHERE ${OPEN} GROUP BY state`,
  );
  const of = (state: string) => {
    const row = states.find((each) => textIn(each, 'state') === state);
    return row === undefined ? 0 : numberIn(row, 'number');
  };
  const [lanes] = await query(
    `SELECT sum(CASE WHEN failures = 0 AND closed_until <= ?1 THEN 1 ELSE 0 END) AS well,
       sum(CASE WHEN failures > 0 AND closed_until <= ?1 THEN 1 ELSE 0 END) AS failing,
       sum(CASE WHEN failures >= ?2 AND closed_until > ?1 THEN 1 ELSE 0 END) AS closed,
       sum(CASE WHEN failures < ?2 AND closed_until > ?1 THEN 1 ELSE 0 END) AS put_off,
       min(CASE WHEN due <= ?1 AND closed_until <= ?1 THEN due END) AS oldest
     FROM waxseal_queue_lanes WHERE due IS NOT NULL OR running > 0`,
    ...[now, FAILURES_MAX],
  );
  return {
    ...{ waiting: of('due'), attempting: of('claimed'), held: of('held') },
    ...{ lanesWell: numberIn(lanes!, 'well'), lanesFailing: numberIn(lanes!, 'failing') },
    ...{ lanesClosed: numberIn(lanes!, 'closed'), lanesPutOff: numberIn(lanes!, 'put_off') },
    oldestDueAt: lanes!.oldest === null ? null : numberIn(lanes!, 'oldest'),
  };
}

export async function countLanes(query: Query, lanesMax: number): Promise<readonly LaneCounts[]> {
  const rows = await query(
    `SELECT d.lane AS lane, sum(CASE WHEN d.state = 'claimed' THEN 0 ELSE 1 END) AS waiting,
       sum(CASE WHEN d.state = 'claimed' THEN 1 ELSE 0 END) AS attempting,
       min(l.failures) AS failures, min(l.closed_until) AS closed_until, min(l.due) AS due
     FROM waxseal_queue_deliveries d JOIN waxseal_queue_lanes l ON l.lane = d.lane
     WHERE d.${OPEN} GROUP BY d.lane ORDER BY count(*) DESC, d.lane LIMIT ?1`,
    lanesMax,
  );
  return rows.map((row) => ({
    ...{
      lane: textIn(row, 'lane'),
      waiting: numberIn(row, 'waiting'),
      attempting: numberIn(row, 'attempting'),
    },
    ...{ failures: numberIn(row, 'failures'), closedUntil: numberIn(row, 'closed_until') },
    dueAt: row.due === null ? null : numberIn(row, 'due'),
  }));
}
