/* An attempt of the engine as an answer to the machine of a message. */

import type { KnownChanges } from '../../effects/change/index.js';
import { errorText } from '../../effects/error-text.js';
import { explainReasons } from '../../effects/explain.js';
import type { MessageSource } from '../../effects/ports.js';
import type { ClaimedDelivery } from '../../effects/queue-stores.js';
import type { DeliveryResult, Engine } from '../../engine/engine.js';
import { programs } from '../../machine/programs.js';
import type { AttemptResult } from '../../policy/attempt/types.js';
import { ownFacts, type RecipientDsn, tellableFacts } from '../../policy/dsn/index.js';
import type { Owner } from '../../policy/explain/fact.js';
import { whatHappened } from '../../policy/explain/telling.js';
import type { Crowd } from '../../policy/queue/crowd.js';
import { type AttemptAnswer, isCounted, isLate } from '../../policy/queue/judge-turn.js';
import type { LaneWord } from '../../policy/queue/lane-health.table.js';
import { ownOctets } from './own-octets.js';

export interface AttemptTask {
  readonly engine: Pick<Engine, 'deliver'>;
  readonly claimed: ClaimedDelivery;
  readonly recipients: readonly string[];
  readonly attempt: number;
  readonly dialled: AttemptResult['dialled'];
  readonly content: MessageSource;
  readonly signal: AbortSignal;
  readonly onFault: (message: string) => void;
  /** Of the whole queue. */
  readonly knownChanges: KnownChanges;
}

/** What an attempt came to. */
export interface Attempted {
  readonly answer: AttemptAnswer;
  /** Why it went back; null: it did not. */
  readonly crowd: Crowd | null;
  /** What the recipient's side or the sender could change, so that it would have gone through, a sentence each; looked for when asked. */
  readonly changeAt: (place: number) => readonly string[];
}

const nothingToChange = () => [];

/** Never rejects. */
export async function attemptDelivery(task: AttemptTask): Promise<Attempted> {
  if (task.signal.aborted) return { answer: { kind: 'stopped' }, crowd: null, changeAt: nothingToChange };
  let crowd: Crowd | null = null;
  const { message } = task.claimed;
  let wrong: string | null = null;
  const content = ownOctets(task.content, message, (why) => {
    wrong = why;
  });
  try {
    const delivered = await task.engine.deliver(
      {
        ...{ from: message.from, to: task.recipients, content, facts: message.facts },
        dsn: {
          ret: message.ret,
          envelopeId: message.envelopeId,
          recipients: task.recipients.map(dsnIn(task.claimed)),
        },
      },
      {
        ...{ attempt: task.attempt, dialled: task.dialled, signal: task.signal },
        goesBack: {
          name: task.claimed.lane,
          onCrowded: (found) => {
            crowd = found;
          },
        },
        ...(message.account === undefined ? {} : { scope: message.account, account: message.account }),
        ...(message.transport === null ? {} : { transport: message.transport }),
      },
    );
    const [result, ...others] = delivered.attempts;
    if (result === undefined || others.length > 0)
      throw new Error(`message ${message.id} has not one destination`);
    // What a host is shown for it then, a connection that breaks, is no word of his.
    if (wrong !== null && delivered.results.every(({ outcome }) => outcome !== 'delivered'))
      throw new Error(wrong);
    const stoppedBy = task.signal.aborted || crowd !== null ? 'us' : 'deadline';
    const answer: AttemptAnswer = { kind: 'ran', result, told: toldOf(delivered), stoppedBy };
    return {
      // Where something has come of it all the same, that counts.
      answer: crowd === null || isCounted(answer) ? answer : { kind: 'stopped', crowd },
      crowd,
      changeAt: changesIn(delivered, task.knownChanges),
    };
  } catch (error) {
    task.onFault(errorText(error));
    return { answer: { kind: 'fault' }, crowd: null, changeAt: nothingToChange };
  }
}

function toldOf({ journal, results }: DeliveryResult): Extract<AttemptAnswer, { kind: 'ran' }>['told'] {
  // To find the facts an attempt is gone through once more; of what was delivered nobody asks for them.
  const [record] = results.every(({ outcome }) => outcome === 'delivered') ? [] : journal.attempts;
  const because = record === undefined ? [] : explainReasons(record, programs);
  return results.map(({ handedOn }, at) => {
    const reason = because[at] ?? null;
    const met = reason === null ? null : whatHappened(reason, 'operator');
    return {
      facts: tellableFacts(reason?.facts ?? []),
      ownFacts: ownFacts(reason?.facts ?? []),
      ...(met !== null && { met }),
      change: [],
      handedOn: handedOn ?? 'relayed',
    };
  });
}

/** What only we could change is no business of whoever reads a notice. */
export const TOLD_TO: readonly Owner[] = ['recipient', 'sender'];

function changesIn({ journal: { attempts } }: DeliveryResult, known: KnownChanges): Attempted['changeAt'] {
  const places = new Map(
    attempts.flatMap((attempt) => attempt.places.map((place, at) => [place, { attempt, at }] as const)),
  );
  return (place) => {
    const placed = places.get(place);
    const changes = placed === undefined ? [] : known.changesFor(placed.attempt, placed.at, programs);
    return changes.flatMap(({ by, what }) => (TOLD_TO.includes(by) ? [what] : []));
  };
}

/** Where an address is named twice, as it was asked for the first time. */
function dsnIn({ recipients }: ClaimedDelivery): (address: string) => RecipientDsn {
  const known = new Map(recipients.toReversed().map((recipient) => [recipient.address, recipient]));
  return (address) => {
    const recipient = known.get(address);
    return { notify: recipient?.notify ?? 'absent', original: recipient?.original ?? null };
  };
}

/** What an attempt tells of the way that it took. */
export function wayOf(answer: AttemptAnswer): LaneWord {
  if (answer.kind !== 'ran') return 'other';
  // Whatever its servers said on the way, others would wait as long for as little.
  if (isLate(answer)) return 'unreachable';
  const { recipients } = answer.result;
  if (recipients.some(({ host, state }) => state.reply !== null || (host !== null && host.reply !== null)))
    return 'answered';
  const isUnreachable = recipients.some(
    ({ state }) => state.category === 'connection-failed' || state.category === 'connection-lost',
  );
  return isUnreachable ? 'unreachable' : 'other';
}
