/* Where octets and rows are kept, by whom, and what becomes of a message that cannot be. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileBodies } from '../../adapters/files/index.js';
import { memoryQueueStore } from '../../adapters/memory/index.js';
import type { SqlStores } from '../../adapters/sql/stores.js';
import { sqliteStores } from '../../adapters/sqlite/index.js';
import type { BodyStore } from '../../effects/queue-stores.js';
import type { QueuedMessage } from '../../policy/queue/message.js';
import { bodiesBySize, createIntake, newId } from './index.js';

let directory: string;
let stores: SqlStores;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waxseal-intake-'));
  stores = sqliteStores({ directory });
});
afterEach(async () => {
  await stores.close();
  await rm(directory, { recursive: true });
});

const mailOf = (...chunks: readonly string[]) => ({
  ...{ from: 'a@a.test', to: ['b@b.test'] },
  content: () => chunks.map((chunk) => Buffer.from(chunk)),
  facts: { requireTls: 'no', report: 'none' } as const,
});

async function textOf(bodies: BodyStore, id: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodies.read(id)()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** As it is, but that keeping octets by itself is counted. */
function counted(bodies: BodyStore) {
  const kept: string[] = [];
  const keep: BodyStore['keep'] = (id, octets) => {
    kept.push(id);
    return bodies.keep(id, octets);
  };
  return { kept, bodies: { ...bodies, keep } };
}

const shownOf = async (id: string) => (await stores.queue.show([id]))[0];

describe('a message that comes into a queue', () => {
  it('is kept by one change, octets and rows, where one place has both', async () => {
    const { kept, bodies } = counted(stores.bodies);
    const { enqueue } = createIntake({ store: stores.queue, bodies });
    const ids = await Promise.all([enqueue(mailOf('Subject: x\r\n', '\r\nx\r\n')), enqueue(mailOf())]);
    expect(await Promise.all(ids.map((id) => textOf(bodies, id)))).toEqual(['Subject: x\r\n\r\nx\r\n', '']);
    expect((await Promise.all(ids.map(shownOf))).map((shown) => shown?.sizeBytes)).toEqual([17, 0]);
    expect(kept).toEqual([]);
  });

  it('has its octets kept first where it is long, and where the rows are elsewhere', async () => {
    const large = fileBodies({ directory: join(directory, 'bodies') });
    const bySize = counted(bodiesBySize({ small: stores.bodies, large, smallOctetsMax: 5 }));
    const long = await createIntake({ store: stores.queue, bodies: bySize.bodies }).enqueue(
      mailOf('abc', 'def'),
    );
    const short = await createIntake({ store: stores.queue, bodies: bySize.bodies }).enqueue(mailOf('abcde'));
    expect(bySize.kept).toEqual([long]);
    expect(await Promise.all([long, short].map((id) => textOf(bySize.bodies, id)))).toEqual([
      'abcdef',
      'abcde',
    ]);
    expect([await textOf(large, long), await textOf(stores.bodies, short)]).toEqual(['abcdef', 'abcde']);

    const others = sqliteStores({ directory: join(directory, 'other') });
    const elsewhere = counted(others.bodies);
    const id = await createIntake({ store: stores.queue, bodies: elsewhere.bodies }).enqueue(mailOf('abc'));
    expect(elsewhere.kept).toEqual([id]);
    expect([await textOf(others.bodies, id), (await shownOf(id))?.sizeBytes]).toEqual(['abc', 3]);
    await others.close();
  });

  it('leaves nothing behind where it cannot be kept', async () => {
    const { enqueue } = createIntake({ store: stores.queue, bodies: stores.bodies });
    const id = await enqueue({ ...mailOf('first'), id: 'taken' });
    await expect(
      Promise.all([enqueue({ ...mailOf('second'), id }), enqueue({ ...mailOf('third'), id: 'free' })]),
    ).rejects.toThrow();
    expect(await textOf(stores.bodies, id)).toBe('first');
    expect((await stores.bodies.list(null)).ids).toEqual(['taken']);
    expect(await shownOf('free')).toBeUndefined();
  });

  it('goes to no domain with U-labels where nobody says what they are', async () => {
    const mail = { ...mailOf('x'), to: ['x@b\u00fccher.test'] };
    const given = { store: stores.queue, bodies: stores.bodies };
    await expect(createIntake(given).enqueue(mail)).rejects.toThrow(
      expect.objectContaining({ code: 'WAXSEAL_BAD_ADDRESS' }),
    );
    await createIntake({ ...given, toAscii: domainToASCII }).enqueue({ ...mail, id: 'known' });
    expect((await shownOf('known'))?.recipients[0]?.recipient).toBe('x@xn--bcher-kva.test');
  });

  it('has an id in order of time that nobody can guess', () => {
    const octets = (count: number) => new Uint8Array(count).fill(0xab);
    expect(newId(0, { octets })).toBe(`000000000-${'ab'.repeat(10)}`);
    expect(newId(1_767_268_800_000, { octets })).toBe(`0mjve7pc0-${'ab'.repeat(10)}`);
    expect(new Set(Array.from({ length: 100 }, () => newId(0))).size).toBe(100);
    for (const [now, platform, named] of [
      ['now', { octets }, 'now'],
      [0, {}, 'octets'],
      [0, { octets: 7 }, 'octets'],
    ] as const)
      expect(() => newId(now as never, platform as never)).toThrow(
        expect.objectContaining({ code: 'WAXSEAL_BAD_OPTIONS', message: expect.stringContaining(named) }),
      );
    expect(newId(99)).toMatch(/^00000002r-[0-9a-f]{20}$/);
  });

  it('says what nobody has said of it, and what its octets say', async () => {
    const { store, bodies } = { store: memoryQueueStore(), bodies: stores.bodies };
    const accepted: QueuedMessage[] = [];
    const watched = {
      ...store,
      accept: async (messages: readonly QueuedMessage[]) => void accepted.push(...messages),
    };
    const { enqueue } = createIntake({
      ...{ store: watched, bodies, clock: () => 5 },
      laneOf: ({ domain, attempt, account, transport }) => [domain, attempt, account, transport].join(' '),
    });
    await enqueue({ ...mailOf('Subject: x\r\n', 'TLS-Required: No\r\n\r\n'), id: 'a' });
    await enqueue({
      ...mailOf('x'),
      ...{ id: 'b', ret: 'full', envelopeId: 'E', receivedFrom: 'h', account: 'ann', transport: 'relay' },
      to: ['x@b.test', { address: 'y@[192.0.2.1]', notify: 'never', original: 'rfc822;y@y.test' }],
      facts: { requireTls: 'yes', report: 'dmarc' },
    });
    const day = 86_400_000;
    expect(accepted).toMatchObject([
      {
        ...{ id: 'a', from: 'a@a.test', queuedAt: 5, lifetimeEndsAt: 5 + 5 * day, origin: 'ordinary' },
        ...{ ret: 'absent', envelopeId: null, receivedFrom: null, transport: null },
        facts: { requireTls: 'no', tlsRequired: 'no', report: 'none', sizeBytes: 32 },
        lanes: { 'b.test': 'b.test 1  ' },
        recipients: [{ address: 'b@b.test', domain: 'b.test', notify: 'absent', original: null }],
      },
      {
        ...{ id: 'b', origin: 'report', ret: 'full', envelopeId: 'E', receivedFrom: 'h', account: 'ann' },
        transport: 'relay',
        facts: { requireTls: 'yes', tlsRequired: 'absent', report: 'dmarc', sizeBytes: 1 },
        lanes: { 'b.test': 'b.test 1 ann relay', '[192.0.2.1]': '[192.0.2.1] 1 ann relay' },
        recipients: [
          { address: 'x@b.test', domain: 'b.test', notify: 'absent', original: null },
          { domain: '[192.0.2.1]', notify: 'never', original: 'rfc822;y@y.test' },
        ],
      },
    ]);
    expect(accepted[0]).not.toHaveProperty('account');
  });

  it('is told to be safe only where that did not take so long that its octets may be gone', async () => {
    let now = 0;
    const { bodies } = stores;
    const store = {
      accept: async () => {
        now += took;
      },
    };
    let took = 1_800_000;
    const { enqueue } = createIntake({ store, bodies, platform: { elapsed: () => now } });
    await expect(enqueue(mailOf('x'))).resolves.toBeTypeOf('string');
    took += 1;
    await expect(enqueue(mailOf('x'))).rejects.toThrow('it took too long to keep it');
  });
});
