/*
 * The seam around XState: from a machine to a pure program. What XState leaves silent is loud here: an event that a state
 * does not expect is `illegal`, a throw is a `fault`, and anything but a learned answer, a judgement and an emitted
 * effect (timers, actors, invocations, nested states) is refused when the machine is read.
 *
 * The machine is read once, and then walked here, because XState's own `transition` builds an actor for every call and
 * computes sets of nodes that a flat machine does not have; walking costs a small part of that. XState remains the
 * definition and the referee: a property test holds every state, context and effect of this walk against XState's own
 * `initialTransition` and `transition`, along every way through both machines.
 */
import type {
  AnyStateMachine,
  AnyTransitionDefinition,
  ContextFrom,
  EmittedFrom,
  EventFromLogic,
  InputFrom,
  OutputFrom,
  StateNode,
} from 'xstate';
import type { Onlooker, Program, Step } from '../effects/program.js';
import { type AnyAnswered, type Boxed, type MachineStep, stepOf } from './steps.js';

/** Where a program stands. Plain data: it may be kept and given back. */
export interface ProgramState {
  /** The name of the state, as XState's `value`. */
  readonly value: string;
  readonly context: Boxed<unknown>;
  readonly status: 'active';
}

interface Place {
  readonly value: string;
  readonly isFinal: boolean;
  readonly entry: readonly MachineStep[];
  readonly on: ReadonlyMap<string, readonly Move[]>;
  readonly always: readonly Move[];
}

interface Move {
  readonly target: string;
  readonly guard: ((args: Moment) => boolean) | null;
  readonly actions: readonly MachineStep[];
}

interface Moment {
  readonly context: Boxed<unknown>;
  readonly event: AnyAnswered;
}

/** How far a step has come. What it began with belongs to whoever gave it, so that the first change makes a copy. */
interface Walk {
  run: unknown;
  isOwn: boolean;
}

/** Whoever looks on, if anybody does. */
type Told = Onlooker<unknown> | undefined;

/** No chain of judgements is as long; a machine that makes one is going in circles. */
const MOVES_MAX = 32;
/** What XState hands to the first state, which looks at no event. */
const NO_EVENT = Object.freeze({ type: 'xstate.init' }) as unknown as AnyAnswered;

/** What a machine keeps in its box. */
type KnownTo<M extends AnyStateMachine> = ContextFrom<M> extends Boxed<infer Run> ? Run : never;

/** The machine as a pure program. Deterministic; never throws, but for a machine that is not flat. */
export function programOf<M extends AnyStateMachine>(
  machine: M,
): Program<InputFrom<M>, ProgramState, OutputFrom<M>, KnownTo<M>, EventFromLogic<M>, EmittedFrom<M>> {
  const places = placesOf(machine);
  const initial = String(machine.config.initial);
  const makeContext = machine.config.context as (args: { readonly input: unknown }) => Boxed<unknown>;
  const makeOutput = machine.config.output as (args: Moment) => OutputFrom<M>;

  /** Enters a state, and whatever follows from it without a further answer. */
  function enter(value: string, walk: Walk, event: AnyAnswered, effects: unknown[], told: Told): Place {
    let place = places.get(value)!;
    for (let moves = 0; moves < MOVES_MAX; moves++) {
      carryOut(place.entry, walk, event, effects, told);
      if (place.isFinal) return place;
      const move = chosen(place.always, { context: walk, event });
      if (move === undefined) return place;
      carryOut(move.actions, walk, event, effects, told);
      place = places.get(move.target)!;
    }
    throw new RangeError(`state ${value} leads in circles`);
  }

  function settle(
    value: string,
    walk: Walk,
    event: AnyAnswered,
    told: Told,
  ): Step<ProgramState, OutputFrom<M>, EmittedFrom<M>> {
    const effects: unknown[] = [];
    const place = enter(value, walk, event, effects, told);
    const context = { run: walk.run };
    if (!place.isFinal) {
      return {
        kind: 'waiting',
        state: { value: place.value, context, status: 'active' },
        effects: effects as EmittedFrom<M>[],
      };
    }
    if (effects.length > 0) throw new TypeError('a final state may not ask');
    return { kind: 'finished', output: makeOutput({ context, event }) };
  }

  return {
    start: (input, onlooker) =>
      loudly(() => {
        const told = onlooker as Told;
        const context = makeContext({ input });
        told?.(null, context.run);
        return settle(initial, { run: context.run, isOwn: false }, NO_EVENT, told);
      }),
    step: (state, event, onlooker) =>
      loudly(() => {
        const told = onlooker as Told;
        const moves = places.get(state.value)?.on.get(event.type);
        const move = moves && chosen(moves, { context: state.context, event });
        if (move === undefined) return { kind: 'illegal', event: event.type };
        const effects: unknown[] = [];
        const walk = { run: state.context.run, isOwn: false };
        carryOut(move.actions, walk, event, effects, told);
        if (effects.length > 0) throw new TypeError('only a state may ask');
        return settle(move.target, walk, event, told);
      }),
  };
}

function loudly<S, O, A>(run: () => Step<S, O, A>): Step<S, O, A> {
  try {
    return run();
  } catch (cause) {
    return { kind: 'fault', cause };
  }
}

/** The first whose guard holds, as XState chooses. */
function chosen(moves: readonly Move[], moment: Moment): Move | undefined {
  for (const move of moves) if (move.guard === null || move.guard(moment)) return move;
  return undefined;
}

function carryOut(
  steps: readonly MachineStep[],
  walk: Walk,
  event: AnyAnswered,
  effects: unknown[],
  told: Told,
): void {
  for (const step of steps) {
    if (step.kind === 'ask') {
      effects.push(step.question(walk.run));
      continue;
    }
    const before = walk.run;
    // Who looks on may keep what he is shown, so that he is never shown the same twice.
    if (!walk.isOwn || told !== undefined) walk.run = step.copy(before);
    walk.isOwn = true;
    step.amend(walk.run, event);
    told?.(before, walk.run);
  }
}

/** Reads a machine; throws a TypeError for whatever is not walked here. */
function placesOf(machine: AnyStateMachine): ReadonlyMap<string, Place> {
  const states = Object.values(machine.root.states) as StateNode[];
  if (machine.root.transitions.size > 0 || machine.root.entry.length > 0)
    throw new TypeError('the root only holds states');
  return new Map(states.map((state) => [state.key, placeOf(machine, state)]));
}

function placeOf(machine: AnyStateMachine, state: StateNode): Place {
  const { key, type, exit, invoke, after } = state;
  if ((type !== 'atomic' && type !== 'final') || exit.length + invoke.length + after.length > 0) {
    throw new TypeError(`state ${key} is not flat: no nested states, exits, invocations or timers here`);
  }
  const movesOf = (transitions: readonly AnyTransitionDefinition[]) =>
    transitions.map((transition) => moveOf(machine, key, transition));
  const on = [...state.transitions].map(([event, transitions]) => [event, movesOf(transitions)] as const);
  return {
    value: key,
    isFinal: type === 'final',
    entry: state.entry.map(stepOf),
    on: new Map(on),
    always: movesOf(state.always ?? []),
  };
}

function moveOf(
  machine: AnyStateMachine,
  from: string,
  { target = [], reenter, actions, guard }: AnyTransitionDefinition,
): Move {
  const [to, second] = target;
  if (to === undefined || second !== undefined)
    throw new TypeError(`a way out of ${from} leads nowhere, or to two places`);
  if (to.key === from && !reenter) throw new TypeError(`a way back to ${from} must enter it again`);
  if (guard !== undefined && typeof guard !== 'string') throw new TypeError(`a guard in ${from} has no name`);
  const guards = machine.implementations.guards as Readonly<Record<string, (args: Moment) => boolean>>;
  return { target: to.key, guard: guard === undefined ? null : guards[guard]!, actions: actions.map(stepOf) };
}
