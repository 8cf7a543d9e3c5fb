import type { Decision } from '../policy/kernel/table.js';
import type { AttemptAnswer } from '../policy/queue/judge-turn.js';
import type { LookWord, OutcomeVerdict } from '../policy/queue/message.tables.js';
import type { RecipientTurn, TurnInput, TurnResult } from '../policy/queue/turn.js';

/** What a turn of a message knows. */
export interface MessageContext {
  readonly input: TurnInput;
  /** The latest time an answer carried, in milliseconds since 1970. */
  readonly now: number;
  readonly begin: Decision | null;
  readonly answer: AttemptAnswer | null;
  readonly outcomes: readonly Decision<OutcomeVerdict>[];
  readonly look: LookWord;
  /** 0 to 2^32 - 1; null: not drawn. */
  readonly draw: number | null;
  readonly stored: 'not-asked' | 'kept' | 'failed';
  readonly turn: TurnResult | null;
  readonly settled: 'not-asked' | 'settled' | 'superseded' | 'failed';
}

export function startMessage(input: TurnInput): MessageContext {
  return {
    input,
    now: input.startedAt,
    begin: null,
    answer: null,
    outcomes: [],
    look: 'not-looked',
    draw: null,
    stored: 'not-asked',
    turn: null,
    settled: 'not-asked',
  };
}

/** Recipients as they stood before the turn, where nothing has come of it. */
export function unchanged({ input, begin }: MessageContext): readonly RecipientTurn[] {
  return input.recipients.map(({ address, last }) => ({
    address,
    end: null,
    word: last,
    decision: begin!,
    notice: null,
  }));
}
