/*
 * The seam around XState: the only file that calls it at run time. XState ignores an event that a state does not expect;
 * here that is `illegal`. It throws, or yields a snapshot with an error; here both are `fault`. It can start timers
 * and actors; here anything but an emitted effect is refused. And its own `transition` builds an actor for every call;
 * here one inert scope is made once for a machine and used again, which gives the same results many times faster (a
 * property test holds both side by side).
 */
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type InputFrom,
  type OutputFrom,
  type SnapshotFrom,
} from 'xstate';
import type { Answered, Effect } from '../effects/catalog.js';
import type { Program, Step } from '../effects/program.js';

interface Action {
  readonly type: string;
  readonly params?: unknown;
}

/** What XState's internal `transition` needs and never uses, apart from the executor that hands out actions. */
interface Scope {
  actionExecutor: (action: Action) => void;
}

/** The machine as a pure program: a state and an event in, a state and effects out. Deterministic; never throws. */
export function programOf<M extends AnyStateMachine>(
  machine: M,
): Program<InputFrom<M>, SnapshotFrom<M>, OutputFrom<M>> {
  const scope = inertScopeOf(machine);
  let actions: Action[] = [];
  scope.actionExecutor = (action) => {
    actions.push(action);
  };
  type S = Step<SnapshotFrom<M>, OutputFrom<M>>;
  const settle = (run: () => AnyMachineSnapshot): S => {
    actions = [];
    try {
      const state = run();
      if (state.status === 'error') return { kind: 'fault', cause: state.error };
      const effects = actions.map(effectOf);
      if (state.status !== 'done') return { kind: 'waiting', state: state as SnapshotFrom<M>, effects };
      if (effects.length > 0) throw new TypeError('a final state may not ask');
      return { kind: 'finished', output: state.output as OutputFrom<M> };
    } catch (cause) {
      return { kind: 'fault', cause };
    }
  };
  const pure = machine as unknown as PureMachine;
  return {
    start: (input) => settle(() => pure.getInitialSnapshot(scope, input)),
    step: (state, event: Answered) => {
      const before = state as AnyMachineSnapshot;
      let isIgnored = false;
      const step = settle(() => {
        const after = pure.transition(before, event, scope);
        isIgnored = after === before;
        return after;
      });
      return isIgnored ? { kind: 'illegal', event: event.type } : step;
    },
  };
}

interface PureMachine {
  getInitialSnapshot(scope: Scope, input: unknown): AnyMachineSnapshot;
  transition(state: AnyMachineSnapshot, event: Answered, scope: Scope): AnyMachineSnapshot;
}

function inertScopeOf(machine: AnyStateMachine): Scope {
  // XState runs the machine once while it constructs an actor, with no input; what comes of it is thrown away.
  const self = createActor(machine, { input: undefined });
  const nothing = () => {};
  const scope = {
    self,
    id: '',
    sessionId: '',
    system: self.system,
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: nothing,
  };
  return scope;
}

function effectOf(action: Action): Effect {
  if (action.type !== 'xstate.emit') throw new TypeError(`not an effect: ${action.type}`);
  return (action.params as { readonly event: Effect }).event;
}
