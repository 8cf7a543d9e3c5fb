import { describe, expect, it } from 'vitest';
import type { Reply } from '../smtp/reply.js';
import {
  judgeNextTransaction,
  judgeUsedConnection,
  namedNext,
  type Room,
  TRANSACTIONS_MAX,
  tooMany,
} from './next-transaction.js';
import type { TransactionReplies } from './transaction.js';

const say = (code: number): Reply => ({ code, lines: [''] });

function replies(
  mail: number | null,
  recipients: readonly (number | null)[],
  rest: Partial<Record<'data' | 'end', number>> = {},
  lost: TransactionReplies['lost'] = null,
): TransactionReplies {
  const of = (code: number | null | undefined) => (code == null ? null : say(code));
  return { mail: of(mail), recipients: recipients.map(of), data: of(rest.data), end: of(rest.end), lost };
}

const NO_LIMITS = { mailMax: null, recipientMax: null, domainMax: null };
const ROOM: Room = { waiting: 1, mails: 1, transactions: 1, limits: NO_LIMITS };
const wordsOf = (given: TransactionReplies, room: Partial<Room> = {}) =>
  judgeNextTransaction(given, { ...ROOM, ...room }).input;

describe('behind a transaction', () => {
  it.each<[string, TransactionReplies, string]>([
    ['was taken', replies(250, [250, 550], { data: 354, end: 250 }), 'taken'],
    ['was refused at its end', replies(250, [250], { data: 354, end: 550 }), 'refused'],
    ['was refused at DATA', replies(250, [250, 550], { data: 550 }), 'refused'],
    ['was for nobody, since all were refused', replies(250, [550, 450]), 'for-nobody'],
    ['was for nobody, whatever DATA was answered', replies(250, [550], { data: 554 }), 'for-nobody'],
    ['was refused as such', replies(550, [550, 550]), 'refused'],
    ['lost its connection behind a yes to MAIL', replies(250, [250], { data: 354 }, 'closed'), 'unanswered'],
    ['lost its connection at MAIL', replies(null, [null], {}, 'closed'), 'unanswered'],
    ['lost its connection behind a no to MAIL', replies(550, [null], {}, 'closed'), 'refused'],
    ['was not answered for one of them', replies(250, [550, null]), 'unanswered'],
    ['was ended by the server that leaves, at one of them', replies(250, [550, 421]), 'unanswered'],
    ['was ended by the server that leaves, at the first', replies(250, [421, 550]), 'unanswered'],
    ['was ended by the server that leaves, at MAIL', replies(421, [550]), 'refused'],
    [
      'was ended by the server that leaves, at DATA for nobody',
      replies(250, [550], { data: 421 }),
      'unanswered',
    ],
  ])('that %s', (_, given, word) => {
    expect(wordsOf(given).message).toBe(word);
  });

  it('there is room here, elsewhere or nowhere', () => {
    const taken = replies(250, [250], { data: 354, end: 250 });
    const mailMax = (max: number) => ({ limits: { ...NO_LIMITS, mailMax: max } });
    expect(wordsOf(taken).room).toBe('here');
    expect(wordsOf(taken, { ...mailMax(3), mails: 2 }).room).toBe('here');
    expect(wordsOf(taken, { ...mailMax(3), mails: 3 }).room).toBe('elsewhere');
    expect(wordsOf(replies(250, [250], {}, 'closed')).room).toBe('elsewhere');
    expect(wordsOf(taken, { transactions: TRANSACTIONS_MAX - 1 }).room).toBe('here');
    expect(wordsOf(taken, { transactions: TRANSACTIONS_MAX }).room).toBe('none');
    expect([0, 1].map((waiting) => wordsOf(taken, { waiting }).waiting)).toEqual(['none', 'some']);
  });

  it('as many are named as the server takes, and nobody beyond the bound', () => {
    expect(namedNext([3, 4, 5], { ...NO_LIMITS, recipientMax: 2 }, 1)).toEqual([3, 4]);
    expect(namedNext([3, 4, 5], NO_LIMITS, TRANSACTIONS_MAX)).toEqual([3, 4, 5]);
    expect(namedNext([3, 4, 5], NO_LIMITS, TRANSACTIONS_MAX + 1)).toEqual([]);
  });

  it('those were too many that 452 or 552 was said to behind one that was accepted, and before none', () => {
    expect(tooMany(replies(250, [250, 452, 552, 550, 450]))).toEqual([1, 2]);
    expect(tooMany(replies(250, [452, 250, 452, null]))).toEqual([2]);
    expect(tooMany(replies(250, [452, 552]))).toEqual([]);
  });
});

describe('a connection that mail went over before', () => {
  it.each<[string, TransactionReplies, string]>([
    ['is closed', replies(null, [null], {}, 'closed'), 'closed'],
    ['is reset', replies(null, [null], {}, 'reset'), 'closed'],
    ['times out', replies(null, [null], {}, 'timeout'), 'other'],
    ['answers MAIL with 421', replies(421, [null]), 'not-now'],
    ['answers MAIL with 452', replies(452, [null]), 'not-now'],
    ['answers MAIL with 451', replies(451, [null]), 'other'],
    ['takes the sender', replies(250, [250]), 'taken'],
    ['takes the sender, and is closed then', replies(250, [null], {}, 'closed'), 'taken'],
  ])('%s', (_, given, word) => {
    expect(judgeUsedConnection(given, 1).input).toEqual({ carried: 'mail', mail: word });
    expect(judgeUsedConnection(given, 0).input).toEqual({ carried: 'nothing', mail: word });
  });
});
