import { expect, it } from 'vitest';
import type { QueueOutcome } from '../../services/queue/index.js';
import { Lately } from './lately.js';

const MINUTE_MS = 60_000;

const decision = (row: string) => ({
  ...{ verdict: 'wait', table: 'message-outcome', row, why: `why ${row}`, refs: [], input: {} },
});

const outcome = (recipient: string, word: QueueOutcome['outcome'], row = 'OUT-6'): QueueOutcome => ({
  ...{ messageId: 'm', from: 's@s.test', recipient, outcome: word, queuedAt: 0, at: 0 },
  ...{ nextAttemptAt: null, attempts: 1 },
  turn: { ...{ address: recipient, end: null, word: null, notice: null }, decision: decision(row) },
});

it('what passed is told by what became of it, for so many minutes', () => {
  let now = 100 * MINUTE_MS;
  const lately = new Lately(() => now);
  expect(lately.passed(60)).toEqual({});
  lately.taken();
  lately.outcome(outcome('u@a.test', 'delivered'));
  now += 5 * MINUTE_MS;
  lately.outcome(outcome('v@a.test', 'delivered'));
  lately.outcome(outcome('w@a.test', 'deferred'));
  expect(lately.passed(5)).toEqual({ delivered: 1, deferred: 1 });
  expect(lately.passed(60)).toEqual({ taken: 1, delivered: 2, deferred: 1 });
  now += 55 * MINUTE_MS;
  expect(lately.passed(60)).toEqual({ delivered: 1, deferred: 1 });
});

it('what kept mail is told by domain and row, most first, and nothing of what was not kept', () => {
  let now = 100 * MINUTE_MS;
  const lately = new Lately(() => now);
  for (const recipient of ['u@a.test', 'v@a.test']) lately.outcome(outcome(recipient, 'deferred', 'REPLY-4'));
  lately.outcome(outcome('u@b.test', 'delayed', 'PEER-6'));
  lately.outcome(outcome('u@b.test', 'expired', 'PEER-6'));
  now += MINUTE_MS;
  lately.outcome(outcome('u@b.test', 'deferred', 'PEER-6'));
  lately.outcome(outcome('u@b.test', 'deferred', 'PEER-6'));
  const [first, second] = [
    { domain: 'b.test', row: 'PEER-6', why: 'why PEER-6', times: 3 },
    { domain: 'a.test', row: 'REPLY-4', why: 'why REPLY-4', times: 2 },
  ];
  expect(lately.kept(9)).toEqual([first, second]);
  expect(lately.kept(1)).toEqual([first]);
  now += 59 * MINUTE_MS;
  expect(lately.kept(9)).toMatchObject([{ domain: 'b.test', times: 2 }]);
});

it('an hour of whatever strangers do, and a clock that is set back, make it no larger', () => {
  let now = 1_000 * MINUTE_MS;
  const lately = new Lately(() => now);
  for (let at = 0; at < 5_000; at++) lately.outcome(outcome(`u@d${at}.test`, 'deferred'));
  expect(lately.kept(9_999)).toHaveLength(1_000);
  expect(lately.passed(1)).toEqual({ deferred: 5_000 });
  now -= 500 * MINUTE_MS;
  lately.taken();
  now += 500 * MINUTE_MS;
  expect(lately.passed(60)).toEqual({});
});
