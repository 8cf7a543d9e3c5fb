/** An onlooker that throws must not come between an answer and its machine, and one that rejects must not end the process. */
export function tell(onlooker: () => unknown): void {
  try {
    const told = onlooker();
    if (told instanceof Promise) told.catch(() => undefined);
  } catch {
    // What it throws is its own affair.
  }
}
