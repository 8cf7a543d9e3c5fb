import type {
  CatchUpPlan,
  ClaimedDelivery,
  ClaimPlan,
  IdleLanesPlan,
  KeptOrder,
  LaneCounts,
  QueueCounts,
  QueuedEvent,
  QueueStore,
  Reviewed,
  ReviewPlace,
  ReviewPlan,
  SettledWord,
  Settlement,
} from '../../effects/queue-stores.js';
import {
  CLOSED_MS_MAX,
  FAILURES_MAX,
  type LaneHealth,
  laneAfter,
  waitsFor,
} from '../../policy/queue/lane-health.table.js';
import {
  isAbout,
  isNewOrder,
  judgeOrder,
  laneFor,
  laneOf,
  NEW_DELIVERY,
  type OperatorOrder,
  ORDERED_LANE,
  type QueuedDelivery,
  type QueuedMessage,
  type QueuedRecipient,
  type ShownMessage,
  tlsWishOf,
  withTlsWish,
} from '../../policy/queue/message.js';
import type { LastWord, RecipientEnd } from '../../policy/queue/turn.js';
import { byText } from './by-text.js';
import { Soonest } from './soonest.js';

interface Message {
  readonly facts: QueuedMessage;
  readonly deliveries: readonly Delivery[];
  held: boolean;
  heldAt: number;
  endedAt: number | null;
  readonly orders: KeptOrder[];
}

interface Delivery {
  readonly id: string;
  readonly message: string;
  readonly domain: string;
  readonly recipients: Recipient[];
  lane: string;
  state: 'due' | 'claimed' | 'held' | 'ended';
  due: number;
  fence: number;
  owner: string | null;
  facts: QueuedDelivery;
}

interface Recipient {
  readonly facts: QueuedRecipient;
  readonly position: number;
  end: RecipientEnd | null;
  last: LastWord | null;
  /** With how many it has ended; null: it has not. */
  attempts: number | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Lane extends Mutable<LaneHealth> {
  readonly name: string;
  served: number;
  /** Those that have not ended. */
  readonly deliveries: Set<Delivery>;
}

/** The queue in memory, forgotten when the process ends: for tests and trials. `onEvents`: keeps what others are told of. A claim looks at the lanes that are due, and at all that waits in them. */
export function memoryQueueStore(
  onEvents: (events: readonly QueuedEvent[]) => void = () => undefined,
): QueueStore {
  const queue = new MemoryQueue(onEvents);
  return {
    accept: async (messages) => queue.accept(messages),
    claim: async (plan) => queue.claim(plan),
    settle: async (settlements, now) => queue.settle(settlements, now),
    beat: async (node, beat) => {
      const word = queue.beats.has(node) ? 'known' : 'unknown';
      queue.beats.set(node, beat);
      return word;
    },
    beats: async () => new Map(queue.beats),
    recover: async (silent) => queue.recover(silent),
    giveBack: async (node, held) => queue.giveBack(node, held),
    review: async (plan) => queue.review(plan),
    catchUp: async (plan) => queue.catchUp(plan),
    nextDue: async (laneEveryMs = 0) => queue.nextDue(laneEveryMs),
    order: async (ids, order, by) => ids.map((id) => queue.order(id, order, by)),
    orders: async (id) => [...(queue.messages.get(id)?.orders ?? [])],
    show: async (ids) => queue.show(ids),
    list: async ({ after, messagesMax, ended, domain }) => {
      const ids = [...queue.messages]
        .filter(([id, message]) => id > (after ?? '') && (ended === 'yes' || message.endedAt === null))
        .filter(
          ([, { deliveries }]) => domain === undefined || deliveries.some((each) => each.domain === domain),
        )
        .map(([id]) => id);
      return queue.show(ids.sort(byText).slice(0, messagesMax));
    },
    counts: async (now) => queue.counts(now),
    lanes: async (lanesMax) => queue.lanesWith(lanesMax),
    prune: async (endedBefore, messagesMax) => queue.prune(endedBefore, messagesMax),
    forgetLanes: async (plan) => queue.forgetLanes(plan),
    among: async (ids) => ids.filter((id) => queue.messages.get(id)?.endedAt === null),
  };
}

class MemoryQueue {
  readonly messages = new Map<string, Message>();
  readonly deliveries = new Map<string, Delivery>();
  readonly lanes = new Map<string, Lane>();
  /** When something of a lane may be claimed next. */
  readonly #soonest = new Soonest();
  readonly #claimed = new Set<Delivery>();
  readonly beats = new Map<string, number>();
  readonly #onEvents: (events: readonly QueuedEvent[]) => void;

  constructor(onEvents: (events: readonly QueuedEvent[]) => void) {
    this.#onEvents = onEvents;
  }

  accept(messages: readonly QueuedMessage[]): void {
    const ids = messages.map(({ id }) => id);
    if (new Set(ids).size < ids.length || ids.some((id) => this.messages.has(id)))
      throw new Error('a message of that id is kept already');
    for (const facts of messages) this.#add(facts);
  }

  #add(facts: QueuedMessage): void {
    const domains = [...new Set(facts.recipients.map(({ domain }) => domain))];
    const deliveries = domains.map(
      (domain, number): Delivery => ({
        ...{ id: `${facts.id}/${number}`, message: facts.id, domain, lane: laneFor(facts, domain) },
        recipients: facts.recipients.flatMap((recipient, position) =>
          recipient.domain === domain
            ? [{ facts: recipient, position, end: null, last: null, attempts: null }]
            : [],
        ),
        ...{ state: 'due', due: facts.queuedAt, fence: 0, owner: null, facts: NEW_DELIVERY },
      }),
    );
    this.messages.set(facts.id, { facts, deliveries, held: false, heldAt: 0, endedAt: null, orders: [] });
    for (const delivery of deliveries) {
      this.deliveries.set(delivery.id, delivery);
      const lane = this.#lane(delivery.lane);
      lane.deliveries.add(delivery);
      this.#look(lane);
    }
  }

  #lane(name: string): Lane {
    const lane = this.lanes.get(name) ?? {
      name,
      failures: 0,
      closedUntil: 0,
      served: 0,
      deliveries: new Set(),
    };
    this.lanes.set(name, lane);
    return lane;
  }

  /** To be called whenever what waits in a lane, or the lane itself, has changed. */
  #look({ name, closedUntil, deliveries }: Lane): void {
    let due = Number.POSITIVE_INFINITY;
    for (const delivery of deliveries) if (delivery.state === 'due' && delivery.due < due) due = delivery.due;
    this.#soonest.set(name, due === Number.POSITIVE_INFINITY ? null : Math.max(due, closedUntil));
  }

  claim({
    node,
    now,
    deliveriesMax,
    perLaneMax,
    dueAgainAt,
    laneEveryMs = 0,
  }: ClaimPlan): readonly ClaimedDelivery[] {
    const lanes = this.#soonest
      .upTo(now)
      .map((name) => this.#lane(name))
      .filter(({ served }) => laneEveryMs === 0 || served <= now - laneEveryMs)
      .map((lane) => ({ lane, room: roomIn(lane, perLaneMax), due: dueIn(lane, now) }))
      .filter(({ room }) => room > 0)
      .sort(
        (a, b) =>
          a.lane.served - b.lane.served || a.due[0]!.due - b.due[0]!.due || byText(a.lane.name, b.lane.name),
      )
      .slice(0, deliveriesMax);
    const each =
      laneEveryMs > 0 ? 1 : Math.min(perLaneMax, Math.ceil(deliveriesMax / Math.max(1, lanes.length)));
    const chosen: Delivery[] = [];
    for (let rank = 0; rank < each; rank++)
      for (const { room, due } of lanes) if (rank < room && due[rank] !== undefined) chosen.push(due[rank]!);
    const claimed = chosen.slice(0, deliveriesMax);
    for (const { lane } of lanes) lane.served = now;
    const given = claimed.map((delivery) => {
      const before = delivery.facts;
      this.#claimed.add(delivery);
      delivery.state = 'claimed';
      delivery.owner = node;
      delivery.due = dueAgainAt;
      delivery.fence += 1;
      delivery.facts = { ...before, unsettledClaims: before.unsettledClaims + 1 };
      return this.#shownToTurn(delivery, before);
    });
    for (const { lane } of lanes) this.#look(lane);
    return given;
  }

  #shownToTurn(
    { id, fence, lane, domain, message, recipients }: Delivery,
    delivery: QueuedDelivery,
  ): ClaimedDelivery {
    const { facts, held } = this.messages.get(message)!;
    const { recipients: _, lanes: _lanes, ...own } = facts;
    return {
      ...{ id, fence, lane, domain, message: own, delivery, held: held ? 'yes' : 'no' },
      recipients: recipients
        .filter(({ end }) => end === null)
        .map(({ facts: recipient, position, last }) => ({ ...recipient, position, last })),
    };
  }

  settle(settlements: readonly Settlement[], now: number): readonly SettledWord[] {
    const standing = settlements.map(({ claimed }) => {
      const delivery = this.deliveries.get(claimed.id);
      return delivery?.state === 'claimed' && delivery.fence === claimed.fence ? delivery : null;
    });
    this.#refuseTaken(settlements.filter((_, at) => standing[at] !== null));
    return settlements.map((settlement, at) => {
      const delivery = standing[at];
      if (delivery === null || delivery === undefined) return 'superseded';
      this.#keep(delivery, settlement, now);
      return this.messages.get(delivery.message)!.endedAt === null ? 'settled' : 'ended';
    });
  }

  #refuseTaken(settled: readonly Settlement[]): void {
    const ids = settled.flatMap(({ notices }) => notices.map(({ id }) => id));
    if (ids.some((id) => this.messages.has(id))) throw new Error('a notice of that id is kept already');
  }

  #keep(
    delivery: Delivery,
    { claimed, turn, lane: word, putOffUntil, nextLane, notices, events = [] }: Settlement,
    now: number,
  ): void {
    const message = this.messages.get(delivery.message)!;
    const isOrdered = isNewOrder(delivery.facts.order, claimed.delivery.order);
    const isParked = turn.hold === 'park';
    const isHeld = isParked || (message.held && !isOrdered);
    delivery.state = turn.nextAttemptAt === null ? 'ended' : isHeld ? 'held' : 'due';
    delivery.due = isOrdered ? now : (turn.nextAttemptAt ?? now);
    delivery.owner = null;
    this.#claimed.delete(delivery);
    const { attempts, granted, delayTold, dialled } = turn;
    delivery.facts = {
      ...{ attempts, granted, delayTold, dialled },
      unsettledClaims: isParked ? claimed.delivery.unsettledClaims : 0,
      order: delivery.facts.order.kind === 'review' ? { kind: 'none' } : delivery.facts.order,
    };
    const byPosition = new Map(delivery.recipients.map((recipient) => [recipient.position, recipient]));
    claimed.recipients.forEach(({ position }, at) => {
      const recipient = byPosition.get(position)!;
      recipient.end = turn.recipients[at]!.end;
      recipient.last = turn.recipients[at]!.word;
      recipient.attempts = recipient.end === null ? null : turn.attempts;
    });
    for (const notice of notices) this.#add(notice);
    this.#onEvents(events);
    const lane = this.#lane(delivery.lane);
    const { failures, closedUntil } = laneAfter(lane, word, now, putOffUntil);
    Object.assign(lane, { failures, closedUntil });
    if (delivery.state === 'ended') lane.deliveries.delete(delivery);
    else if (isOrdered) this.#move(delivery, ORDERED_LANE);
    else if (nextLane !== undefined && delivery.lane === claimed.lane) this.#move(delivery, nextLane);
    this.#look(lane);
    if (isParked && !message.held) Object.assign(message, { held: true, heldAt: now });
    if (message.deliveries.every(({ state }) => state === 'ended')) message.endedAt ??= now;
  }

  recover(silent: ReadonlyMap<string, number>): number {
    for (const [node, beat] of silent) if (this.beats.get(node) === beat) this.beats.delete(node);
    return this.#giveBack(({ owner }) => owner === null || !this.beats.has(owner));
  }

  giveBack(node: string, held: readonly string[]): number {
    return this.#giveBack(({ owner, id }) => owner === node && !held.includes(id));
  }

  #giveBack(isLost: (delivery: Delivery) => boolean): number {
    const lost = [...this.#claimed].filter(isLost);
    for (const delivery of lost) {
      const isHeld = this.messages.get(delivery.message)!.held && delivery.facts.order.kind === 'none';
      delivery.state = isHeld ? 'held' : 'due';
      delivery.owner = null;
      this.#claimed.delete(delivery);
      this.#look(this.#lane(delivery.lane));
    }
    return lost.length;
  }

  review({ now, lateEnd, deliveriesMax, after }: ReviewPlan): Reviewed {
    const isToBe = ({ facts, lane, message }: Delivery) => {
      const { closedUntil, failures } = this.#lane(lane);
      if (closedUntil <= now || failures < FAILURES_MAX || facts.order.kind !== 'none') return false;
      const { lifetimeEndsAt } = this.messages.get(message)!.facts;
      return (
        lifetimeEndsAt <= closedUntil - CLOSED_MS_MAX ||
        (lifetimeEndsAt <= lateEnd && facts.delayTold === 'no')
      );
    };
    const looked = [...this.deliveries.values()]
      .filter(({ state, lane }) => state === 'due' && lane !== ORDERED_LANE)
      .filter((each) => after === undefined || byPlace(each, after) > 0)
      .sort(byPlace)
      .slice(0, deliveriesMax);
    const last = looked.length < deliveriesMax ? undefined : looked.at(-1);
    const next = last === undefined ? null : { lane: last.lane, due: last.due, id: last.id };
    const found = looked.filter(isToBe);
    for (const each of found) {
      each.facts = { ...each.facts, order: { kind: 'review', due: each.due } };
      each.due = now;
      this.#move(each, ORDERED_LANE);
    }
    return { found: found.length, next };
  }

  catchUp({ now, waitMsMax, deliveriesMax }: CatchUpPlan): number {
    for (const lane of this.lanes.values()) {
      if (lane.closedUntil > now + CLOSED_MS_MAX) lane.closedUntil = 0;
      if (lane.served > now) lane.served = now;
    }
    const late = [...this.deliveries.values()]
      .filter(({ state, due }) => state === 'due' && due > now + waitMsMax)
      .slice(0, deliveriesMax);
    for (const each of late) each.due = now;
    for (const lane of this.lanes.values()) this.#look(lane);
    return late.length;
  }

  forgetLanes({ idleSince, lanesMax, after = '' }: IdleLanesPlan): string | null {
    const looked = [...this.lanes.keys()]
      .filter((name) => name > after)
      .sort(byText)
      .slice(0, lanesMax);
    for (const name of looked) {
      const { deliveries, served, closedUntil } = this.#lane(name);
      if (deliveries.size === 0 && served < idleSince && closedUntil < idleSince) this.lanes.delete(name);
    }
    return looked.length < lanesMax ? null : looked.at(-1)!;
  }

  nextDue(laneEveryMs: number): number | null {
    if (laneEveryMs === 0) return this.#soonest.first();
    const times = [...this.lanes.values()].flatMap(({ closedUntil, served, deliveries }) => {
      const due = [...deliveries].filter(({ state }) => state === 'due').map((each) => each.due);
      const first = due.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
      return due.length === 0 ? [] : [Math.max(first, closedUntil, served + laneEveryMs)];
    });
    return times.reduce<number | null>((least, each) => Math.min(least ?? each, each), null);
  }

  counts(now: number): QueueCounts {
    const count = (state: Delivery['state']) =>
      [...this.deliveries.values()].filter((each) => each.state === state).length;
    const lanes = [...this.lanes.values()].filter(({ deliveries }) =>
      [...deliveries].some(({ state }) => state === 'due' || state === 'claimed'),
    );
    const due = lanes.flatMap((lane) =>
      lane.closedUntil <= now ? dueIn(lane, now).map((each) => each.due) : [],
    );
    return {
      ...{ waiting: count('due'), attempting: count('claimed'), held: count('held') },
      lanesWell: lanes.filter(({ failures, closedUntil }) => failures === 0 && closedUntil <= now).length,
      lanesFailing: lanes.filter(({ failures, closedUntil }) => failures > 0 && closedUntil <= now).length,
      lanesClosed: lanes.filter(({ failures, closedUntil }) => failures >= FAILURES_MAX && closedUntil > now)
        .length,
      lanesPutOff: lanes.filter(({ failures, closedUntil }) => failures < FAILURES_MAX && closedUntil > now)
        .length,
      oldestDueAt: due.reduce<number | null>((least, each) => Math.min(least ?? each, each), null),
    };
  }

  lanesWith(lanesMax: number): readonly LaneCounts[] {
    return [...this.lanes.values()]
      .map(({ name, failures, closedUntil, deliveries }) => {
        const open = [...deliveries].filter(({ state }) => state !== 'ended');
        const due = open.filter(({ state }) => state === 'due').map((each) => each.due);
        const attempting = open.filter(({ state }) => state === 'claimed').length;
        return {
          ...{ lane: name, waiting: open.length - attempting, attempting, failures, closedUntil },
          dueAt: due.reduce<number | null>((least, each) => Math.min(least ?? each, each), null),
        };
      })
      .filter(({ waiting, attempting }) => waiting + attempting > 0)
      .sort((a, b) => b.waiting + b.attempting - (a.waiting + a.attempting) || byText(a.lane, b.lane))
      .slice(0, lanesMax);
  }

  order(id: string, order: OperatorOrder, { actor, now }: { readonly actor: string; readonly now: number }) {
    const message = this.messages.get(id);
    if (message === undefined) return 'unknown' as const;
    const meant = message.deliveries.filter(({ domain }) => isAbout(order, domain));
    const { verdict } = judgeOrder(order, stateOf({ ...message, deliveries: meant }));
    if (verdict === 'change' || verdict === 'next-turn') {
      this.#change(message, order, now);
      for (const { lane } of message.deliveries) this.#look(this.#lane(lane));
      message.orders.push({ at: now, actor, order });
    }
    return verdict;
  }

  #change(message: Message, order: OperatorOrder, now: number): void {
    const open = message.deliveries.filter(({ state }) => state !== 'ended');
    const move = (delivery: Delivery, from: readonly Delivery['state'][], to: Partial<Delivery>) => {
      if (from.includes(delivery.state)) Object.assign(delivery, to);
    };
    switch (order.order) {
      case 'hold':
        Object.assign(message, { held: true, heldAt: now });
        for (const each of open) move(each, ['due'], { state: 'held' });
        return;
      case 'release': {
        const heldMs = message.held ? Math.max(0, now - message.heldAt) : 0;
        const facts = { ...message.facts, lifetimeEndsAt: message.facts.lifetimeEndsAt + heldMs };
        Object.assign(message, { held: false, heldAt: 0, facts });
        for (const each of open)
          move(each, ['held'], { state: 'due', due: now, facts: { ...each.facts, unsettledClaims: 0 } });
        return;
      }
      case 'kick':
        for (const each of open) {
          if (!isAbout(order, each.domain)) continue;
          move(each, ['due'], { due: now });
          this.#lane(each.lane).closedUntil = 0;
        }
        return;
      case 'fail':
      case 'drop':
        for (const each of open) {
          each.facts = { ...each.facts, order: { kind: order.order, text: order.text ?? '' } };
          if (each.state === 'claimed') continue;
          move(each, ['due', 'held'], { state: 'due', due: now });
          this.#move(each, ORDERED_LANE);
        }
        return;
      case 'set-tls':
        Object.assign(message, {
          facts: { ...message.facts, facts: withTlsWish(message.facts.facts, order.tls) },
        });
        return;
      case 'set-transport':
        Object.assign(message, { facts: { ...message.facts, transport: order.transport } });
        for (const each of message.deliveries) {
          this.#move(each, laneOf(order.transport, each.domain));
        }
    }
  }

  #move(delivery: Delivery, lane: string): void {
    const before = this.#lane(delivery.lane);
    before.deliveries.delete(delivery);
    this.#look(before);
    delivery.lane = lane;
    if (delivery.state !== 'ended') this.#lane(lane).deliveries.add(delivery);
    this.#look(this.#lane(lane));
  }

  #nextOf({ state, due, lane }: Delivery, end: RecipientEnd | null) {
    if (end !== null || state !== 'due') return { nextAttemptAt: null };
    const { closedUntil, failures } = this.#lane(lane);
    return closedUntil >= due
      ? { nextAttemptAt: closedUntil, waitsFor: waitsFor(failures) }
      : { nextAttemptAt: due };
  }

  show(ids: readonly string[]): readonly ShownMessage[] {
    return [...ids].sort(byText).flatMap((id) => {
      const message = this.messages.get(id);
      if (message === undefined) return [];
      const { from, queuedAt, facts, transport } = message.facts;
      const recipients = message.deliveries.flatMap((delivery) =>
        delivery.recipients.map(({ facts: { address }, position, end, last, attempts }) => ({
          position,
          shown: {
            recipient: address,
            state: end ?? (delivery.state === 'claimed' ? ('attempting' as const) : ('waiting' as const)),
            attempts: attempts ?? delivery.facts.attempts,
            ...this.#nextOf(delivery, end),
            last,
          },
        })),
      );
      return [
        {
          ...{ id, from, queuedAt, sizeBytes: facts.sizeBytes, tls: tlsWishOf(facts), transport },
          held: message.held ? 'yes' : 'no',
          recipients: recipients.sort((a, b) => a.position - b.position).map(({ shown }) => shown),
        },
      ];
    });
  }

  prune(endedBefore: number, messagesMax: number): readonly string[] {
    const ended = [...this.messages].filter(([, { endedAt }]) => endedAt !== null && endedAt < endedBefore);
    const old = ended
      .sort(([a, one], [b, other]) => one.endedAt! - other.endedAt! || byText(a, b))
      .slice(0, messagesMax);
    for (const [id, { deliveries }] of old) {
      for (const { id: delivery } of deliveries) this.deliveries.delete(delivery);
      this.messages.delete(id);
    }
    return old.map(([id]) => id);
  }
}

/** A lane that failed takes one at a time. */
function roomIn({ failures, deliveries }: Lane, perLaneMax: number): number {
  let running = 0;
  for (const { state } of deliveries) if (state === 'claimed') running += 1;
  return (failures === 0 ? perLaneMax : 1) - running;
}

function byPlace(one: ReviewPlace, other: ReviewPlace): number {
  return byText(one.lane, other.lane) || one.due - other.due || byText(one.id, other.id);
}

function dueIn({ deliveries }: Lane, now: number): readonly Delivery[] {
  return [...deliveries]
    .filter(({ state, due }) => state === 'due' && due <= now)
    .sort((a, b) => a.due - b.due || byText(a.id, b.id));
}

function stateOf({ endedAt, held, deliveries }: Message): 'waiting' | 'held' | 'attempting' | 'ended' {
  if (endedAt !== null) return 'ended';
  if (held || deliveries.some(({ state }) => state === 'held')) return 'held';
  return deliveries.some(({ state }) => state === 'claimed') ? 'attempting' : 'waiting';
}
