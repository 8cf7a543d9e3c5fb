import type { Answered, Effect } from './catalog.js';
import { namedErrorText } from './error-text.js';

/** What one step of a program comes to. */
export type Step<State, Output, Asked = Effect> =
  | { readonly kind: 'waiting'; readonly state: State; readonly effects: readonly Asked[] }
  | { readonly kind: 'finished'; readonly output: Output }
  /** An event that the state does not expect: a defect of ours. */
  | { readonly kind: 'illegal'; readonly event: string }
  /** Something threw: a defect of ours. */
  | { readonly kind: 'fault'; readonly cause: unknown };

/** Told of each change in what a program knows: an answer learned, a judgement made. `before`: null at the start. */
export type Onlooker<Known> = (before: Known | null, after: Known) => void;

/** A machine as a pure function; see src/machine/program.ts. Without an onlooker nothing is told, and nothing paid for it. */
export interface Program<Input, State, Output, Known = unknown, Event = Answered, Asked = Effect> {
  start(input: Input, onlooker?: Onlooker<Known>): Step<State, Output, Asked>;
  step(state: State, event: Event, onlooker?: Onlooker<Known>): Step<State, Output, Asked>;
}

// biome-ignore lint/suspicious/noExplicitAny: a program's state is opaque to whoever runs it
export type AnyProgram<Input, Output, Known = any> = Program<Input, any, Output, Known>;

/** What the cause of a fault says, in one line. */
export function describeFault(
  step:
    | { readonly kind: 'illegal'; readonly event: string }
    | { readonly kind: 'fault'; readonly cause: unknown },
): string {
  if (step.kind === 'illegal') return `the event ${step.event} was not expected`;
  return namedErrorText(step.cause);
}
