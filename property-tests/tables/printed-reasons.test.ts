import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import { renderFound } from '../../src/cli/output/sts/policies-text.js';
import type { AttemptJournal } from '../../src/effects/journal.js';
import { renderDelivery } from '../../src/engine/text/render-delivery.js';
import { programs } from '../../src/machine/programs.js';
import type { CacheAnswer } from '../../src/policy/mta-sts/fetch.js';
import { chooseRoute } from '../../src/policy/relay/index.js';
import { attemptTables } from '../../src/policy/tables.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { type Play, type PlayOptions, play, type Stop } from '../arbitraries/plays.js';
import { HOUR, NOW } from '../arbitraries/universe.js';
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
const USUAL: readonly string[] = ['ADDR-1', 'ADDR-3', 'ADDR-5', 'USED-1', 'USED-2', 'NTX-1'];
/** What no world of a scenario can be or do: explain, a refresh, an odd cache, a second connection that fails, a stop, a fault. */
const BEYOND_SCENARIOS: readonly string[] = [
  ...['STS-11', 'STS-12', 'STS-13', 'STS-14', 'STS-15', 'STS-23', 'STS-24'],
  ...['STS-16', 'STS-17', 'STS-18', 'STS-19'],
  ...['BASE-7', 'CONN-4', 'FIT-4', 'FIT-8'],
  ...['NEXT-4', 'NEXT-5', 'STOP-1', 'STOP-2', 'STOP-3', 'HOP-5'],
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

/** A defect of ours, and answers that are rare: among them TLS that breaks at a host that is gone at the second connection. */
const ODDITIES: readonly PlayOptions[] = [
  {
    programs: {
      ...programs,
      host: { ...programs.host, start: () => ({ kind: 'fault', cause: 'a defect' }) },
    },
  },
  {
    distort: (answer, ask) =>
      ask.type === 'dns.cname' ? { kind: 'failed', cause: 'servfail', extendedError: null } : answer,
  },
  {
    distort(answer, ask) {
      if (ask.type === 'tls.handshake') return { kind: 'failed', cause: 'protocol', code: 'ERR_SSL' };
      return ask.type === 'smtp.connect' && ask.session > 1 ? { kind: 'failed', cause: 'refused' } : answer;
    },
  },
];

/** What an engine remembers of a relay that did not let it in is part of no world. */
const PARKED = {
  ...chooseRoute(
    {
      destination: { kind: 'domain', name: 'a.example' },
      from: '',
      account: null,
      attempt: 1,
      transport: 'smart',
    },
    [],
    { smart: { kind: 'relay', host: 'relay.example', port: 587, tls: 'starttls', verify: 'pkix' } },
  ),
  parked: 'yes',
} as const;

const policy = { mode: 'enforce', mx: ['*.a.example'], maxAgeSeconds: 604_800, lines: [] } as const;
/** Unreadable, and kept for an hour or from an hour ahead, with and without a fetch that failed a moment ago. */
const CACHES: readonly CacheAnswer[] = [
  { kind: 'unreadable' },
  ...[NOW - HOUR, NOW + HOUR].flatMap((fetchedAt) =>
    [null, { id: 'id1', failedAt: NOW - 1000 }].map((failure) => ({
      kind: 'read' as const,
      cached: { id: 'id1', policy, fetchedAt },
      failure,
    })),
  ),
];

/** At once, half-way, and when nothing is left to be heard but the reply to the whole message. */
function stopsOf({ journal, input }: Play): readonly Stop[] {
  const asks = journal.entries.flatMap((entry) => (entry.kind === 'ask' ? [entry.ask.type] : []));
  const repliesHeard = input.recipients.length + 2;
  return [0, Math.floor(asks.length / 2), asks.indexOf('smtp.send')]
    .filter((turn) => turn >= 0)
    .map((turn) => ({ turn, repliesHeard }));
}

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
    expect(unmet.sort()).toEqual([...BEYOND_SCENARIOS].sort());
  });

  it('of the others is met in drawn worlds', { timeout: 120_000 }, () => {
    const missing = new Set(BEYOND_SCENARIOS);
    const look = ({ journal }: Play) => {
      const decided = journal.result?.decisions ?? [];
      if (!decided.some(({ row }) => missing.has(row))) return;
      const isRefresh = journal.input.purpose === 'refresh-policy';
      for (const row of isRefresh ? rowsRefreshed(journal) : rowsPrinted(journal)) missing.delete(row);
    };
    for (let seed = 0; seed < 20 && missing.size > 0; seed++) {
      for (const [world, input] of fc.sample(fc.tuple(aWorld, anAttemptInput), { numRuns: 20, seed })) {
        for (const options of ODDITIES) look(play(world, input, options));
        look(play(world, { ...input, transport: PARKED }));
        for (const stop of stopsOf(play(world, input))) look(play(world, input, { stop }));
        for (const cache of CACHES) {
          look(play({ ...world, cache }, input));
          look(play({ ...world, cache }, { ...input, purpose: 'refresh-policy' }));
        }
      }
    }
    expect([...missing]).toEqual([]);
  });
});
