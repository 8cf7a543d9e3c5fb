/* Scenarios, set up as far as possible, so that only their playing is measured. */
import type { Scenario } from '../src/adapters/scripted/index.js';
import {
  type Addresses,
  allocate,
  applyChange,
  freshMemory,
  scriptedWorld,
  type WorldMemory,
} from '../src/adapters/scripted/index.js';
import { type Player, type Programs, simulate } from '../src/effects/index.js';
import type { AttemptResult } from '../src/index.js';
import { simulateScenario } from '../src/testing/scenario/simulate-scenario.js';

export type AttemptInput = Parameters<typeof simulate>[1];

/** One attempt, ready to be played as often as wanted. */
export interface Prepared {
  readonly input: AttemptInput;
  readonly player: Player;
  /** Puts the world back to what it was before the attempt. */
  rewind(): void;
}

/** The attempts of each step of a scenario. */
export function prepare(scenario: Scenario, programs: Programs): readonly (readonly Prepared[])[] {
  const { steps } = simulateScenario(scenario);
  let { world } = scenario;
  let addresses = allocate(world, blockAt);
  let policies: WorldMemory['policies'] = new Map();
  return steps.map(({ journal, differences }, at) => {
    if (differences.length > 0) throw new Error(`${scenario.name}: ${differences.join('; ')}`);
    const { change } = scenario.steps[at]!;
    if (change !== undefined) {
      world = applyChange(world, change);
      addresses = allocate(world, blockAt, addresses);
    }
    return journal.attempts.map(({ input }) => {
      const prepared = prepareAttempt(world, addresses, input, new Map(policies));
      play(prepared, programs);
      policies = new Map(prepared.memory.policies);
      return prepared;
    });
  });
}

const blockAt = (index: number) => `127.0.0.${index + 2}`;

export function prepareAttempt(
  world: Scenario['world'],
  addresses: Addresses,
  input: AttemptInput,
  before: WorldMemory['policies'] = new Map(),
): Prepared & { readonly memory: WorldMemory } {
  const memory = freshMemory();
  const now = input.startedAt;
  const played = scriptedWorld(world, { port: input.settings.port, now, addresses, memory });
  return {
    input,
    memory,
    player: {
      answer: (ask) => ({ at: now, answer: played.ask(ask as never) }),
      beginRun: () => played.beginRun(),
      endRun: () => now,
    },
    rewind: () => {
      memory.policies.clear();
      for (const [domain, kept] of before) memory.policies.set(domain, kept);
      memory.connected.clear();
      memory.accepted.length = 0;
    },
  };
}

/** Plays an attempt. */
export function play({ input, player, rewind }: Prepared, programs: Programs): AttemptResult {
  rewind();
  const ended = simulate(programs, input, player);
  if (ended.kind === 'fault') throw new Error(ended.message);
  return ended.output;
}

/** The same attempt in a world that reads its answers from a record: what is left is the cost of the engine. */
export function recorded(prepared: Prepared, programs: Programs): Prepared {
  const answers: ReturnType<Player['answer']>[] = [];
  const { input, player, rewind } = prepared;
  const recording: Player = {
    ...player,
    answer: (ask) => {
      const answer = player.answer(ask);
      answers.push(answer);
      return answer;
    },
  };
  play({ input, player: recording, rewind }, programs);
  let at = 0;
  return {
    input,
    player: { answer: () => answers[at++]!, endRun: () => input.startedAt },
    rewind: () => {
      at = 0;
    },
  };
}
