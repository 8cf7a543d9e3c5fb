/*
 * The queue, put together: a store, the octets of messages, the engine, and a machine for each turn. It decides nothing:
 * what is due and whose turn it is says the store, what comes of a turn say the tables.
 */

import { KnownChanges } from '../../effects/change/index.js';
import { errorText } from '../../effects/error-text.js';
import type { ClaimedDelivery, QueuedEvent, Settlement } from '../../effects/queue-stores.js';
import { delayNoticeMs } from '../../policy/queue/judge-turn.js';
import { laneOf as laneOfTransport, type QueuedMessage } from '../../policy/queue/message.js';
import { DEFAULT_RETRY } from '../../policy/queue/settings.js';
import type { TurnResult } from '../../policy/queue/turn.js';
import { type Attempted, attemptDelivery, TOLD_TO, wayOf } from './attempts.js';
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
import { keepNotices } from './notices.js';
import { Outcomes, type QueueOutcome } from './outcomes.js';
import { drawFrom, NODE_PLATFORM } from './platform.js';
import type { Queue, QueueLimits, QueueOptions, QueueTuning } from './queue.js';
import { LOOK_MS, type Runner, runQueue } from './run-queue.js';
import { Settlements } from './settlements.js';
import { Sweep } from './sweep.js';
import { parkedTurn, takeTurn, turnInputOf } from './turn.js';
import type { WaitingMail } from './waiting-mail.js';

const LIMITS: QueueLimits = { concurrency: 50, perDomain: 10 };
const KEEP_ENDED_MS = 7 * 86_400_000;
/** What is forgotten in one transaction at most. */
const BATCH_MAX = 500;

/** A queue over a store. Nothing is delivered before it is run. Throws a {@link MisuseError} for options that are none. */
export function createQueue(options: QueueOptions): Queue {
  checkQueueOptions(options);
  const { store, bodies, engine, clock = Date.now, toAscii = () => '' } = options;
  const { platform = NODE_PLATFORM, laneOf = laneByTransport, eventsOf } = options;
  let tuned: Tuned = tunedBy(UNTUNED, options);
  const outcomes = new Outcomes();
  const bell = new Bell(platform.wait);
  const knownChanges = new KnownChanges({ by: TOLD_TO });
  const onFault = (message: string) => options.onFault?.(message);
  let intake = createIntake(options);
  const left = new LeftOctets(bodies);
  const attempting = new Set<ClaimedDelivery>();
  const { lookEveryMs = LOOK_MS } = options;
  const doorkeeper = new Doorkeeper({
    ...{ doorbell: options.doorbell, bell, wait: platform.wait },
    isFree: () => attempting.size < tuned.limits.concurrency,
    onChange: (state) => options.onDoorbell?.(state),
  });
  let taking: AbortSignal | null = null;
  /** Something may be due, for others if nothing is taken up here. */
  const wake = () => {
    bell.ring();
    if (taking === null || taking.aborted) doorkeeper.ring();
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
      if (word === 'ended') left.add(claimed.message.id);
      outcomes.tell(outcomesOf(claimed, turn));
    },
  });
  const domainOf = (address: string) => destinationOf(address, toAscii);

  /** Never rejects. */
  async function takeTurnOf(claimed: ClaimedDelivery, signal: AbortSignal): Promise<void> {
    attempting.add(claimed);
    const { retry } = tuned;
    const laneAt = (attempt: number) => laneOf(waitingMailOf(claimed, attempt));
    const way = laneAt(claimed.delivery.attempts + 1) === claimed.lane ? 'same' : 'other';
    const input = turnInputOf(claimed, retry, clock(), way);
    let notices: readonly QueuedMessage[] = [];
    let lane: Settlement['lane'] = 'other';
    let changeAt: Attempted['changeAt'] = () => [];
    try {
      await takeTurn(
        input,
        {
          'attempt.run': async ({ recipients, attempt, dialled }) => {
            const content = bodies.read(claimed.message.id);
            const attempted = await attemptDelivery({
              engine,
              claimed,
              recipients,
              attempt,
              dialled,
              content,
              signal,
              onFault,
              knownChanges,
            });
            lane = wayOf(attempted.answer);
            changeAt = attempted.changeAt;
            return attempted.answer;
          },
          'policy.look': async ({ stopped, patience }) => {
            try {
              const { decision } = await engine.lastLook(stopped, { patience, signal });
              return { kind: decision.verdict };
            } catch (error) {
              onFault(errorText(error));
              return { kind: 'failed' };
            }
          },
          'wait.draw': async () => ({ value: drawFrom(platform) }),
          'notice.store': async ({ turn }) => {
            try {
              notices = await keepNotices({
                ...tuned,
                claimed,
                input,
                turn,
                changeAt,
                bodies,
                domainOf,
                laneOf,
                onFault,
              });
              return { kind: 'kept' };
            } catch (error) {
              onFault(`a notice about message ${claimed.message.id} cannot be kept: ${errorText(error)}`);
              return { kind: 'failed' };
            }
          },
          'turn.settle': async ({ turn }) => ({
            kind: await settlements.settle({
              ...{ claimed, turn, lane, notices, nextLane: laneAt(turn.attempts + 1) },
              events: eventsOf === undefined ? [] : eventsBy(eventsOf, claimed, turn),
            }),
          }),
        },
        clock,
      );
    } catch (error) {
      // It would fail the next time as well: somebody has to look.
      onFault(`message ${claimed.message.id} is held, because its turn failed: ${errorText(error)}`);
      await settlements.settle({ claimed, turn: parkedTurn(input, clock()), lane: 'other', notices: [] });
    }
  }

  /** Whoever waits behind a way that is closed hears of it, though nothing is tried for him. */
  async function reviewWaiting(): Promise<void> {
    for (let found = BATCH_MAX; found === BATCH_MAX; ) {
      const now = clock();
      const lateEnd = now + tuned.retry.lifetimeMs - delayNoticeMs(tuned.retry);
      found = await store.review({ now, lateEnd, deliveriesMax: BATCH_MAX });
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
    takeTurn: takeTurnOf,
    tidy: async () => {
      const ids = await store.prune(clock() - tuned.keepEndedMs, BATCH_MAX);
      await bodies.remove(ids);
      await reviewWaiting();
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
      taking = signal;
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

type Tuned = Required<Omit<QueueTuning, 'limits'>> & { readonly limits: QueueLimits };

const UNTUNED: Tuned = {
  ...{ retry: DEFAULT_RETRY, limits: LIMITS, keepEndedMs: KEEP_ENDED_MS, postmaster: '', reportingMta: '' },
  dkimKeys: [],
};

/** What is said in place of what was said before. */
function tunedBy(before: Tuned, said: Partial<QueueTuning>): Tuned {
  const { retry, limits, keepEndedMs, postmaster, reportingMta, dkimKeys } = said;
  return {
    retry: retry ?? before.retry,
    limits: { ...before.limits, ...limits },
    keepEndedMs: keepEndedMs ?? before.keepEndedMs,
    postmaster: postmaster ?? before.postmaster,
    reportingMta: reportingMta ?? before.reportingMta,
    dkimKeys: dkimKeys ?? before.dkimKeys,
  };
}

function laneByTransport({ transport, domain }: WaitingMail): string {
  return laneOfTransport(transport, domain);
}

function waitingMailOf({ message, domain }: ClaimedDelivery, attempt: number): WaitingMail {
  const { from, account, transport } = message;
  return { from, transport, domain, attempt, ...(account === undefined ? {} : { account }) };
}

/** Named after the turn, so that the same turn tells of each once. */
function eventsBy(
  eventsOf: NonNullable<QueueOptions['eventsOf']>,
  claimed: ClaimedDelivery,
  turn: TurnResult,
): readonly QueuedEvent[] {
  return outcomesOf(claimed, turn).flatMap((outcome, recipient) =>
    eventsOf(outcome).map((event, at) => ({
      ...event,
      id: `${claimed.id}/${claimed.fence}/${recipient}/${at}`,
      at: outcome.at,
    })),
  );
}

/** Nothing has come of a turn in which nothing was tried. */
const WITHOUT_OUTCOME: ReadonlySet<string> = new Set(['put-back', 'change-lane']);

function outcomesOf({ message }: ClaimedDelivery, turn: TurnResult): readonly QueueOutcome[] {
  if (WITHOUT_OUTCOME.has(turn.turn.verdict)) return [];
  return turn.recipients.map((recipient) => ({
    messageId: message.id,
    from: message.from,
    recipient: recipient.address,
    outcome: recipient.end ?? (recipient.notice?.verdict === 'delayed' ? 'delayed' : 'deferred'),
    queuedAt: message.queuedAt,
    at: turn.endedAt,
    nextAttemptAt: recipient.end === null ? turn.nextAttemptAt : null,
    attempts: turn.attempts,
    turn: recipient,
  }));
}
