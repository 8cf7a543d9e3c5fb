/* Every state of every machine is entered, and every transition taken, in plays that are drawn; docs/state-machines.md lists them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AnyMachineSnapshot, type AnyStateMachine, getInitialMicrosteps, getMicrosteps } from 'xstate';
import { dane } from '../../spec/scenarios/dane.js';
import { transports } from '../../spec/scenarios/transports.js';
import { allocate, type Scenario, scriptedWorld } from '../../src/adapters/scripted/index.js';
import type { Ask } from '../../src/effects/catalog.js';
import type { Program } from '../../src/effects/program.js';
import { simulate } from '../../src/effects/simulate.js';
import { attemptMachine } from '../../src/machine/attempt.machine.js';
import { type Edge, edgesOf } from '../../src/machine/graph.js';
import { hostMachine } from '../../src/machine/host.machine.js';
import { messageMachine } from '../../src/machine/message.machine.js';
import { messageProgram, programs } from '../../src/machine/programs.js';
import type { AttemptInput } from '../../src/policy/attempt/types.js';
import { DEFAULT_RETRY } from '../../src/policy/queue/settings.js';
import type { TurnInput } from '../../src/policy/queue/turn.js';
import { settingsOf } from '../../src/policy/settings.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
import { plainDomain } from '../../src/testing/worlds.js';
import { anAttemptInput, aPolicyInput } from '../arbitraries/attempt-inputs.js';
import { someMessageFacts } from '../arbitraries/message-facts.js';
import { play } from '../arbitraries/plays.js';
import { aSchedule } from '../arbitraries/schedules.js';
import { NOW } from '../arbitraries/universe.js';
import { aWorld } from '../arbitraries/worlds.js';
import { aTurnWorld, playTurn, START } from '../queue/turns.js';

const told = ({ from, event, guard, to }: Edge) =>
  `${from} --${event}${guard === null ? '' : ` [${guard}]`}--> ${to}`;

/** Notes the transitions that lead from a moment through microsteps: of those that are possible the first whose guard passes. */
class Watcher {
  readonly machine: AnyStateMachine;
  readonly taken = new Set<string>();
  readonly #edges: readonly Edge[];

  constructor(machine: AnyStateMachine) {
    this.machine = machine;
    this.#edges = edgesOf(machine);
  }

  get untaken(): readonly string[] {
    return this.#edges.map(told).filter((edge) => !this.taken.has(edge));
  }

  note(
    start: AnyMachineSnapshot | null,
    event: { readonly type: string },
    steps: readonly (readonly [AnyMachineSnapshot, unknown])[],
  ): void {
    let before = start;
    let on = event.type;
    for (const [after] of steps) {
      if (before !== null) this.#note(before, on, event);
      // What follows in the same step needs no event.
      if (before !== null || start === null) on = '';
      before = after;
    }
  }

  #note({ value, context }: AnyMachineSnapshot, on: string, event: object): void {
    const guards = this.machine.implementations.guards as Readonly<
      Record<string, (moment: object) => boolean>
    >;
    const edge = this.#edges.find(
      ({ from, event: own, guard }) =>
        from === String(value) && own === on && (guard === null || guards[guard]!({ context, event })),
    );
    if (edge !== undefined) this.taken.add(told(edge));
  }
}

/** A program whose every step is watched. */
function watched<P extends Program<never, never, never>>(program: P, watcher: Watcher): P {
  const { machine } = watcher;
  // An answer that makes the machine throw leads to no state; that it must not is tested elsewhere.
  const isFault = (step: { readonly kind: string }) => step.kind === 'fault';
  return {
    start(input: never) {
      const step = program.start(input);
      if (!isFault(step))
        watcher.note(null, { type: 'xstate.init' }, getInitialMicrosteps(machine, input) as never);
      return step;
    },
    step(state: never, event: never) {
      const step = program.step(state, event);
      const start = machine.resolveState(state) as AnyMachineSnapshot;
      if (!isFault(step)) watcher.note(start, event, getMicrosteps(machine, start, event) as never);
      return step;
    },
  } as unknown as P;
}

const draw = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number, seed: number) =>
  fc.sample(arbitrary, { numRuns, seed });

it('every transition of the machines of an attempt is taken in some world', () => {
  const [attempt, host] = [new Watcher(attemptMachine), new Watcher(hostMachine)];
  const options = {
    programs: {
      attempt: watched(programs.attempt as never, attempt),
      host: watched(programs.host as never, host),
    } as unknown as typeof programs,
  };
  /** Plays an attempt in the world of a scenario, and stops where that question is asked. */
  const replay = (
    { world, passwords = {} }: Pick<Scenario, 'world' | 'passwords'>,
    input: AttemptInput,
    stop: Ask['type'] | null,
  ) => {
    const addresses = allocate(world, (index) => `127.0.0.${index + 2}`);
    const { port } = input.settings;
    const scripted = scriptedWorld(world, { port, now: NOW, addresses, passwords });
    simulate(options.programs, input, {
      answer: (ask) => ({ at: NOW, answer: ask.type === stop ? 'aborted' : scripted.ask(ask as never) }),
      beginRun: () => scripted.beginRun(),
    });
  };
  const policy = { mode: 'enforce', mx: ['*.a.example'], maxAgeSeconds: 86_400, lines: [] } as const;
  for (const [world, input, schedule] of draw(fc.tuple(aWorld, anAttemptInput, aSchedule), 250, 1))
    play(world, input, { ...options, schedule });
  for (const [world, input] of draw(fc.tuple(aWorld, aPolicyInput), 60, 1)) play(world, input, options);
  // Stopped wherever it may be.
  for (const [world, input, turn] of draw(fc.tuple(aWorld, anAttemptInput, fc.nat(20)), 200, 2))
    play(world, input, { ...options, stop: { turn, repliesHeard: turn % 3 } });
  for (const [world, input, turn] of draw(fc.tuple(aWorld, aPolicyInput, fc.nat(6)), 60, 2))
    play(world, input, { ...options, stop: { turn, repliesHeard: 0 } });
  // Where an enforced policy is kept, not every denial is believed at once.
  for (const [world, input] of draw(fc.tuple(aWorld, anAttemptInput), 100, 3)) {
    const cached = { id: 'kept', policy, fetchedAt: input.startedAt - 1000 };
    play({ ...world, cache: { kind: 'read', cached, failure: null } }, input, options);
  }
  // Given up before the transaction has begun; once it has, what was heard of it counts.
  const plainInput: AttemptInput = {
    ...{ startedAt: NOW, attempt: 1, recipients: ['x@a.example'], dialled: {}, purpose: 'deliver' },
    destination: { kind: 'domain', name: 'a.example' },
    message: draw(someMessageFacts, 1, 1)[0]!,
    settings: settingsOf('rfc', { privateAddresses: 'allow' }),
  };
  replay({ world: plainDomain() }, plainInput, 'smtp.send');
  // More than the server takes at a time.
  const both = { ...plainInput, recipients: ['x@a.example', 'y@a.example'] };
  replay({ world: plainDomain({ takes: { recipients: 1 } }) }, both, null);
  // Relays that take TLS from the first octet, and want to know who sends.
  for (const scenario of transports) {
    for (const { input } of simulateScenario(scenario).steps.flatMap(({ journal }) => journal.attempts))
      for (const stop of [null, 'smtp.greeting', 'smtp.auth'] as const) replay(scenario, input, stop);
  }
  // Hosts that are aliases, given up where that is asked.
  for (const scenario of dane) {
    for (const { input } of simulateScenario(scenario).steps.flatMap(({ journal }) => journal.attempts))
      replay(scenario, input, 'dns.cname');
  }
  expect({ attempt: attempt.untaken, host: host.untaken }).toEqual({ attempt: [], host: [] });
});

it('every transition of the machine of a queued message is taken in some turn', () => {
  const message = new Watcher(messageMachine);
  const program = watched(messageProgram as never, message) as unknown as typeof messageProgram;
  const anInput = fc.record({
    order: fc.constantFrom('none' as const, 'fail' as const, 'drop' as const),
    held: fc.constantFrom('no' as const, 'yes' as const),
    attempts: fc.constantFrom(0, 4, 7),
    sender: fc.constantFrom('ann@a.example', ''),
  });
  for (const [{ order, held, attempts, sender }, world] of draw(fc.tuple(anInput, aTurnWorld), 400, 1)) {
    const input: TurnInput = {
      startedAt: START,
      message: { sender, origin: 'ordinary', lifetimeEndsAt: START + DEFAULT_RETRY.lifetimeMs },
      ...{
        attempts,
        held,
        granted: 0,
        unsettledClaims: 0,
        delayTold: 'no',
        dialled: {},
        retry: DEFAULT_RETRY,
      },
      order: order === 'none' ? { kind: 'none' } : { kind: order, text: '' },
      recipients: [0, 1, 2].map((at) => ({ address: `r${at}@b.example`, notify: 'absent', last: null })),
    };
    playTurn(input, world, START, program);
  }
  expect(message.untaken).toEqual([]);
});
