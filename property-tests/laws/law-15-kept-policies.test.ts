import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  judgeDiscovery,
  judgeFetch,
  knowledgeOf,
  unexpiredPolicy,
} from '../../src/policy/mta-sts/discover.js';
import { readFetch } from '../../src/policy/mta-sts/fetch.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
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
        (cached, failure, { answer: txt }, served, settings, message) => {
          const cache = { kind: 'read', cached, failure } as const;
          if (unexpiredPolicy(cache, NOW) === null) return;
          const discovery = judgeDiscovery({ cache, txt, message, settings, now: NOW }).verdict;
          if (discovery !== 'fetch') {
            expect(knowledgeOf(discovery, cached, null)).toMatchObject({
              kind: 'policy',
              policy: cached.policy,
            });
            return;
          }
          const fetched = readFetch(served.answer);
          const after = knowledgeOf(judgeFetch(fetched, cache, message, NOW).verdict, cached, fetched);
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
      fc.property(aWorld, anAttemptInput, (world, input) => {
        const { discovery } = play(world, input);
        const writes = exchangesOf(discovery, 'policy-cache.write');
        const fetches = exchangesOf(discovery, 'policy.fetch');
        expect(writes.length).toBeLessThanOrEqual(1);
        for (const { ask } of writes) {
          const id = ask.change.kind === 'store' ? ask.change.entry.id : ask.change.failure.id;
          expect(id).toBe(world.announcement.id);
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
});
