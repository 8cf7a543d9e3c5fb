import { describe, expect, it } from 'vitest';
import { decide, inputsOf } from '../kernel/table.js';
import { allTables } from '../tables.js';
import { isIdle, tellingColumns, tellingFacts } from './telling.js';

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

  it.each([
    [
      'what the host did not offer, before that nothing had failed',
      'TLS-3',
      ['offered', 'strictness', 'channel'],
    ],
    ['what was replied, before what it was to answer', 'REPLY-5', ['reply', 'stage', 'leniency']],
    [
      'that there is no address, before who named the host',
      'HADR-5',
      ['addresses', 'source', 'answers', 'policy'],
    ],
    ['that there is no TLS, as well as who asked for it', 'KEY-3', ['message', 'tls']],
    ['what the message is too large for', 'FIT-2', ['size', 'leniency']],
    ['what the server does not take, before what fits', 'FIT-3', ['utf8', 'size']],
  ])('name first %s', (_, id, columns) => {
    const table = allTables.find(({ rows }) => rows.some((row) => row.id === id))!;
    const decision = [...inputsOf(table)].map((input) => decide(table, input)).find(({ row }) => row === id)!;
    expect(tellingColumns(decision)).toEqual(columns);
  });

  it.each(['addresses', 'mechanism', 'room', 'tls'])(
    'say by the column %s what there is none of',
    (column) => {
      expect(['none', 'no'].map((word) => isIdle(column, word))).toEqual([false, false]);
    },
  );

  it.each<[string, readonly string[], boolean]>([
    [
      'message',
      ['open', 'no-demand', 'not-demanded', 'not-required', 'not-needed', 'fits', 'fresh', 'no', 'none'],
      true,
    ],
    ['message', ['yes', 'failed', 'first', 'too-large', 'stale', ''], false],
    // Where there is none, that is what stood in the way.
    ['addresses', ['none', 'failed'], false],
    ['mechanism', ['none', 'found'], false],
    ['room', ['none', 'here'], false],
    ['tls', ['no', 'yes'], false],
    ['channel', ['first'], true],
    ['channel', ['cleartext-retry', 'none'], false],
    ['stage', ['mail', 'greeting'], true],
  ])('say of %s only that nothing stood in the way, where it is %j: %s', (column, words, idle) => {
    expect(words.filter((word) => isIdle(column, word))).toEqual(idle ? words : []);
  });
});
