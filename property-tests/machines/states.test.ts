import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AnyMachineSnapshot, type AnyStateMachine, getInitialMicrosteps, getMicrosteps } from 'xstate';
import type { AnyProgram } from '../../src/effects/program.js';
import { attemptMachine } from '../../src/machine/attempt.machine.js';
import { hostMachine } from '../../src/machine/host.machine.js';
import { programs } from '../../src/machine/programs.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { play } from '../arbitraries/plays.js';
import { aWorld } from '../arbitraries/worlds.js';

/** A program that notes every state it comes through, those that it does not stay in included. */
function noting<Input, Output>(
  program: AnyProgram<Input, Output>,
  machine: AnyStateMachine,
  seen: Set<string>,
): AnyProgram<Input, Output> {
  const note = (microsteps: readonly [AnyMachineSnapshot, unknown][]) => {
    for (const [{ value }] of microsteps) seen.add(String(value));
  };
  // An answer that makes the machine throw leads to no state; that it must not is tested elsewhere.
  const isFault = (step: { readonly kind: string }) => step.kind === 'fault';
  return {
    start(input) {
      const step = program.start(input);
      if (!isFault(step)) note(getInitialMicrosteps(machine, input as never) as never);
      return step;
    },
    step(state, event) {
      const step = program.step(state, event);
      if (!isFault(step))
        note(getMicrosteps(machine, machine.resolveState(state as never), event as never) as never);
      return step;
    },
  };
}

it('every state of both machines is reached in some world', () => {
  const seen = { attempt: new Set<string>(), host: new Set<string>() };
  const watched = {
    attempt: noting(programs.attempt, attemptMachine, seen.attempt),
    host: noting(programs.host, hostMachine, seen.host),
  };
  for (const [world, input] of fc.sample(fc.tuple(aWorld, anAttemptInput), { numRuns: 300, seed: 1 }))
    play(world, input, { programs: watched });
  for (const [world, input] of fc.sample(fc.tuple(aWorld, anAttemptInput), { numRuns: 20, seed: 1 }))
    for (const turn of [1, 6]) play(world, input, { programs: watched, stop: { turn, repliesHeard: 0 } });
  // Where an enforced policy is kept, not every denial is believed at once.
  const policy = { mode: 'enforce', mx: ['*.a.example'], maxAgeSeconds: 86_400, lines: [] } as const;
  for (const [world, input] of fc.sample(fc.tuple(aWorld, anAttemptInput), { numRuns: 100, seed: 2 })) {
    const cached = { id: 'kept', policy, fetchedAt: input.startedAt - 1000 };
    play({ ...world, cache: { kind: 'read', cached, failure: null } }, input, { programs: watched });
  }
  const unseen = (machine: AnyStateMachine, names: ReadonlySet<string>) =>
    Object.keys(machine.states).filter((name) => !names.has(name));
  expect({ attempt: unseen(attemptMachine, seen.attempt), host: unseen(hostMachine, seen.host) }).toEqual({
    attempt: [],
    host: [],
  });
});
