/* Orders of the operator, and what he is shown. */
import type { KeptOrder } from '../../effects/queue-stores.js';
import { waitsFor } from '../../policy/queue/lane-health.table.js';
import {
  isAbout,
  judgeOrder,
  laneOf,
  type OperatorOrder,
  ORDERED_LANE,
  type ShownMessage,
  tlsWishOf,
  withTlsWish,
} from '../../policy/queue/message.js';
import type { OrderVerdict } from '../../policy/queue/operator-order.table.js';
import { numberIn, type Query, type SqlRow, textIn } from './database.js';
import {
  type DeliveryData,
  dataIn,
  endIn,
  type MessageData,
  messageText,
  type RecipientData,
  touchLanes,
} from './queue-rows.js';
import { groupedBy, overKeys } from './statements.js';

interface By {
  readonly actor: string;
  readonly now: number;
}

export async function carryOutOrder(
  query: Query,
  ids: readonly string[],
  order: OperatorOrder,
  by: By,
): Promise<readonly (OrderVerdict | 'unknown')[]> {
  const verdicts: (OrderVerdict | 'unknown')[] = [];
  for (const id of ids) {
    const [message] = await query('SELECT * FROM waxseal_queue_messages WHERE id = ?1', id);
    if (message === undefined) {
      verdicts.push('unknown');
      continue;
    }
    const all = await query('SELECT * FROM waxseal_queue_deliveries WHERE message = ?1 ORDER BY id', id);
    const deliveries = all.filter((row) => isAbout(order, dataIn<DeliveryData>(row, 'data')?.domain));
    const { verdict } = judgeOrder(order, stateOf(message, deliveries));
    verdicts.push(verdict);
    if (verdict !== 'change' && verdict !== 'next-turn') continue;
    await change(query, message, deliveries, order, by);
    await query(
      `INSERT INTO waxseal_queue_orders (message, number, at, actor, ordered)
       VALUES (?1, (SELECT count(*) FROM waxseal_queue_orders WHERE message = ?1), ?2, ?3, ?4)`,
      ...[id, by.now, by.actor, JSON.stringify(order)],
    );
  }
  return verdicts;
}

function stateOf(
  message: SqlRow,
  deliveries: readonly SqlRow[],
): 'waiting' | 'held' | 'attempting' | 'ended' {
  if (message.ended_at !== null) return 'ended';
  if (numberIn(message, 'held') === 1 || deliveries.some(({ state }) => state === 'held')) return 'held';
  return deliveries.some(({ state }) => state === 'claimed') ? 'attempting' : 'waiting';
}

async function change(
  query: Query,
  message: SqlRow,
  deliveries: readonly SqlRow[],
  order: OperatorOrder,
  { now }: By,
): Promise<void> {
  const id = textIn(message, 'id');
  switch (order.order) {
    case 'hold':
      await query('UPDATE waxseal_queue_messages SET held = 1, held_at = ?2 WHERE id = ?1', id, now);
      await query(
        "UPDATE waxseal_queue_deliveries SET state = 'held' WHERE message = ?1 AND state = 'due'",
        id,
      );
      break;
    case 'release':
      // The time in which it was held is not taken from it.
      await query(
        `UPDATE waxseal_queue_messages SET held = 0, held_at = 0,
           ends_at = ends_at + CASE WHEN held = 1 AND held_at < ?2 THEN ?2 - held_at ELSE 0 END WHERE id = ?1`,
        ...[id, now],
      );
      await query(
        "UPDATE waxseal_queue_deliveries SET state = 'due', due = ?2, unsettled = 0 WHERE message = ?1 AND state = 'held'",
        ...[id, now],
      );
      break;
    case 'kick':
      await overKeys(
        query,
        deliveries.map((row) => textIn(row, 'id')),
        (list) => `UPDATE waxseal_queue_deliveries SET due = ?1 WHERE id IN (${list}) AND state = 'due'`,
        now,
      );
      await overKeys(
        query,
        deliveries.map((row) => textIn(row, 'lane')),
        (list) => `UPDATE waxseal_queue_lanes SET closed_until = 0 WHERE lane IN (${list})`,
      );
      break;
    case 'fail':
    case 'drop': {
      const ordered = JSON.stringify({ kind: order.order, text: order.text ?? '' });
      await query(
        "UPDATE waxseal_queue_deliveries SET ordered = ?2 WHERE message = ?1 AND state <> 'ended'",
        id,
        ordered,
      );
      await query(
        `UPDATE waxseal_queue_deliveries SET state = 'due', due = ?2, lane = ?3
         WHERE message = ?1 AND (state = 'due' OR state = 'held')`,
        ...[id, now, ORDERED_LANE],
      );
      await touchLanes(query, [ORDERED_LANE]);
      break;
    }
    case 'set-tls': {
      const data = dataIn<MessageData>(message, 'data');
      if (data === null) throw new Error(`the row of message ${id} cannot be read by this version`);
      const changed = messageText({ ...data, facts: withTlsWish(data.facts, order.tls) });
      await query('UPDATE waxseal_queue_messages SET data = ?2 WHERE id = ?1', id, changed);
      break;
    }
    case 'set-transport':
      await query('UPDATE waxseal_queue_messages SET transport = ?2 WHERE id = ?1', id, order.transport);
      for (const row of deliveries) {
        const domain = dataIn<DeliveryData>(row, 'data')?.domain;
        if (domain === undefined) continue;
        const lane = laneOf(order.transport, domain);
        await query('UPDATE waxseal_queue_deliveries SET lane = ?2 WHERE id = ?1', textIn(row, 'id'), lane);
        await touchLanes(query, [lane]);
      }
      break;
  }
  await touchLanes(
    query,
    deliveries.map((row) => textIn(row, 'lane')),
  );
}

export async function readOrders(query: Query, id: string): Promise<readonly KeptOrder[]> {
  const rows = await query(
    'SELECT at, actor, ordered FROM waxseal_queue_orders WHERE message = ?1 ORDER BY number',
    id,
  );
  return rows.map((row) => ({
    at: numberIn(row, 'at'),
    actor: textIn(row, 'actor'),
    order: JSON.parse(textIn(row, 'ordered')) as OperatorOrder,
  }));
}

/** Messages as they are shown, in order of ids; what cannot be read is left out. */
export async function showMessages(query: Query, ids: readonly string[]): Promise<readonly ShownMessage[]> {
  const messages = await overKeys(
    query,
    ids,
    (list) => `SELECT * FROM waxseal_queue_messages WHERE id IN (${list}) ORDER BY id`,
  );
  const recipients = await overKeys(
    query,
    ids,
    (list) => `SELECT r.message, r.ended, r.data, d.state, d.attempts,
        CASE WHEN l.closed_until > d.due THEN l.closed_until ELSE d.due END AS due,
        CASE WHEN l.closed_until >= d.due THEN 1 ELSE 0 END AS closed, l.failures
      FROM waxseal_queue_recipients r JOIN waxseal_queue_deliveries d ON d.id = r.delivery
      LEFT JOIN waxseal_queue_lanes l ON l.lane = d.lane WHERE r.message IN (${list}) ORDER BY r.message, r.position`,
  );
  const byMessage = groupedBy(recipients, 'message');
  return messages.flatMap((row) => {
    const data = dataIn<MessageData>(row, 'data');
    if (data === null) return [];
    const { id, from, queuedAt, facts } = data;
    return [
      {
        ...{ id, from, queuedAt, sizeBytes: facts.sizeBytes, tls: tlsWishOf(facts) },
        held: numberIn(row, 'held') === 1 ? ('yes' as const) : ('no' as const),
        transport: typeof row.transport === 'string' ? row.transport : null,
        recipients: (byMessage.get(id) ?? []).flatMap((each) => {
          const own = dataIn<RecipientData>(each, 'data');
          if (own === null) return [];
          const end = endIn(each);
          const isDue = end === null && each.state === 'due';
          return [
            {
              recipient: own.address,
              state: end ?? (each.state === 'claimed' ? ('attempting' as const) : ('waiting' as const)),
              attempts: own.attempts ?? numberIn(each, 'attempts'),
              nextAttemptAt: isDue ? numberIn(each, 'due') : null,
              ...(isDue &&
                numberIn(each, 'closed') === 1 && { waitsFor: waitsFor(numberIn(each, 'failures')) }),
              last: own.last,
            },
          ];
        }),
      },
    ];
  });
}
