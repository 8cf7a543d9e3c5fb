import { describe, expect, it } from 'vitest';
import { auditTable } from './audit.js';
import { defineTable, type Row } from './table.js';

const refs = ['STS-4-1'] as const;
const why = 'It is so in this test.';
const lights = defineTable({
  name: 'lights',
  about: 'A table with one fault of each kind.',
  inputs: { light: ['red', 'amber', 'green'], traffic: ['dense', 'none'] },
  verdicts: ['stop', 'go', 'wait'],
});

describe('the audit of a table', () => {
  it('names each input without a row or with several, each row without an input, and each verdict without a row', () => {
    // Who writes no TypeScript can write a list without a word in it.
    const nobody = { id: 'LIGHT-3', when: { light: [] }, then: 'stop', why, refs };
    const table = lights([
      { id: 'LIGHT-1', when: { light: ['red', 'amber'] }, then: 'stop', why, refs },
      { id: 'LIGHT-2', when: { light: ['amber', 'green'], traffic: 'none' }, then: 'go', why, refs },
      nobody as unknown as Row<typeof table.inputs, 'stop' | 'go' | 'wait'>,
    ]);
    expect(auditTable(table)).toEqual({
      inputs: 6,
      holes: [{ light: 'green', traffic: 'dense' }],
      overlaps: [{ input: { light: 'amber', traffic: 'none' }, rows: ['LIGHT-1', 'LIGHT-2'] }],
      deadRows: ['LIGHT-3'],
      unusedVerdicts: ['wait'],
    });
  });
});
