import { afterEach, beforeEach, describe, expect } from 'vitest';
import type { AskOf } from '../../src/effects/catalog.js';
import type { Adapters } from '../../src/effects/ports.js';
import type { CachedPolicy, FetchFailure } from '../../src/policy/mta-sts/policy.js';
import { type Exceptions, holdTo } from './clauses.fixture.js';
import { journalled } from './journalled.fixture.js';

/** An empty cache. */
export interface CacheSubject {
  readonly cache: Pick<Adapters, 'policy-cache.read' | 'policy-cache.write'>;
  readonly close: () => Promise<void>;
}

const enforced: CachedPolicy = {
  id: '20260101T000000',
  policy: {
    mode: 'enforce',
    mx: ['mx.a.example', '*.b.example'],
    maxAgeSeconds: 31_557_600,
    lines: ['version: STSv1', 'mode: enforce', 'mx: mx.a.example', 'mx: *.b.example', 'max_age: 31557600'],
  },
  fetchedAt: 1_767_268_800_123,
};
const none: CachedPolicy = {
  id: '2',
  policy: { mode: 'none', mx: [], maxAgeSeconds: 0, lines: [] },
  fetchedAt: 1,
};
const failure: FetchFailure = { id: '3', failedAt: 1_767_268_800_456 };
const later: CachedPolicy = { ...enforced, id: 'later', fetchedAt: 1_767_268_800_789 };
const MINUTES = 60_000;
const nothing = { kind: 'read', cached: null, failure: null };
const written = { kind: 'written' };

/** Names that are something else to a file system, or to an object. */
const ODD_NAMES = [
  'a.example',
  'b.a.example',
  'example',
  'a.example.policy.json',
  'a.example.failure',
  '__proto__',
  'constructor',
  '..',
  '../a.example',
  'a/example',
  'con',
  '192.0.2.1',
  '2001:db8::1',
  `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`,
  `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(60)}`,
];

function clausesOf(subject: () => CacheSubject) {
  const never = new AbortController().signal;
  const read = (domain: string, signal = never) =>
    journalled('policy-cache.read', subject().cache['policy-cache.read']({ domain }, signal));
  const write = (domain: string, change: AskOf<'policy-cache.write'>['change'], signal = never) =>
    journalled('policy-cache.write', subject().cache['policy-cache.write']({ domain, change }, signal));
  const store = (domain: string, entry: CachedPolicy) => write(domain, { kind: 'store', entry });
  const fail = (domain: string, how = failure) => write(domain, { kind: 'remember-failure', failure: how });

  return {
    'holds nothing at first': async () => {
      expect(await read('a.example')).toEqual(nothing);
    },
    'gives back the policy that was stored, as it was': async () => {
      expect(await store('a.example', enforced)).toEqual(written);
      expect(await read('a.example')).toEqual({ kind: 'read', cached: enforced, failure: null });
      expect(await read('a.example')).toEqual({ kind: 'read', cached: enforced, failure: null });
    },
    'keeps a policy of mode none, and the age 0': async () => {
      expect(await store('a.example', none)).toEqual(written);
      expect(await read('a.example')).toEqual({ kind: 'read', cached: none, failure: null });
    },
    'replaces a policy by a newer one, in every mode (STS-3.2-9, STS-8.3-1)': async () => {
      const newer = { ...none, fetchedAt: enforced.fetchedAt + 1 };
      await store('a.example', enforced);
      expect(await store('a.example', newer)).toEqual(written);
      expect(await read('a.example')).toEqual({ kind: 'read', cached: newer, failure: null });
    },
    'keeps a policy where an older one comes late, as from another node': async () => {
      await store('a.example', later);
      expect(await store('a.example', enforced)).toEqual(written);
      expect(await read('a.example')).toEqual({ kind: 'read', cached: later, failure: null });
    },
    'lets a policy go that is from more than five minutes in the future (X-12)': async () => {
      const future = { ...enforced, fetchedAt: enforced.fetchedAt + 5 * MINUTES };
      await store('a.example', future);
      await store('a.example', enforced);
      expect(await read('a.example')).toMatchObject({ cached: future });
      const earlier = { ...enforced, fetchedAt: enforced.fetchedAt - 1 };
      await store('a.example', earlier);
      expect(await read('a.example')).toMatchObject({ cached: earlier });
    },
    'remembers a failure where there is no policy, and the last one only': async () => {
      expect(await fail('a.example', { id: '1', failedAt: 0 })).toEqual(written);
      expect(await fail('a.example')).toEqual(written);
      expect(await read('a.example')).toEqual({ kind: 'read', cached: null, failure });
    },
    'keeps the policy when a failure is remembered (law 15, STS-3.3-12)': async () => {
      await store('a.example', enforced);
      expect(await fail('a.example')).toEqual(written);
      expect(await read('a.example')).toEqual({ kind: 'read', cached: enforced, failure });
    },
    'forgets the failure when a policy comes that was fetched since': async () => {
      await fail('a.example');
      expect(await store('a.example', later)).toEqual(written);
      expect(await read('a.example')).toEqual({ kind: 'read', cached: later, failure: null });
      expect(await fail('a.example')).toEqual(written);
      expect(await read('a.example')).toEqual({ kind: 'read', cached: later, failure: null });
    },
    'keeps the failure when a policy comes that was fetched before': async () => {
      await fail('a.example');
      expect(await store('a.example', enforced)).toEqual(written);
      expect(await read('a.example')).toEqual({ kind: 'read', cached: enforced, failure });
    },
    'keeps domains apart, whatever they are called': async () => {
      const entries = ODD_NAMES.map((domain, index) => ({
        domain,
        entry: { ...enforced, id: `id${index}` },
      }));
      for (const { domain, entry } of entries) expect(await store(domain, entry)).toEqual(written);
      for (const { domain, entry } of entries) {
        expect(await read(domain), domain).toEqual({ kind: 'read', cached: entry, failure: null });
      }
      await fail('a.example');
      expect(await read('b.a.example')).toMatchObject({ failure: null });
      expect(await read('c.example')).toEqual(nothing);
    },
    'takes changes of several domains at once': async () => {
      const domains = Array.from({ length: 20 }, (_, index) => `${index}.example`);
      const done = await Promise.all(domains.map((domain) => store(domain, { ...enforced, id: domain[0]! })));
      expect(done).toEqual(domains.map(() => written));
      const kept = await Promise.all(domains.map((domain) => read(domain)));
      expect(kept).toMatchObject(domains.map((domain) => ({ cached: { id: domain[0] } })));
    },
    'answers also where the signal has aborted': async () => {
      const signal = AbortSignal.abort();
      await write('a.example', { kind: 'store', entry: enforced }, signal);
      await write('a.example', { kind: 'remember-failure', failure }, signal);
      await read('a.example', signal);
    },
  };
}

/** Holds what keeps policies to the contract of `policy-cache.read` and `policy-cache.write`. */
export function policyCacheContract(
  adapter: string,
  start: () => Promise<CacheSubject>,
  exceptions: Exceptions<keyof ReturnType<typeof clausesOf>> = {},
): void {
  describe(`policy-cache: ${adapter}`, () => {
    let subject: CacheSubject;
    beforeEach(async () => {
      subject = await start();
    });
    afterEach(() => subject.close());
    holdTo(
      clausesOf(() => subject),
      exceptions,
    );
  });
}
