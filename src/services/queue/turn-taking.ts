/*
 * How a queue takes a turn: the engine answers what is attempted, the octets are read and notices kept, and the store keeps what
 * came of it.
 */
import type { KnownChanges } from '../../effects/change/index.js';
import { errorText } from '../../effects/error-text.js';
import type { ClaimedDelivery, QueuedEvent, Settlement } from '../../effects/queue-stores.js';
import type { Crowd } from '../../policy/queue/crowd.js';
import type { QueuedMessage } from '../../policy/queue/message.js';
import type { TurnResult } from '../../policy/queue/turn.js';
import { type Attempted, attemptDelivery, wayOf } from './attempts.js';
import { keepNotices } from './notices.js';
import { outcomesOf } from './outcomes.js';
import { drawFrom, type QueuePlatform } from './platform.js';
import type { QueueOptions } from './queue.js';
import type { Settlements } from './settlements.js';
import type { Tuned } from './tuned.js';
import { parkedTurn, takeTurn, turnInputOf } from './turn.js';
import type { LaneOf, WaitingMail } from './waiting-mail.js';

/** What a turn is taken with. */
export interface TurnTaking extends Required<Pick<QueueOptions, 'bodies' | 'engine' | 'eventsOf'>> {
  /** As the queue is tuned now. */
  readonly tuned: () => Tuned;
  readonly settlements: Settlements;
  readonly clock: () => number;
  readonly platform: QueuePlatform;
  readonly laneOf: LaneOf;
  readonly domainOf: (address: string) => string;
  readonly knownChanges: KnownChanges;
  readonly onCrowded: (crowd: Crowd) => void;
  readonly onFault: (message: string) => void;
}

/** Takes the turn of a delivery, until the signal aborts. Never rejects. */
export async function takeTurnWith(
  taking: TurnTaking,
  claimed: ClaimedDelivery,
  signal: AbortSignal,
): Promise<void> {
  const { bodies, engine, eventsOf, settlements, clock, platform, laneOf, onFault, onCrowded } = taking;
  const { retry } = taking.tuned();
  const laneAt = (attempt: number) => laneOf(waitingMailOf(claimed, attempt));
  const way = laneAt(claimed.delivery.attempts + 1) === claimed.lane ? 'same' : 'other';
  const input = turnInputOf(claimed, retry, clock(), way);
  let notices: readonly QueuedMessage[] = [];
  let lane: Pick<Settlement, 'lane' | 'putOffUntil'> = { lane: 'other' };
  let changeAt: Attempted['changeAt'] = () => [];
  try {
    await takeTurn(
      input,
      {
        'attempt.run': async (asked) => {
          const attempted = await attemptDelivery({
            ...{ engine, claimed, signal, onFault, knownChanges: taking.knownChanges },
            ...{ recipients: asked.recipients, attempt: asked.attempt, dialled: asked.dialled },
            content: bodies.read(claimed.message.id),
          });
          lane = laneBehind(attempted, clock());
          if (attempted.crowd !== null) onCrowded(attempted.crowd);
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
            const { domainOf } = taking;
            notices = await keepNotices({
              ...taking.tuned(),
              ...{ claimed, input, turn, changeAt, bodies, domainOf, laneOf, onFault },
            });
            return { kind: 'kept' };
          } catch (error) {
            onFault(`a notice about message ${claimed.message.id} cannot be kept: ${errorText(error)}`);
            return { kind: 'failed' };
          }
        },
        'turn.settle': async ({ turn }) => ({
          kind: await settlements.settle({
            ...{ claimed, turn, ...lane, ...untilIts(turn), notices, nextLane: laneAt(turn.attempts + 1) },
            events: eventsBy(eventsOf, claimed, turn),
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

/** Who went back heard nothing from those who have sessions open, whatever others had said to him before. */
function laneBehind({ answer, crowd }: Attempted, now: number): Pick<Settlement, 'lane' | 'putOffUntil'> {
  return crowd === null ? { lane: wayOf(answer) } : { lane: 'crowded', putOffUntil: now + crowd.againInMs };
}

/** The lane of who was sent back is put off as long as he is. */
function untilIts({ attempt, nextAttemptAt }: TurnResult): Pick<Settlement, 'putOffUntil'> {
  return attempt === 'sent-back' && nextAttemptAt !== null ? { putOffUntil: nextAttemptAt } : {};
}

function waitingMailOf({ message, domain }: ClaimedDelivery, attempt: number): WaitingMail {
  const { from, account, transport } = message;
  return { from, transport, domain, attempt, ...(account === undefined ? {} : { account }) };
}

/** Named after the turn, so that the same turn tells of each once. */
function eventsBy(
  eventsOf: TurnTaking['eventsOf'],
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
