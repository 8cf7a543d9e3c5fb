import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import type { AttemptJournal } from '../../src/effects/journal.js';
import type { Programs } from '../../src/effects/simulate.js';
import { renderDelivery } from '../../src/engine/text/render-delivery.js';
import { programs } from '../../src/machine/programs.js';
import { attemptTables } from '../../src/policy/tables.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { play } from '../arbitraries/plays.js';
import { aWorld } from '../arbitraries/worlds.js';
import { BEYOND_STORIES, GUARDS } from './guards.js';

/** Tables whose decisions stand in no result: what they decide is seen by what is asked, or in the tally. */
const UNSEEN: ReadonlySet<string> = new Set([
  'attempt-deadline',
  'session-report',
  'discovery-report',
  'lookup-report',
  'report-result-type',
]);
/** Rows of other tables that are kept out of results, because the usual thing was done. */
const USUAL: readonly string[] = ['ADDR-1', 'ADDR-3', 'ADDR-5', 'USED-1', 'USED-2', 'NTX-1'];
const shown = attemptTables
  .filter(({ name }) => !UNSEEN.has(name))
  .flatMap(({ rows }) => rows)
  .filter(({ id }) => !(id in GUARDS) && !USUAL.includes(id));
const whyOf = new Map(shown.map(({ id, then, why }) => [id, { then, why }]));

/** The rows of a journal whose verdict and reason are printed, as a reader finds them: by words, whatever the lines. */
function rowsPrinted(attempt: AttemptJournal): readonly string[] {
  const text = renderDelivery({ attempts: [attempt] }, { detail: 'full' }).replace(/\s+/g, ' ');
  const rows = attempt.result?.decisions.map(({ row }) => row) ?? [];
  return rows.filter((row) => {
    const { then, why } = whyOf.get(row) ?? { then: '', why: '' };
    const told = [`${why} (${row} ${then})`, `${row} ${then} `];
    return whyOf.has(row) && text.includes(why) && told.some((words) => text.includes(words));
  });
}

/** A defect of ours, which no story can tell. */
const faulty: Programs = {
  ...programs,
  host: { ...programs.host, start: () => ({ kind: 'fault', cause: 'a defect' }) },
};

const journals = scenarioGroups.flatMap(({ scenarios }) =>
  scenarios.flatMap((scenario) => simulateScenario(scenario).steps.flatMap((step) => step.journal.attempts)),
);

describe('the printed reason', () => {
  it('of every row of an attempt is met by a scenario, unless no scenario can come to it', {
    timeout: 120_000,
  }, () => {
    const printed = new Set<string>();
    for (const journal of journals) {
      const rows = journal.result?.decisions.map(({ row }) => row) ?? [];
      // Rendering takes its time, and what was seen once was seen.
      if (rows.some((row) => !printed.has(row))) for (const row of rowsPrinted(journal)) printed.add(row);
    }
    const unmet = shown.map(({ id }) => id).filter((id) => !printed.has(id));
    expect(unmet).toEqual(Object.keys(BEYOND_STORIES));
  });

  it('of what no story can tell is met where it happens', () => {
    const [drawn] = fc
      .sample(fc.tuple(aWorld, anAttemptInput), { numRuns: 100, seed: 0 })
      .flatMap(([world, input]) => {
        const { journal } = play(world, input, { programs: faulty });
        return rowsPrinted(journal).filter((row) => row in BEYOND_STORIES);
      });
    expect([drawn]).toEqual(Object.keys(BEYOND_STORIES));
  });
});
