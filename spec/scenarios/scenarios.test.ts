import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/adapters/scripted/scenario.codec.js';
import { requirementById } from '../requirements/index.js';
import { combinations, scenarioGroups } from './index.js';

const all = scenarioGroups.flatMap(({ scenarios }) => scenarios);

describe('the scenarios as data', () => {
  it('have a name each', () => {
    const names = all.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('cite requirements that exist', () => {
    const cited = all.flatMap(({ refs = [], shows = [] }) => [...refs, ...shows]);
    expect(cited.filter((ref) => ![...requirementById.keys()].some((id) => id === ref))).toEqual([]);
    expect(all.filter(({ refs = [], shows = [] }) => refs.length + shows.length === 0)).toEqual([]);
  });

  it('expect something for every recipient, where there is mail or a way for it', () => {
    const silent = all.filter(({ steps }) =>
      steps.some(
        ({ purpose, message, expect: expected }) =>
          expected.length !== (purpose === 'refresh-policy' ? 0 : message.to.length),
      ),
    );
    expect(silent).toEqual([]);
  });

  it.each(all.map((scenario) => [scenario.name, scenario] as const))(
    'can be written and read: %s',
    (_, scenario) => {
      expect(parseScenario(JSON.stringify(scenario))).toEqual({ ok: true, scenario });
    },
  );

  it('combine every state of DANE and MTA-STS that can meet, for each message and setting', () => {
    const possible = ['N', 'OK', 'BAD', 'UNUS', 'ERR']
      .flatMap((dane) => ['-', 'T', 'E+', 'Emx', 'Epk', 'Etls'].map((sts) => `DANE ${dane}, MTA-STS ${sts}`))
      .filter((pair) => pair !== 'DANE OK, MTA-STS Etls')
      .flatMap((pair) => ['ordinary', 'requireTls', 'tlsRequiredNo'].map((message) => `${pair}, ${message}`))
      .flatMap((cell) => ['require-sts', 'skip-pkix'].map((setting) => `${cell}, ${setting}`));
    expect(combinations.map(({ name }) => name).sort()).toEqual(possible.sort());
  });
});
