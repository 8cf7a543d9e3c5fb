import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  emit,
  initialTransition,
  setup,
  transition,
} from 'xstate';
import type { Answered, Effect } from '../../src/effects/catalog.js';
import type { AnyProgram, Step } from '../../src/effects/program.js';
import { attemptMachine } from '../../src/machine/attempt.machine.js';
import { hostMachine } from '../../src/machine/host.machine.js';
import { programOf } from '../../src/machine/program.js';
import { programs } from '../../src/machine/programs.js';
import { type Boxed, stepsOf, type Timed } from '../../src/machine/steps.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { play } from '../arbitraries/plays.js';
import { aWorld } from '../arbitraries/worlds.js';
import { deepFreeze } from './deep-freeze.js';

/** A program that holds every step of its own against XState's, and throws where they differ. */
function besides<Input, Output>(
  program: AnyProgram<Input, Output>,
  machine: AnyStateMachine,
): AnyProgram<Input, Output> {
  type Both = { readonly ours: unknown; readonly theirs: AnyMachineSnapshot };
  type Theirs = readonly [AnyMachineSnapshot, readonly { readonly params?: unknown }[]];
  const compare = (ours: Step<unknown, Output>, run: () => Theirs): Step<Both, Output> => {
    if (ours.kind === 'fault') {
      expect(run).toThrow(ours.cause as Error);
      return ours;
    }
    const [theirs, actions] = run();
    if (ours.kind === 'finished') {
      expect(theirs.status).toBe('done');
      expect(theirs.output).toEqual(ours.output);
      return ours;
    }
    if (ours.kind !== 'waiting') throw new Error(ours.kind);
    const state = ours.state as AnyMachineSnapshot;
    expect([state.value, state.context, state.status]).toEqual([theirs.value, theirs.context, theirs.status]);
    expect(ours.effects).toEqual(actions.map(({ params }) => (params as { readonly event: unknown }).event));
    return { ...ours, state: { ours: ours.state, theirs } };
  };
  return {
    start: (input) =>
      compare(program.start(input), () => initialTransition(machine, input as never) as never),
    step: (state: Both, event) =>
      compare(
        program.step(state.ours, event),
        () => transition(machine, state.theirs, event as never) as never,
      ),
  };
}

const KINDS = [
  'dns.mx',
  'dns.txt',
  'dns.addresses',
  'dns.cname',
  'dns.tlsa',
  'random.draw',
  'policy-cache.read',
  'policy-cache.write',
  'policy.fetch',
  'host.run',
  'smtp.connect',
  'smtp.hello',
  'smtp.starttls',
  'tls.handshake',
  'peer.inspect',
  'smtp.send',
  'smtp.quit',
] as const;

/** A program that is told of what it does not expect, at every state, and must not mind. */
function teased<Input, Output>(
  program: AnyProgram<Input, Output>,
  machine: AnyStateMachine,
): AnyProgram<Input, Output> {
  const tease = (step: Step<unknown, Output>): Step<unknown, Output> => {
    if (step.kind !== 'waiting') return step;
    const { state } = step;
    const snapshot: AnyMachineSnapshot = machine.resolveState(state as never);
    const before = JSON.stringify((state as { readonly value: unknown }).value);
    for (const kind of KINDS) {
      const event = { type: `${kind}.answered`, id: 0, at: 0, answer: null } as unknown as Answered;
      if (snapshot.can(event as never)) continue;
      expect(program.step(state, event)).toEqual({ kind: 'illegal', event: event.type });
      expect(transition(machine, snapshot, event as never)[0]).toBe(snapshot);
    }
    expect(JSON.stringify((state as { readonly value: unknown }).value)).toBe(before);
    return step;
  };
  return {
    start: (input) => tease(program.start(input)),
    step: (state, event) => tease(program.step(state, event)),
  };
}

/** A program whose states cannot be written to. */
function frozen<Input, Output>(program: AnyProgram<Input, Output>): AnyProgram<Input, Output> {
  const freeze = (step: Step<unknown, Output>): Step<unknown, Output> => {
    if (step.kind === 'waiting') deepFreeze((step.state as AnyMachineSnapshot).context);
    return deepFreeze(step);
  };
  return {
    start: (input) => freeze(program.start(deepFreeze(input))),
    step: (state, event) => freeze(program.step(state, deepFreeze(event))),
  };
}

describe('the seam around XState', () => {
  it('gives the states, contexts and effects that XState gives, along every way through both machines', () => {
    const both = {
      attempt: besides(programs.attempt, attemptMachine),
      host: besides(programs.host, hostMachine),
    };
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, input) => {
        expect(play(world, input, { programs: both }).ended).toEqual(play(world, input).ended);
      }),
      { numRuns: 200 },
    );
  });

  it('calls an event that a state does not expect illegal, and the state stays as it is', () => {
    const alert = {
      attempt: teased(programs.attempt, attemptMachine),
      host: teased(programs.host, hostMachine),
    };
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, input) => {
        expect(play(world, input, { programs: alert }).ended).toEqual(play(world, input).ended);
      }),
      { numRuns: 40 },
    );
  });

  it('never writes to an input, an answer or a context', () => {
    const cold = { attempt: frozen(programs.attempt), host: frozen(programs.host) };
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, input) => {
        const { ended } = play(world, input);
        expect(
          play(deepFreeze(structuredClone(world)), deepFreeze(structuredClone(input)), { programs: cold })
            .ended,
        ).toEqual(ended);
      }),
      { numRuns: 200 },
    );
  });

  it('lets every run end within a bound that no world can move', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, input) => {
        const { runs, discovery } = play(world, input);
        expect(discovery.length).toBeLessThanOrEqual(7);
        // Seven questions before the first connection; eleven on each; a connection for each address and one in clear.
        for (const { exchanges } of runs)
          expect(exchanges.length).toBeLessThanOrEqual(7 + 11 * (input.settings.addressesMax + 1));
      }),
    );
  });

  it('is stopped by nothing that the step before left behind', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, aWorld, anAttemptInput, (world, input, other, otherInput) => {
        const { ended } = play(world, input);
        play(other, otherInput);
        expect(play(world, input).ended).toEqual(ended);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses, when it reads a machine, whatever it does not walk', () => {
    const base = setup({
      types: {} as { events: Answered },
      actions: { stray: () => {} },
      guards: { yes: () => true },
    });
    const machines: Readonly<Record<string, AnyStateMachine>> = {
      'a stray action': base.createMachine({ initial: 'a', states: { a: { entry: 'stray' } } }),
      'a plain emit': base.createMachine({
        initial: 'a',
        states: { a: { entry: emit({ type: 'dns.mx' }) } },
      }),
      'a timer': base.createMachine({ initial: 'a', states: { a: { after: { 1000: 'b' } }, b: {} } }),
      'an exit': base.createMachine({ initial: 'a', states: { a: { exit: 'stray' } } }),
      'a nested state': base.createMachine({
        initial: 'a',
        states: { a: { initial: 'b', states: { b: {} } } },
      }),
      'a transition of the root': base.createMachine({
        on: { 'dns.mx.answered': '.a' },
        initial: 'a',
        states: { a: {} },
      }),
      'a way back that does not enter again': base.createMachine({
        initial: 'a',
        states: { a: { on: { 'dns.mx.answered': 'a' } } },
      }),
      'a way to nowhere': base.createMachine({
        initial: 'a',
        states: { a: { on: { 'dns.mx.answered': {} } } },
      }),
      'a guard without a name': base.createMachine({
        initial: 'a',
        states: { a: { on: { 'dns.mx.answered': { guard: () => true, target: 'b' } } }, b: {} },
      }),
    };
    for (const [what, machine] of Object.entries(machines))
      expect(() => programOf(machine), what).toThrow(TypeError);
  });

  it('makes a fault of a question that a final state asks, of going in circles, and of whatever throws', () => {
    const { ask, judge } = stepsOf(
      (run: Timed) => ({ ...run }),
      (_, asked) => asked,
    );
    const throws = () => {
      throw new Error('a defect');
    };
    const base = setup({
      types: {} as { context: Boxed<Timed>; events: Answered; emitted: Effect },
    });
    const context = { run: { now: 0 } };
    const question: Effect = { type: 'random.draw', count: 1 };
    const asking = base.createMachine({
      context,
      initial: 'end',
      states: { end: { type: 'final', entry: ask(() => question) } },
    });
    const circling = base.createMachine({
      context,
      initial: 'a',
      states: { a: { always: { target: 'b' } }, b: { always: { target: 'a' } } },
    });
    const throwing = base.createMachine({ context, initial: 'a', states: { a: { entry: judge(throws) } } });
    for (const machine of [asking, circling, throwing]) {
      expect(programOf(machine as AnyStateMachine).start(undefined).kind).toBe('fault');
    }
  });
});
