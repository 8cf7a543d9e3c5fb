/*
 * The three kinds of action that machines are made of: an answer is learned, a judgement made, a question asked. Each is an
 * action of XState's (`assign`, `emit`), for diagrams, tools and the referee, and carries beside it what it does, for
 * the walk in program.ts.
 */
import { assign, emit } from 'xstate';
import type { Answered, Effect } from '../effects/catalog.js';

/** What a machine knows, in a box of one field, so that XState has one field to copy. */
export interface Boxed<Run> {
  readonly run: Run;
}

/** What every answer has. `at`: when it was given, in milliseconds since 1970. */
export interface AnyAnswered {
  readonly type: string;
  readonly id: number;
  readonly at: number;
}

/** What an action does. */
export type MachineStep =
  | { readonly kind: 'change'; readonly change: (run: unknown, event: AnyAnswered) => unknown }
  | { readonly kind: 'ask'; readonly question: (run: unknown) => unknown };

/** What the actions need of what a machine knows. */
export interface Timed {
  /** The latest time an answer carried, in milliseconds since 1970. */
  readonly now: number;
}

/** The actions of a machine that knows such things; `copy` copies what it knows, `bound` says how long a question may stay open. */
export function stepsOf<
  Run extends Timed,
  Event extends AnyAnswered = Answered,
  Asked extends { readonly type: string } = Effect,
>(copy: (run: Run) => Run, bound: (run: Run, asked: Asked) => Asked) {
  const amended = (run: Run, changes: Partial<Run>): { -readonly [K in keyof Run]: Run[K] } => {
    const next: { -readonly [K in keyof Run]: Run[K] } = copy(run);
    for (const key in changes) next[key] = changes[key]!;
    return next;
  };
  return {
    on<E extends Event>(learn: (run: Run, event: E) => Partial<Run>) {
      const change = (run: Run, event: E): Run => {
        const next = amended(run, learn(run, event));
        next.now = Math.max(run.now, event.at);
        return next;
      };
      const action = assign<Boxed<Run>, E, undefined, Event, never>(({ context, event }) => ({
        run: change(context.run, event),
      }));
      return carrying(action, { kind: 'change', change: change as never });
    },
    judge(judgement: (run: Run) => Partial<Run>) {
      const change = (run: Run): Run => amended(run, judgement(run));
      const action = assign<Boxed<Run>, Event, undefined, Event, never>(({ context }) => ({
        run: change(context.run),
      }));
      return carrying(action, { kind: 'change', change: change as never });
    },
    ask(asked: (run: Run) => Asked) {
      const question = (run: Run) => bound(run, asked(run));
      const action = emit<Boxed<Run>, Event, undefined, Event, Asked>(({ context }) => question(context.run));
      return carrying(action, { kind: 'ask', question: question as never });
    },
  };
}

const STEP = Symbol('what the action does');

function carrying<A extends object>(action: A, step: MachineStep): A {
  return Object.assign(action, { [STEP]: step });
}

/** What an action does; throws a TypeError for one that was not made here. */
export function stepOf(action: unknown): MachineStep {
  const step = (action as { readonly [STEP]?: MachineStep } | null)?.[STEP];
  if (step === undefined) throw new TypeError('an action is neither learned, judged nor asked');
  return step;
}
