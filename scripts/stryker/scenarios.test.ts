/* Every scenario, in memory alone: what spec/scenarios plays over sockets as well, which takes too long for each mutant. */
import { expect, it } from 'vitest';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';

it.each(
  scenarioGroups.flatMap(({ scenarios }) => scenarios.map((scenario) => [scenario.name, scenario] as const)),
)('%s', (_, scenario) => {
  expect(simulateScenario(scenario).steps.flatMap(({ differences }) => differences)).toEqual([]);
});
