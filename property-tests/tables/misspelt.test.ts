import { expect, it } from 'vitest';
import { decide, defineTable, TableFault } from '../../src/policy/kernel/table.js';

const define = () =>
  defineTable({
    name: 'light',
    about: 'For this test.',
    inputs: { light: ['red', 'green'] },
    verdicts: ['stop', 'go'],
  });

it('misspelt words, verdicts and references do not compile', () => {
  const table = define()([
    { id: 'LIGHT-1', when: { light: 'red' }, then: 'stop', why: 'Others have green.', refs: ['STS-4-1'] },
    { id: 'LIGHT-2', when: { light: 'green' }, then: 'go', why: 'Others have red.', refs: ['STS-4-1'] },
    // @ts-expect-error: no such word
    { id: 'LIGHT-3', when: { light: 'gren' }, then: 'go', why: 'No.', refs: ['STS-4-1'] },
    // @ts-expect-error: no such column
    { id: 'LIGHT-4', when: { lihgt: 'red' }, then: 'go', why: 'No.', refs: ['STS-4-1'] },
    // @ts-expect-error: no such verdict
    { id: 'LIGHT-5', when: { light: 'red' }, then: 'halt', why: 'No.', refs: ['STS-4-1'] },
    // @ts-expect-error: no such requirement
    { id: 'LIGHT-6', when: { light: 'red' }, then: 'go', why: 'No.', refs: ['STS-4-999'] },
    // @ts-expect-error: a rule without a reference
    { id: 'LIGHT-7', when: { light: 'red' }, then: 'go', why: 'No.', refs: [] },
  ]);
  // @ts-expect-error: no such word
  expect(() => decide(table, { light: 'blue' })).toThrow(TableFault);
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
