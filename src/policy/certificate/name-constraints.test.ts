import { expect, it } from 'vitest';
import type { CertificateFacts } from './facts.js';
import { COMPARISONS_MAX, permitsNames } from './name-constraints.js';

const facts = (over: Partial<CertificateFacts>): CertificateFacts => ({
  certificateSha256: '',
  certificateSha512: '',
  spkiSha256: '',
  spkiSha512: '',
  dnsNames: [],
  ipAddresses: [],
  otherNames: [],
  commonNames: [],
  notBefore: 0,
  notAfter: 1,
  ca: 'yes',
  pathLength: null,
  certSign: 'yes',
  serverAuth: 'absent',
  nameConstraints: { kind: 'absent' },
  criticalExtensions: 'known',
  selfIssued: 'no',
  ...over,
});

it('permits nothing any more once names and subtrees have used up what may be compared', () => {
  const names = Array.from({ length: 1000 }, (_, at) => `n${at}.a.example`);
  const leaf = facts({ dnsNames: names });
  const issuer = (subtrees: number) =>
    facts({
      nameConstraints: {
        kind: 'dns',
        permitted: ['a.example', ...Array.from({ length: subtrees - 1 }, (_, at) => `s${at}.example`)],
        excluded: [],
        otherForms: [],
      },
    });
  const budget = { comparisonsLeft: COMPARISONS_MAX };
  expect(permitsNames(issuer(1), [leaf], budget)).toBe(true);
  expect(budget.comparisonsLeft).toBe(COMPARISONS_MAX - 2000);
  expect(permitsNames(issuer(1000), [leaf], budget)).toBe(false);
  // It is shared: what one path has used up, no other path has.
  expect(permitsNames(issuer(1), [leaf], budget)).toBe(false);
});
