import { describe, expect, it } from 'vitest';
import { memoryBodies, memoryQueueStore } from '../adapters/memory/index.js';
import { createQueue } from '../services/queue/index.js';
import { unknownMessages } from './unknown-messages.js';

const FACTS = { requireTls: 'no', report: 'none' } as const;

describe('messages of which nothing is known', () => {
  it('are those that neither wait nor have ended, wherever their octets are', async () => {
    const [store, bodies] = [memoryQueueStore(), memoryBodies()];
    const queue = createQueue({
      ...{ store, bodies, reportingMta: 'mail.a.test', postmaster: 'postmaster@a.test' },
      engine: {
        deliver: () => Promise.reject(new Error('no')),
        lastLook: () => Promise.reject(new Error('no')),
      },
    });
    const content = () => [Buffer.from('Subject: x\r\n\r\nx\r\n')];
    for (const id of ['waits', 'ended'])
      await queue.enqueue({ id, from: 's@s.test', to: ['a@a.test'], content, facts: FACTS });
    expect(await unknownMessages(store, bodies)).toEqual({ count: 0, example: null });
    const stop = new AbortController();
    await queue.order(['ended'], { order: 'drop' }, 'ann');
    const ended = queue.outcomes().next();
    const running = queue.run(stop.signal, { graceMs: 0 });
    await ended;
    stop.abort();
    await running;
    for (let at = 0; at < 600; at += 1) await bodies.keep(`lost-${at}`, content);
    await bodies.keep('ended', content);
    const found = await unknownMessages(store, bodies);
    expect(found).toEqual({ count: 600, example: expect.stringMatching(/^lost-/) });
  });
});
