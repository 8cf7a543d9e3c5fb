import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  judgePolicyCache,
  knowledgeOf,
  learnRecord,
  unexpiredPolicy,
} from '../../src/policy/mta-sts/discover.js';
import { readFetch } from '../../src/policy/mta-sts/fetch.js';
import { anAttemptInput, aPolicyInput } from '../arbitraries/attempt-inputs.js';
import { aCachedPolicy, aFetchFailure, anAnnouncement, aServedFile } from '../arbitraries/mta-sts.js';
import { exchangesOf, play } from '../arbitraries/plays.js';
import { someSettings } from '../arbitraries/settings.js';
import { NOW } from '../arbitraries/universe.js';
import { aWorld } from '../arbitraries/worlds.js';

describe('law 15', () => {
  it('an unexpired policy survives every record and every failed fetch; only a valid new file takes its place (STS-3.3-12, STS-3.1-5)', () => {
    fc.assert(
      fc.property(
        aCachedPolicy,
        fc.option(aFetchFailure),
        anAnnouncement,
        aServedFile,
        someSettings,
        fc.constantFrom('strict', 'lenient'),
        fc.constantFrom('deliver', 'refresh'),
        (cached, failure, { answer: txt }, served, settings, message, purpose) => {
          const cache = { kind: 'read', cached, failure } as const;
          if (unexpiredPolicy(cache, NOW) === null) return;
          const facts = { cache, record: learnRecord(txt), message, purpose, settings, now: NOW };
          const discovery = judgePolicyCache({ ...facts, fetched: null }).verdict;
          if (discovery !== 'fetch') {
            expect(knowledgeOf(discovery, cached, null)).toMatchObject({
              kind: 'policy',
              policy: cached.policy,
            });
            return;
          }
          const fetched = readFetch(served.answer);
          const after = knowledgeOf(judgePolicyCache({ ...facts, fetched }).verdict, cached, fetched);
          expect(after).toMatchObject({
            kind: 'policy',
            policy: { mx: (served.policy ?? cached.policy).mx, mode: (served.policy ?? cached.policy).mode },
          });
        },
      ),
    );
  });

  it('the cache is only told to store a policy that was just fetched and is valid, under the announced id (STS-3.3-11, STS-3.3-8)', () => {
    fc.assert(
      fc.property(aWorld, fc.oneof(anAttemptInput, aPolicyInput), (world, input) => {
        const { discovery } = play(world, input);
        const writes = exchangesOf(discovery, 'policy-cache.write');
        const fetches = exchangesOf(discovery, 'policy.fetch');
        expect(writes.length).toBeLessThanOrEqual(1);
        for (const { ask } of writes) {
          const id = ask.change.kind === 'store' ? ask.change.entry.id : ask.change.failure.id;
          const kept = world.cache.kind === 'read' ? (world.cache.cached?.id ?? null) : null;
          expect(id).toBe(world.announcement.id ?? kept);
          if (world.announcement.id === null) expect(input.purpose).toBe('refresh-policy');
          const isValid = fetches.length === 1 && world.served.policy !== null;
          expect(ask.change.kind).toBe(isValid ? 'store' : 'remember-failure');
          if (ask.change.kind === 'store')
            expect(ask.change.entry.policy).toMatchObject({
              mode: world.served.policy!.mode,
              mx: world.served.policy!.mx,
            });
        }
      }),
    );
  });

  it('who only asks for a policy asks for no host, and leaves what is kept in force unless a valid new file takes its place (STS-3.3-12, STS-10.2-1)', () => {
    fc.assert(
      fc.property(aWorld, aPolicyInput, (world, input) => {
        const { result, runs, discovery, ended } = play(world, input);
        expect(ended.kind).toBe('finished');
        expect(runs).toEqual([]);
        expect(result).toMatchObject({ recipients: [], reports: [] });
        const asked = new Set(discovery.map(({ type }) => type));
        for (const type of ['dns.mx', 'random.draw'] as const) expect(asked.has(type)).toBe(false);
        if (input.destination.kind === 'literal') {
          expect(discovery).toEqual([]);
          expect(result.policy).toBeNull();
          return;
        }
        const { before, after, known } = result.policy!;
        expect(before).toEqual(world.cache);
        if (world.cache.kind !== 'read' || world.cache.cached === null || after.kind !== 'read') return;
        const [write] = exchangesOf(discovery, 'policy-cache.write');
        const isReplaced = write?.ask.change.kind === 'store' && world.written === 'written';
        if (!isReplaced) expect(after.cached).toEqual(world.cache.cached);
        if (unexpiredPolicy(world.cache, NOW) !== null) expect(known.kind).toBe('policy');
        const isRefresh = input.purpose === 'refresh-policy' && world.cache.failure === null;
        const isInForce = unexpiredPolicy(world.cache, NOW) !== null;
        if (isRefresh && isInForce) expect(asked.has('dns.addresses')).toBe(true);
      }),
    );
  });
});
