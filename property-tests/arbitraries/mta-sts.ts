import fc from 'fast-check';
import type { TxtAnswer } from '../../src/policy/dns/answer.js';
import type { CacheAnswer, FetchAnswer } from '../../src/policy/mta-sts/fetch.js';
import type { CachedPolicy, FetchFailure, StsPolicy } from '../../src/policy/mta-sts/policy.js';
import { printPolicyFile } from '../../src/policy/mta-sts/policy-file.js';
import { aDnsFailure, denied, found } from './dns-answers.js';
import { DOMAIN, HOUR, MX_NAMES, NOW, weighted } from './universe.js';

export const anId = fc.constantFrom('id1', 'id2');

const aPattern = weighted(
  [8, '*.a.example'],
  [4, MX_NAMES[0]],
  [2, MX_NAMES[1]],
  [2, MX_NAMES[2]],
  [2, DOMAIN],
  [1, 'elsewhere.example'],
  [1, '*.example'],
);

export const anMtaStsPolicy: fc.Arbitrary<StsPolicy> = fc
  .record({
    mode: weighted([6, 'enforce'], [3, 'testing'], [1, 'none']),
    mx: fc.uniqueArray(aPattern, { minLength: 1, maxLength: 4 }),
    maxAgeSeconds: fc.constantFrom(0, 60, 86_400, 604_800, 31_557_600),
  })
  .map((policy) => ({ ...policy, lines: printPolicyFile(policy).trim().split('\n') }));

/** What announces a policy; `id` is what it means: null means that it says nothing that can be used. */
export interface Announcement {
  readonly answer: TxtAnswer;
  readonly id: string | null;
}

export const anAnnouncement: fc.Arbitrary<Announcement> = fc.oneof(
  {
    weight: 10,
    arbitrary: anId.chain((id) =>
      found(
        fc.constantFrom(
          [`v=STSv1; id=${id};`],
          ['v=spf1 -all', `v=STSv1;id=${id}`],
          [`v=STSv1; id=${id}; x=y;`],
        ),
      ).map((answer) => ({ answer, id })),
    ),
  },
  { weight: 5, arbitrary: denied<string>().map((answer) => ({ answer, id: null })) },
  {
    weight: 1,
    arbitrary: found(
      fc.constantFrom(
        ['v=STSv1; id=id1;', 'v=STSv1; id=id2;'],
        ['v=STSv1;'],
        ['v=STSv1; id=;'],
        ['v=STSv2; id=id1;'],
        ['v=STSv1; id=a b;'],
        ['\u0000'],
      ),
    ).map((answer) => ({ answer, id: null })),
  },
  { weight: 1, arbitrary: aDnsFailure.map((answer) => ({ answer, id: null })) },
);

/** Kept hours ago; some have expired, none is about to, and now and then a clock has gone back since. */
export const aCachedPolicy: fc.Arbitrary<CachedPolicy> = fc
  .record({ id: anId, policy: anMtaStsPolicy, hours: weighted([4, 1], [4, 12], [4, 200], [1, -24]) })
  .map(({ id, policy, hours }) => ({ id, policy, fetchedAt: NOW - hours * HOUR }));

/** A failure of a minute ago, still minded, or of an hour ago. */
export const aFetchFailure: fc.Arbitrary<FetchFailure> = fc.record({
  id: anId,
  failedAt: fc.constantFrom(NOW - 60_000, NOW - HOUR, NOW + HOUR),
});

export const aCacheAnswer: fc.Arbitrary<CacheAnswer> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant('read'),
      cached: weighted([1, true], [2, false]).chain((kept) => (kept ? aCachedPolicy : fc.constant(null))),
      failure: weighted([4, false], [1, true]).chain((kept) => (kept ? aFetchFailure : fc.constant(null))),
    }),
  },
  { weight: 1, arbitrary: fc.constant<CacheAnswer>({ kind: 'unreadable' }) },
);

/** What a policy host serves; `policy` is what it means, null that there is none in it. */
export interface Served {
  readonly answer: FetchAnswer;
  readonly policy: StsPolicy | null;
}

const aMediaType = weighted([6, 'text/plain'], [2, 'text/plain; charset=utf-8'], [1, 'TEXT/PLAIN']);

export const aServedFile: fc.Arbitrary<Served> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({ policy: anMtaStsPolicy, mediaType: aMediaType, end: fc.constantFrom('\n', '\r\n') })
      .map(({ policy, mediaType, end }) => ({
        answer: {
          kind: 'response',
          status: 200,
          mediaType,
          body: printPolicyFile(policy).replaceAll('\n', end),
        } as const,
        policy,
      })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        anMtaStsPolicy,
        fc.constantFrom(
          { status: 404 },
          { status: 301 },
          { status: 204 },
          { mediaType: 'text/html' },
          { mediaType: '' },
          { body: '' },
          { body: 'version: STSv1\nmode: enforce\nmx: mx1.a.example\n' },
          { body: '<html>' },
          { body: 'version: STSv1\nmode: off\nmx: mx1.a.example\nmax_age: 86400\n' },
        ),
      )
      .map(([policy, fault]) => ({
        answer: {
          kind: 'response',
          status: 200,
          mediaType: 'text/plain',
          body: printPolicyFile(policy),
          ...fault,
        } as const,
        policy: null,
      })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        kind: fc.constant('failed' as const),
        cause: fc.constantFrom('certificate', 'connect', 'tls', 'timeout', 'too-large', 'protocol'),
        code: fc.constantFrom('', 'ECONNREFUSED'),
      })
      .map((answer) => ({ answer, policy: null })),
  },
);
