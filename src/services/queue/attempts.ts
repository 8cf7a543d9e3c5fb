/* An attempt of the engine as an answer to the machine of a message. */

import { errorText } from '../../effects/error-text.js';
import { explainReasons } from '../../effects/explain.js';
import type { MessageSource } from '../../effects/ports.js';
import type { ClaimedDelivery } from '../../effects/queue-stores.js';
import type { DeliveryResult, Engine } from '../../engine/engine.js';
import { programs } from '../../machine/programs.js';
import type { AttemptResult } from '../../policy/attempt/types.js';
import { type RecipientDsn, tellableFacts } from '../../policy/dsn/index.js';
import type { AttemptAnswer } from '../../policy/queue/judge-turn.js';
import type { LaneWord } from '../../policy/queue/lane-health.table.js';

export interface AttemptTask {
  readonly engine: Pick<Engine, 'deliver'>;
  readonly claimed: ClaimedDelivery;
  readonly recipients: readonly string[];
  readonly attempt: number;
  readonly dialled: AttemptResult['dialled'];
  readonly content: MessageSource;
  readonly signal: AbortSignal;
  readonly onFault: (message: string) => void;
}

/** Never rejects. */
export async function attemptDelivery(task: AttemptTask): Promise<AttemptAnswer> {
  if (task.signal.aborted) return { kind: 'stopped' };
  const { message } = task.claimed;
  try {
    const delivered = await task.engine.deliver(
      {
        ...{ from: message.from, to: task.recipients, content: task.content, facts: message.facts },
        dsn: {
          ret: message.ret,
          envelopeId: message.envelopeId,
          recipients: task.recipients.map((address) => dsnOf(address, task.claimed)),
        },
      },
      {
        ...{ attempt: task.attempt, dialled: task.dialled, signal: task.signal },
        ...(message.account === undefined ? {} : { scope: message.account, account: message.account }),
        ...(message.transport === null ? {} : { transport: message.transport }),
      },
    );
    const [result, ...others] = delivered.attempts;
    if (result === undefined || others.length > 0)
      throw new Error(`message ${message.id} has not one destination`);
    return { kind: 'ran', result, told: toldOf(delivered) };
  } catch (error) {
    task.onFault(errorText(error));
    return { kind: 'fault' };
  }
}

function toldOf({ journal, results }: DeliveryResult): Extract<AttemptAnswer, { kind: 'ran' }>['told'] {
  // To find the facts an attempt is gone through once more; of what was delivered nobody asks for them.
  const [record] = results.every(({ outcome }) => outcome === 'delivered') ? [] : journal.attempts;
  const because = record === undefined ? [] : explainReasons(record, programs);
  return results.map(({ handedOn }, at) => ({
    facts: tellableFacts(because[at]?.facts ?? []),
    change: [],
    handedOn: handedOn ?? 'relayed',
  }));
}

function dsnOf(address: string, { recipients }: ClaimedDelivery): RecipientDsn {
  const recipient = recipients.find((one) => one.address === address);
  return { notify: recipient?.notify ?? 'absent', original: recipient?.original ?? null };
}

/** What an attempt tells of the way that it took. */
export function wayOf(answer: AttemptAnswer): LaneWord {
  if (answer.kind !== 'ran') return 'other';
  const { recipients } = answer.result;
  if (recipients.some(({ host, state }) => state.reply !== null || (host !== null && host.reply !== null)))
    return 'answered';
  const isUnreachable = recipients.some(
    ({ state }) => state.category === 'connection-failed' || state.category === 'connection-lost',
  );
  return isUnreachable ? 'unreachable' : 'other';
}
