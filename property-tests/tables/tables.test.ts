import { describe, expect, it } from 'vitest';
import { requirements } from '../../spec/requirements/index.js';
import { auditTable } from '../../src/policy/kernel/audit.js';
import { compileRows, decide, inputsOf, rowApplies } from '../../src/policy/kernel/table.js';
import { allTables } from '../../src/policy/tables.js';

const rows = allTables.flatMap((table) => table.rows.map((row) => ({ ...row, table: table.name })));

describe.each(allTables.map((table) => [table.name, table] as const))('table %s', (_, table) => {
  it('has exactly one row for every input, an input for every row, and a row for every verdict', () => {
    const { inputs, ...faults } = auditTable(table);
    expect(inputs).toBe(Object.values(table.inputs).reduce((product, words) => product * words.length, 1));
    expect(faults).toEqual({ holes: [], overlaps: [], deadRows: [], unusedVerdicts: [] });
  });

  it('decides, compiled, as its rows say one by one', () => {
    for (const input of inputsOf(table)) {
      const row = table.rows.find((each) => rowApplies(each, input))!;
      expect(decide(table, input)).toEqual({
        verdict: row.then,
        table: table.name,
        row: row.id,
        why: row.why,
        refs: row.refs,
        input,
      });
    }
  });

  it('names no word, verdict or column that it does not have, and no word twice', () => {
    for (const words of Object.values(table.inputs)) expect(new Set(words).size).toBe(words.length);
    for (const row of table.rows) {
      expect(table.verdicts).toContain(row.then);
      for (const [key, cell] of Object.entries(row.when))
        expect(table.inputs[key]).toEqual(expect.arrayContaining([cell].flat() as string[]));
    }
  });

  it('refuses what it has no word for, and any input once two rows cover it', () => {
    const [input] = inputsOf(table);
    for (const key of Object.keys(input!))
      expect(() => decide(table, { ...input, [key]: 'no such word' })).toThrow('no unique row');
    expect(() => decide(table, {})).toThrow('no unique row');
    const twice = compileRows(table, [...table.rows, { ...table.rows[0]!, id: 'TWICE' }]);
    expect(twice.filter((cell) => cell === undefined).length).toBeGreaterThan(0);
  });
});

describe('all tables together', () => {
  it('were found', () => {
    expect(allTables.length).toBeGreaterThan(20);
  });

  it('have names and row ids of their own', () => {
    expect(new Set(allTables.map(({ name }) => name)).size).toBe(allTables.length);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it('give a reason for every row that is a sentence and no repetition of its condition', () => {
    const wordsOf = (text: string) => text.toLowerCase().match(/[a-z]+/g) ?? [];
    for (const { id, why, when, then } of rows) {
      expect(why, id).toMatch(/^[A-Z].{15,}\.$/s);
      const condition = new Set(wordsOf([...Object.entries(when).flat(2), then].join(' ')));
      const own = wordsOf(why).filter((word) => word.length > 3 && !condition.has(word));
      expect(own.length, `${id}: ${why}`).toBeGreaterThan(0);
    }
  });

  it('cite requirements that exist', () => {
    const known = new Set<string>(requirements.map(({ id }) => id));
    for (const { id, refs } of rows) {
      expect(refs.length, id).toBeGreaterThan(0);
      for (const ref of refs) expect(known.has(ref), `${id} cites ${ref}`).toBe(true);
    }
  });
});
