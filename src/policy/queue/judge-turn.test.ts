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

it.each([
  // What is ours costs no attempt; of what the operator can mend he is told all the same.
  ['delivered', 'accepted', null, 'counts', 'told'],
  ['bounced', 'rejected', null, 'counts', 'told'],
  ['deferred', 'rejected', null, 'counts', 'told'],
  ['deferred', 'rejected', 'defer', 'counts', 'told'],
  ['deferred', 'aborted', null, 'is ours', 'untold'],
  ['deferred', 'other', 'defer-for-stop', 'is ours', 'untold'],
  ['deferred', 'other', 'defer-for-fault', 'is ours', 'untold'],
  ['deferred', 'other', 'wait-for-relay', 'is ours', 'told'],
  ['deferred', 'other', 'wait-for-transport', 'is ours', 'told'],
] as const)(
  'an attempt that %s by %s, decided %s, %s, and its word is %s',
  (outcome, category, verdict, counts, told) => {
    const recipient = {
      ...{ recipient: 'x@b.test', outcome, status: '4.0.0', host: null, because: null },
      decision: verdict === null ? null : decision('attempt-conclusion', verdict, null),
      state: { reply: null, category, cause: '' },
    };
    const answer = {
      ...{ kind: 'ran', stoppedBy: 'us' },
      result: { recipients: [recipient], decisions: [] },
      told: [{ facts: ['a fact'], ownFacts: ['ours'], change: ['a change'], handedOn: 'relayed' }],
    } as unknown as AttemptAnswer;
    expect(isCounted(answer)).toBe(counts === 'counts');
    const word = wordIn(answer, 0, 5);
    if (told === 'untold') expect(word).toBeNull();
    else expect(word).toMatchObject({ facts: ['a fact'], ownFacts: ['ours'], change: ['a change'], at: 5 });
    expect(wordIn(answer, 1, 5)).toBeNull();
  },
);

it.each([
  ['us', 'aborted', null, 'is ours'],
  ['us', 'other', 'defer-for-stop', 'is ours'],
  ['deadline', 'aborted', null, 'counts'],
  ['deadline', 'other', 'defer-for-stop', 'counts'],
  ['deadline', 'other', 'defer-for-fault', 'is ours'],
] as const)(
  'an attempt that was stopped by %s, %s, decided %s, %s (CHOICE-18)',
  (stoppedBy, category, verdict, counts) => {
    const recipient = {
      ...{ recipient: 'x@b.test', outcome: 'deferred', status: '4.3.0', host: null, because: null },
      decision: verdict === null ? null : decision('attempt-conclusion', verdict, null),
      state: { reply: null, category, cause: '' },
    };
    const told = [{ facts: ['a fact'], change: [], handedOn: 'relayed' }];
    const answer = {
      kind: 'ran',
      result: { recipients: [recipient], decisions: [] },
      ...{ told, stoppedBy },
    } as unknown as AttemptAnswer;
    expect(isCounted(answer)).toBe(counts === 'counts');
    expect(wordIn(answer, 0, 5) === null).toBe(counts !== 'counts');
  },
);

it.each([
  [null, null, 'none'],
  [{ ip: null, authentication: 'none', candidate: { host: 'mx.b.test' } }, null, 'none'],
  [
    { ip: '192.0.2.1', authentication: 'pkix', candidate: { host: 'mx.b.test' } },
    { name: 'mx.b.test', ip: '192.0.2.1' },
    'pkix',
  ],
])('names the host that was connected to: %j', (host, remote, authentication) => {
  const recipient = {
    ...{ recipient: 'x@b.test', outcome: 'deferred', status: '4.3.0', because: null, decision: null, host },
    state: { reply: { code: 451, lines: ['later'] }, category: 'rejected', cause: '' },
  };
  const answer = {
    kind: 'ran',
    result: { recipients: [recipient], decisions: [] },
    told: [{ facts: [], ownFacts: [], change: [], handedOn: 'relayed' }],
  } as unknown as AttemptAnswer;
  const word = wordIn(answer, 0, 5);
  expect(word).toMatchObject({ remote, authentication, reply: { code: 451 } });
  expect(word).not.toHaveProperty('ownFacts');
});

it('has no word where nothing ran', () => {
  for (const kind of ['fault', 'stopped'] as const)
    expect([isCounted({ kind }), wordIn({ kind }, 0, 5)]).toEqual([false, null]);
});
