import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ReportKey } from '../../src/effects/stores.js';
import type { ReportState } from '../../src/policy/tls-report/report-state.js';
import type { TlsReportPolicy } from '../../src/policy/tls-report/tally.js';
import { type Happening, happening, playHistories, timeAndCrashes } from './histories.fixture.js';
import { DAY_MS, detailOf, lineOf, NOW, type StartStores } from './stores.fixture.js';

/** What a store should keep, thought out naively: numbers by name, in order of first appearance. */
interface Tally {
  readonly key: ReportKey;
  state: ReportState;
  readonly policies: {
    name: string;
    success: number;
    failure: number;
    readonly details: [string, number][];
  }[];
}

interface Model {
  now: number;
  tallies: Tally[];
}

const BOUNDS = { domainsMax: 2, policiesMax: 2, detailsMax: 2 };

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
const aDomain = fc.constantFrom('a.example', 'b.example', 'c.example');
/** How many days ago. */
const anAge = fc.constantFrom(0, 0, 1, 2);
const aLine = fc
  .record({
    name: fc.constantFrom('one', 'two', 'three'),
    success: fc.nat(3),
    failures: fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.integer({ min: 1, max: 3 })), {
      maxLength: 3,
    }),
  })
  .map(({ name, success, failures }) =>
    lineOf(name, {
      success,
      failure: failures.length,
      details: failures.map(([reason, count]) => detailOf(reason, count)),
    }),
  );

const happenings: fc.Arbitrary<Happening<Model>>[] = [
  fc.tuple(aDomain, anAge, fc.array(aLine, { maxLength: 3 })).map(([domain, age, lines]) =>
    happening<Model>(`add ${domain} -${age}d ${JSON.stringify(lines)}`, async (model, node) => {
      const key = { day: dayOf(model.now - age * DAY_MS), domain };
      expect(await node.reports.add(key, lines)).toBe(addToModel(model, key, lines));
    }),
  ),
  fc.tuple(aDomain, anAge).map(([domain, age]) =>
    happening<Model>(`read ${domain} -${age}d`, async (model, node) => {
      const key = { day: dayOf(model.now - age * DAY_MS), domain };
      expect(await node.reports.read(key)).toEqual(linesOf(find(model, key)));
    }),
  ),
  fc.constant(
    happening<Model>('list', async ({ tallies }, node) => {
      const due = tallies.map(({ key, state }) => ({ ...key, state }));
      const expected = due.sort((a, b) => (`${a.day} ${a.domain}` < `${b.day} ${b.domain}` ? -1 : 1));
      expect(await node.reports.list({ after: null, entriesMax: 100 })).toEqual(expected);
    }),
  ),
  fc.tuple(aDomain, anAge, fc.constantFrom(1, 3_600_000, DAY_MS)).map(([domain, age, length]) =>
    happening<Model>(`claim ${domain} -${age}d for ${length} ms`, async (model, node) => {
      const key = { day: dayOf(model.now - age * DAY_MS), domain };
      const claim = { now: model.now, until: model.now + length };
      const tally = find(model, key);
      const isFree = tally !== undefined && mayClaim(tally.state, model.now);
      expect(await node.reports.claim(key, claim)).toBe(isFree ? 'claimed' : 'taken');
      if (isFree) tally.state = { kind: 'claimed', until: claim.until };
    }),
  ),
  fc.tuple(aDomain, anAge, fc.constantFrom('sent', 'dropped')).map(([domain, age, outcome]) =>
    happening<Model>(`settle ${domain} -${age}d ${outcome}`, async (model, node) => {
      const key = { day: dayOf(model.now - age * DAY_MS), domain };
      await node.reports.settle(key, outcome);
      const tally = find(model, key);
      if (tally !== undefined && tally.state.kind !== 'sent') tally.state = { kind: outcome };
    }),
  ),
  anAge.map((age) =>
    happening<Model>(`prune -${age}d`, async (model, node) => {
      const before = dayOf(model.now - age * DAY_MS);
      await node.reports.prune(before);
      model.tallies = model.tallies.filter(({ key }) => key.day >= before);
    }),
  ),
];

const find = ({ tallies }: Model, { day, domain }: ReportKey) =>
  tallies.find(({ key }) => key.day === day && key.domain === domain);

function mayClaim(state: ReportState, now: number): boolean {
  if (state.kind === 'claimed') return state.until <= now || state.until > now + DAY_MS;
  return state.kind === 'open';
}

function addToModel(model: Model, key: ReportKey, lines: readonly TlsReportPolicy[]) {
  if (lines.length === 0) return 'added';
  const known = find(model, key);
  if (known?.state.kind === 'sent' || known?.state.kind === 'dropped') return 'settled';
  const ofDay = model.tallies.filter(({ key: { day } }) => day === key.day).length;
  if (known === undefined && ofDay >= BOUNDS.domainsMax) return 'full';
  const tally = known ?? { key, state: { kind: 'open' } as const, policies: [] };
  if (known === undefined) model.tallies.push(tally);
  for (const line of lines) count(tally, line);
  return 'added';
}

function count({ policies }: Tally, line: TlsReportPolicy): void {
  const name = line.policyString[0]!;
  if (!policies.some((policy) => policy.name === name)) {
    if (policies.length >= BOUNDS.policiesMax) return;
    policies.push({ name, success: 0, failure: 0, details: [] });
  }
  const policy = policies.find((each) => each.name === name)!;
  policy.success += line.success;
  policy.failure += line.failure;
  for (const { failureReasonCode, failedSessionCount } of line.details) {
    const detail = policy.details.find(([reason]) => reason === failureReasonCode);
    if (detail !== undefined) detail[1] += failedSessionCount;
    else if (policy.details.length < BOUNDS.detailsMax)
      policy.details.push([failureReasonCode, failedSessionCount]);
  }
}

function linesOf(tally: Tally | undefined): readonly TlsReportPolicy[] {
  return (tally?.policies ?? []).map(({ name, success, failure, details }) =>
    lineOf(name, {
      success,
      failure,
      details: details.map(([reason, sessions]) => detailOf(reason, sessions)),
    }),
  );
}

/** Random histories of attempts, reports, crashes and clocks that jump. */
export function tlsReportStoreHistories(name: string, start: StartStores, numRuns = 100): void {
  it(`a store of tallies counts as one would by hand, whatever happens: ${name} (X-11)`, async () => {
    const model = (): Model => ({ now: NOW, tallies: [] });
    await playHistories(start, BOUNDS, model, [...happenings, ...timeAndCrashes<Model>()], numRuns);
  });
}
