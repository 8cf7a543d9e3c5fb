import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Steps } from '../../../policy/kernel/steps.js';

/** Others get their turn after so long. */
const STRETCH_MS = 10;

/** Gives others their turn, whenever a stretch is over. */
export class Pace {
  private since = performance.now();

  /** To be called between pieces of work. */
  async turn(): Promise<void> {
    if (performance.now() - this.since < STRETCH_MS) return;
    await nextTurn();
    this.since = performance.now();
  }
}

/** Does work of the core in pieces, so that whatever else there is to do gets its turn in between. */
export async function inPieces<T>(steps: Steps<T>): Promise<T> {
  const pace = new Pace();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await pace.turn();
  }
}
