import fc from 'fast-check';
import type { HostInput } from '../../src/policy/host/types.js';
import type { StsKnowledge } from '../../src/policy/mta-sts/policy.js';
import { anAttemptInput } from './attempt-inputs.js';
import { aSecurity } from './dns-answers.js';
import { anMtaStsPolicy } from './mta-sts.js';
import { DOMAIN, EXPANDED_DOMAIN, MX_NAMES, weighted } from './universe.js';

export const someStsKnowledge: fc.Arbitrary<StsKnowledge> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('policy'),
      policy: anMtaStsPolicy,
      freshness: fc.constantFrom('fresh', 'stale'),
    }),
  },
  { weight: 2, arbitrary: fc.constant<StsKnowledge>({ kind: 'none' }) },
  { weight: 1, arbitrary: fc.constant<StsKnowledge>({ kind: 'unknown' }) },
);

export const aHostInput: fc.Arbitrary<HostInput> = fc
  .record({
    attempt: anAttemptInput,
    host: fc.constantFrom(...MX_NAMES),
    source: weighted([5, 'mx'], [1, 'implicit']),
    mxSecurity: aSecurity,
    expandedDestination: weighted<string | null>([3, null], [1, EXPANDED_DOMAIN]),
    sts: someStsKnowledge,
  })
  .map(({ attempt: { dialled: _, ...input }, host, source, mxSecurity, expandedDestination, sts }) => {
    const common = { ...input, dialled: [], expandedDestination, mxSecurity };
    return input.destination.kind === 'literal'
      ? {
          ...common,
          candidate: { host: input.destination.address, source: 'literal', preference: 0 },
          sts: { kind: 'none' },
          mxSecurity: 'insecure',
          expandedDestination: null,
        }
      : { ...common, candidate: { host: source === 'mx' ? host : DOMAIN, source, preference: 10 }, sts };
  });
