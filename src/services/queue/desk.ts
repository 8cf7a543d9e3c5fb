import type { QueueStore } from '../../effects/queue-stores.js';
import type { OperatorOrder } from '../../policy/queue/message.js';
import {
  type MessageHistory,
  type MessageView,
  type OrderAnswer,
  orderViewOf,
  viewOf,
} from './message-view.js';

/** Where an operator sees a queue and gives orders: over its store, or over a daemon that runs it. The methods reject with an Error. */
export interface QueueDesk {
  /** In order of ids, those after `after`, at most `messagesMax`. */
  list(page: DeskPage): Promise<readonly MessageView[]>;
  show(id: string): Promise<MessageHistory | null>;
  /** For each message in order, what became of the order. `actor`: who gives it. */
  order(ids: readonly string[], order: OperatorOrder, actor: string): Promise<readonly OrderAnswer[]>;
}

export interface DeskPage {
  readonly after: string | null;
  readonly messagesMax: number;
  /** `yes`: also those of which nobody waits. */
  readonly ended: 'no' | 'yes';
  /** Only with recipients of that domain. */
  readonly domain?: string;
}

/** Messages that are changed in one transaction: whoever delivers waits for it. */
const ORDERS_MAX = 200;

/** A desk over the store of a queue. `onOrder`: told behind orders, that somebody looks at once. */
export function storeDesk(
  store: Pick<QueueStore, 'list' | 'show' | 'order' | 'orders'>,
  clock: () => number,
  onOrder: () => void = () => undefined,
): QueueDesk {
  return {
    list: async (page) => (await store.list(page)).map(viewOf),
    show: async (id) => {
      const [message] = await store.show([id]);
      if (message === undefined) return null;
      return { ...viewOf(message), orders: (await store.orders(id)).map(orderViewOf) };
    },
    order: async (ids, order, actor) => {
      const answers: OrderAnswer[] = [];
      for (let from = 0; from < ids.length; from += ORDERS_MAX) {
        const part = ids.slice(from, from + ORDERS_MAX);
        const verdicts = await store.order(part, order, { actor, now: clock() });
        onOrder();
        const shown = new Map((await store.show(part)).map((message) => [message.id, viewOf(message)]));
        part.forEach((id, at) => {
          answers.push({ id, verdict: verdicts[at]!, message: shown.get(id) ?? null });
        });
      }
      return answers;
    },
  };
}
