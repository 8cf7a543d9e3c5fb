import { describe, expect, it } from 'vitest';
import { type Settings, settingsOf } from '../policy/settings.js';
import { allTables } from '../policy/tables.js';
import { profiles } from './profiles/index.js';
import { exportTables, ourTables, readTables } from './table-set.js';
import { diffTables } from './tables-diff.js';

const rfc = (settings: Partial<Settings> = {}) => ourTables('rfc', settingsOf('rfc', settings));

describe('the difference between tables', () => {
  it('is none of themselves, and of what was exported', () => {
    const exported = readTables('file', JSON.parse(JSON.stringify(exportTables(settingsOf('rfc')))));
    if (exported.kind !== 'tables') throw new Error(exported.problem);
    for (const other of [rfc(), exported.set])
      expect(diffTables(rfc(), other)).toMatchObject({
        changes: [],
        onlyInA: [],
        onlyInB: [],
        settings: [],
        ends: [],
      });
  });

  it('of a setting is the inputs that it decides, in a sentence', () => {
    const { changes, settings } = diffTables(rfc(), rfc({ halfDane: 'ignore' }));
    expect(changes).toEqual([
      {
        table: 'dane-applies',
        when: { target: ['name'], mx: ['insecure'] },
        from: { verdict: 'look', row: 'DAPP-3' },
        to: { verdict: 'no-dane', row: 'DAPP-4' },
        inputs: 1,
        says: 'dane-applies: where target is name, mx is insecure, look (DAPP-3) becomes no-dane (DAPP-4).',
      },
    ]);
    expect(settings).toEqual([{ key: 'halfDane', a: 'use', b: 'ignore' }]);
  });

  it('of every profile is exactly the cells that are decided otherwise', () => {
    for (const profile of profiles) {
      const other = ourTables(profile.name, settingsOf('rfc'), profile);
      const { changes } = diffTables(rfc(), other);
      const cells = rfc().tables.flatMap((table, at) =>
        [...table.cells].filter(([words, { verdict }]) => {
          const fixed = Object.entries(table.fixed);
          const columns = Object.keys(table.inputs);
          const isMet = fixed.every(([column, word]) => words.split(' ')[columns.indexOf(column)] === word);
          return isMet && other.tables[at]!.cells.get(words)!.verdict !== verdict;
        }),
      );
      expect(
        changes.reduce((sum, { inputs }) => sum + inputs, 0),
        profile.name,
      ).toBe(cells.length);
      expect(cells.length, profile.name).toBeGreaterThan(0);
    }
  });

  it('of another version names rows, holes and tables', () => {
    const file = JSON.parse(JSON.stringify(exportTables(settingsOf('rfc'))));
    file.tables = file.tables.filter(({ name }: { name: string }) => name !== 'stopped');
    const peer = file.tables.find(({ name }: { name: string }) => name === 'peer-authentication');
    peer.rows = peer.rows.filter(({ id }: { id: string }) => id !== 'PEER-6');
    const read = readTables('old', file);
    if (read.kind !== 'tables') throw new Error(read.problem);
    const found = diffTables(read.set, rfc());
    expect(found.onlyInB).toEqual(['stopped']);
    expect(found.changes).toMatchObject([
      { table: 'peer-authentication', from: null, to: { row: 'PEER-6' }, inputs: 3 },
    ]);
  });

  it.each([
    [null, '"format"'],
    [{ format: 'waxseal-tables', version: 2 }, '"version"'],
    [{ format: 'waxseal-tables', version: 1, tables: new Array(201).fill({}) }, 'at most 200'],
    [
      {
        format: 'waxseal-tables',
        version: 1,
        tables: [{ name: 'x', inputs: { a: [] }, verdicts: [], rows: [] }],
      },
      '"inputs"',
    ],
    [
      {
        ...{ format: 'waxseal-tables', version: 1 },
        tables: [
          {
            name: 'x',
            inputs: Object.fromEntries([...'abcdefghi'].map((c) => [c, [...'0123456789']])),
            verdicts: ['v'],
            rows: [],
          },
        ],
      },
      'more than 200000 inputs',
    ],
    [
      {
        ...{ format: 'waxseal-tables', version: 1 },
        tables: [
          {
            name: 'x',
            inputs: { a: ['b'] },
            verdicts: ['v'],
            rows: [{ id: 'R', when: { a: 'c' }, then: 'v' }],
          },
        ],
      },
      'uses a word that the table does not have',
    ],
    [
      {
        format: 'waxseal-tables',
        version: 1,
        tables: [{ name: 'x', inputs: { a: ['b'] }, verdicts: ['v'], rows: [7] }],
      },
      'a row lacks',
    ],
  ])('refuses a file that is none: %#', (value, problem) => {
    expect(readTables('x', value)).toMatchObject({
      kind: 'problem',
      problem: expect.stringContaining(problem),
    });
  });

  it('reads all tables', () => {
    expect(exportTables(settingsOf('rfc')).tables.map(({ name }) => name)).toEqual(
      allTables.map(({ name }) => name),
    );
  });
});
