/*
 * The queue, put together: a store, the octets of messages, the engine, and a machine for each turn. It decides nothing:
 * what is due and whose turn it is says the store, what comes of a turn say the tables.
 */

import { KnownChanges } from '../../effects/change/index.js';
import { errorText } from '../../effects/error-text.js';
import type { ClaimedDelivery, ReviewPlace } from '../../effects/queue-stores.js';
import { delayNoticeMs, longestWaitMs } from '../../policy/queue/judge-turn.js';
import { laneOf as laneOfTransport } from '../../policy/queue/message.js';
import { TOLD_TO } from './attempts.js';
import { Bell } from './bell.js';
import {
  checkIds,
  checkOrder,
  checkPage,
  checkQueueOptions,
  checkRun,
  checkTuning,
} from './check-arguments.js';
import { destinationOf } from './destination.js';
import { Doorkeeper } from './doorkeeper.js';
import { createIntake, newId } from './intake.js';
import { LeftOctets } from './left-octets.js';
import { Outcomes, outcomesOf } from './outcomes.js';
import { NODE_PLATFORM } from './platform.js';
import type { Queue, QueueOptions } from './queue.js';
import { LOOK_MS, type Runner, runQueue } from './run-queue.js';
import { Settlements } from './settlements.js';
import { Sweep } from './sweep.js';
import { type Tuned, tunedBy, UNTUNED } from './tuned.js';
import { type TurnTaking, takeTurnWith } from './turn-taking.js';
import type { WaitingMail } from './waiting-mail.js';

/** What is forgotten in one transaction at most. */
const BATCH_MAX = 500;
/** Deliveries that one transaction looks at for who has to hear of a delay. */
const LOOKED_MAX = 200;
/** How well a way goes is remembered so long after the last that went there. */
const LANE_KEPT_MS = 86_400_000;

/** A queue over a store. Nothing is delivered before it is run. Throws a {@link MisuseError} for options that are none. */
export function createQueue(options: QueueOptions): Queue {
  checkQueueOptions(options);
  const { store, bodies, engine, clock = Date.now, toAscii = () => '' } = options;
  const { platform = NODE_PLATFORM, laneOf = laneByTransport, eventsOf = () => [] } = options;
  let tuned: Tuned = tunedBy(UNTUNED, options);
  const outcomes = new Outcomes();
  const bell = new Bell(platform.wait);
  const onFault = (message: string) => options.onFault?.(message);
  let intake = createIntake(options);
  const left = new LeftOctets(bodies);
  const attempting = new Set<ClaimedDelivery>();
  /** What of this node is claimed, until it is known how it was settled: the fences by ids. */
  const inHand = new Map<string, number>();
  const { lookEveryMs = LOOK_MS } = options;
  const doorkeeper = new Doorkeeper({
    ...{ doorbell: options.doorbell, bell, wait: platform.wait },
    isFree: () => attempting.size < tuned.limits.concurrency,
    onChange: (state) => options.onDoorbell?.(state),
  });
  let running: AbortSignal | null = null;
  /** Something may be due, for others if nothing is taken up here. */
  const wake = () => {
    bell.ring();
    if (running === null || running.aborted) doorkeeper.ring();
  };
  const settlements = new Settlements({
    ...{ store, clock, platform, onFault },
    attempting: () => attempting.size,
    onHandedOver: (handedOver) => {
      options.onSettling?.();
      for (const { claimed } of handedOver) attempting.delete(claimed);
      bell.ring();
    },
    onSettled: ({ claimed, turn }, word) => {
      if (inHand.get(claimed.id) === claimed.fence) inHand.delete(claimed.id);
      if (word === 'superseded') return;
      if (word === 'ended') left.add(claimed.message.id);
      outcomes.tell(outcomesOf(claimed, turn));
    },
  });
  const taking: TurnTaking = {
    ...{ bodies, engine, eventsOf, settlements, clock, platform, laneOf, onFault },
    tuned: () => tuned,
    domainOf: (address) => destinationOf(address, toAscii),
    onCrowded: (crowd) => options.onCrowded?.(crowd),
    knownChanges: new KnownChanges({ by: TOLD_TO }),
  };

  /** Whoever waits behind a way that is closed hears of it, though nothing is tried for him. */
  async function reviewWaiting(signal: AbortSignal): Promise<void> {
    let after: ReviewPlace | null | undefined;
    while (after !== null && !signal.aborted) {
      const now = clock();
      const lateEnd = now + tuned.retry.lifetimeMs - delayNoticeMs(tuned.retry);
      const { found, next } = await store.review({
        ...{ now, lateEnd, deliveriesMax: LOOKED_MAX },
        ...(after !== undefined && { after }),
      });
      if (found > 0) bell.ring();
      after = next;
    }
  }

  async function forgetEnded(signal: AbortSignal): Promise<void> {
    for (let isLeft = true; isLeft && !signal.aborted; ) {
      const ids = await store.prune(clock() - tuned.keepEndedMs, BATCH_MAX);
      await bodies.remove(ids);
      isLeft = ids.length === BATCH_MAX;
    }
  }

  async function forgetIdleLanes(signal: AbortSignal): Promise<void> {
    let after: string | null | undefined;
    while (after !== null && !signal.aborted)
      after = await store.forgetLanes({
        ...{ idleSince: clock() - LANE_KEPT_MS, lanesMax: BATCH_MAX },
        ...(after !== undefined && { after }),
      });
  }

  /** What a wrong clock has put off is not to wait until it is right again. */
  async function catchUp(): Promise<void> {
    const waitMsMax = longestWaitMs(tuned.retry);
    for (let found = BATCH_MAX; found === BATCH_MAX; ) {
      found = await store.catchUp({ now: clock(), waitMsMax, deliveriesMax: BATCH_MAX });
      if (found > 0) bell.ring();
    }
  }

  const runner: Runner = {
    ...{ store, clock, platform, bell, doorkeeper, onFault },
    limits: () => tuned.limits,
    node: newId(clock(), platform),
    // As if this try failed: a turn that ends with the process is not the first to be taken up again.
    dueAgainAfterMs: () => tuned.retry.scheduleMs[0]!,
    lookEveryMs: () => (doorkeeper.isHeard ? Math.max(lookEveryMs, LOOK_MS) : lookEveryMs),
    attempting: () => attempting.size,
    takeTurn: (claimed, signal) => {
      attempting.add(claimed);
      inHand.set(claimed.id, claimed.fence);
      return takeTurnWith(taking, claimed, signal);
    },
    inHand: () => [...inHand.keys()],
    tidy: async (signal) => {
      await catchUp();
      await reviewWaiting(signal);
      await forgetEnded(signal);
      await forgetIdleLanes(signal);
    },
    clearOut: () => left.clearOut(),
    sweep: new Sweep({ store, bodies, elapsed: platform.elapsed }),
  };
  return {
    enqueue: async (mail) => {
      const id = await intake.enqueue(mail);
      wake();
      return id;
    },
    run: async (signal, own = {}) => {
      checkRun(signal, own);
      const { graceMs = 30_000 } = own;
      running = signal;
      await runQueue(runner, signal, graceMs);
      await settlements.end();
      await doorkeeper.end();
      await left.clearOut().catch((error) => onFault(errorText(error)));
      outcomes.end();
    },
    outcomes: () => outcomes.listen(),
    list: async (page = {}) => {
      checkPage(page);
      const { after = null, messagesMax = 100, ended = 'no', ...rest } = page;
      return store.list({ after, messagesMax, ended, ...rest });
    },
    show: async (ids) => {
      checkIds(ids);
      return store.show(ids);
    },
    order: async (ids, order, actor) => {
      checkIds(ids);
      checkOrder(order, actor);
      const verdicts = await store.order(ids, order, { actor, now: clock() });
      wake();
      return verdicts;
    },
    orders: (id) => store.orders(id),
    tune: (tuning) => {
      checkTuning(tuning);
      tuned = tunedBy(tuned, tuning);
      intake = createIntake({ ...options, retry: tuned.retry });
      bell.ring();
    },
  };
}

function laneByTransport({ transport, domain }: WaitingMail): string {
  return laneOfTransport(transport, domain);
}
