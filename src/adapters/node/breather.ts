import { setImmediate } from 'node:timers/promises';

/** How long work may hold the event loop before others get a turn. */
const STRETCH_MS = 10;

/** Call it between the steps of long work: it lets the event loop turn when the work has held it for long enough. */
export function breather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < STRETCH_MS) return;
    await setImmediate();
    since = performance.now();
  };
}
