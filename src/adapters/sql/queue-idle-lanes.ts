/* Lanes of which nobody has heard for long. Whatever comes for one of them makes it anew. */
import type { IdleLanesPlan } from '../../effects/queue-stores.js';
import { type Query, textIn } from './database.js';
import { OPEN } from './queue-schema.js';

export async function forgetIdleLanes(
  query: Query,
  { idleSince, lanesMax, after = '' }: IdleLanesPlan,
): Promise<string | null> {
  const looked = await query(
    'SELECT lane FROM waxseal_queue_lanes WHERE lane > ?1 ORDER BY lane LIMIT ?2',
    ...[after, lanesMax],
  );
  const last = looked.at(-1);
  if (last === undefined) return null;
  await query(
    `DELETE FROM waxseal_queue_lanes
     WHERE lane > ?1 AND lane <= ?2 AND due IS NULL AND running = 0 AND served < ?3 AND closed_until < ?3
       AND NOT EXISTS (SELECT 1 FROM waxseal_queue_deliveries d WHERE d.lane = waxseal_queue_lanes.lane AND d.${OPEN})`,
    ...[after, textIn(last, 'lane'), idleSince],
  );
  return looked.length < lanesMax ? null : textIn(last, 'lane');
}
