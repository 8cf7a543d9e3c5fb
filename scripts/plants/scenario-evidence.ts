import { scenarioGroups } from '../../spec/scenarios/index.js';
import type { RequirementId } from '../../src/policy/kernel/requirement-id.js';
import { allTables } from '../../src/policy/tables.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
import { type Mutant, plant } from '../mutants/mutant.js';

const scenarios = scenarioGroups.flatMap((group) => group.scenarios);

/** Whether a story that shows the requirement ends otherwise, in memory, where a row has another verdict. A fault counts. */
export function noticedByScenarios(id: RequirementId, mutant: Mutant): boolean {
  const takeOut = plant(allTables.find(({ name }) => name === mutant.table)!, mutant);
  try {
    return scenarios
      .filter(({ shows = [] }) => shows.includes(id))
      .some((scenario) => simulateScenario(scenario).steps.some(({ differences }) => differences.length > 0));
  } catch {
    return true;
  } finally {
    takeOut();
  }
}
