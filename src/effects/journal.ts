/*
 * The journal of an attempt: every question and every answer, in the order in which they came. With the input it is all
 * that the result depends on, so replaying it gives the same result again, byte for byte. A host run stands in it as a
 * bracket around its own entries and is run again on replay. Message octets are in no question and so in no journal.
 */
import type { AttemptInput, AttemptResult } from '../policy/attempt/types.js';
import type { Answered, Ask } from './catalog.js';

export const JOURNAL_FORMAT = 'waxseal-journal';
/** Raised when older journals can no longer be replayed. */
export const JOURNAL_VERSION = 1;

export type JournalEntry =
  | { readonly kind: 'ask'; readonly ask: Exclude<Ask, { type: 'host.run' }> }
  | { readonly kind: 'answer'; readonly event: Exclude<Answered, { type: 'host.run.answered' }> }
  /** The host run that was asked for under this id begins; `end` closes the bracket. */
  | { readonly kind: 'run'; readonly id: number; readonly host: string }
  | { readonly kind: 'end'; readonly id: number; readonly at: number };

export interface AttemptJournal {
  readonly input: AttemptInput;
  /** Where each of its recipients stood in the order in which the caller named them, from 0. */
  readonly places: readonly number[];
  readonly entries: readonly JournalEntry[];
  /** What the attempt came to; null if it was never finished. */
  readonly result: AttemptResult | null;
}

/** A journal file: one attempt for each domain, in order. */
export interface Journal {
  readonly format: typeof JOURNAL_FORMAT;
  readonly version: typeof JOURNAL_VERSION;
  readonly attempts: readonly AttemptJournal[];
}
