/* Scenarios in memory, as tests that are named after what they show: evidence that `npm run plant` can run. */
import { expect, it } from 'vitest';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';

for (const scenario of scenarioGroups.flatMap(({ scenarios }) => scenarios)) {
  const { name, shows = [] } = scenario;
  if (shows.length === 0) continue;
  it(`${name} (${shows.join(', ')})`, () => {
    expect(simulateScenario(scenario).steps.flatMap(({ differences }) => differences)).toEqual([]);
  });
}
