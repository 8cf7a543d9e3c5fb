/* What other mail systems would have made of what is shown. */
import type { Scenario } from '../adapters/scripted/index.js';
import { type ComparedRecipient, compare, playRecord } from '../audit/compare.js';
import { profiles } from '../audit/profiles/index.js';
import type { Journal } from '../effects/journal.js';
import { programs } from '../machine/programs.js';
import { simulateScenario } from '../testing/scenario/simulate-scenario.js';

/** In the world of a scenario everybody can go on as they would. */
export function othersIn(scenario: Scenario): readonly ComparedRecipient[] {
  return compare(
    (settings) =>
      simulateScenario({ ...scenario, settings: { ...scenario.settings, ...settings } })
        .steps.at(-1)!
        .journal.attempts.map(({ result }) => ({ result, unasked: [] })),
    profiles,
  );
}

/** Of a record as far as it reaches. */
export function othersOn({ attempts }: Journal): readonly ComparedRecipient[] {
  return compare(playRecord(attempts, programs), profiles);
}
