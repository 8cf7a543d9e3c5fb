/*
 * What SQLite does for each statement of the queue. It has no statistics, here as in use: so it must not take an index that goes through
 * all that waits for better than the keys that a statement names.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { messageTo, planOf, settlementOf } from '../../../spec/contracts/queue.fixture.js';
import { NOW } from '../../../spec/contracts/stores.fixture.js';
import type { Query, SqlDatabase, SqlValue } from '../sql/database.js';
import { sqlStores } from '../sql/stores.js';
import { openSqlite } from './libsql.js';
import { sqliteDatabase } from './sqlite-database.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waxseal-plans-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** The same database, that tells what is asked of it. */
function told(database: SqlDatabase, asked: Map<string, readonly SqlValue[]>): SqlDatabase {
  const telling =
    (query: Query): Query =>
    (sql, ...values) => {
      asked.set(sql, values);
      return query(sql, ...values);
    };
  return {
    ...database,
    query: telling(database.query),
    find: telling(database.find),
    write: (run) => database.write(({ query, lock }) => run({ query: telling(query), lock })),
    snapshot: (run) => database.snapshot((query) => run(telling(query))),
  };
}

it('goes through no more of a queue than a turn or an order names', async () => {
  const path = join(directory, 'state', 'waxseal.sqlite');
  const asked = new Map<string, readonly SqlValue[]>();
  const { queue, bodies, close } = sqlStores(told(sqliteDatabase(path), asked));
  await queue.beat('n1', NOW);
  asked.clear();
  await queue.accept(['1', '2', '3'].map((id) => messageTo(id, [`x@${id}.example`])));
  await bodies.keep('1', () => [Buffer.from('body')]);
  for await (const _ of bodies.read('1')());
  const claimed = await queue.claim(planOf());
  const [first, second] = claimed;
  await queue.settle(
    [settlementOf(first!, { end: 'delivered' }), settlementOf(second!, { nextAt: NOW + 5 })],
    NOW,
  );
  for (const order of ['hold', 'release', 'kick', 'fail', 'drop'] as const)
    expect(await queue.order(['2'], { order }, { actor: 'ops', now: NOW })).toHaveLength(1);
  await queue.review({ now: NOW, lateEnd: NOW, deliveriesMax: 10 });
  await bodies.remove(['1']);
  await queue.prune(NOW + 1, 10);
  await queue.forgetLanes({ idleSince: NOW + 1, lanesMax: 10 });
  await close();
  const connection = await openSqlite(path);
  try {
    const plans = [...asked].flatMap(([sql, values]) =>
      connection.allHere(`EXPLAIN QUERY PLAN ${sql}`, values).map(({ detail }) => ({ sql, detail })),
    );
    expect(plans.length).toBeGreaterThan(20);
    expect(
      plans.filter(({ detail }) =>
        /SCAN (?:waxseal_queue_(?:messages|deliveries|recipients|bodies|orders)|[dmr]\b)|_by_state/.test(
          String(detail),
        ),
      ),
    ).toEqual([]);
  } finally {
    connection.close();
  }
});
