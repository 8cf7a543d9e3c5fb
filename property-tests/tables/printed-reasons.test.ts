import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import { renderFound } from '../../src/cli/output/sts/policies-text.js';
import type { AttemptJournal } from '../../src/effects/journal.js';
import type { Programs } from '../../src/effects/simulate.js';
import { renderDelivery } from '../../src/engine/text/render-delivery.js';
import { programs } from '../../src/machine/programs.js';
import { attemptTables } from '../../src/policy/tables.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
import { anAttemptInput, aPolicyInput } from '../arbitraries/attempt-inputs.js';
import { type Play, play } from '../arbitraries/plays.js';
import { aWorld } from '../arbitraries/worlds.js';
import { GUARDS } from './guards.js';

/** Tables whose decisions stand in no result: what they decide is seen by what is asked, or in the tally. */
const UNSEEN: ReadonlySet<string> = new Set([
  'attempt-deadline',
  'session-report',
  'discovery-report',
  'lookup-report',
  'report-result-type',
]);
/** Rows of other tables that are kept out of results, because the usual thing was done. */
const USUAL: readonly string[] = ['ADDR-1', 'ADDR-3', 'ADDR-5'];
/** What no world of a scenario can be or do: explain, a refresh, an odd cache, a second connection that fails, a stop, a fault. */
const BEYOND_SCENARIOS: readonly string[] = [
  ...['STS-11', 'STS-12', 'STS-13', 'STS-14', 'STS-15', 'STS-23', 'STS-24'],
  ...['STS-16', 'STS-17', 'STS-18', 'STS-19'],
  ...['ADDR-4', 'BASE-7', 'CONN-4', 'FIT-4'],
  ...['NEXT-4', 'NEXT-5', 'STOP-1', 'STOP-2', 'STOP-3'],
];

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

/** The same of an attempt that only renews a policy, as `waxseal sts refresh` prints it. */
function rowsRefreshed({ input, result }: AttemptJournal): readonly string[] {
  const { decisions = [], policy = null } = result ?? {};
  const text = renderFound(
    { domain: 'a.example', policy, decisions } as never,
    input.startedAt,
    (_, words) => words,
  );
  return decisions
    .filter(({ row, verdict, why }) => text.includes(`${row.padEnd(7)} ${verdict}  ${why}\n`))
    .map(({ row }) => row);
}

const journals = scenarioGroups.flatMap(({ scenarios }) =>
  scenarios.flatMap((scenario) => simulateScenario(scenario).steps.flatMap((step) => step.journal.attempts)),
);

describe('the printed reason', () => {
  it('of every row of an attempt is met by a scenario, unless no scenario can come to it', () => {
    const printed = new Set(journals.flatMap(rowsPrinted));
    const unmet = shown.map(({ id }) => id).filter((id) => !printed.has(id));
    expect(unmet.sort()).toEqual([...BEYOND_SCENARIOS].sort());
  });

  it('of the others is met in drawn worlds', () => {
    const missing = new Set(BEYOND_SCENARIOS);
    const look = ({ journal }: Play) => {
      const decided = journal.result?.decisions ?? [];
      if (!decided.some(({ row }) => missing.has(row))) return;
      const rows = journal.input.purpose === 'refresh-policy' ? rowsRefreshed(journal) : rowsPrinted(journal);
      for (const row of rows) missing.delete(row);
    };
    const faulty: Programs = {
      ...programs,
      host: { ...programs.host, start: () => ({ kind: 'fault', cause: 'a defect' }) },
    };
    for (let seed = 0; seed < 40 && missing.size > 0; seed++) {
      for (const [world, input] of fc.sample(fc.tuple(aWorld, aPolicyInput), { numRuns: 50, seed }))
        look(play(world, input));
      for (const [world, input] of fc.sample(fc.tuple(aWorld, anAttemptInput), { numRuns: 50, seed })) {
        const played = play(world, input);
        look(played);
        look(play(world, input, { programs: faulty }));
        // Stopped behind every tenth question, and where all is said but the last reply.
        const asks = played.journal.entries.filter(({ kind }) => kind === 'ask');
        const sending = asks.findIndex((entry) => entry.kind === 'ask' && entry.ask.type === 'smtp.send');
        const repliesHeard = input.recipients.length + 2;
        for (let turn = 0; turn < asks.length; turn += 10)
          look(play(world, input, { stop: { turn, repliesHeard } }));
        if (sending >= 0) look(play(world, input, { stop: { turn: sending, repliesHeard } }));
      }
    }
    expect([...missing]).toEqual([]);
  });
});
