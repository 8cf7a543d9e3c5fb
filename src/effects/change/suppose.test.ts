import { describe, expect, it } from 'vitest';
import { scenarioGroups } from '../../../spec/scenarios/index.js';
import { programs } from '../../machine/programs.js';
import { simulateScenario } from '../../testing/scenario/simulate-scenario.js';
import { editsOf } from './edits/index.js';
import { answersIn, type Supposition, suppose, supposeAlso } from './suppose.js';

const attempts = scenarioGroups
  .flatMap(({ scenarios }) => scenarios)
  .flatMap((scenario) => simulateScenario(scenario).steps)
  .flatMap(({ journal }) => journal.attempts)
  .filter(({ input, entries }) => input.recipients.length > 0 && entries.length < 60)
  .filter((_, at) => at % 9 === 0);

/** All but from where it could be gone on with. */
const seen = ({ input, asked, assumed, unasked, result, edits }: Supposition) =>
  JSON.stringify([...[input, asked, assumed, unasked, result], edits.map(({ key }) => key)]);

describe('one edit more', () => {
  it('comes to what all of them at once come to, whatever was supposed before', () => {
    let [answered, resumed] = [0, 0];
    for (const journal of attempts) {
      const answers = answersIn(journal);
      const recipient = journal.input.recipients[0]!;
      const isServed = journal.result?.recipients[0]?.outcome === 'delivered';
      let before = suppose(programs, journal, answers, []);
      for (let size = 1; size <= 2; size++) {
        const offered = editsOf(before, recipient, isServed ? 'stopped' : 'through').filter(
          ({ key }) => !before.edits.some((edit) => edit.key === key),
        );
        for (const edit of offered) {
          if (edit.input === null) answered++;
          const also = supposeAlso(programs, journal, answers, before, edit);
          if (also.halts.length > 0 && also.halts[0] === before.halts[0]) resumed++;
          expect(seen(also)).toBe(seen(suppose(programs, journal, answers, [...before.edits, edit])));
        }
        const next = offered[(answered * 7) % Math.max(1, offered.length)];
        if (next === undefined) break;
        before = supposeAlso(programs, journal, answers, before, next);
      }
    }
    expect(answered).toBeGreaterThan(200);
    expect(resumed).toBe(answered);
  });
});
