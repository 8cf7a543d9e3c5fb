import { expect, it } from 'vitest';
import type { QueueOutcome } from '../services/queue/index.js';
import { tellOutcome } from './told.js';

const because = { table: 'connect', row: 'CONN-3', why: 'No address of this host is left to be tried.' };
const refused = 'No connection to mx.b.test [192.0.2.1] port 25 could be made: it was refused.';

function deferred(own: object): QueueOutcome {
  const word = {
    ...{
      status: '4.4.1',
      reply: null,
      remote: { name: 'mx.b.test', ip: '192.0.2.1' },
      authentication: 'none',
    },
    ...{ because, facts: [refused], change: [], demands: [], at: 0, ...own },
  };
  const decision = {
    verdict: 'wait',
    table: 'outcome',
    row: 'OUT-5',
    why: 'There is time.',
    refs: [],
    input: {},
  };
  return {
    ...{ messageId: 'm', from: 'a@a.test', recipient: 'b@b.test', outcome: 'deferred', queuedAt: 0, at: 0 },
    ...{ nextAttemptAt: 1_000, attempts: 1 },
    turn: { address: 'b@b.test', end: null, word, decision, notice: null },
  } as unknown as QueueOutcome;
}

it.each([
  ['what was met where nobody replied', {}, `m: b@b.test deferred 4.4.1 at mx.b.test: ${refused} (CONN-3)`],
  [
    'why, where nothing was met',
    { facts: [], remote: null },
    `m: b@b.test deferred 4.4.1: ${because.why} (CONN-3)`,
  ],
  [
    'what is ours, where that was met',
    { facts: ['The message goes to b.test.'], met: 'There is no such transport.', remote: null },
    'm: b@b.test deferred 4.4.1: There is no such transport. (CONN-3)',
  ],
  [
    'what was ordered, and of no host that was met before',
    { because: null, facts: ['We changed our mind.'] },
    'm: b@b.test deferred 4.4.1: We changed our mind. (OUT-5)',
  ],
  [
    'what was met at a host, whatever is ours',
    { ownFacts: ['A rule of the operator demands it.'] },
    `m: b@b.test deferred 4.4.1 at mx.b.test: ${refused} (CONN-3)`,
  ],
  [
    'the reply of the host',
    { status: '4.2.0', reply: { code: 450, lines: ['4.2.0 later'] } },
    'm: b@b.test deferred 4.2.0 by mx.b.test: 450 4.2.0 later (CONN-3)',
  ],
])('a line of the log says %s', (_, own, line) => {
  const told: unknown[][] = [];
  tellOutcome(deferred(own), (...each) => void told.push(each));
  expect(told).toMatchObject([
    ['warn', 'deferred', line, { recipient: 'b@b.test', nextAttemptAt: '1970-01-01T00:00:01.000Z' }],
  ]);
});
