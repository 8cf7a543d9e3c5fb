import { describe, expect, it } from 'vitest';
import { messageTo, planOf } from '../../../spec/contracts/queue.fixture.js';
import { memoryQueueStore } from '../../adapters/memory/index.js';
import { KnownChanges } from '../../effects/change/index.js';
import type { QueuedMessage } from '../../policy/queue/message.js';
import { type AttemptTask, attemptDelivery, wayOf } from './attempts.js';
import { VirtualQueue } from './virtual-queue.fixture.js';

const TO = 'x@a.test';

/** An attempt for a message, and what the engine is asked. */
async function attempt(own: Partial<QueuedMessage> = {}, given: Partial<AttemptTask> = {}) {
  const one = new VirtualQueue();
  const store = memoryQueueStore();
  await store.accept([messageTo('m1', [TO], own)]);
  const [claimed] = await store.claim(planOf());
  const asked: Parameters<AttemptTask['engine']['deliver']>[] = [];
  const faults: string[] = [];
  const engine: AttemptTask['engine'] = {
    deliver: (...question) => {
      asked.push(question);
      return one.engine.deliver(...question);
    },
  };
  const attempting = attemptDelivery({
    ...{ engine, claimed: claimed!, recipients: [TO], attempt: 3, dialled: {} },
    ...{ content: () => [], signal: new AbortController().signal },
    ...{ onFault: (message: string) => faults.push(message), knownChanges: new KnownChanges() },
    ...given,
  });
  await one.until(1_000);
  return { ...(await attempting), asked, faults };
}

describe('an attempt', () => {
  it('is asked for with all that the message says', async () => {
    const { asked } = await attempt({
      ...{ account: 'ann', transport: 'relay', ret: 'headers', envelopeId: 'E1' },
      recipients: [{ address: TO, domain: 'a.test', notify: ['delay'], original: 'rfc822;y@y.test' }],
    });
    expect(asked).toMatchObject([
      [
        {
          ...{ from: 'ann@a.example', to: [TO] },
          dsn: {
            ...{ ret: 'headers', envelopeId: 'E1' },
            recipients: [{ notify: ['delay'], original: 'rfc822;y@y.test' }],
          },
        },
        { attempt: 3, dialled: {}, scope: 'ann', account: 'ann', transport: 'relay' },
      ],
    ]);
    const [plain] = (await attempt()).asked;
    expect(Object.keys(plain![1]!).toSorted()).toEqual(['attempt', 'dialled', 'goesBack', 'signal']);
    expect(plain![0].dsn).toEqual({
      ...{ ret: 'absent', envelopeId: null },
      recipients: [{ notify: 'absent', original: null }],
    });
  });

  it('is not made where it is over already', async () => {
    const { answer, asked, changeAt } = await attempt({}, { signal: AbortSignal.abort() });
    expect([answer, asked, changeAt(0)]).toEqual([{ kind: 'stopped' }, [], []]);
  });

  it('was stopped by us where we were told to, and else by its deadline', async () => {
    expect((await attempt()).answer).toMatchObject({ kind: 'ran', stoppedBy: 'deadline' });
    const stop = new AbortController();
    const { engine: real } = new VirtualQueue();
    const engine: AttemptTask['engine'] = {
      deliver: (...question) => {
        stop.abort();
        return real.deliver(...question);
      },
    };
    const { answer } = await attempt({}, { engine, signal: stop.signal });
    expect(answer).toMatchObject({ kind: 'ran', stoppedBy: 'us' });
  });

  it('is a fault of ours where the engine rejects, or has not one destination', async () => {
    const { engine, time } = new VirtualQueue();
    const delivered = engine.deliver({ from: '', to: [TO], content: () => [], facts: {} as never });
    await time.runUntil(time.now + 1_000);
    const { attempts, ...result } = await delivered;
    for (const [deliver, says] of [
      [() => Promise.reject(new Error('no memory')), 'no memory'],
      [async () => ({ ...result, attempts: [] }), 'message m1 has not one destination'],
      [
        async () => ({ ...result, attempts: [...attempts, ...attempts] }),
        'message m1 has not one destination',
      ],
    ] as const) {
      const { answer, faults, changeAt } = await attempt({}, { engine: { deliver } });
      expect([answer, faults, changeAt(0)]).toEqual([{ kind: 'fault' }, [says], []]);
    }
  });
});

describe('what it tells of its way', () => {
  const recipient = (category: string, reply: object | null = null, host: object | null = null) => ({
    ...{ host, state: { category, reply } },
  });
  const REPLY = { code: 450, lines: ['later'] };

  it.each([
    ['answered', [recipient('rejected', REPLY)]],
    ['answered', [recipient('connection-lost', null, { reply: REPLY })]],
    ['answered', [recipient('connection-failed'), recipient('rejected', REPLY)]],
    ['unreachable', [recipient('connection-failed')]],
    ['unreachable', [recipient('connection-lost', null, { reply: null })]],
    ['unreachable', [recipient('other'), recipient('connection-failed')]],
    ['other', [recipient('other', null, { reply: null })]],
    ['other', []],
  ])('%s: %j', (word, recipients) => {
    expect(wayOf({ kind: 'ran', result: { recipients }, told: [] } as never)).toBe(word);
  });

  it.each([
    ['unreachable', 'deadline', [{ ...recipient('aborted', null, { reply: REPLY }), outcome: 'deferred' }]],
    ['answered', 'us', [{ ...recipient('aborted', null, { reply: REPLY }), outcome: 'deferred' }]],
    [
      ...(['answered', 'deadline'] as const),
      [
        { ...recipient('aborted'), outcome: 'deferred' },
        { ...recipient('accepted', REPLY), outcome: 'delivered' },
      ],
    ],
    ['answered', 'deadline', [{ ...recipient('rejected', REPLY), outcome: 'deferred' }]],
  ])('%s: stopped by %s, %j', (word, stoppedBy, recipients) => {
    expect(wayOf({ ...{ kind: 'ran', told: [], stoppedBy }, result: { recipients } } as never)).toBe(word);
  });

  it('is nothing where it was none', () => {
    expect([wayOf({ kind: 'fault' }), wayOf({ kind: 'stopped' })]).toEqual(['other', 'other']);
  });
});
