import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PolicyStore } from '../../src/effects/stores.js';
import type { PolicyChange } from '../../src/policy/mta-sts/merge-policy.js';
import type { CachedPolicy } from '../../src/policy/mta-sts/policy.js';
import { DAY_MS, NOW, policyAt, type StartStores, type StoresSubject } from './stores.fixture.js';

const never = new AbortController().signal;
const WEEK_MS = 7 * DAY_MS;

/** A store as its users see it. */
function withDomains(store: PolicyStore) {
  const write = async (domain: string, change: PolicyChange) =>
    (await store['policy-cache.write']({ domain, change }, never)).kind;
  return {
    ...store,
    store: (domain: string, entry: CachedPolicy) => write(domain, { kind: 'store', entry }),
    fail: (domain: string, failedAt: number, id = 'id1') =>
      write(domain, { kind: 'remember-failure', failure: { id, failedAt } }),
    read: (domain: string) => store['policy-cache.read']({ domain }, never),
    names: async () => (await store.list({ after: null, entriesMax: 100 })).map(({ domain }) => domain),
  };
}

/** Holds a store of policies to what operators and jobs in the background ask of it. */
export function policyStoreContract(name: string, start: StartStores): void {
  describe(`a policy store: ${name}`, () => {
    let subject: StoresSubject;
    let policies: ReturnType<typeof withDomains>;
    beforeEach(async () => {
      subject = await start({ entriesMax: 4 });
      policies = withDomains(subject.stores.policies);
    });
    afterEach(() => subject.close());

    it('lists domains in order, page by page, with what it keeps of them', async () => {
      await policies.store('b.example', policyAt(NOW));
      await policies.store('C.example', policyAt(NOW + 1));
      await policies.fail('a.example', NOW);
      const failure = { id: 'id1', failedAt: NOW };
      const first = await policies.list({ after: null, entriesMax: 2 });
      expect(first).toEqual([
        { domain: 'a.example', kind: 'read', cached: null, failure },
        { domain: 'b.example', kind: 'read', cached: policyAt(NOW), failure: null },
      ]);
      expect(await policies.list({ after: 'b.example', entriesMax: 2 })).toEqual([
        { domain: 'c.example', kind: 'read', cached: policyAt(NOW + 1), failure: null },
      ]);
      expect(await policies.list({ after: 'c.example', entriesMax: 2 })).toEqual([]);
    });

    it('finds the policies that expire soon, soonest first', async () => {
      await policies.store('c.example', policyAt(NOW + 2));
      await policies.store('b.example', policyAt(NOW, { mode: 'none', mx: [] }));
      await policies.store('a.example', policyAt(NOW + 1, { mode: 'testing' }));
      await policies.fail('d.example', NOW);
      const found = async (time: number, max = 10) =>
        (await policies.expiringBefore(time, max)).map(({ domain }) => domain);
      expect(await found(NOW + WEEK_MS)).toEqual([]);
      expect(await found(NOW + WEEK_MS + 2)).toEqual(['b.example', 'a.example']);
      expect(await found(NOW + WEEK_MS + 3)).toEqual(['b.example', 'a.example', 'c.example']);
      expect(await found(NOW + WEEK_MS + 3, 1)).toEqual(['b.example']);
    });

    it('forgets a domain where it is told to', async () => {
      await policies.store('a.example', policyAt(NOW));
      expect(await policies.forget('A.example')).toBe('forgotten');
      expect(await policies.forget('a.example')).toBe('unknown');
      expect(await policies.read('a.example')).toEqual({ kind: 'read', cached: null, failure: null });
    });

    it('drops what has expired, and nothing that has not (STS-3.2-9)', async () => {
      await policies.store('expired.example', policyAt(NOW));
      await policies.fail('expired.example', NOW + 1);
      await policies.store('kept.example', policyAt(NOW + 2));
      await policies.fail('kept.example', NOW + WEEK_MS);
      await policies.store('half.example', policyAt(NOW));
      await policies.fail('half.example', NOW + WEEK_MS + 1);
      await policies.fail('failed.example', NOW);
      expect(await policies.prune(NOW + WEEK_MS + 1)).toBe(2);
      expect(await policies.list({ after: null, entriesMax: 10 })).toEqual([
        {
          domain: 'half.example',
          kind: 'read',
          cached: null,
          failure: { id: 'id1', failedAt: NOW + WEEK_MS + 1 },
        },
        { domain: 'kept.example', kind: 'read', cached: policyAt(NOW + 2), failure: null },
      ]);
      expect(await policies.prune(NOW + WEEK_MS + 1)).toBe(0);
    });

    it('makes room by what is worth least, and never by a policy in force', async () => {
      await policies.store('a.example', policyAt(NOW));
      await policies.store('b.example', policyAt(NOW, { mode: 'none', mx: [] }));
      await policies.store('c.example', policyAt(NOW, { mode: 'testing' }));
      await policies.fail('d.example', NOW);
      expect(await policies.fail('e.example', NOW)).toBe('written');
      expect(await policies.names()).toEqual(['a.example', 'b.example', 'c.example', 'e.example']);
      expect(await policies.store('f.example', policyAt(NOW))).toBe('written');
      expect(await policies.fail('d.example', NOW)).toBe('failed');
      expect(await policies.store('g.example', policyAt(NOW))).toBe('written');
      expect(await policies.store('h.example', policyAt(NOW, { mode: 'none', mx: [] }))).toBe('failed');
      expect(await policies.store('h.example', policyAt(NOW))).toBe('written');
      expect(await policies.names()).toEqual(['a.example', 'f.example', 'g.example', 'h.example']);
      expect(await policies.store('i.example', policyAt(NOW))).toBe('failed');
      expect(await policies.store('a.example', policyAt(NOW + 1))).toBe('written');
      expect(await policies.store('i.example', policyAt(NOW + WEEK_MS))).toBe('written');
      expect(await policies.names()).toEqual(['a.example', 'g.example', 'h.example', 'i.example']);
    });

    it('judges what is left of a domain by its failed fetch, once its policy has been dropped', async () => {
      await policies.store('half.example', policyAt(NOW));
      await policies.fail('half.example', NOW + WEEK_MS + 10);
      await policies.fail('b.example', NOW + WEEK_MS + 5);
      await policies.store('c.example', policyAt(NOW + WEEK_MS));
      await policies.store('d.example', policyAt(NOW + WEEK_MS));
      expect(await policies.prune(NOW + WEEK_MS + 1)).toBe(0);
      expect(await policies.store('e.example', policyAt(NOW + WEEK_MS + 20))).toBe('written');
      expect(await policies.names()).toEqual(['c.example', 'd.example', 'e.example', 'half.example']);
    });

    it('does not keep what is too large to be read again, and keeps what it had', async () => {
      await policies.store('a.example', policyAt(NOW));
      const large = policyAt(NOW + 1, { lines: ['x'.repeat(300_000)] });
      expect(await policies.store('a.example', large)).toBe('failed');
      expect(await policies.read('a.example')).toMatchObject({ cached: policyAt(NOW) });
    });

    it('keeps the last fetch of nodes that fetch at once, in whatever order they write', async () => {
      const nodes = [subject, subject].map(() => withDomains(subject.another().policies));
      const writes = Array.from({ length: 24 }, (_, at) => {
        const time = NOW + ((at * 7) % 24);
        const node = nodes[at % 2]!;
        return at % 3 === 0 ? node.fail('a.example', time) : node.store('a.example', policyAt(time));
      });
      expect(await Promise.all(writes)).toEqual(writes.map(() => 'written'));
      const kept = { kind: 'read', cached: policyAt(NOW + 23), failure: null };
      for (const node of nodes) expect(await node.read('a.example')).toEqual(kept);
    });

    it('never keeps more than it may, however many come at once', async () => {
      const nodes = [subject, subject].map(() => withDomains(subject.another().policies));
      const writes = Array.from({ length: 20 }, (_, at) =>
        nodes[at % 2]!.store(`${at}.example`, policyAt(NOW)),
      );
      const kinds = await Promise.all(writes);
      expect(kinds.filter((kind) => kind === 'written')).toHaveLength(4);
      expect(await policies.names()).toHaveLength(4);
    });
  });
}
