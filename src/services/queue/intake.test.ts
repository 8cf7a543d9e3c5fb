/* Where octets and rows are kept, by whom, and what becomes of a message that cannot be. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileBodies } from '../../adapters/files/index.js';
import type { SqlStores } from '../../adapters/sql/stores.js';
import { sqliteStores } from '../../adapters/sqlite/index.js';
import type { BodyStore } from '../../effects/queue-stores.js';
import { bodiesBySize, createIntake } from './index.js';

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
});
