import type { LaneWord } from '../policy/queue/lane-health.table.js';
import type {
  OperatorOrder,
  QueuedDelivery,
  QueuedMessage,
  QueuedRecipient,
  ShownMessage,
} from '../policy/queue/message.js';
import type { OrderVerdict } from '../policy/queue/operator-order.table.js';
import type { LastWord, TurnResult } from '../policy/queue/turn.js';
import type { MessageSource } from './ports.js';

/** A delivery that was taken up. Nobody else takes it up until it is settled, or its owner is given up. */
export interface ClaimedDelivery {
  readonly id: string;
  /** One more with each claim: who has an older one has lost the delivery to somebody. */
  readonly fence: number;
  readonly lane: string;
  readonly domain: string;
  /** Without its recipients. */
  readonly message: Omit<QueuedMessage, 'recipients'>;
  readonly delivery: QueuedDelivery;
  readonly held: 'no' | 'yes';
  /** Those that have not ended. `position`: among all recipients of the message. */
  readonly recipients: readonly (QueuedRecipient & {
    readonly position: number;
    readonly last: LastWord | null;
  })[];
}

export interface ClaimPlan {
  readonly node: string;
  readonly now: number;
  /** How many deliveries at most. */
  readonly deliveriesMax: number;
  /** How many of one lane at most, with those that are under way. */
  readonly perLaneMax: number;
  /** How long a lane rests between two claims, each of one delivery then; default: not at all. */
  readonly laneEveryMs?: number;
  /** When a delivery is due again if nothing more is heard of this claim. */
  readonly dueAgainAt: number;
}

/** What a turn has come to, with all that it takes with it. */
export interface Settlement {
  readonly claimed: ClaimedDelivery;
  readonly turn: TurnResult;
  readonly lane: LaneWord;
  /** Where the turn was crowded: until when its lane is put off. */
  readonly putOffUntil?: number;
  /** In which lane what waits goes on waiting, unless it was moved in between; default: where it is. */
  readonly nextLane?: string;
  /** Notices, as messages of their own; their octets are kept already. */
  readonly notices: readonly QueuedMessage[];
  /** What others are to be told of it; default: nothing. */
  readonly events?: readonly QueuedEvent[];
}

/** `ended`: it was settled, and nobody waits for its message any more, so that its octets may go. */
export type SettledWord = 'settled' | 'ended' | 'superseded';

/** What somebody is to be told of, kept by the settlement that it tells of. */
export interface QueuedEvent {
  /** No two events have the same. */
  readonly id: string;
  /** Who is told. */
  readonly to: string;
  /** Its name, and what is said. */
  readonly event: string;
  readonly body: string;
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
}

/** An event that was taken up. */
export interface TakenEvent extends QueuedEvent {
  /** How often it was, with this time. */
  readonly tries: number;
}

/**
 * Events that wait to be told, until they are. What is taken up is due again at its time if nothing more is heard of it, so that each
 * is told at least once. The methods reject with an Error if the store cannot be reached. The times are in milliseconds since 1970.
 */
export interface EventStore {
  /** Takes up what is due for somebody, the longest due first. */
  take(plan: {
    readonly to: string;
    readonly now: number;
    readonly eventsMax: number;
    readonly dueAgainAt: number;
  }): Promise<readonly TakenEvent[]>;
  /** When something is due for somebody; null: nothing waits for him. */
  nextDue(to: string): Promise<number | null>;
  /** Puts off what could not be told. */
  putOff(id: string, due: number): Promise<void>;
  /** Forgets what was told, or is given up. */
  forget(ids: readonly string[]): Promise<void>;
  /** Forgets what happened before that time, and of the rest the oldest, so that so many are left at most; answers how many went, by name. */
  prune(before: number, eventsMax: number): Promise<ReadonlyMap<string, number>>;
}

/** See `catchUp` of a {@link QueueStore}. */
export interface CatchUpPlan {
  readonly now: number;
  /** The longest time for which anything waits, in milliseconds. */
  readonly waitMsMax: number;
  readonly deliveriesMax: number;
}

/**
 * The queue as it is kept. The times are in milliseconds since 1970. Where a method rejects, with an Error, nothing was changed,
 * save that a connection which breaks while a database commits leaves it open whether that change was made. What it rests on:
 *
 * 1. A message is kept whole, with all its recipients, or not at all; once `accept` has resolved no crash takes it away.
 * 2. A delivery has one owner. A claim raises its fence, counts that it is not settled, and writes when it is due again, so that a
 *    turn which ends with the process has not been for nothing and does not come first again.
 * 3. A turn is settled with its newest fence only, and only while it is claimed; anything else is `superseded` and changes nothing.
 * 4. Ends, waits, notices, events and the health of the lane come by one settlement, or none of them does. What has ended stays as it ended.
 * 5. What is held is not claimed, unless to be ended by order. Holding stops the lifetime of a message; releasing makes it due.
 * 6. Of lanes that are due the one that was served longest ago comes first, whatever waits in it; a lane that failed takes one
 *    delivery at a time, and one that is closed or put off none before its time.
 * 7. Claims of a node that has fallen silent are given back, due when their claim said; nothing of the living is, save
 *    what it says that it does not hold.
 * 8. What is to be ended by order, or reviewed, waits for no lane: it is in one of its own, {@link ORDERED_LANE}.
 * 9. A row that cannot be read is held, and neither claimed nor dropped.
 */
export interface QueueStore {
  /** All of them or none, durably. Rejects if an id is taken. */
  accept(messages: readonly QueuedMessage[]): Promise<void>;
  /** For messages that bring their octets along; absent: none may. */
  readonly whole?: WholeMessages;
  claim(plan: ClaimPlan): Promise<readonly ClaimedDelivery[]>;
  /** All of them in one transaction, each by itself settled or superseded; in the order of the question. `now`: of the settlement. */
  settle(settlements: readonly Settlement[], now: number): Promise<readonly SettledWord[]>;
  /**
   * Says that a node lives. `beat`: another number than the last time. `unknown`: nobody knew of it, as before its first beat, or since it was
   * given up, and what it held with it.
   */
  beat(node: string, beat: number): Promise<'known' | 'unknown'>;
  /** What each node has said last. */
  beats(): Promise<ReadonlyMap<string, number>>;
  /** Gives back what nodes had claimed that have still said nothing since (`silent`: what they said last), and the claims of nodes that nobody knows. */
  recover(silent: ReadonlyMap<string, number>): Promise<number>;
  /** Gives back what a node had claimed and does not hold, as after a claim whose answer was lost; answers how many. */
  giveBack(node: string, held: readonly string[]): Promise<number>;
  /** The soonest time at which something may be claimed; null: nothing waits. `laneEveryMs`: as in {@link ClaimPlan}. */
  nextDue(laneEveryMs?: number): Promise<number | null>;
  /**
   * Has what waits behind closed lanes be reviewed, without an attempt: what has waited longer than it may, as long as its lane has failed
   * since, and what ends at `lateEnd` or before and whose sender has not heard of the delay. Looks at so many deliveries at most, behind a
   * place in the order of lanes, so that nobody who delivers waits for it for long.
   */
  review(plan: ReviewPlan): Promise<Reviewed>;
  /**
   * Undoes what a clock has put off that went ahead and was set right since, as in a process that started before it was: what is due later than
   * anything waits is due now, and ways are not closed for longer than any is. Answers how many were due so late; `deliveriesMax` of them at most.
   */
  catchUp(plan: CatchUpPlan): Promise<number>;
  /** What became of the order for each message, in order; `unknown`: there is no such message. */
  order(
    ids: readonly string[],
    order: OperatorOrder,
    by: { readonly actor: string; readonly now: number },
  ): Promise<readonly (OrderVerdict | 'unknown')[]>;
  /** Orders that were carried out about a message, oldest first. */
  orders(id: string): Promise<readonly KeptOrder[]>;
  show(ids: readonly string[]): Promise<readonly ShownMessage[]>;
  /** In order of ids, those after `after`, at most `messagesMax`; `ended`: also those of which nobody waits. */
  list(page: {
    readonly after: string | null;
    readonly messagesMax: number;
    readonly ended: 'no' | 'yes';
    readonly domain?: string;
  }): Promise<readonly ShownMessage[]>;
  /** How much waits, and since when something is due that nobody has taken up. */
  counts(now: number): Promise<QueueCounts>;
  /** The lanes in which most waits, at most `lanesMax`. */
  lanes(lanesMax: number): Promise<readonly LaneCounts[]>;
  /** Forgets messages that ended before that time, and answers their ids: their octets may go then. */
  prune(endedBefore: number, messagesMax: number): Promise<readonly string[]>;
  /**
   * Forgets how lanes do in which nothing waits, and that were neither served nor closed since `idleSince`: there may be one for every domain
   * that ever got a message. Looks at so many at most, behind a lane in their order; answers behind which it goes on; null: nothing is behind.
   */
  forgetLanes(plan: IdleLanesPlan): Promise<string | null>;
  /** Those of these ids under which there is a message that has not ended, also one that cannot be read: somebody may want its octets. */
  among(ids: readonly string[]): Promise<readonly string[]>;
}

export interface ReviewPlan {
  readonly now: number;
  readonly lateEnd: number;
  readonly deliveriesMax: number;
  /** Default: in front of all. */
  readonly after?: ReviewPlace;
}

/** See `forgetLanes` of a {@link QueueStore}. `idleSince`: in milliseconds since 1970; `after`: default in front of all. */
export interface IdleLanesPlan {
  readonly idleSince: number;
  readonly lanesMax: number;
  readonly after?: string;
}

/** A delivery among those that wait, in order of lanes, times and ids. */
export interface ReviewPlace {
  readonly lane: string;
  readonly due: number;
  readonly id: string;
}

export interface Reviewed {
  /** How many are to be reviewed. */
  readonly found: number;
  /** Null: there is nothing behind. */
  readonly next: ReviewPlace | null;
}

/** Deliveries (a message and a domain) by state, and lanes in which something waits by how they do. */
export interface QueueCounts {
  readonly waiting: number;
  readonly attempting: number;
  readonly held: number;
  readonly lanesWell: number;
  readonly lanesFailing: number;
  readonly lanesClosed: number;
  readonly lanesPutOff: number;
  /** Of those that may be taken up now; null: nothing is due. */
  readonly oldestDueAt: number | null;
}

export interface LaneCounts {
  readonly lane: string;
  readonly waiting: number;
  readonly attempting: number;
  readonly failures: number;
  readonly closedUntil: number;
  /** Null: nothing waits for its time. */
  readonly dueAt: number | null;
}

export interface KeptOrder {
  readonly at: number;
  readonly actor: string;
  readonly order: OperatorOrder;
}

/**
 * Wakes one of those who take up what is due in the same store, wherever they run. It carries no truth: a ring that is lost, late or
 * doubled costs no more than the time until somebody looks.
 */
export interface Doorbell {
  /**
   * Lets one of those who listen be rung in so many milliseconds, at once for 0. A later ring takes the place of an earlier one that
   * nobody has heard yet, those at once and those for later each by themselves. Rejects with an Error if it cannot be kept.
   */
  ring(inMs: number): Promise<void>;
  /** Listens until the signal aborts (null), or something breaks: what that was. Never rejects. */
  listen(listener: RingListener, signal: AbortSignal): Promise<string | null>;
}

export interface RingListener {
  /** From now on rings are heard. */
  readonly onHeard: () => void;
  readonly onRung: () => void;
  /** Whether a ring may come here; whoever is busy leaves it to others. */
  readonly isFree: () => boolean;
}

/** An address to which nothing is taken any more. */
export interface Suppression {
  /** In lower case, with its domain in A-labels. */
  readonly address: string;
  /** Who put it there, why, and when, in milliseconds since 1970. */
  readonly actor: string;
  readonly why: string;
  readonly at: number;
}

/** Addresses to which nothing is taken any more. The methods reject with an Error if the store cannot be reached. */
export interface SuppressionStore {
  /** In the place of what was said of that address before. */
  add(suppression: Suppression): Promise<void>;
  remove(address: string): Promise<'removed' | 'unknown'>;
  /** Those of these addresses that are in the list. */
  among(addresses: readonly string[]): Promise<readonly string[]>;
  /** In order of addresses, those after `after`, at most `entriesMax`. */
  list(page: { readonly after: string | null; readonly entriesMax: number }): Promise<readonly Suppression[]>;
}

/** A message with the octets that are kept with it. */
export interface WholeMessage {
  readonly message: QueuedMessage;
  readonly octets: Uint8Array;
}

/** Where a queue and the octets of its messages are in one place, so that one change keeps both and is synced once. */
export interface WholeMessages {
  /** The same object as that of the {@link BodyStore} in which the octets are found then. */
  readonly place: object;
  /** As {@link QueueStore.accept}; the octets are kept if the rows are, and not without them. */
  accept(messages: readonly WholeMessage[]): Promise<void>;
}

/** The octets of messages, by the id of the message. The methods reject with an Error if they cannot be kept or read. */
export interface BodyStore {
  /** So many octets at most may come by the queue at that place, with what names them; absent: none may. */
  readonly whole?: { readonly place: object; readonly octetsMax: number };
  /** Keeps them durably before it resolves; answers how many there are. What was kept in part is not kept. */
  keep(id: string, octets: MessageSource): Promise<number>;
  /** May be read several times; the source rejects where nothing is kept under that id. */
  read(id: string): MessageSource;
  /** Forgets them; what is not there is forgotten. */
  remove(ids: readonly string[]): Promise<void>;
  /** Ids under which something is kept, a page of them. `next`: what asks for the next page; null: this was the last. */
  list(page: string | null): Promise<{ readonly ids: readonly string[]; readonly next: string | null }>;
}
