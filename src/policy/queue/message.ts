/* A message in the queue, as it is kept. Times are in milliseconds since 1970. */
import type { AttemptInput } from '../attempt/types.js';
import type { Notify, Ret } from '../dsn/request.js';
import { type Decision, decide } from '../kernel/table.js';
import type { ChosenTransport } from '../relay/route.js';
import { DIRECT_NAME } from '../relay/transport.js';
import type { MessageFacts } from '../require-tls/message.js';
import { type OrderName, type OrderVerdict, operatorOrder } from './operator-order.table.js';
import type { LastWord, Order, RecipientEnd } from './turn.js';

/** What a message asks of TLS, in the words of the command. */
export type TlsWish = 'required' | 'ordinary' | 'optional';

/** What is known of a message when it is accepted. Its octets are kept beside it, under its id. */
export interface QueuedMessage {
  /** Letters, digits and "-"; no two messages have the same. */
  readonly id: string;
  /** The return path without angle brackets; "" is the null sender. */
  readonly from: string;
  readonly queuedAt: number;
  readonly lifetimeEndsAt: number;
  readonly facts: Omit<MessageFacts, 'sender'>;
  /** `notice`: we composed it about another message. */
  readonly origin: 'ordinary' | 'report' | 'notice';
  readonly ret: Ret;
  /** ENVID, decoded; null: none was given. */
  readonly envelopeId: string | null;
  /** Which host handed it in, by name; null: none, or it is not said. */
  readonly receivedFrom: string | null;
  /** Whose it is, by the name that he logged in with; absent: nobody's. */
  readonly account?: string;
  /** By name; null: whichever the routes say. */
  readonly transport: string | null;
  /** In which lane it waits, by domain, where its routes say so; absent: as {@link laneOf} has it. */
  readonly lanes?: Readonly<Record<string, string>>;
  readonly recipients: readonly QueuedRecipient[];
  /** SHA-256 of its octets as they are kept, in base64; absent: an earlier version kept them. */
  readonly digest?: string;
  /** The same of its beginning, as far as notices have it; absent: the whole is no longer, or an earlier version kept it. */
  readonly headDigest?: string;
}

export interface QueuedRecipient {
  /** As in RCPT. */
  readonly address: string;
  /** Where its mail goes: a domain in lower-case A-labels, or an address in brackets. */
  readonly domain: string;
  readonly notify: Notify;
  /** ORCPT, `type;address`, decoded; null: none was given. */
  readonly original: string | null;
}

/** The recipients of one message in one domain: what is attempted together. */
export interface QueuedDelivery {
  readonly attempts: number;
  readonly granted: number;
  readonly unsettledClaims: number;
  readonly delayTold: 'no' | 'yes';
  readonly dialled: AttemptInput['dialled'];
  readonly order: Order;
}

export const NEW_DELIVERY: QueuedDelivery = {
  attempts: 0,
  granted: 0,
  unsettledClaims: 0,
  delayTold: 'no',
  dialled: {},
  order: { kind: 'none' },
};

/** The way that a delivery takes as far as its message tells; what waits for the same waits in one lane. */
export function laneOf(transport: string | null, domain: string): string {
  return `${transport ?? DIRECT_NAME} ${domain}`;
}

/** The way that a delivery takes by the operator's routes. Behind a relay all domains are one way: what keeps it from us keeps all of them. */
export function laneBy(
  { name, transport }: Pick<ChosenTransport, 'name' | 'transport'>,
  domain: string,
): string {
  return transport?.kind === 'relay' ? `${name} ${transport.host}:${transport.port}` : laneOf(name, domain);
}

/** The lane of what takes a turn by order: no way that is closed or busy holds it up, and it goes back to its own behind the turn. */
export const ORDERED_LANE = 'ordered *';

/** Whether an order came while a delivery was under way with another, or with none. */
export function isNewOrder(standing: Order, claimed: Order): boolean {
  return isOfOperator(standing) && !isOfOperator(claimed);
}

function isOfOperator({ kind }: Order): boolean {
  return kind === 'fail' || kind === 'drop';
}

/** What a message asks of TLS (RFC 8689). */
export function tlsWishOf({ requireTls, tlsRequired }: QueuedMessage['facts']): TlsWish {
  if (requireTls === 'yes') return 'required';
  return tlsRequired === 'no' ? 'optional' : 'ordinary';
}

/** The facts of a message that asks this of TLS. */
export function withTlsWish(facts: QueuedMessage['facts'], wish: TlsWish): QueuedMessage['facts'] {
  return {
    ...facts,
    requireTls: wish === 'required' ? 'yes' : 'no',
    tlsRequired: wish === 'optional' ? 'no' : 'absent',
  };
}

/** An order of the operator about a message. */
export type OperatorOrder =
  | { readonly order: 'hold' | 'release' }
  /** `domain`: who is kicked of its recipients, those of that domain (or address in brackets); default: all. */
  | { readonly order: 'kick'; readonly domain?: string }
  /** `text`: what the sender reads, where he is told. */
  | { readonly order: 'fail' | 'drop'; readonly text?: string }
  | { readonly order: 'set-tls'; readonly tls: TlsWish; readonly why: string }
  | { readonly order: 'set-transport'; readonly transport: string | null };

/** Whether an order is about the recipients of that domain, too; undefined: nobody knows whose they are. */
export function isAbout(order: OperatorOrder, domain: string | undefined): boolean {
  return order.order !== 'kick' || order.domain === undefined || order.domain === domain;
}

/** What becomes of an order. */
export function judgeOrder(
  order: OperatorOrder,
  message: (typeof operatorOrder.inputs.message)[number],
): Decision<OrderVerdict> {
  const isGiven = order.order !== 'set-tls' || order.why.trim() !== '';
  return decide(operatorOrder, {
    order: order.order satisfies OrderName,
    message,
    why: isGiven ? 'given' : 'missing',
  });
}

/** The lane in which a message waits for a domain. */
export function laneFor(
  { lanes = {}, transport }: Pick<QueuedMessage, 'lanes' | 'transport'>,
  domain: string,
): string {
  return Object.hasOwn(lanes, domain) ? lanes[domain]! : laneOf(transport, domain);
}

/** A message as it is shown. */
export interface ShownMessage {
  readonly id: string;
  readonly from: string;
  readonly queuedAt: number;
  readonly sizeBytes: number;
  readonly tls: TlsWish;
  readonly held: 'no' | 'yes';
  readonly transport: string | null;
  readonly recipients: readonly ShownRecipient[];
}

export interface ShownRecipient {
  readonly recipient: string;
  readonly state: 'waiting' | 'attempting' | RecipientEnd;
  readonly attempts: number;
  /** Not before its way is open again. Null: none is due. */
  readonly nextAttemptAt: number | null;
  /** `way`: its way is closed until then; `room`: it is put off until then, as a server has all sessions open that it may; absent: it waits for its own time alone. */
  readonly waitsFor?: 'way' | 'room';
  readonly last: LastWord | null;
}
