import { assign, emit } from 'xstate';
import type { Answered, Effect } from '../effects/catalog.js';

/**
 * What a machine knows, in a box of one field: XState copies a context field by field at every step, which for a
 * context of thirty fields is most of the cost of a transition.
 */
export interface Boxed<Run> {
  readonly run: Run;
}

interface Told {
  /** The latest time an answer carried, in milliseconds since 1970. */
  readonly now: number;
}

/** The three kinds of action that machines are made of: an answer is learned, a judgement made, a question asked. */
export function stepsOf<Run extends Told>() {
  return {
    on: <E extends Answered>(learn: (run: Run, event: E) => Partial<Run>) =>
      assign<Boxed<Run>, E, undefined, Answered, never>(({ context: { run }, event }) => ({
        run: { ...run, ...learn(run, event), now: Math.max(run.now, event.at) },
      })),
    judge: (judgement: (run: Run) => Partial<Run>) =>
      assign<Boxed<Run>, Answered, undefined, Answered, never>(({ context: { run } }) => ({
        run: { ...run, ...judgement(run) },
      })),
    ask: (question: (run: Run) => Effect) =>
      emit<Boxed<Run>, Answered, undefined, Answered, Effect>(({ context: { run } }) => question(run)),
  };
}
