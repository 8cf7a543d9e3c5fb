/*
 * What the machine of a queued message asks of the world. An attempt is an effect of it, as a host run is of an attempt.
 * Each question has exactly one answer, and failure is one of the answers.
 */
import type { AttemptInput } from '../policy/attempt/types.js';
import type { LastLookVerdict, Patience, StoppedMessage } from '../policy/mta-sts/last-look.js';
import type { AttemptAnswer } from '../policy/queue/judge-turn.js';
import type { TurnResult } from '../policy/queue/turn.js';

export interface QueueCatalog {
  /** One attempt for these recipients of one domain; `attempt`: 1 for the first one. */
  readonly 'attempt.run': {
    readonly ask: {
      readonly recipients: readonly string[];
      readonly attempt: number;
      readonly dialled: AttemptInput['dialled'];
    };
    readonly answer: AttemptAnswer;
  };
  /** Before it is given up: whether the policy that stopped it still holds (RFC 8461, Section 5.1). `failed`: by a fault of ours. */
  readonly 'policy.look': {
    readonly ask: { readonly stopped: StoppedMessage; readonly patience: Patience };
    readonly answer: { readonly kind: LastLookVerdict | 'failed' };
  };
  /** An independent uniform integer, 0 to 2^32 - 1. */
  readonly 'wait.draw': { readonly ask: object; readonly answer: { readonly value: number } };
  /** Composes the notices of that turn and keeps their octets; they are sent only once the turn is settled. */
  readonly 'notice.store': {
    readonly ask: { readonly turn: TurnResult };
    readonly answer: { readonly kind: 'kept' | 'failed' };
  };
  /** Keeps what the turn has come to, and what it takes with it, in one transaction. `superseded`: another turn has begun since, so nothing was kept. */
  readonly 'turn.settle': {
    readonly ask: { readonly turn: TurnResult };
    readonly answer: { readonly kind: 'settled' | 'superseded' | 'failed' };
  };
}

export type QueueEffectName = keyof QueueCatalog;
export type QueueAskOf<K extends QueueEffectName> = QueueCatalog[K]['ask'];
export type QueueAnswerOf<K extends QueueEffectName> = QueueCatalog[K]['answer'];

/** What the machine emits. */
export type QueueEffect = { [K in QueueEffectName]: { readonly type: K } & QueueAskOf<K> }[QueueEffectName];

/** What it receives. `at`: when the answer was given, in milliseconds since 1970. */
export type QueueAnsweredBy<K extends QueueEffectName> = {
  readonly type: `${K}.answered`;
  readonly id: number;
  readonly at: number;
  readonly answer: QueueAnswerOf<K>;
};
export type QueueAnswered = { [K in QueueEffectName]: QueueAnsweredBy<K> }[QueueEffectName];
