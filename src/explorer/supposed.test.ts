import { describe, expect, it } from 'vitest';
import { parseScenario } from '../adapters/scripted/scenario.codec.js';
import { play } from './play.js';
import { scenarioOf, USUAL } from './state.js';
import { STORIES } from './stories.js';
import { recipientOf, recipientsIn, recordedIn, supposed } from './supposed.js';

describe('a change that a record names', () => {
  it.each(STORIES)('comes to what it promises: $name', ({ facts }) => {
    const { journal, reports } = play(scenarioOf({ ...USUAL, ...facts }));
    const [recorded] = recordedIn(journal, reports);
    for (const change of reports[0]!.change) {
      const report = supposed(recorded!, change);
      expect([report?.outcome, report?.recipient], change.what).toEqual([
        change.verdict,
        reports[0]!.recipient,
      ]);
      expect(report!.decisions).not.toEqual(reports[0]!.decisions.map(({ facts: _, ...rest }) => rest));
    }
  });

  it('of another recipient comes to nothing', () => {
    const { journal, reports } = play(scenarioOf({ ...USUAL, reply: 'greylists' }));
    const other = play(scenarioOf({ ...USUAL, dnssec: 'all', tlsa: 'stale' })).reports[0]!.change[0]!;
    expect(supposed(recordedIn(journal, reports)[0]!, other)).toBeNull();
  });

  it('is looked for at the recipient whose report it stands in', () => {
    const to = ['one@a.example', 'two@b.example', 'three@a.example'];
    const read = parseScenario(
      JSON.stringify({
        name: 'three',
        world: { dns: { 'MX a.example': ['0 .'], 'MX b.example': { fails: 'servfail' } } },
        steps: [{ message: { to }, expect: [] }],
      }),
    );
    if (!read.ok) throw new Error('no scenario');
    const { journal, reports } = play(read.scenario);
    const found = recordedIn(journal, reports).map(({ attempt, at }) => attempt.input.recipients[at]);
    expect(reports.map(({ recipient }) => recipient)).toEqual(to);
    expect(found).toEqual(to);
    expect(recipientsIn(journal).map(recipientOf)).toEqual(to);
  });
});
