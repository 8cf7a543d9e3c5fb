import type { AttemptInput, PlacedDecision } from '../attempt/types.js';
import type { NoticeAction } from '../dsn/notice.tables.js';
import type { Notify } from '../dsn/request.js';
import type { Authentication } from '../host/types.js';
import type { Decision } from '../kernel/table.js';
import type { Reply } from '../smtp/reply.js';
import type { RetrySettings } from './settings.js';

/**
 * One turn of a message: the recipients of one domain, once. Everything that it may depend on besides the world. Times are in
 * milliseconds since 1970.
 */
export interface TurnInput {
  readonly startedAt: number;
  readonly message: {
    /** The return path; "" is the null sender. */
    readonly sender: string;
    /** `report`: software wrote it, a TLS report for one. */
    readonly origin: 'ordinary' | 'report';
    readonly lifetimeEndsAt: number;
  };
  /** Attempts that were made, and count. */
  readonly attempts: number;
  /** How many attempts more than the schedule has were granted, because a policy changed. */
  readonly granted: number;
  readonly held: 'no' | 'yes';
  readonly order: Order;
  /** Claims in a row before this one that were never settled. */
  readonly unsettledClaims: number;
  /** Whether it waited on the way that it takes by the routes as they are now; default: it did. */
  readonly way?: 'same' | 'other';
  readonly delayTold: 'no' | 'yes';
  readonly dialled: AttemptInput['dialled'];
  /** Those of that domain that have not ended, at least one. */
  readonly recipients: readonly TurnRecipient[];
  readonly retry: RetrySettings;
}

/** What is wanted of a message, that needs a turn and no attempt. */
export type Order =
  | { readonly kind: 'none' }
  /** By the operator. */
  | { readonly kind: 'fail' | 'drop'; readonly text: string }
  /** By the queue, of what waits behind a way that is closed. `due`: when it would be tried. */
  | { readonly kind: 'review'; readonly due: number };

export interface TurnRecipient {
  /** As in RCPT. */
  readonly address: string;
  readonly notify: Notify;
  /** What was heard of it last; null: nothing yet. */
  readonly last: LastWord | null;
}

/** What was heard about a recipient, and what was made of it. */
export interface LastWord {
  /** RFC 3463. */
  readonly status: string;
  readonly reply: Reply | null;
  /** The host that was spoken to, or tried; null: none was. */
  readonly remote: { readonly name: string; readonly ip: string | null } | null;
  readonly authentication: Authentication;
  readonly because: PlacedDecision | null;
  /** What that decision was made on, a sentence each. */
  readonly facts: readonly string[];
  /** Those of the facts that the operator alone is told of; absent: none. */
  readonly ownFacts?: readonly string[];
  /** The one of all these facts that says what stood in the way; absent: none does. */
  readonly met?: string;
  /** What would have to be different, a sentence each. */
  readonly change: readonly string[];
  /** Other decisions at the same host, which tell who demanded what. */
  readonly demands: readonly PlacedDecision[];
  readonly at: number;
}

/** All facts of it, as the operator is told them. */
export function allFactsOf({ facts, ownFacts = [] }: LastWord): readonly string[] {
  return [...facts, ...ownFacts];
}

/** How a recipient ended, or that it has not. */
export type RecipientEnd = 'delivered' | 'bounced' | 'expired' | 'dropped';

/** How a recipient stands behind a turn. */
export interface RecipientTurn {
  readonly address: string;
  /** Null: it waits. */
  readonly end: RecipientEnd | null;
  readonly word: LastWord | null;
  /** What decided that it ended, or waits. */
  readonly decision: Decision;
  /** Whether its sender is told; null: there was nothing to tell. */
  readonly notice: Decision | null;
}

/** A notice that is due: to be composed and kept before the turn is settled. */
export interface NoticePlan {
  readonly action: NoticeAction;
  /** Places among the recipients of the turn. */
  readonly recipients: readonly number[];
}

/** What a turn has come to. It is kept as a whole or not at all. */
export interface TurnResult {
  readonly endedAt: number;
  readonly turn: Decision;
  readonly recipients: readonly RecipientTurn[];
  readonly attempts: number;
  readonly granted: number;
  readonly delayTold: 'no' | 'yes';
  readonly dialled: AttemptInput['dialled'];
  /** `park`: nobody takes it up again until the operator has released it. */
  readonly hold: 'as-it-was' | 'park';
  /** Null: none of its recipients waits. */
  readonly nextAttemptAt: number | null;
  readonly notices: readonly NoticePlan[];
  /** Of the attempt; `sent-back`: nothing has come of it; null: there was none. */
  readonly attempt: 'counted' | 'not-counted' | 'sent-back' | null;
}
