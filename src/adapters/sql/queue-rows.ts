/* Rows of the queue: how they are read and written. */
import {
  laneFor,
  NEW_DELIVERY,
  type QueuedDelivery,
  type QueuedMessage,
  type QueuedRecipient,
} from '../../policy/queue/message.js';
import type { LastWord, RecipientEnd } from '../../policy/queue/turn.js';
import { numberIn, type Query, type SqlRow, textIn } from './database.js';
import { OPEN } from './queue-schema.js';
import { insertRows, overKeys } from './statements.js';

/** Who reads rows of another version holds them. */
const VERSION = 1;

export type DeliveryState = 'due' | 'claimed' | 'held' | 'ended';

/** What of a message is one text: nobody searches for it. */
export interface MessageData
  extends Omit<QueuedMessage, 'recipients' | 'lifetimeEndsAt' | 'transport' | 'lanes'> {
  readonly v: typeof VERSION;
}

export interface DeliveryData extends Omit<QueuedDelivery, 'attempts' | 'unsettledClaims' | 'order'> {
  readonly v: typeof VERSION;
  readonly domain: string;
}

export interface RecipientData extends QueuedRecipient {
  readonly v: typeof VERSION;
  readonly last: LastWord | null;
  /** With how many it has ended; absent: as many as its delivery. */
  readonly attempts?: number;
}

/** The value of a text, or null if it is of another version, or none at all. */
export function dataIn<D extends { readonly v: number }>(row: SqlRow, column: string): D | null {
  try {
    const data = JSON.parse(textIn(row, column)) as D | null;
    return data?.v === VERSION ? data : null;
  } catch {
    return null;
  }
}

/** Inserts whole messages; the lanes are told by `touchLanes`. Answers those lanes. */
export async function insertMessages(
  query: Query,
  messages: readonly QueuedMessage[],
): Promise<readonly string[]> {
  await insertRows(
    query,
    { into: 'waxseal_queue_messages (id, data, ends_at, held, held_at, transport, ended_at)' },
    messages.map(({ recipients: _, lanes: _lanes, lifetimeEndsAt, transport, ...data }) => [
      ...[
        data.id,
        JSON.stringify({ v: VERSION, ...data } satisfies MessageData),
        lifetimeEndsAt,
        0,
        0,
        transport,
        null,
      ],
    ]),
  );
  const deliveries = messages.flatMap((message) =>
    [...new Set(message.recipients.map(({ domain }) => domain))].map((domain, number) => ({
      message,
      domain,
      number,
    })),
  );
  await insertRows(
    query,
    {
      into: 'waxseal_queue_deliveries (id, message, lane, state, due, attempts, fence, owner, unsettled, ordered, data)',
    },
    deliveries.map(({ message, domain, number }) => [
      ...[`${message.id}/${number}`, message.id, laneFor(message, domain), 'due', message.queuedAt],
      ...[0, 0, null, 0, null, deliveryText(NEW_DELIVERY, domain)],
    ]),
  );
  const numberOf = new Map(
    deliveries.map(({ message, domain, number }) => [`${message.id} ${domain}`, number]),
  );
  await insertRows(
    query,
    { into: 'waxseal_queue_recipients (message, position, delivery, ended, data)' },
    messages.flatMap(({ id, recipients }) =>
      recipients.map((recipient, position) => [
        ...[
          id,
          position,
          `${id}/${numberOf.get(`${id} ${recipient.domain}`)!}`,
          null,
          recipientText(recipient, null, null),
        ],
      ]),
    ),
  );
  return deliveries.map(({ message, domain }) => laneFor(message, domain));
}

export function deliveryText({ granted, delayTold, dialled }: QueuedDelivery, domain: string): string {
  return JSON.stringify({ v: VERSION, granted, delayTold, dialled, domain } satisfies DeliveryData);
}

/** `attempts`: with how many it has ended; null: it has not. */
export function recipientText(
  { address, domain, notify, original }: QueuedRecipient,
  last: LastWord | null,
  attempts: number | null,
): string {
  const ended = attempts === null ? {} : { attempts };
  return JSON.stringify({
    ...{ v: VERSION, address, domain, notify, original, last },
    ...ended,
  } satisfies RecipientData);
}

export function messageText(data: MessageData): string {
  return JSON.stringify(data);
}

/** What the lanes of that name hold now: how much is under way, and when the next is due. `known`: those that have a row already. */
export async function touchLanes(
  query: Query,
  lanes: readonly string[],
  known: ReadonlySet<string> = new Set(),
): Promise<void> {
  const names = [...new Set(lanes)].sort();
  await insertRows(
    query,
    {
      into: 'waxseal_queue_lanes (lane, due, running, failures, closed_until, served)',
      then: 'ON CONFLICT (lane) DO NOTHING',
    },
    names.filter((lane) => !known.has(lane)).map((lane) => [lane, null, 0, 0, 0, 0]),
  );
  await overKeys(
    query,
    names,
    (list) => `UPDATE waxseal_queue_lanes SET ${NOW_HELD} WHERE lane IN (${list})`,
  );
}

/** What an UPDATE of a lane sets, so that it tells what the lane holds. */
export const NOW_HELD = `due = (
    SELECT min(due) FROM waxseal_queue_deliveries d WHERE d.lane = waxseal_queue_lanes.lane AND d.state = 'due' AND d.${OPEN}),
  running = (
    SELECT count(*) FROM waxseal_queue_deliveries d WHERE d.lane = waxseal_queue_lanes.lane AND d.state = 'claimed' AND d.${OPEN})`;

export function endIn(row: SqlRow): RecipientEnd | null {
  return row.ended === null ? null : (textIn(row, 'ended') as RecipientEnd);
}

export const NO_ORDER: QueuedDelivery['order'] = NEW_DELIVERY.order;

/** An order that waits for a turn. */
export function orderIn(row: SqlRow): QueuedDelivery['order'] {
  if (typeof row.ordered !== 'string') return NO_ORDER;
  return JSON.parse(row.ordered) as QueuedDelivery['order'];
}

/** As {@link orderIn} reads it. */
export function textOfOrder(order: QueuedDelivery['order']): string | null {
  return order.kind === 'none' ? null : JSON.stringify(order);
}

export function deliveryIn(row: SqlRow, { granted, delayTold, dialled }: DeliveryData): QueuedDelivery {
  return {
    attempts: numberIn(row, 'attempts'),
    unsettledClaims: numberIn(row, 'unsettled'),
    ...{ granted, delayTold, dialled, order: orderIn(row) },
  };
}
