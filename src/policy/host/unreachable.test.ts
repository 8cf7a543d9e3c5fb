import { expect, it } from 'vitest';
import type { StsKnowledge, StsMode } from '../mta-sts/policy.js';
import { judgeMissingAddress } from './unreachable.table.js';

type Proof = 'secure' | 'insecure';

function verdictOf(mx: Proof, a: Proof, aaaa: Proof, mode: StsMode, source: 'mx' | 'relay' = 'mx') {
  const none = { records: [], denial: 'nodata', aliases: [], ttlSeconds: 1 } as const;
  const policy = { mode, mx: ['*.a.example'], maxAgeSeconds: 86_400, lines: [] };
  const sts: StsKnowledge = { kind: 'policy', policy, freshness: 'fresh' };
  const candidate = { host: 'mx.a.example', source, preference: 0, port: 25 };
  const answer = { a: { kind: a, ...none }, aaaa: { kind: aaaa, ...none } };
  return judgeMissingAddress('none', answer, { candidate, mxSecurity: mx, sts }).verdict;
}

it('that a host has no address is believed against an enforced policy only where all that says so was validated', () => {
  expect(verdictOf('secure', 'secure', 'secure', 'enforce')).toBe('no-target');
  expect(verdictOf('insecure', 'secure', 'secure', 'enforce')).toBe('lookup-failed');
  expect(verdictOf('secure', 'insecure', 'secure', 'enforce')).toBe('lookup-failed');
  expect(verdictOf('secure', 'secure', 'insecure', 'enforce')).toBe('lookup-failed');
});

it('and without such a policy in any case, unless the operator named the host', () => {
  expect(verdictOf('insecure', 'insecure', 'insecure', 'testing')).toBe('no-target');
  expect(verdictOf('insecure', 'insecure', 'insecure', 'none')).toBe('no-target');
  expect(verdictOf('secure', 'secure', 'secure', 'none', 'relay')).toBe('lookup-failed');
});
