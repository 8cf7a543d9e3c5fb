import { describe, expect, it } from 'vitest';
import { renderTable } from './markdown.js';
import { decidingBy } from './otherwise.js';
import { atLeast, STRICTNESS, strictest } from './scale.js';
import { runSteps } from './steps.js';
import {
  type Decision,
  decide,
  defineTable,
  inputsOf,
  isSameDecision,
  rowApplies,
  TableFault,
  withoutRepetition,
} from './table.js';

const row = { why: 'A reason.', refs: ['STS-4-1'] } as const;
const table = defineTable({
  name: 'crossing',
  about: 'Whether to cross.',
  inputs: { light: ['red', 'green'], traffic: ['none', 'some', 'much'] },
  verdicts: ['go', 'wait'],
})([
  { id: 'X-A', when: { light: 'green' }, then: 'go', ...row },
  { id: 'X-B', when: { light: 'red', traffic: ['some', 'much'] }, then: 'wait', ...row },
]);
type Input = Parameters<typeof decide<typeof table.inputs, 'go' | 'wait'>>[1];
const decided = (light: Input['light'], traffic: Input['traffic']) => decide(table, { light, traffic });

describe('a table', () => {
  it('has one row for each input, whatever the order of its words, and says on what it was decided', () => {
    const rows = [...inputsOf(table)].filter((input) => input.light === 'green' || input.traffic !== 'none');
    expect(rows.map((input) => decide(table, input).row)).toEqual(['X-B', 'X-B', 'X-A', 'X-A', 'X-A']);
    expect(rows.map(({ light, traffic }) => decide(table, { traffic, light }).row)).toEqual([
      ...['X-B', 'X-B', 'X-A', 'X-A', 'X-A'],
    ]);
    const decision = decided('red', 'much');
    expect(decision).toEqual({
      ...{ verdict: 'wait', table: 'crossing', row: 'X-B', input: { light: 'red', traffic: 'much' } },
      ...row,
    });
    for (const frozen of [decision, decision.input, decision.refs, table])
      expect(Object.isFrozen(frozen)).toBe(true);
  });

  it('has a fault for what is no input of it', () => {
    for (const none of [{ light: 'green' }, {}, { light: 'green', traffic: 'blue' }, { traffic: 'none' }])
      expect(() => decide(table, none as never)).toThrow(TableFault);
    expect(() => decided('red', 'none')).toThrow(
      /"crossing" has no unique row for \{"light":"red","traffic":"none"\}/,
    );
    expect(new TableFault('x')).toMatchObject({ code: 'WAXSEAL_TABLE_FAULT', name: 'TableFault' });
    // More than it asks for is no input either, unless it stands behind the words by name.
    expect(() => decide(table, { light: 'green', traffic: 'none', more: 'x' } as never)).not.toThrow();
  });

  it('goes through its inputs as its cells stand, the last column first', () => {
    expect([...inputsOf(table)].map(({ light, traffic }) => `${light} ${traffic}`)).toEqual([
      ...['red none', 'red some', 'red much', 'green none', 'green some', 'green much'],
    ]);
    expect(table.cells.map((cell) => cell?.row ?? null)).toEqual([null, 'X-B', 'X-B', 'X-A', 'X-A', 'X-A']);
    const applies = (light: string, traffic: string) => rowApplies(table.rows[1]!, { light, traffic });
    expect([applies('red', 'some'), applies('red', 'none'), applies('green', 'some')]).toEqual([
      ...[true, false, false],
    ]);
  });

  it('is a section with a line for each row', () => {
    expect(renderTable(table)).toBe(
      [
        ...['## crossing', '', 'Whether to cross.', ''],
        ...['- `light`: `red`, `green`', '- `traffic`: `none`, `some`, `much`'],
        ...['- verdicts: **go**, **wait**', ''],
        ...['| row | light | traffic | verdict | why | refs |', '|---|---|---|---|---|---|'],
        '| X-A | green |  | **go** | A reason. | STS-4-1 |',
        '| X-B | red | some or much | **wait** | A reason. | STS-4-1 |',
        '',
      ].join('\n'),
    );
  });
});

describe('decisions', () => {
  const again = (decision: Decision, own: object): Decision => ({
    ...decision,
    input: { ...decision.input, ...own },
  });

  it('say the same by the same row and the same words', () => {
    const one = decided('green', 'none');
    expect(isSameDecision(one, again(one, {}))).toBe(true);
    expect(isSameDecision(one, decided('green', 'some'))).toBe(false);
    expect(isSameDecision(one, again(one, { more: 'x' }))).toBe(false);
    expect(isSameDecision(again(one, { more: 'x' }), one)).toBe(false);
    expect(isSameDecision(one, { ...one, row: 'X-B' })).toBe(false);
    const all = [
      one,
      decided('red', 'much'),
      again(one, {}),
      decided('green', 'some'),
      decided('red', 'much'),
    ];
    expect(withoutRepetition(all)).toEqual([all[0], all[1], all[3]]);
  });

  it('are made by other cells for as long as something runs, and not after, whatever happens', () => {
    const other = decided('red', 'much');
    const cells = (index: number, decision: Decision) => ({ table, cells: new Map([[index, decision]]) });
    const seen = decidingBy([cells(3, other), cells(3, decided('red', 'some'))], () =>
      decided('green', 'none'),
    );
    expect(seen).toBe(decided('red', 'some'));
    expect(decided('green', 'none').row).toBe('X-A');
    expect(() =>
      decidingBy([cells(3, other)], () => {
        throw new Error('lost');
      }),
    ).toThrow('lost');
    expect(decided('green', 'none').row).toBe('X-A');
  });
});

it('the scale has an order, and the strictest wins', () => {
  for (const [at, one] of STRICTNESS.entries())
    for (const [other, two] of STRICTNESS.entries()) {
      expect(strictest(one, two)).toBe(STRICTNESS[Math.max(at, other)]);
      expect(atLeast(one, two)).toBe(at >= other);
    }
});

it('work in steps is done to its end', () => {
  let done = 0;
  function* work(): Generator<undefined, string, undefined> {
    for (; done < 3; done++) yield;
    return 'all';
  }
  expect([runSteps(work()), done]).toEqual(['all', 3]);
});
