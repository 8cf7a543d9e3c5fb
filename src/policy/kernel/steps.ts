/*
 * Long work that can be done in pieces. The core neither waits nor looks at a clock, so a function that strangers can make long
 * is written as a generator that yields wherever it may be interrupted; whoever runs it decides whether to pause there.
 */

/** Work that yields now and then and comes to a result. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Does all of it without a pause. */
export function runSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
