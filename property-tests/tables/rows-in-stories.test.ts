import { describe, expect, it } from 'vitest';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import * as parts from '../../src/policy/tables.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
import { BESIDE_STORIES, BEYOND_STORIES, GUARDS } from './guards.js';
import { watchRows } from './instruments.js';

const { allTables, attemptTables, relayTables, ...beside } = parts;
const told = [...attemptTables, ...relayTables];

describe('the stories', () => {
  it('meet every row of every table that they tell of', () => {
    const read = watchRows();
    for (const { scenarios } of scenarioGroups) for (const scenario of scenarios) simulateScenario(scenario);
    const rows = told.flatMap((table) => table.rows.map(({ id }) => id));
    const unmet = rows.filter((row) => !read.has(row) && !(row in GUARDS));
    expect(unmet).toEqual(Object.keys(BEYOND_STORIES));
  });

  it('leave out whole parts only, each for a reason', () => {
    expect(Object.keys(beside).sort()).toEqual(Object.keys(BESIDE_STORIES).sort());
    const listed = [...told, ...Object.values(beside).flat()].map(({ name }) => name);
    expect(listed.sort()).toEqual(allTables.map(({ name }) => name).sort());
  });
});
