/*
 * One turn of a queued message: the recipients of one domain, from the moment at which they are taken up to the moment at
 * which what they have come to is kept.
 *
 * Theory of operation. Long waits are in the store and in no machine: a turn begins with the row that was claimed and ends
 * with its settlement, so that a message which waits for hours is a row that waits, and a later version can go on with it.
 * It is judged what the operator wants; an attempt is made (it is an effect of this machine, as a host run is of the attempt);
 * what each recipient has come to is judged, and before one is given up that a policy stopped, the policy is looked for once
 * more. Notices are composed and kept before anything is settled, and go out only by the settlement, so that no recipient
 * ends without its notice and none is sent twice.
 *
 * Nothing here weighs evidence; src/policy/queue does. To change an answer, change a table. To change an order, change this
 * file.
 */
import { setup } from 'xstate';
import type { QueueAnswered, QueueAnsweredBy, QueueEffect } from '../effects/queue-catalog.js';
import type { RequirementId } from '../policy/kernel/requirement-id.js';
import { whatStopped } from '../policy/mta-sts/last-look.js';
import { endOf } from '../policy/queue/judge-turn.js';
import type { TurnInput, TurnResult } from '../policy/queue/turn.js';
import { type MessageContext, startMessage } from './message.context.js';
import * as judgements from './message.judgements.js';
import { type Boxed, stepsOf } from './steps.js';

const { ask, judge, on } = stepsOf<MessageContext, QueueAnswered, QueueEffect>(
  (run) => ({ ...run }),
  (_, asked) => asked,
);

/** What a turn came to, and whether it was kept. */
export interface TurnEnd {
  readonly turn: TurnResult;
  readonly settled: 'settled' | 'superseded' | 'failed';
}

const base = setup({
  types: {} as {
    input: TurnInput;
    context: Boxed<MessageContext>;
    events: QueueAnswered;
    emitted: QueueEffect;
    meta: { readonly refs: readonly RequirementId[] };
    output: TurnEnd;
  },
  guards: {
    isAttempt: ({ context: { run } }) => run.begin?.verdict === 'attempt',
    mustLook: ({ context: { run } }) => run.outcomes.some(({ verdict }) => verdict === 'look'),
    mustDraw: ({ context: { run } }) => run.outcomes.some(({ verdict }) => endOf(verdict) === null),
    hasNotices: ({ context: { run } }) => (run.turn?.notices.length ?? 0) > 0,
  },
});

/** RFC 5321, Section 4.5.4.1; RFC 8461, Section 5.1; RFC 3461, Section 5.2. */
export const messageMachine = base.createMachine({
  id: 'message',
  context: ({ input }) => ({ run: startMessage(input) }),
  output: ({ context: { run } }) => ({ turn: run.turn!, settled: run.settled as TurnEnd['settled'] }),
  initial: 'judgingTurn',
  states: {
    judgingTurn: {
      description:
        'What the operator wants comes first; a message that ends turns before they are settled is parked.',
      meta: { refs: ['SMTP-4.5.4.1-1'] },
      entry: judge(judgements.judgeTurn),
      always: [{ guard: 'isAttempt', target: 'awaitingAttempt' }, { target: 'judgingResult' }],
    },
    awaitingAttempt: {
      description: 'One attempt, in runs of its own.',
      meta: { refs: ['SMTP-4.5.4.1-1', 'CHOICE-18'] },
      entry: ask(({ input }) => ({
        type: 'attempt.run',
        recipients: input.recipients.map(({ address }) => address),
        attempt: input.attempts + 1,
        dialled: input.dialled,
      })),
      on: {
        'attempt.run.answered': {
          target: 'judgingOutcomes',
          actions: on<QueueAnsweredBy<'attempt.run'>>((_, { answer }) => ({ answer })),
        },
      },
    },
    judgingOutcomes: {
      description: 'What each recipient has come to, by the attempt and by how much patience is left.',
      meta: { refs: ['SMTP-4.2.1-1', 'SMTP-4.2.1-2', 'SMTP-4.2.5-1'] },
      entry: judge(judgements.judgeOutcome),
      always: [
        { guard: 'mustLook', target: 'awaitingLook' },
        { guard: 'mustDraw', target: 'awaitingDraw' },
        { target: 'judgingResult' },
      ],
    },
    awaitingLook: {
      description: 'Nothing that a policy stopped is given up before the policy was looked for again.',
      meta: { refs: ['STS-5-4', 'STS-5.1-3'] },
      entry: ask(({ input, answer, now }) => ({
        type: 'policy.look',
        stopped:
          answer?.kind === 'ran'
            ? whatStopped(answer.result)
            : { stopped: 'otherwise', domain: null, held: null },
        patience: now < input.message.lifetimeEndsAt ? 'left' : 'spent',
      })),
      on: {
        'policy.look.answered': {
          target: 'judgingLook',
          actions: on<QueueAnsweredBy<'policy.look'>>(({ input, now }, { answer }) => ({
            // Whether a look that failed was one is a question of patience, as in the table `last-look`.
            look:
              answer.kind !== 'failed'
                ? answer.kind
                : now < input.message.lifetimeEndsAt
                  ? 'wait'
                  : 'may-bounce',
          })),
        },
      },
    },
    judgingLook: {
      description: 'The outcomes once more, now that the policy was looked for.',
      meta: { refs: ['STS-5-4', 'STS-5.1-4'] },
      entry: judge(judgements.judgeOutcome),
      always: [{ guard: 'mustDraw', target: 'awaitingDraw' }, { target: 'judgingResult' }],
    },
    awaitingDraw: {
      description: 'Waits are moved at random, so that what failed together does not come back together.',
      meta: { refs: ['SMTP-4.5.4.1-2'] },
      entry: ask(() => ({ type: 'wait.draw' })),
      on: {
        'wait.draw.answered': {
          target: 'judgingResult',
          actions: on<QueueAnsweredBy<'wait.draw'>>((_, { answer }) => ({ draw: answer.value })),
        },
      },
    },
    judgingResult: {
      description: 'When the next turn is due, and who is told what.',
      meta: { refs: ['SMTP-4.5.4.1-2', 'DSN-3461-5.2.5-1', 'DSN-3461-5.2.6-1'] },
      entry: judge(judgements.judgeResult),
      always: [{ guard: 'hasNotices', target: 'awaitingNotices' }, { target: 'awaitingSettlement' }],
    },
    awaitingNotices: {
      description: 'Kept before the end that they tell of is.',
      meta: { refs: ['SMTP-3.6.3-1', 'DSN-3464-3-1'] },
      entry: ask(({ turn }) => ({ type: 'notice.store', turn: turn! })),
      on: {
        'notice.store.answered': {
          target: 'judgingNotices',
          actions: on<QueueAnsweredBy<'notice.store'>>((_, { answer }) => ({ stored: answer.kind })),
        },
      },
    },
    judgingNotices: {
      description: 'Whoever cannot be told of a failure waits.',
      meta: { refs: ['SMTP-3.6.3-1'] },
      entry: judge(judgements.judgeStored),
      always: { target: 'awaitingSettlement' },
    },
    awaitingSettlement: {
      description: 'All of it in one transaction, or nothing.',
      meta: { refs: ['SMTP-4.2.5-1'] },
      entry: ask(({ turn }) => ({ type: 'turn.settle', turn: turn! })),
      on: {
        'turn.settle.answered': {
          target: 'over',
          actions: on<QueueAnsweredBy<'turn.settle'>>((_, { answer }) => ({ settled: answer.kind })),
        },
      },
    },
    over: { type: 'final' },
  },
});
