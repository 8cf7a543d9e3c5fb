import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attemptStoreContract } from '../spec/contracts/attempt-store.contract.js';
import { doorbellContract } from '../spec/contracts/doorbell.contract.js';
import { Ear } from '../spec/contracts/doorbell.fixture.js';
import { eventStoreContract } from '../spec/contracts/event-store.contract.js';
import { policyCacheContract } from '../spec/contracts/policy-cache.contract.js';
import { policyStoreContract } from '../spec/contracts/policy-store.contract.js';
import { policyStoreHistories } from '../spec/contracts/policy-store.histories.fixture.js';
import { queueStoreContract } from '../spec/contracts/queue-store.contract.js';
import { signalStoreContract } from '../spec/contracts/signal-store.contract.js';
import { type Bounds, lineOf, manyNodes, NOW, policyAt } from '../spec/contracts/stores.fixture.js';
import { suppressionStoreContract } from '../spec/contracts/suppression-store.contract.js';
import { tlsReportStoreContract } from '../spec/contracts/tls-report-store.contract.js';
import { tlsReportStoreHistories } from '../spec/contracts/tls-report-store.histories.fixture.js';
import { wholeMessagesContract } from '../spec/contracts/whole-messages.contract.js';
import { postgresStores } from '../src/adapters/postgres/index.js';
import { postgresDatabase } from '../src/adapters/postgres/postgres-database.js';
import { postgresDoorbell } from '../src/adapters/postgres/postgres-doorbell.js';
import { type PostgresServer, startPostgres } from './postgres.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

let databases = 0;
const never = new AbortController().signal;
const ask = { domain: 'a.example' };
const change = { kind: 'store', entry: policyAt(NOW) } as const;
const key = { day: '2026-01-01', domain: 'a.example' };

/** A database of its own for whoever asks; each node has its own connections. */
const inPostgres = async (bounds?: Bounds, schema?: string) => {
  const url = await server.createDatabase(`waxseal_${++databases}`);
  return manyNodes(
    () => postgresStores({ url, ...(bounds && { bounds }), ...(schema !== undefined && { schema }) }),
    async () => {},
  );
};

describe('what is written to PostgreSQL', () => {
  const commit = 'SHOW synchronous_commit';

  it.each([
    ['off', 'on'],
    ['remote_apply', 'remote_apply'],
    ['on', 'on'],
  ])('is safe once that is said, where the database has synchronous_commit %s: %s', async (has, used) => {
    const name = `waxseal_${++databases}`;
    const url = await server.createDatabase(name);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query(`ALTER DATABASE ${name} SET synchronous_commit = ${has}`);
    await other.end();
    const database = postgresDatabase({ url, connectionsMax: 1 });
    expect(await database.write(({ query }) => query(commit))).toEqual([{ synchronous_commit: used }]);
    expect(await database.query(commit)).toEqual([{ synchronous_commit: has }]);
    await database.close();
  });
});

/** As above, with somebody who listens, and is rung whenever something has changed. */
const ringing = async (): ReturnType<typeof inPostgres> => {
  const url = await server.createDatabase(`waxseal_${++databases}`);
  const listening = postgresStores({ url });
  const ear = new Ear(listening.doorbell);
  await ear.heard();
  let changes = 0;
  const open = () => {
    const stores = postgresStores({ url });
    const { queue, doorbell } = stores;
    const behind =
      <A extends readonly unknown[], T>(change: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T> => {
        const result = await change(...args);
        await doorbell.ring(0);
        changes++;
        return result;
      };
    return {
      ...stores,
      queue: {
        ...queue,
        accept: behind(queue.accept),
        settle: behind(queue.settle),
        order: behind(queue.order),
      },
    };
  };
  return manyNodes(open, async () => {
    await ear.until(() => changes === 0 || ear.rung > 0);
    expect(await ear.end()).toBeNull();
    await listening.close();
  });
};

policyCacheContract('postgresStores', async () => {
  const { stores, close } = await inPostgres();
  return { cache: stores.policies, close };
});
policyStoreContract('postgresStores', inPostgres);
policyStoreHistories('postgresStores', inPostgres, 25);
tlsReportStoreContract('postgresStores', inPostgres);
tlsReportStoreHistories('postgresStores', inPostgres, 25);
attemptStoreContract('postgresStores', inPostgres);
attemptStoreContract('postgresStores in a schema of their own', (bounds) =>
  inPostgres(bounds, 'of_their_own'),
);
signalStoreContract('postgresStores', inPostgres);
queueStoreContract('postgresStores', inPostgres);
wholeMessagesContract('postgresStores', inPostgres);
queueStoreContract('postgresStores whose doorbell rings with each change', ringing);
doorbellContract('postgresStores', async () => {
  const url = await server.createDatabase(`waxseal_${++databases}`);
  const [one, other] = [postgresStores({ url }), postgresStores({ url })];
  // The first who listens makes the tables.
  const first = new Ear(one.doorbell);
  await first.heard();
  await first.end();
  return {
    doorbells: [one.doorbell, other.doorbell],
    close: async () => void (await Promise.all([one.close(), other.close()])),
  };
});
eventStoreContract('postgresStores', inPostgres);
suppressionStoreContract('postgresStores', inPostgres);

describe('a doorbell in PostgreSQL', () => {
  it('is heard at once, by who looks for no ring unless he is told of it', async () => {
    const url = await server.createDatabase('told');
    const database = postgresDatabase({ url });
    const doorbell = postgresDoorbell({ url }, database, 3_600_000);
    const ear = new Ear(doorbell);
    await ear.heard();
    for (const count of [1, 2, 3]) {
      await doorbell.ring(0);
      await ear.until(() => ear.rung === count);
    }
    await ear.end();
    await database.close();
  });

  it('is heard before there is anything else in its schema', async () => {
    const stores = postgresStores({ url: await server.createDatabase('empty'), schema: 'of_its_own' });
    const ear = new Ear(stores.doorbell);
    await ear.heard();
    await stores.doorbell.ring(0);
    await ear.until(() => ear.rung > 0);
    await ear.end();
    await stores.close();
  });

  it('is not heard where its tables are of a version to come, and the process goes on as it was', async () => {
    const url = await server.createDatabase('to_come');
    const stores = postgresStores({ url });
    const before = new Ear(stores.doorbell);
    await before.heard();
    await before.end();
    const other = new pg.Client(url);
    await other.connect();
    await other.query('INSERT INTO waxseal_wakeups.migrations (id, breaking) VALUES (999, true)');
    await other.end();
    const { exitCode } = process;
    const listener = { onHeard: () => undefined, onRung: () => undefined, isFree: () => true };
    expect(await stores.doorbell.listen(listener, never)).toContain('999');
    expect(process.exitCode).toBe(exitCode);
    await stores.close();
  });
});

describe('stores in PostgreSQL', () => {
  it('go on after the server has ended their connections', async () => {
    const name = 'interrupted';
    const stores = postgresStores({ url: await server.createDatabase(name) });
    await stores.reports.add(key, [lineOf('one')]);
    await server.disconnect(name);
    // What was under way at that moment may have failed; what comes next does not.
    await stores.reports.read(key).catch(() => []);
    expect(await stores.reports.add(key, [lineOf('one')])).toBe('added');
    expect(await stores.reports.read(key)).toEqual([lineOf('one', { success: 2 })]);
    await stores.close();
  });

  it('say what they are told to say where there is no server', async () => {
    const { policies, reports, close } = postgresStores({ url: 'postgres:///none?host=/nonexistent' });
    expect(await policies['policy-cache.read'](ask, never)).toMatchObject({ kind: 'unreadable' });
    expect(await policies['policy-cache.write']({ ...ask, change }, never)).toMatchObject({ kind: 'failed' });
    await expect(reports.add(key, [lineOf('one')])).rejects.toThrow('ENOENT');
    await close();
  });

  it('call a row unreadable that is none of ours, and do not wait for ever for a lock', async () => {
    const url = await server.createDatabase('tampered');
    const { policies, close } = postgresStores({ url, deadlineMs: 300 });
    await policies['policy-cache.write']({ ...ask, change }, never);
    const other = new pg.Client(url);
    await other.connect();
    await other.query("UPDATE waxseal_policies SET policy = 'garbage'");
    expect(await policies['policy-cache.read'](ask, never)).toMatchObject({ kind: 'unreadable' });
    await other.query('BEGIN; LOCK TABLE waxseal_policies');
    expect(await policies['policy-cache.write']({ ...ask, change }, never)).toMatchObject({ kind: 'failed' });
    await other.query('ROLLBACK');
    expect(await policies['policy-cache.write']({ ...ask, change }, never)).toEqual({ kind: 'written' });
    expect(await policies['policy-cache.read'](ask, never)).toMatchObject({ cached: policyAt(NOW) });
    await other.end();
    await close();
  });
});
