import { expect, it } from 'vitest';
import type { PlacedDecision } from '../attempt/types.js';
import { type AttemptAnswer, isCounted, wordIn } from './judge-turn.js';

const decision = (table: string, verdict: string, mx: string | null = 'mx.b.test'): PlacedDecision => ({
  ...{ table, verdict, row: 'X', why: '', refs: [], input: {} },
  mx,
});

it('keeps of what was decided at the host who demanded something in the end', () => {
  const because = decision('start-tls', 'stay-in-clear');
  const recipient = {
    ...{
      recipient: 'x@b.test',
      outcome: 'delivered',
      status: '2.0.0',
      host: null,
      because,
      decision: because,
    },
    state: { reply: null, category: 'other' },
  };
  const decisions = [
    decision('sts-demand', 'authenticate'),
    decision('dane-demand', 'encrypt'),
    decision('dane-demand', 'no-demand'),
    decision('operator-demand', 'no-demand'),
    decision('dane-matching', 'not-required'),
    decision('pkix-demand', 'ignored'),
    decision('pkix-demand', 'required'),
    decision('requiretls-demand', 'authenticate', 'other.b.test'),
    decision('tls-outcome', 'go-on'),
  ];
  const answer = { kind: 'ran', result: { recipients: [recipient], decisions }, told: [] };
  expect(wordIn(answer as unknown as AttemptAnswer, 0, 5)?.demands).toEqual([decisions[0], decisions[6]]);
});

it.each([
  ['proxy', 'connection-failed', false],
  ['refused', 'connection-failed', true],
  ['timeout', 'connection-failed', true],
  ['closed', 'connection-lost', true],
  ['closed', 'authentication', false],
] as const)('an attempt that ended by %s, %s, counts: %s', (cause, category, counts) => {
  const because = decision('connection-outcome', 'next-host');
  const recipient = {
    ...{ recipient: 'x@b.test', outcome: 'deferred', status: '4.4.1', host: null, because },
    decision: decision('attempt-conclusion', 'defer 4.4.1', null),
    state: { reply: null, category, cause },
  };
  const answer = { kind: 'ran', result: { recipients: [recipient], decisions: [] }, told: [] };
  expect(isCounted(answer as unknown as AttemptAnswer)).toBe(counts);
  // What kept it is shown in any case.
  expect(wordIn(answer as unknown as AttemptAnswer, 0, 5)).toMatchObject({ status: '4.4.1', because });
});
