import type { ClaimedDelivery } from '../../effects/queue-stores.js';
import type { RecipientTurn, TurnResult } from '../../policy/queue/turn.js';

/** What a turn has come to for one recipient, once it is kept. Times are in milliseconds since 1970. */
export interface QueueOutcome {
  readonly messageId: string;
  readonly from: string;
  readonly recipient: string;
  /** `delayed`: deferred, and its sender was told. */
  readonly outcome: 'delivered' | 'deferred' | 'delayed' | 'bounced' | 'expired' | 'dropped';
  /** When the message was accepted. */
  readonly queuedAt: number;
  readonly at: number;
  /** Null: it has ended. */
  readonly nextAttemptAt: number | null;
  readonly attempts: number;
  /** What was heard, what decided, and who is told. */
  readonly turn: RecipientTurn;
}

/** Nothing has come of a turn in which nothing was tried. */
const WITHOUT_OUTCOME: ReadonlySet<string> = new Set(['put-back', 'change-lane']);

/** What a turn comes to for each recipient that it is about. */
export function outcomesOf({ message }: ClaimedDelivery, turn: TurnResult): readonly QueueOutcome[] {
  if (WITHOUT_OUTCOME.has(turn.turn.verdict)) return [];
  return turn.recipients
    .filter(({ notice }) => turn.attempt !== 'sent-back' || notice !== null)
    .map((recipient) => ({
      messageId: message.id,
      from: message.from,
      recipient: recipient.address,
      outcome: recipient.end ?? (recipient.notice?.verdict === 'delayed' ? 'delayed' : 'deferred'),
      queuedAt: message.queuedAt,
      at: turn.endedAt,
      nextAttemptAt: recipient.end === null ? turn.nextAttemptAt : null,
      attempts: turn.attempts,
      turn: recipient,
    }));
}

/** What nobody has taken is kept up to this many, the latest. */
const KEPT_MAX = 10_000;

/** Hands each outcome to all who listen. Who is slow loses the oldest, and holds up nobody. */
export class Outcomes {
  readonly #listeners = new Set<Listener>();
  #isOver = false;

  tell(outcomes: readonly QueueOutcome[]): void {
    for (const listener of this.#listeners) listener.put(outcomes);
  }

  /** Those from now on, until the queue is closed or the loop is left. */
  listen(): AsyncIterableIterator<QueueOutcome> {
    const listener = new Listener(() => this.#listeners.delete(listener));
    if (this.#isOver) listener.end();
    else this.#listeners.add(listener);
    return listener;
  }

  end(): void {
    this.#isOver = true;
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }
}

class Listener implements AsyncIterableIterator<QueueOutcome> {
  readonly #leave: () => void;
  #kept: QueueOutcome[] = [];
  #waiting: ((result: IteratorResult<QueueOutcome>) => void)[] = [];
  #isOver = false;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  put(outcomes: readonly QueueOutcome[]): void {
    for (const value of outcomes) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#kept.push(value);
      else waiting({ done: false, value });
    }
    if (this.#kept.length > KEPT_MAX) this.#kept = this.#kept.slice(-KEPT_MAX);
  }

  next(): Promise<IteratorResult<QueueOutcome>> {
    const value = this.#kept.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<QueueOutcome>> {
    this.#leave();
    this.end();
    this.#kept = [];
    return Promise.resolve({ done: true, value: undefined });
  }

  end(): void {
    this.#isOver = true;
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined });
  }
}
