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

/** Runs work under a deadline that also passes when the signal aborts, and cleans up behind it. */
export async function within<T>(
  deadlineMs: number,
  signal: AbortSignal,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline();
  const pass = () => deadline.pass();
  const timer = setTimeout(pass, Math.min(deadlineMs, TIMER_MS_MAX));
  // What is waited for, a socket, keeps the process alive; the clock need not.
  timer.unref();
  signal.addEventListener('abort', pass, { once: true });
  if (signal.aborted) pass();
  try {
    return await work(deadline);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', pass);
  }
}
