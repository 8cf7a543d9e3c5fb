import { expect, it } from 'vitest';
import { decide, defineTable, TableFault } from '../../src/policy/kernel/table.js';

const define = () =>
  defineTable({
    name: 'light',
    about: 'For this test.',
    inputs: { light: ['red', 'green'] },
    verdicts: ['stop', 'go'],
  });

it('misspelt words, columns, verdicts and references do not compile, and where nothing is compiled they are a fault', () => {
  const good = {
    id: 'LIGHT-1',
    when: { light: 'red' },
    then: 'stop',
    why: 'Others have green.',
    refs: ['STS-4-1'],
  } as const;
  const table = define()([good, { ...good, id: 'LIGHT-2', when: { light: 'green' }, then: 'go' }]);
  // @ts-expect-error: no such word
  expect(() => decide(table, { light: 'blue' })).toThrow(TableFault);
  // @ts-expect-error: no such word
  expect(() => define()([{ ...good, when: { light: 'gren' } }])).toThrow(TableFault);
  // @ts-expect-error: no such column
  expect(() => define()([{ ...good, when: { lihgt: 'red' } }])).toThrow(TableFault);
  // @ts-expect-error: no such verdict
  expect(() => define()([{ ...good, then: 'halt' }])).toThrow(TableFault);
  // @ts-expect-error: no such requirement
  define()([{ ...good, refs: ['NO SUCH REQUIREMENT'] }]);
  // @ts-expect-error: a rule without a reference
  define()([{ ...good, refs: [] }]);
});

it('an input that several rows or none cover is a fault, not a guess', () => {
  const overlapping = define()([
    { id: 'LIGHT-1', when: {}, then: 'stop', why: 'Caution.', refs: ['STS-4-1'] },
    { id: 'LIGHT-2', when: { light: 'green' }, then: 'go', why: 'Others have red.', refs: ['STS-4-1'] },
  ]);
  expect(decide(overlapping, { light: 'red' }).verdict).toBe('stop');
  expect(() => decide(overlapping, { light: 'green' })).toThrow(TableFault);
  const empty = define()([]);
  expect(() => decide(empty, { light: 'red' })).toThrow(TableFault);
});
