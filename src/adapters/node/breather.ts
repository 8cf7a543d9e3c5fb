import { setImmediate } from 'node:timers/promises';

/** How long work may hold the event loop before others get a turn. */
const STRETCH_MS = 10;

/**
 * Call it between the steps of long work: it lets the event loop turn when the work has held it for long enough. Null: it has not, and
 * there is nothing to wait for.
 */
export function breather(): () => Promise<void> | null {
  let since = performance.now();
  const turn = async () => {
    await setImmediate();
    since = performance.now();
  };
  return () => (performance.now() - since < STRETCH_MS ? null : turn());
}
