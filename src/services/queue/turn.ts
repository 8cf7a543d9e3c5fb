/* One turn of a delivery: the machine asks, and these answer. */

import { describeFault } from '../../effects/program.js';
import type { QueueAnswered, QueueEffect } from '../../effects/queue-catalog.js';
import type { QueuePorts } from '../../effects/queue-ports.js';
import type { ClaimedDelivery } from '../../effects/queue-stores.js';
import type { TurnEnd } from '../../machine/message.machine.js';
import { messageProgram } from '../../machine/programs.js';
import type { RetrySettings } from '../../policy/queue/settings.js';
import type { TurnInput } from '../../policy/queue/turn.js';

/** What the machine begins with. */
export function turnInputOf(claimed: ClaimedDelivery, retry: RetrySettings, startedAt: number): TurnInput {
  const { message, delivery, held, recipients } = claimed;
  return {
    ...{ startedAt, held, retry },
    message: {
      sender: message.from,
      origin: message.origin === 'report' ? 'report' : 'ordinary',
      lifetimeEndsAt: message.lifetimeEndsAt,
    },
    ...delivery,
    recipients: recipients.map(({ address, notify, last }) => ({ address, notify, last })),
  };
}

/** Takes the turn to its end. Rejects for a defect of ours; then nothing was settled, and the claim ends by itself. */
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
