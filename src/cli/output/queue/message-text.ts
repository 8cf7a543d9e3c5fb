/* Messages of a queue for people: a line for the message, one for each recipient, and why below it. */
import type {
  MessageHistory,
  MessageView,
  OperatorOrder,
  OrderAnswer,
  OrderView,
  RecipientView,
} from '../../../services/queue/index.js';
import { type Paint, printable, type Style } from '../terminal.js';
import { wrapped } from '../wrap.js';

const STYLES: Readonly<Record<RecipientView['state'], Style>> = {
  waiting: 'yellow',
  attempting: 'cyan',
  delivered: 'green',
  bounced: 'red',
  expired: 'red',
  dropped: 'dim',
};

export function renderMessage(message: MessageView, paint: Paint): string {
  const { id, from, queuedAt, sizeBytes, tls, held, transport, recipients } = message;
  const notes = [
    ...(held ? [paint('yellow', 'held')] : []),
    ...(tls === 'ordinary' ? [] : [`TLS ${tls}`]),
    ...(transport === null ? [] : [`by ${printable(transport)}`]),
  ];
  const head = [id, printable(from === '' ? '<>' : from), `${sizeBytes} octets`, timeOf(queuedAt), ...notes];
  return `${head.join('  ')}\n${recipients.map((each) => renderRecipient(each, paint)).join('')}`;
}

function renderRecipient(recipient: RecipientView, paint: Paint): string {
  const {
    recipient: address,
    state,
    attempts,
    nextAttemptAt,
    waitsFor,
    status,
    reply,
    mx,
    because,
  } = recipient;
  const line = [
    `  ${printable(address)}`,
    paint(STYLES[state], state),
    ...(status === null ? [] : [status]),
    ...(attempts === 0 ? [] : [attempts === 1 ? '1 attempt' : `${attempts} attempts`]),
    ...(nextAttemptAt === null ? [] : [`next at ${timeOf(nextAttemptAt)}`]),
  ].join('  ');
  // First what happened, then why; a fact that has the reply need not be told twice.
  const facts = because === null ? [] : because.facts.map(printable);
  const words = reply === null ? null : `${reply.code} ${printable(reply.text)}`;
  const isTold = words === null || facts.some((fact) => fact.includes(words));
  const said = isTold ? [] : [`${mx ?? 'it'} said: ${words}`];
  const why = because === null ? [] : [`${because.why} (${because.row})`];
  const way = waitsFor === null ? [] : [WAITS_FOR[waitsFor]];
  return `${line}\n${[...said, ...facts, ...why, ...way].map((text) => wrapped(text, '    ', '    ')).join('')}`;
}

/** Of what may never have been tried, so that nothing else is said of it. */
const WAITS_FOR: Readonly<Record<NonNullable<RecipientView['waitsFor']>, string>> = {
  way: 'Its way is closed until then, since no server could be reached there; then one message is tried. (LANE-3)',
  room: 'It is put off until then, since a server there has all sessions open that it may have with us. (LANE-5)',
};

export function renderHistory(message: MessageHistory, paint: Paint): string {
  return `${renderMessage(message, paint)}${message.orders.map(renderOrder).join('')}`;
}

function renderOrder(order: OrderView): string {
  return `  ${timeOf(order.at)}  ${printable(order.actor)}: ${printable(wordsOf(order))}\n`;
}

/** An order in words, with its reason. */
export function wordsOf(order: OperatorOrder): string {
  switch (order.order) {
    case 'set-tls':
      return `TLS ${order.tls}, because: ${order.why}`;
    case 'set-transport':
      return order.transport === null ? 'transport as the routes say' : `transport ${order.transport}`;
    case 'kick':
      return order.domain === undefined ? order.order : `${order.order} for ${order.domain}`;
    case 'fail':
    case 'drop':
      return order.text === undefined ? order.order : `${order.order}: ${order.text}`;
    default:
      return order.order;
  }
}

/** What became of an order. */
export function renderAnswer(
  { id, verdict, message }: OrderAnswer,
  order: OperatorOrder,
  paint: Paint,
): string {
  const said = {
    change: 'done',
    'next-turn': 'ordered: it is done when the message is taken up next, which is at once where it is run',
    'nothing-to-do':
      order.order === 'kick' && message?.held === true
        ? 'nothing to do: it is held; release it'
        : 'nothing to do: it is so already',
    refuse: 'refused',
    unknown: 'unknown',
  }[verdict];
  return `${id}  ${printable(wordsOf(order))}: ${paint(verdict === 'nothing-to-do' ? 'dim' : 'green', said)}\n`;
}

function timeOf(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
