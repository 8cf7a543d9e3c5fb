import { describe, expect, it } from 'vitest';
import { settlementOf } from '../../../spec/contracts/queue.fixture.js';
import { memoryBodies, memoryQueueStore } from '../../adapters/memory/index.js';
import type { BodyStore } from '../../effects/queue-stores.js';
import type { QueuedMessage } from '../../policy/queue/message.js';
import { PLAIN_FACTS } from '../../policy/require-tls/message.js';
import { ORPHAN_MS, Sweep } from './sweep.js';

const octets = () => [Buffer.from('x')];

async function pagesOf({ list }: BodyStore) {
  const pages: (readonly string[])[] = [];
  for (let page: string | null = null; pages.length === 0 || page !== null; ) {
    const { ids, next } = await list(page);
    pages.push(ids);
    page = next;
  }
  return pages;
}

async function open() {
  const bodies = memoryBodies();
  const store = memoryQueueStore();
  let now = 0;
  const sweep = new Sweep({ store, bodies, elapsed: () => now });
  const message: QueuedMessage = {
    ...{ id: 'named', from: '', queuedAt: 0, lifetimeEndsAt: 1, origin: 'ordinary', ret: 'absent' },
    ...{ envelopeId: null, receivedFrom: null, transport: null },
    facts: {
      ...PLAIN_FACTS,
      sizeBytes: 1,
    },
    recipients: [{ address: 'a@a.test', domain: 'a.test', notify: 'absent', original: null }],
  };
  for (const id of ['named', 'orphan', 'newborn']) await bodies.keep(id, octets);
  await store.accept([message]);
  const pages = await pagesOf(bodies);
  return {
    ...{ sweep, store, message },
    /** Once through all that is kept; how many have gone. */
    round: async () => {
      let gone = 0;
      for (const _ of pages) gone += await sweep.step();
      return gone;
    },
    keep: (id: string) => bodies.keep(id, octets),
    left: async () => (await pagesOf(bodies)).flat().sort(),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('octets that no message names', () => {
  it('go once they were seen twice, an hour apart, and nothing else does', async () => {
    const { round, store, message, left, pass } = await open();
    expect(await round()).toBe(0);
    pass(ORPHAN_MS - 1);
    expect(await round()).toBe(0);
    // An acceptance that took its time.
    await store.accept([{ ...message, id: 'newborn' }]);
    pass(1);
    expect(await round()).toBe(1);
    expect(await left()).toEqual(['named', 'newborn']);
  });

  it('are seen twice again where somebody named them in between', async () => {
    const { round, store, message, left, pass } = await open();
    await round();
    await store.accept([{ ...message, id: 'newborn' }]);
    await round();
    pass(ORPHAN_MS);
    const claim = { node: 'n', now: 0, deliveriesMax: 2, perLaneMax: 2, dueAgainAt: 1 };
    const claimed = await store.claim(claim);
    const born = claimed.filter(({ message: { id } }) => id === 'newborn');
    await store.settle(
      born.map((each) => settlementOf(each, { end: 'delivered' })),
      0,
    );
    // The orphan goes.
    expect(await round()).toBe(1);
    expect(await left()).toEqual(['named', 'newborn']);
    pass(ORPHAN_MS);
    expect(await round()).toBe(1);
  });

  it('are seen twice again where they come back', async () => {
    const { round, left, pass, keep } = await open();
    await round();
    pass(ORPHAN_MS);
    expect(await round()).toBe(2);
    await keep('orphan');
    expect(await round()).toBe(0);
    expect(await left()).toEqual(['named', 'orphan']);
    pass(ORPHAN_MS);
    expect(await round()).toBe(1);
  });

  it('are also those of what has ended, which a crash has left there', async () => {
    const { round, store, message, left, pass } = await open();
    await store.accept([{ ...message, id: 'newborn' }]);
    const claim = { node: 'n', now: 0, deliveriesMax: 1, perLaneMax: 2, dueAgainAt: 1 };
    const [ended] = await store.claim(claim);
    await store.settle([settlementOf(ended!, { end: 'delivered' })], 0);
    await round();
    pass(ORPHAN_MS);
    expect(await round()).toBe(2);
    expect(await left()).toEqual(['named', 'newborn'].filter((id) => id !== ended!.message.id));
  });

  it('are looked at anew where the process or its store was away, since it may be about to name them', async () => {
    const { sweep, round, left, pass } = await open();
    await round();
    pass(ORPHAN_MS);
    sweep.forget();
    expect(await round()).toBe(0);
    expect(await left()).toEqual(['named', 'newborn', 'orphan']);
    pass(ORPHAN_MS);
    expect(await round()).toBe(2);
  });

  it('are as many as are remembered, at most; the others are seen later', async () => {
    let now = 0;
    let gone: readonly string[] = [];
    const ids = Array.from({ length: 10_001 }, (_, at) => `m${at}`);
    const sweep = new Sweep({
      store: { among: async () => [] },
      bodies: {
        list: async () => ({ ids, next: null }),
        remove: async (removed) => {
          gone = removed;
        },
      },
      elapsed: () => now,
    });
    await sweep.step();
    now += ORPHAN_MS;
    expect(await sweep.step()).toBe(10_000);
    expect(gone).not.toContain('m10000');
  });
});
