/* What becomes of a message: the very engine, in memory, and who looks on. */
import type { Scenario } from '../adapters/scripted/index.js';
import type { Journal } from '../effects/journal.js';
import { replay } from '../effects/replay.js';
import type { Programs } from '../effects/simulate.js';
import { type ExplainedReport, explainDelivery } from '../engine/explain-delivery.js';
import { programs } from '../machine/programs.js';
import type { StepRun } from '../testing/scenario/run.js';
import { simulateScenario, simulateSteps } from '../testing/scenario/simulate-scenario.js';
import { type Change, changesOf, type Facts, scenarioOf, withChange } from './state.js';

/** A state that a machine waited in, and the question that it waited with. */
export interface Stop {
  readonly machine: 'attempt' | 'host';
  readonly state: string;
}

export interface Played {
  /** One for each recipient of the last step. */
  readonly reports: readonly ExplainedReport[];
  readonly journal: Journal;
}

/** Plays a scenario to its last step. */
export function play(scenario: Scenario): Played {
  const { journal } = simulateScenario(scenario).steps.at(-1)!;
  return { reports: explainDelivery(journal), journal };
}

/** The same with a pause now and then, so that nobody waits for thousands of steps. */
export async function playWithPauses(scenario: Scenario, pause: () => Promise<void>): Promise<Played> {
  let last: StepRun | null = null;
  for (const step of simulateSteps(scenario)) {
    if (last !== null) await pause();
    last = step;
  }
  return playedFrom(last!.journal);
}

/** Of a record: what became of its messages. Throws a {@link MisuseError} for one that is a journal by its form alone. */
export function playedFrom(journal: Journal): Played {
  return { journal, reports: explainDelivery(journal) };
}

/** Where what was recorded is not what this engine makes of it, in sentences. */
export function doubtsOf({ attempts }: Journal): readonly string[] {
  return attempts.flatMap((attempt) => {
    const again = replay(programs, attempt);
    if (again.kind === 'same') return [];
    if (again.kind === 'different') return ['This engine decides it otherwise than is recorded.'];
    return [`It cannot be followed to its end: ${again.message}.`];
  });
}

/** The states that the machines waited in, in order, by going the recorded way again. */
export function pathOf({ attempts }: Journal): readonly Stop[] {
  const path: Stop[] = [];
  const watched = <P extends Programs['attempt'] | Programs['host']>(
    machine: Stop['machine'],
    program: P,
  ): P => {
    const seen = <S extends { readonly kind: string }>(step: S): S => {
      if (step.kind === 'waiting') {
        const { value } = (step as unknown as { readonly state: { readonly value: string } }).state;
        path.push({ machine, state: value });
      }
      return step;
    };
    return {
      start: (input: never, told: never) => seen(program.start(input, told)),
      step: (state: never, event: never, told: never) => seen(program.step(state, event, told)),
    } as unknown as P;
  };
  const under = { attempt: watched('attempt', programs.attempt), host: watched('host', programs.host) };
  for (const attempt of attempts) replay(under, { ...attempt, result: null });
  return path;
}

/** Changes of one fact, and what each would come to. */
export interface Otherwise extends Change {
  readonly outcome: ExplainedReport['outcome'];
}

/** The single changes that would lead to another outcome; those to a delivery first. */
export function otherwise(facts: Facts, outcome: ExplainedReport['outcome']): readonly Otherwise[] {
  const order = ['delivered', 'deferred', 'bounced'];
  return changesOf(facts)
    .map((change) => ({ ...change, outcome: outcomeOf(withChange(facts, change)) }))
    .filter((each) => each.outcome !== outcome)
    .sort((left, right) => order.indexOf(left.outcome) - order.indexOf(right.outcome));
}

function outcomeOf(facts: Facts): ExplainedReport['outcome'] {
  return simulateScenario(scenarioOf(facts)).steps[0]!.results[0]!.outcome;
}
