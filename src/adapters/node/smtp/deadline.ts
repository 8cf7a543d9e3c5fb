/** The end of the time that an answer may take, or of all interest in it: what then happens is set as work goes on. */
export class Deadline {
  #passed = false;
  #action: () => void = () => undefined;

  /** Replaces what happens; at once if it is too late already. */
  whenPassed(action: () => void): void {
    this.#action = action;
    if (this.#passed) action();
  }

  pass(): void {
    if (this.#passed) return;
    this.#passed = true;
    this.#action();
  }
}

/** The longest that a timer bears. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** A timer for a deadline. What is waited for, a socket, keeps the process alive; the clock need not. */
export function startTimer(deadlineMs: number, whenPassed: () => void): NodeJS.Timeout {
  return setTimeout(whenPassed, Math.min(deadlineMs, TIMER_MS_MAX)).unref();
}

/**
 * Runs work under a deadline that also passes when the signal aborts, and cleans up behind it. `deadlineMs` null: what is
 * waited for has clocks of its own.
 */
export async function within<T>(
  deadlineMs: number | null,
  signal: AbortSignal,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline();
  const pass = () => deadline.pass();
  const timer = deadlineMs === null ? undefined : startTimer(deadlineMs, pass);
  signal.addEventListener('abort', pass, { once: true });
  if (signal.aborted) pass();
  try {
    return await work(deadline);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', pass);
  }
}
