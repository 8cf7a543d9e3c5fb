/* Settling turns: a set of them in one transaction. */
import type { SettledWord, Settlement } from '../../effects/queue-stores.js';
import { laneAfter } from '../../policy/queue/lane-health.table.js';
import { isNewOrder, ORDERED_LANE } from '../../policy/queue/message.js';
import type { Order } from '../../policy/queue/turn.js';
import { numberIn, type Query, textIn } from './database.js';
import { insertEvents } from './event-store.js';
import {
  type DeliveryState,
  deliveryText,
  insertMessages,
  NO_ORDER,
  orderIn,
  recipientText,
  textOfOrder,
  touchLanes,
} from './queue-rows.js';
import { insertRows, overKeys } from './statements.js';

export async function settleTurns(
  query: Query,
  settlements: readonly Settlement[],
  now: number,
): Promise<readonly SettledWord[]> {
  const standing = await whatStands(query, settlements);
  const settled = settlements.filter(({ claimed }) => standing.get(claimed.id)?.fence === claimed.fence);
  const ended = settled.length > 0 ? await keep(query, settled, standing, now) : NONE;
  const kept = new Set(settled);
  return settlements.map((each) => {
    if (!kept.has(each)) return 'superseded';
    return ended.has(each.claimed.message.id) ? 'ended' : 'settled';
  });
}

const NONE: ReadonlySet<string> = new Set();

interface Standing {
  readonly fence: number;
  readonly lane: string;
  readonly held: boolean;
  readonly ordered: Order;
}

/** The deliveries that are still claimed, as they stand now: the operator may have been there in the meantime. */
async function whatStands(
  query: Query,
  settlements: readonly Settlement[],
): Promise<ReadonlyMap<string, Standing>> {
  const rows = await overKeys(
    query,
    settlements.map(({ claimed }) => claimed.id),
    (list) => `SELECT d.id, d.fence, d.lane, d.ordered, m.held FROM waxseal_queue_deliveries d
      JOIN waxseal_queue_messages m ON m.id = d.message WHERE d.state = 'claimed' AND d.id IN (${list})`,
  );
  return new Map(
    rows.map((row) => [
      textIn(row, 'id'),
      {
        fence: numberIn(row, 'fence'),
        lane: textIn(row, 'lane'),
        held: numberIn(row, 'held') === 1,
        ordered: orderIn(row),
      },
    ]),
  );
}

/** Answers the messages that have ended by it. */
async function keep(
  query: Query,
  settled: readonly Settlement[],
  standing: ReadonlyMap<string, Standing>,
  now: number,
): Promise<ReadonlySet<string>> {
  const lanesNext = new Map(settled.map((each) => [each.claimed.id, laneBehind(each, standing)]));
  await insertRows(
    query,
    {
      into: 'waxseal_queue_deliveries (id, message, lane, state, due, attempts, fence, owner, unsettled, ordered, data)',
      then: `ON CONFLICT (id) DO UPDATE SET lane = excluded.lane, state = excluded.state, due = excluded.due, attempts = excluded.attempts,
        owner = NULL, unsettled = excluded.unsettled, ordered = excluded.ordered, data = excluded.data`,
    },
    settled.map(({ claimed, turn }) => {
      const { held, ordered } = standing.get(claimed.id)!;
      const lane = lanesNext.get(claimed.id)!;
      const isParked = turn.hold === 'park';
      const isReviewed = ordered.kind === 'review';
      // An order that came during the turn has one of its own, at once.
      const isOrdered = isNewOrder(ordered, claimed.delivery.order);
      const state: DeliveryState =
        turn.nextAttemptAt === null ? 'ended' : isParked || (held && !isOrdered) ? 'held' : 'due';
      const due = isOrdered ? now : (turn.nextAttemptAt ?? now);
      const data = deliveryText({ ...claimed.delivery, ...turn }, claimed.domain);
      return [
        ...[claimed.id, claimed.message.id, lane, state, due, turn.attempts, claimed.fence, null],
        ...[
          isParked ? claimed.delivery.unsettledClaims : 0,
          textOfOrder(isReviewed ? NO_ORDER : ordered),
          data,
        ],
      ];
    }),
  );
  await insertRows(
    query,
    {
      into: 'waxseal_queue_recipients (message, position, delivery, ended, data)',
      then: 'ON CONFLICT (message, position) DO UPDATE SET ended = excluded.ended, data = excluded.data',
    },
    settled.flatMap(({ claimed, turn }) =>
      claimed.recipients.map((recipient, at) => {
        const { end, word } = turn.recipients[at]!;
        const data = recipientText(recipient, word, end === null ? null : turn.attempts);
        return [claimed.message.id, recipient.position, claimed.id, end, data];
      }),
    ),
  );
  const lanes = await insertMessages(
    query,
    settled.flatMap(({ notices }) => notices),
  );
  await insertEvents(
    query,
    settled.flatMap(({ events = [] }) => events),
  );
  const known = await keepHealth(query, settled, standing, now);
  await touchLanes(query, [...lanes, ...lanesNext.values(), ...known], known);
  const ids = [...new Set(settled.map(({ claimed }) => claimed.message.id))];
  await overKeys(
    query,
    settled.filter(({ turn }) => turn.hold === 'park').map(({ claimed }) => claimed.message.id),
    (list) => `UPDATE waxseal_queue_messages SET held = 1, held_at = ?1 WHERE held = 0 AND id IN (${list})`,
    now,
  );
  const ended = await overKeys(
    query,
    ids,
    (list) => `UPDATE waxseal_queue_messages SET ended_at = ?1 WHERE ended_at IS NULL AND id IN (${list})
      AND NOT EXISTS (SELECT 1 FROM waxseal_queue_deliveries d WHERE d.message = waxseal_queue_messages.id AND d.state <> 'ended')
      RETURNING id`,
    now,
  );
  return new Set(ended.map((row) => textIn(row, 'id')));
}

/** Where the operator moved it in between, it stays. */
function laneBehind({ claimed, nextLane }: Settlement, standing: ReadonlyMap<string, Standing>): string {
  const { lane, ordered } = standing.get(claimed.id)!;
  if (isNewOrder(ordered, claimed.delivery.order)) return ORDERED_LANE;
  return lane === claimed.lane ? (nextLane ?? lane) : lane;
}

/** Turns of one lane tell one after the other how it does. Answers those lanes, which have a row each. */
async function keepHealth(
  query: Query,
  settled: readonly Settlement[],
  standing: ReadonlyMap<string, Standing>,
  now: number,
): Promise<ReadonlySet<string>> {
  const names = [...new Set(settled.map(({ claimed }) => standing.get(claimed.id)!.lane))];
  const rows = await overKeys(
    query,
    names,
    (list) => `SELECT lane, failures, closed_until FROM waxseal_queue_lanes WHERE lane IN (${list})`,
  );
  const before = new Map(
    rows.map((row) => [
      textIn(row, 'lane'),
      { failures: numberIn(row, 'failures'), closedUntil: numberIn(row, 'closed_until') },
    ]),
  );
  const health = new Map(before);
  for (const { claimed, lane: word, putOffUntil } of settled) {
    const lane = standing.get(claimed.id)!.lane;
    const { failures, closedUntil } = laneAfter(
      health.get(lane) ?? { failures: 0, closedUntil: 0 },
      word,
      now,
      putOffUntil,
    );
    health.set(lane, { failures, closedUntil });
  }
  await insertRows(
    query,
    {
      into: 'waxseal_queue_lanes (lane, due, running, failures, closed_until, served)',
      then: 'ON CONFLICT (lane) DO UPDATE SET failures = excluded.failures, closed_until = excluded.closed_until',
    },
    [...health]
      .filter(([lane, { failures, closedUntil }]) => {
        const known = before.get(lane);
        return known === undefined || known.failures !== failures || known.closedUntil !== closedUntil;
      })
      .map(([lane, { failures, closedUntil }]) => [lane, null, 0, failures, closedUntil, 0]),
  );
  return new Set(names);
}
