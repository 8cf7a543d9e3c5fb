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

/** What an action does. `amend` writes what is learned or judged into a copy that nobody else has. */
export type MachineStep =
  | {
      readonly kind: 'change';
      readonly copy: (run: unknown) => unknown;
      readonly amend: (own: unknown, event: AnyAnswered) => void;
    }
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
  type Own = { -readonly [K in keyof Run]: Run[K] };
  const changing = <E extends Event>(amend: (own: Own, event: E) => void) => {
    const action = assign<Boxed<Run>, E, undefined, Event, never>(({ context, event }) => {
      const own: Own = copy(context.run);
      amend(own, event);
      return { run: own };
    });
    return carrying(action, { kind: 'change', copy: copy as never, amend: amend as never });
  };
  return {
    on<E extends Event>(learn: (run: Run, event: E) => Partial<Run>) {
      return changing<E>((own, event) => {
        Object.assign(own, learn(own, event));
        own.now = Math.max(own.now, event.at);
      });
    },
    judge(judgement: (run: Run) => Partial<Run>) {
      return changing<Event>((own) => {
        Object.assign(own, judgement(own));
      });
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
