/* One turn of a delivery: the machine asks, and these answer. */

import { describeFault } from '../../effects/program.js';
import type { QueueAnswered, QueueEffect } from '../../effects/queue-catalog.js';
import type { QueuePorts } from '../../effects/queue-ports.js';
import type { ClaimedDelivery } from '../../effects/queue-stores.js';
import type { TurnEnd } from '../../machine/message.machine.js';
import { messageProgram } from '../../machine/programs.js';
import { judgeBegin, UNSETTLED_CLAIMS_MAX } from '../../policy/queue/judge-turn.js';
import type { RetrySettings } from '../../policy/queue/settings.js';
import type { TurnInput, TurnResult } from '../../policy/queue/turn.js';

/** What the machine begins with. */
export function turnInputOf(
  claimed: ClaimedDelivery,
  retry: RetrySettings,
  startedAt: number,
  way: TurnInput['way'] = 'same',
): TurnInput {
  const { message, delivery, held, recipients } = claimed;
  return {
    ...{ startedAt, held, retry },
    message: {
      sender: message.from,
      origin: message.origin === 'report' ? 'report' : 'ordinary',
      lifetimeEndsAt: message.lifetimeEndsAt,
    },
    ...delivery,
    way,
    recipients: recipients.map(({ address, notify, last }) => ({ address, notify, last })),
  };
}

/** What a turn comes to that failed by a defect of ours: nothing, and the message is held. */
export function parkedTurn(input: TurnInput, now: number): TurnResult {
  const decision = judgeBegin({
    ...input,
    order: { kind: 'none' },
    held: 'no',
    unsettledClaims: UNSETTLED_CLAIMS_MAX,
  });
  const { attempts, granted, delayTold, dialled, recipients } = input;
  return {
    ...{
      endedAt: now,
      turn: decision,
      attempts,
      granted,
      delayTold,
      dialled,
      hold: 'park',
      nextAttemptAt: now,
    },
    recipients: recipients.map(({ address, last }) => ({
      address,
      end: null,
      word: last,
      decision,
      notice: null,
    })),
    ...{ notices: [], attempt: null },
  };
}

/** Takes the turn to its end. Rejects for a defect of ours; then nothing was settled. */
export async function takeTurn(input: TurnInput, ports: QueuePorts, clock: () => number): Promise<TurnEnd> {
  let id = 0;
  let step = messageProgram.start(input);
  while (step.kind === 'waiting') {
    const [effect] = step.effects;
    if (effect === undefined) throw new Error('the machine of a message waits, and asks nothing');
    const answer = await answerTo(effect, ports);
    const event = { type: `${effect.type}.answered`, id: ++id, at: clock(), answer } as QueueAnswered;
    step = messageProgram.step(step.state, event);
  }
  if (step.kind !== 'finished') throw new Error(`the machine of a message: ${describeFault(step)}`);
  return step.output;
}

function answerTo(effect: QueueEffect, ports: QueuePorts): Promise<unknown> {
  const port = ports[effect.type] as (ask: QueueEffect) => Promise<unknown>;
  return port(effect);
}
