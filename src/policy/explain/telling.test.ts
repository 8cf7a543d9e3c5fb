import { describe, expect, it } from 'vitest';
import { tellingColumns, tellingFacts } from './telling.js';

describe('the facts that tell', () => {
  const input = { message: 'open', dane: 'open', sts: 'unreachable', operator: 'open', currency: 'fresh' };

  it('are those of the row, and first what stood in the way', () => {
    expect(tellingColumns({ row: 'no such row', input })).toEqual([
      ...['sts', 'message', 'dane', 'operator', 'currency'],
    ]);
    const facts = ['Nothing.', 'Nothing.', 'The policy does not list it.', 'Nothing.', 'It is current.'];
    expect(tellingFacts({ row: 'no such row', input, facts })).toEqual([
      ...['The policy does not list it.', 'Nothing.', 'It is current.'],
    ]);
  });
});
