import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStores } from '../../src/adapters/memory/index.js';
import { sqliteStores } from '../../src/adapters/sqlite/index.js';
import type { StoreBounds, Stores } from '../../src/effects/stores.js';
import type { CachedPolicy } from '../../src/policy/mta-sts/policy.js';
import type { TlsReportDetail, TlsReportPolicy } from '../../src/policy/tls-report/tally.js';

export type Bounds = Partial<StoreBounds>;

/** Empty stores. */
export interface StoresSubject {
  readonly stores: Stores;
  /** Another node over the same data, also as after a crash: nobody has said goodbye. */
  readonly another: () => Stores;
  readonly close: () => Promise<void>;
}

export type StartStores = (bounds?: Bounds) => Promise<StoresSubject>;

/** Stores in memory have one node only. */
export const inMemory: StartStores = async (bounds) => {
  const stores = memoryStores(bounds);
  return { stores, another: () => stores, close: stores.close };
};

export const inSqlite: StartStores = async (bounds) => {
  const directory = await mkdtemp(join(tmpdir(), 'waxseal-stores-'));
  return manyNodes(
    () => sqliteStores({ directory, ...(bounds === undefined ? {} : { bounds }) }),
    () => rm(directory, { recursive: true }),
  );
};

/** Nodes that are all closed in the end. */
export function manyNodes(open: () => Stores, remove: () => Promise<void>): StoresSubject {
  const opened: Stores[] = [];
  const another = () => {
    const stores = open();
    opened.push(stores);
    return stores;
  };
  return {
    stores: another(),
    another,
    close: async () => {
      await Promise.all(opened.map((stores) => stores.close()));
      await remove();
    },
  };
}

export const DAY_MS = 86_400_000;
export const NOW = 1_767_268_800_000;

/** An enforced policy of a week, fetched then. */
export function policyAt(fetchedAt: number, over: Partial<CachedPolicy['policy']> = {}): CachedPolicy {
  const policy = { mode: 'enforce', mx: ['mx.a.example'], maxAgeSeconds: 604_800, lines: [] } as const;
  return { id: 'id1', policy: { ...policy, ...over }, fetchedAt };
}

/** A line that counts one success under a policy of that name. */
export function lineOf(name: string, over: Partial<TlsReportPolicy> = {}): TlsReportPolicy {
  const policy = { policyType: 'sts', policyDomain: 'a.example', policyString: [name] } as const;
  return { ...policy, mxHost: ['*.a.example'], success: 1, failure: 0, details: [], ...over };
}

/** One failure of that reason. */
export function detailOf(failureReasonCode: string, failedSessionCount = 1): TlsReportDetail {
  return {
    resultType: 'validation-failure',
    receivingMxHostname: 'mx.a.example',
    receivingIp: '192.0.2.1',
    sendingMtaIp: '',
    failedSessionCount,
    failureReasonCode,
  };
}
