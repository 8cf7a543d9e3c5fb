import { describe, expect, it } from 'vitest';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import type { Scenario } from '../adapters/scripted/scenario.js';
import { programs } from '../machine/programs.js';
import { allTables } from '../policy/tables.js';
import { simulateScenario } from '../testing/scenario/simulate-scenario.js';
import { compare, type Play, playRecord } from './compare.js';
import { type Profile, profileNamed, profiles } from './profiles/index.js';

const scenarios = scenarioGroups.flatMap((group) => group.scenarios);

function playScenario(scenario: Scenario): Play {
  return (settings) =>
    simulateScenario({ ...scenario, settings: { ...scenario.settings, ...settings } })
      .steps.at(-1)!
      .journal.attempts.map(({ result }) => ({ result, unasked: [] }));
}

function verdictsOn(name: string): Readonly<Record<string, string>> {
  const scenario = scenarios.find((each) => each.name === name)!;
  const [{ verdicts }] = compare(playScenario(scenario), profiles) as [ReturnType<typeof compare>[number]];
  return Object.fromEntries(
    verdicts.map(({ mta, outcome, status }) => [mta, `${outcome} ${status ?? ''}`.trim()]),
  );
}

const OURS: Profile = {
  name: 'ours',
  software: 'ours',
  settings: {},
  rows: [],
  ends: [],
  unknown: [],
  ownStatuses: 'as-ours',
  fold: 'most-telling',
};

describe('what others would have made of it', () => {
  it('is a verdict, or a reason for none, for every story and everybody', () => {
    const before = JSON.stringify(allTables.map(({ cells }) => cells));
    const seen = new Map<string, Set<string>>();
    for (const [at, scenario] of scenarios.entries()) {
      if (at % 5 !== 0) continue;
      for (const { verdicts, firstDifference } of compare(playScenario(scenario), profiles)) {
        const [own, ...others] = verdicts;
        expect(own).toMatchObject({ mta: 'waxseal', known: true, compared: 'same' });
        expect(others.map(({ mta }) => mta)).toEqual(profiles.map(({ name }) => name));
        for (const { mta, outcome, status, why, source, known, compared } of others) {
          expect(why.length, `${scenario.name}: ${mta}`).toBeGreaterThan(10);
          expect(source.length).toBeGreaterThan(5);
          expect(known).toBe(outcome !== 'unknown');
          if (!known) expect([status, compared]).toEqual([null, 'unknown']);
          seen.set(mta, (seen.get(mta) ?? new Set()).add(compared));
        }
        const differ = others.some(({ compared }) => compared === 'stricter' || compared === 'laxer');
        if (differ) expect(firstDifference, scenario.name).not.toBeNull();
      }
    }
    for (const [mta, compared] of seen) expect(compared.has('same'), mta).toBe(true);
    expect(JSON.stringify(allTables.map(({ cells }) => cells))).toBe(before);
  });

  it('is the same as ours, of ourselves', () => {
    for (const scenario of scenarios.filter((_, at) => at % 9 === 0))
      for (const { verdicts, firstDifference } of compare(playScenario(scenario), [OURS])) {
        expect(verdicts[1]).toMatchObject({ compared: 'same', differs: null, outcome: verdicts[0]!.outcome });
        expect(firstDifference).toBeNull();
      }
  });

  it('differs where it is known to', () => {
    expect(verdictsOn('DANE-EE does not match; a valid certificate does not help')).toEqual({
      ...{ waxseal: 'deferred 4.7.5', postfix: 'deferred 4.7.5', 'postfix-alone': 'deferred 4.7.5' },
      ...{ exim: 'deferred', mox: 'deferred', kumomta: 'deferred' },
      ...{ stalwart: 'bounced', maddy: 'bounced 5.7.0' },
    });
    expect(verdictsOn('MTA-STS enforced, the only MX is not in the policy: not even connected to')).toEqual({
      ...{ waxseal: 'deferred 4.7.5', postfix: 'deferred 4.3.0', 'postfix-alone': 'delivered 2.0.0' },
      ...{ exim: 'delivered 2.0.0', mox: 'deferred', kumomta: 'deferred 4.4.4' },
      ...{ stalwart: 'bounced', maddy: 'bounced 5.7.0' },
    });
    expect(verdictsOn('MTA-STS enforced, no STARTTLS: waits, as under a stripping attack')).toMatchObject({
      ...{
        postfix: 'deferred 4.7.4',
        exim: 'delivered 2.0.0',
        mox: 'bounced',
        stalwart: 'bounced',
        maddy: 'deferred 4.7.1',
      },
    });
  });

  it.each([
    ['usable TLSA, STARTTLS refused for good by the only host: waits, does not bounce', 'bounced'],
    ['usable TLSA, STARTTLS refused for good by the first host: the second is tried', 'bounced'],
    ['STARTTLS refused for now', 'deferred'],
    ['usable TLSA, handshake broken: never in clear', 'deferred 4.7.5'],
    ['no policy, handshake broken: delivered in clear over a second connection', 'deferred 4.7.5'],
    ['no policy, STARTTLS refused for good (554): delivered in clear over a second connection', 'unknown'],
    ['TLS-Required: No, STARTTLS refused under DANE', 'unknown'],
    ['a null MX of odd preference is still one', 'bounced 5.1.0'],
  ])('is what Postfix makes of it, which looks at how TLS failed: %s', (name, verdict) => {
    expect(verdictsOn(name).postfix).toBe(verdict);
  });

  it('has a status only where a reply or somebody who looked says so', () => {
    const { waxseal, exim, mox } = verdictsOn('the MX lookup fails');
    expect([waxseal, exim, mox]).toEqual(['deferred 4.4.3', 'deferred', 'deferred']);
    expect(verdictsOn('451 at RCPT by the only host: waits with the words of the host')).toMatchObject({
      exim: 'deferred 4.7.1',
    });
  });

  it('depends on the helper where Postfix has two policies and can follow one', () => {
    const scenario = scenarios.find(
      ({ name }) => name === 'DANE is good, but enforced MTA-STS fails by the certificate',
    )!;
    const [{ verdicts }] = compare(playScenario(scenario), [profileNamed('postfix')!]) as [
      ReturnType<typeof compare>[number],
    ];
    expect(verdicts[1]).toMatchObject({ outcome: 'unknown', known: false });
    expect(verdicts[1]!.why).toMatch(/postfix-mta-sts-resolver deferred .*postfix-tlspol delivered/);
  });

  it('is not known where the record ends', () => {
    const scenario = scenarios.find(
      ({ name }) => name === 'MTA-STS enforced, the only MX is not in the policy: not even connected to',
    )!;
    const { attempts } = simulateScenario(scenario).steps[0]!.journal;
    const [{ verdicts }] = compare(playRecord(attempts, programs), [profileNamed('exim')!]) as [
      ReturnType<typeof compare>[number],
    ];
    expect(verdicts[1]).toMatchObject({ outcome: 'unknown', known: false, source: 'the record' });
    expect(verdicts[1]!.why).toContain('smtp.connect mx.a.example');
  });

  it('leaves the tables as they were, also when something breaks', () => {
    const before = allTables.map(({ cells }) => [...cells]);
    const broken: Play = () => {
      throw new Error('broken');
    };
    expect(() => compare(broken, profiles)).toThrow('broken');
    expect(allTables.map(({ cells }) => [...cells])).toEqual(before);
  });
});
