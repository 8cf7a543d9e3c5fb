/* Messages of a queue as the command and the admin interface print them. Times are ISO 8601 in UTC. */
import type { KeptOrder } from '../../effects/queue-stores.js';
import { inOrder } from '../../engine/recipient-report.js';
import type { PlacedDecision } from '../../policy/attempt/types.js';
import type { Authentication } from '../../policy/host/types.js';
import type { OperatorOrder, ShownMessage, ShownRecipient, TlsWish } from '../../policy/queue/message.js';
import type { OrderVerdict } from '../../policy/queue/operator-order.table.js';
import { allFactsOf } from '../../policy/queue/turn.js';
import { textOf } from '../../policy/smtp/reply.js';

export interface MessageView {
  readonly id: string;
  /** "" is the null sender. */
  readonly from: string;
  readonly queuedAt: string;
  readonly sizeBytes: number;
  readonly tls: TlsWish;
  readonly held: boolean;
  /** By name; null: whichever the routes say. */
  readonly transport: string | null;
  readonly recipients: readonly RecipientView[];
}

export interface RecipientView extends Pick<ShownRecipient, 'recipient' | 'state' | 'attempts'> {
  readonly nextAttemptAt: string | null;
  /** `way`: servers of its domain could not be reached, and nothing is tried there before that time; `room`: all sessions that one may have are open, and it is looked at again then. */
  readonly waitsFor: 'way' | 'room' | null;
  readonly status: string | null;
  readonly reply: { readonly code: number; readonly text: string } | null;
  readonly mx: string | null;
  readonly authentication: Authentication;
  readonly because: (PlacedDecision & { readonly facts: readonly string[] }) | null;
}

/** An order that was carried out: who, when, what, and why where there is a reason. */
export type OrderView = OperatorOrder & { readonly at: string; readonly actor: string };

/** A message with all that was ordered about it. */
export interface MessageHistory extends MessageView {
  readonly orders: readonly OrderView[];
}

/** What became of an order about a message; `unknown`: there is no such message. */
export interface OrderAnswer {
  readonly id: string;
  readonly verdict: OrderVerdict | 'unknown';
  /** As it stands behind the order. */
  readonly message: MessageView | null;
}

export function viewOf({ queuedAt, held, recipients, ...message }: ShownMessage): MessageView {
  const { id, from, sizeBytes, tls, transport } = message;
  return {
    ...{ id, from, queuedAt: isoOf(queuedAt), sizeBytes, tls, held: held === 'yes', transport },
    recipients: recipients.map(recipientOf),
  };
}

function recipientOf({
  recipient,
  state,
  attempts,
  nextAttemptAt,
  waitsFor,
  last,
}: ShownRecipient): RecipientView {
  return {
    ...{ recipient, state, attempts },
    nextAttemptAt: nextAttemptAt === null ? null : isoOf(nextAttemptAt),
    waitsFor: waitsFor ?? null,
    status: last?.status ?? null,
    reply: last === null || last.reply === null ? null : { code: last.reply.code, text: textOf(last.reply) },
    mx: last?.remote?.name ?? null,
    authentication: last?.authentication ?? 'none',
    because:
      last === null || last.because === null ? null : { ...inOrder(last.because), facts: allFactsOf(last) },
  };
}

export function orderViewOf({ at, actor, order }: KeptOrder): OrderView {
  return { at: isoOf(at), actor, ...order };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
