/*
 * The queue, put together: a store, the octets of messages, the engine, and a machine for each turn. It decides nothing:
 * what is due and whose turn it is says the store, what comes of a turn say the tables.
 */

import { randomBytes } from 'node:crypto';
import { errorText } from '../../effects/error-text.js';
import { MisuseError } from '../../effects/misuse.js';
import type { ClaimedDelivery, Settlement } from '../../effects/queue-stores.js';
import { parseEnvelope } from '../../engine/attempt-inputs.js';
import { checkMail } from '../../engine/check-arguments.js';
import { parseMailbox } from '../../policy/names/mailbox.js';
import type { QueuedMessage } from '../../policy/queue/message.js';
import { DEFAULT_RETRY } from '../../policy/queue/settings.js';
import type { TurnResult } from '../../policy/queue/turn.js';
import { attemptDelivery, wayOf } from './attempts.js';
import { Batches } from './batches.js';
import { Bell } from './bell.js';
import { keepNotices } from './notices.js';
import { Outcomes, type QueueOutcome } from './outcomes.js';
import type { MailToQueue, Queue, QueueLimits, QueueOptions } from './queue.js';
import { type Runner, runQueue } from './run-queue.js';
import { Settlements } from './settlements.js';
import { parkedTurn, takeTurn, turnInputOf } from './turn.js';

const LIMITS: QueueLimits = { concurrency: 50, perDomain: 10 };
const KEEP_ENDED_MS = 7 * 86_400_000;
/** Messages in one transaction at most. */
const BATCH_MAX = 500;
/** A queue over a store. Nothing is delivered before it is run. */
export function createQueue(options: QueueOptions): Queue {
  const { store, bodies, engine, retry = DEFAULT_RETRY, clock = Date.now, toAscii = () => '' } = options;
  const limits = { ...LIMITS, ...options.limits };
  const outcomes = new Outcomes();
  const bell = new Bell();
  const onFault = (message: string) => options.onFault?.(message);
  const accepting = new Batches<QueuedMessage, void>(BATCH_MAX, async (messages) => {
    await store.accept(messages);
    return messages.map(() => undefined);
  });
  const settlements = new Settlements({
    ...{ store, clock, onFault },
    onSettled: ({ claimed, turn }) => outcomes.tell(outcomesOf(claimed, turn)),
  });
  const domainOf = (address: string) => domainIn(address, toAscii);

  async function enqueue(mail: MailToQueue): Promise<string> {
    const message = messageOf(mail, { id: newId(clock()), queuedAt: clock(), toAscii, retry });
    const sizeBytes = await bodies.keep(message.id, mail.content);
    try {
      await accepting.add({ ...message, facts: { ...message.facts, sizeBytes } });
    } catch (error) {
      await bodies.remove([message.id]).catch(() => undefined);
      throw error;
    }
    bell.ring();
    return message.id;
  }

  /** Never rejects. */
  async function takeTurnOf(claimed: ClaimedDelivery, signal: AbortSignal): Promise<void> {
    const input = turnInputOf(claimed, retry, clock());
    let notices: readonly QueuedMessage[] = [];
    let lane: Settlement['lane'] = 'other';
    try {
      await takeTurn(
        input,
        {
          'attempt.run': async ({ recipients, attempt, dialled }) => {
            const content = bodies.read(claimed.message.id);
            const answer = await attemptDelivery({
              engine,
              claimed,
              recipients,
              attempt,
              dialled,
              content,
              signal,
              onFault,
            });
            lane = wayOf(answer);
            return answer;
          },
          'policy.look': async ({ stopped, patience }) => {
            try {
              const { decision } = await engine.lastLook(stopped, { patience, signal });
              return { kind: 'looked', verdict: decision.verdict };
            } catch (error) {
              onFault(errorText(error));
              return { kind: 'failed' };
            }
          },
          'wait.draw': async () => ({ value: randomBytes(4).readUInt32BE() }),
          'notice.store': async ({ turn }) => {
            try {
              notices = await keepNotices({ ...options, claimed, input, turn, bodies, retry, domainOf });
              return { kind: 'kept' };
            } catch (error) {
              onFault(`a notice about message ${claimed.message.id} cannot be kept: ${errorText(error)}`);
              notices = [];
              return { kind: 'failed' };
            }
          },
          'turn.settle': async ({ turn }) => ({
            kind: await settlements.settle({ claimed, turn, lane, notices }),
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

  const runner: Runner = {
    ...{ store, clock, bell, limits, onFault },
    node: newId(clock()),
    // As if this try failed: a turn that ends with the process is not the first to be taken up again.
    dueAgainAfterMs: retry.scheduleMs[0] ?? 60_000,
    takeTurn: takeTurnOf,
    tidy: async () => {
      const ids = await store.prune(clock() - (options.keepEndedMs ?? KEEP_ENDED_MS), BATCH_MAX);
      await bodies.remove(ids);
    },
  };
  return {
    enqueue,
    run: async (signal, { graceMs = 30_000 } = {}) => {
      await runQueue(runner, signal, graceMs);
      await settlements.end();
      outcomes.end();
    },
    outcomes: () => outcomes.listen(),
    list: ({ after = null, messagesMax = 100, ended = 'no', ...rest } = {}) =>
      store.list({ after, messagesMax, ended, ...rest }),
    show: (ids) => store.show(ids),
    order: async (ids, order, actor) => {
      const verdicts = await store.order(ids, order, { actor, now: clock() });
      bell.ring();
      return verdicts;
    },
    orders: (id) => store.orders(id),
  };
}

/** In order of time as long as clocks are, and not to be guessed. */
function newId(now: number): string {
  return `${now.toString(36).padStart(9, '0')}-${randomBytes(10).toString('hex')}`;
}

function domainIn(address: string, toAscii: (domain: string) => string): string {
  const destination = parseMailbox(address, toAscii)?.destination;
  if (destination === undefined)
    throw new MisuseError(
      'WAXSEAL_BAD_ADDRESS',
      `"${address}" is not an address; give one like ann@example.org`,
    );
  return destination.kind === 'domain' ? destination.name : `[${destination.address}]`;
}

function messageOf(
  mail: MailToQueue,
  {
    id,
    queuedAt,
    toAscii,
    retry,
  }: {
    readonly id: string;
    readonly queuedAt: number;
    readonly toAscii: (domain: string) => string;
    readonly retry: QueueOptions['retry'] & object;
  },
): QueuedMessage {
  const recipients = mail.to.map((each) => (typeof each === 'string' ? { address: each } : each));
  const outbound = { ...mail, to: recipients.map(({ address }) => address) };
  checkMail(outbound);
  const { from, mailboxes } = parseEnvelope(outbound, toAscii);
  return {
    ...{ id, from, queuedAt, lifetimeEndsAt: queuedAt + retry.lifetimeMs, facts: mail.facts },
    origin: mail.origin ?? (mail.facts.report === 'none' ? 'ordinary' : 'report'),
    ret: mail.ret ?? 'absent',
    envelopeId: mail.envelopeId ?? null,
    receivedFrom: mail.receivedFrom ?? null,
    transport: mail.transport ?? null,
    recipients: mailboxes.map(({ address, destination }, at) => ({
      address,
      domain: destination.kind === 'domain' ? destination.name : `[${destination.address}]`,
      notify: recipients[at]!.notify ?? 'absent',
      original: recipients[at]!.original ?? null,
    })),
  };
}

function outcomesOf({ message }: ClaimedDelivery, turn: TurnResult): readonly QueueOutcome[] {
  return turn.recipients.map((recipient) => ({
    messageId: message.id,
    from: message.from,
    recipient: recipient.address,
    outcome: recipient.end ?? (recipient.notice?.verdict === 'delayed' ? 'delayed' : 'deferred'),
    at: turn.endedAt,
    nextAttemptAt: recipient.end === null ? turn.nextAttemptAt : null,
    attempts: turn.attempts,
    turn: recipient,
  }));
}
