/*
 * How long one question is waited for: until its answer comes, the caller wants no more, or the attempt's own deadline
 * passes. What is set up for a question is taken back with its answer, so that nothing stays on the caller's signal.
 */
import type { MessageSource } from './ports.js';

/** Resolves after that many milliseconds, or as soon as the signal aborts. Never rejects. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export interface Patience {
  /** For the adapter. */
  readonly signal: AbortSignal;
  /** Resolves when it is over. */
  readonly over: Promise<'aborted'>;
  /** The same message; once it has been read to its end, only the caller ends the waiting. */
  untilRead(message: MessageSource): MessageSource;
  /** Takes back whatever was set up. */
  end(): void;
}

/** Nobody asks a timer why it was stopped, and the platform would make an exception for it, with a trace, once a question. */
const ANSWERED = 'answered';

/** The longest that a timer bears, in milliseconds. */
const WAIT_MS_MAX = 2 ** 31 - 1;

/** `untilAt`: milliseconds since 1970, as the clock has them; null: only the caller ends it. */
export function patienceFor(
  untilAt: number | null,
  world: { readonly signal: AbortSignal; readonly clock: () => number; readonly wait?: Wait },
): Patience {
  const given = new AbortController();
  const timer = new AbortController();
  let settle: (word: 'aborted') => void = () => undefined;
  const over = new Promise<'aborted'>((resolve) => {
    settle = resolve;
  });
  const stop = () => {
    settle('aborted');
    given.abort();
  };
  world.signal.addEventListener('abort', stop, { once: true });
  if (world.signal.aborted) stop();
  else if (untilAt !== null) stopAt(untilAt, world, timer.signal, stop);
  return {
    signal: given.signal,
    over,
    untilRead: (message) => () => readThrough(message, () => timer.abort(ANSWERED)),
    end() {
      timer.abort(ANSWERED);
      world.signal.removeEventListener('abort', stop);
    },
  };
}

/** At once if it is too late already. A timer may come early, so the clock has the last word. */
async function stopAt(
  untilAt: number,
  { clock, wait }: { readonly clock: () => number; readonly wait?: Wait },
  off: AbortSignal,
  stop: () => void,
): Promise<void> {
  for (let leftMs = untilAt - clock(); leftMs > 0; leftMs = untilAt - clock()) {
    if (wait === undefined) return;
    await wait(Math.min(Math.ceil(leftMs), WAIT_MS_MAX), off);
    if (off.aborted) return;
  }
  stop();
}

async function* readThrough(message: MessageSource, read: () => void): AsyncGenerator<Uint8Array> {
  yield* message();
  read();
}
