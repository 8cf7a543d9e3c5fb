import { expect, it } from 'vitest';
import { memorySuppressionStore } from '../adapters/memory/index.js';
import type { QueueOutcome } from '../services/queue/index.js';
import { Suppressing } from './suppressing.js';

const DAY_MS = 86_400_000;

function bounced(recipient: string, status: string, at: number): QueueOutcome {
  const decision = {
    verdict: 'bounced',
    table: 'message-outcome',
    row: 'OUT-2',
    why: 'w',
    refs: [],
    input: {},
  };
  const word = {
    ...{
      status,
      reply: { code: 550, lines: [`${status} no such user`] },
      remote: null,
      authentication: 'none',
    },
    ...{ because: null, facts: [], change: [], demands: [], at },
  };
  return {
    ...{ messageId: 'm', from: 's@s.test', recipient, outcome: 'bounced', queuedAt: 0, at },
    ...{ nextAttemptAt: null, attempts: 1 },
    turn: { address: recipient, end: 'bounced', word, decision, notice: null },
  } as QueueOutcome;
}

it('addresses that are gone are on the list for as long as is wanted, and what the operator put there stays his', async () => {
  const store = memorySuppressionStore();
  let now = DAY_MS;
  let forMs: number | null = 30 * DAY_MS;
  const faults: string[] = [];
  const suppressing = new Suppressing({
    ...{ store, forMs: () => forMs, clock: () => now },
    onFault: (message) => void faults.push(message),
  });
  const listed = async () => (await store.list({ after: null, entriesMax: 9 })).map(({ address }) => address);
  const own = { address: 'own@a.test', actor: 'ann', why: 'asked us to stop', at: 0 };
  await store.add(own);
  suppressing.note(bounced('Gone@a.test', '5.1.1', now));
  suppressing.note(bounced('own@a.test', '5.1.1', now));
  suppressing.note(bounced('full@a.test', '5.2.2', now));
  await suppressing.idle();
  expect(await store.list({ after: null, entriesMax: 9 })).toEqual([
    {
      ...{ address: 'gone@a.test', actor: 'waxseal', at: now },
      why: 'a message to it was returned: 550 5.1.1 no such user',
    },
    own,
  ]);
  now += 30 * DAY_MS - 1;
  await suppressing.expire();
  expect(await listed()).toEqual(['gone@a.test', 'own@a.test']);
  now += 1;
  await suppressing.expire();
  expect(await listed()).toEqual(['own@a.test']);
  // Whoever switches it off wants none of them.
  suppressing.note(bounced('gone@a.test', '5.1.1', now));
  await suppressing.idle();
  forMs = null;
  await suppressing.expire();
  suppressing.note(bounced('gone@a.test', '5.1.1', now));
  await suppressing.idle();
  expect([await listed(), faults]).toEqual([['own@a.test'], []]);
});

it('a list that cannot be used is told of, and holds up nothing', async () => {
  const faults: string[] = [];
  const store = {
    ...memorySuppressionStore(),
    among: () => Promise.reject(new Error('the disk is gone')),
  };
  const suppressing = new Suppressing({
    ...{ store, forMs: () => DAY_MS, clock: () => 0 },
    onFault: (message) => void faults.push(message),
  });
  suppressing.note(bounced('gone@a.test', '5.1.1', 0));
  await suppressing.idle();
  expect(faults).toEqual([expect.stringContaining('the disk is gone')]);
});
