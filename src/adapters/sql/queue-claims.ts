/* Taking up what is due: the lanes first, then what waits in them. */
import type { ClaimedDelivery, ClaimPlan } from '../../effects/queue-stores.js';
import { numberIn, type Query, type SqlRow, textIn } from './database.js';
import {
  type DeliveryData,
  dataIn,
  deliveryIn,
  type MessageData,
  NOW_HELD,
  type RecipientData,
} from './queue-rows.js';
import { OPEN } from './queue-schema.js';
import { groupedBy, overKeys } from './statements.js';

/** Lanes that one statement looks into; SQLite takes 500 parts of a statement. */
const LANES_MAX = 400;

export async function claimDeliveries(query: Query, plan: ClaimPlan): Promise<readonly ClaimedDelivery[]> {
  const lanes = await dueLanes(query, plan);
  if (lanes.length === 0) return [];
  const chosen = await chooseDeliveries(query, lanes, plan);
  const rows = await overKeys(
    query,
    chosen,
    (list) => `UPDATE waxseal_queue_deliveries
      SET state = 'claimed', owner = ?1, due = ?2, fence = fence + 1, unsettled = unsettled + 1
      WHERE state = 'due' AND id IN (${list}) RETURNING *`,
    ...[plan.node, plan.dueAgainAt],
  );
  const { claimed, unreadable } = await readClaims(query, rows);
  await overKeys(
    query,
    unreadable,
    (list) => `UPDATE waxseal_queue_deliveries SET state = 'held', owner = NULL WHERE id IN (${list})`,
  );
  await overKeys(
    query,
    lanes.map((row) => textIn(row, 'lane')),
    (list) => `UPDATE waxseal_queue_lanes SET served = ?1, ${NOW_HELD} WHERE lane IN (${list})`,
    plan.now,
  );
  const place = new Map(chosen.map((id, at) => [id, at]));
  return claimed.sort((one, other) => place.get(one.id)! - place.get(other.id)!);
}

/** Lanes in which something is due, the one that was served longest ago first. */
function dueLanes(
  query: Query,
  { now, perLaneMax, deliveriesMax, laneEveryMs = 0 }: ClaimPlan,
): Promise<readonly SqlRow[]> {
  return query(
    `SELECT lane, running, failures FROM waxseal_queue_lanes
     WHERE due <= ?1 AND closed_until <= ?1 AND served <= ?4 AND running < CASE WHEN failures = 0 THEN ?2 ELSE 1 END
     ORDER BY served, due, lane LIMIT ?3`,
    ...[now, perLaneMax, deliveriesMax, laneEveryMs === 0 ? Number.MAX_SAFE_INTEGER : now - laneEveryMs],
  );
}

/** One of each lane, then the second of each, and so on, within the bounds. */
async function chooseDeliveries(
  query: Query,
  lanes: readonly SqlRow[],
  { now, perLaneMax, deliveriesMax, laneEveryMs = 0 }: ClaimPlan,
): Promise<readonly string[]> {
  const each = laneEveryMs > 0 ? 1 : Math.min(perLaneMax, Math.ceil(deliveriesMax / lanes.length));
  const rows: SqlRow[] = [];
  for (let from = 0; from < lanes.length; from += LANES_MAX) {
    const part = lanes.slice(from, from + LANES_MAX);
    // One look into the index for each lane: what waits behind is not looked at.
    const looks = part.map(
      (_, at) => `SELECT * FROM (SELECT id, lane, due FROM waxseal_queue_deliveries
        WHERE lane = ?${at + 3} AND state = 'due' AND ${OPEN} AND due <= ?1 ORDER BY due, id LIMIT ?2) AS lane${at}`,
    );
    const names = part.map((row) => textIn(row, 'lane'));
    rows.push(...(await query(`${looks.join(' UNION ALL ')} ORDER BY due, id`, now, each, ...names)));
  }
  const ranks = new Map<string, number>();
  const order = new Map(lanes.map((row, at) => [textIn(row, 'lane'), at]));
  const room = new Map(
    lanes.map((row) => [
      textIn(row, 'lane'),
      (numberIn(row, 'failures') === 0 ? perLaneMax : 1) - numberIn(row, 'running'),
    ]),
  );
  return rows
    .map((row) => {
      const lane = textIn(row, 'lane');
      const rank = ranks.get(lane) ?? 0;
      ranks.set(lane, rank + 1);
      return { id: textIn(row, 'id'), lane, rank };
    })
    .filter(({ lane, rank }) => rank < room.get(lane)!)
    .sort((one, other) => one.rank - other.rank || order.get(one.lane)! - order.get(other.lane)!)
    .slice(0, deliveriesMax)
    .map(({ id }) => id);
}

/** All that a turn needs of what was claimed. */
async function readClaims(
  query: Query,
  rows: readonly SqlRow[],
): Promise<{ readonly claimed: ClaimedDelivery[]; readonly unreadable: readonly string[] }> {
  const messages = new Map(
    (
      await overKeys(
        query,
        [...new Set(rows.map((row) => textIn(row, 'message')))],
        (list) => `SELECT * FROM waxseal_queue_messages WHERE id IN (${list})`,
      )
    ).map((row) => [textIn(row, 'id'), row]),
  );
  const recipients = await overKeys(
    query,
    rows.map((row) => textIn(row, 'id')),
    (list) => `SELECT delivery, position, data FROM waxseal_queue_recipients
      WHERE ended IS NULL AND delivery IN (${list}) ORDER BY message, position`,
  );
  const byDelivery = groupedBy(recipients, 'delivery');
  const claimed: ClaimedDelivery[] = [];
  const unreadable: string[] = [];
  for (const row of rows) {
    const id = textIn(row, 'id');
    const read = readClaim(row, messages.get(textIn(row, 'message')), byDelivery.get(id) ?? []);
    if (read === null) unreadable.push(id);
    else claimed.push(read);
  }
  return { claimed, unreadable };
}

function readClaim(
  row: SqlRow,
  message: SqlRow | undefined,
  recipients: readonly SqlRow[],
): ClaimedDelivery | null {
  const delivery = dataIn<DeliveryData>(row, 'data');
  const data = message === undefined ? null : dataIn<MessageData>(message, 'data');
  const read = recipients.map((each) => ({
    position: numberIn(each, 'position'),
    data: dataIn<RecipientData>(each, 'data'),
  }));
  if (delivery === null || data === null || message === undefined || read.some((each) => each.data === null))
    return null;
  const { v: _, ...facts } = data;
  const before = deliveryIn(row, delivery);
  return {
    id: textIn(row, 'id'),
    fence: numberIn(row, 'fence'),
    lane: textIn(row, 'lane'),
    domain: delivery.domain,
    message: {
      ...facts,
      lifetimeEndsAt: numberIn(message, 'ends_at'),
      transport: typeof message.transport === 'string' ? message.transport : null,
    },
    // Those before this one.
    delivery: { ...before, unsettledClaims: before.unsettledClaims - 1 },
    held: numberIn(message, 'held') === 1 ? 'yes' : 'no',
    recipients: read.map((each) => {
      const { v: _version, ...own } = each.data!;
      return { ...own, position: each.position };
    }),
  };
}
