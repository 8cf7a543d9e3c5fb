import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attemptStoreContract } from '../spec/contracts/attempt-store.contract.js';
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
eventStoreContract('postgresStores', inPostgres);
suppressionStoreContract('postgresStores', inPostgres);

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
