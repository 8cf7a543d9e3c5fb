import { expect, it } from 'vitest';
import type { CachedPolicy, StsPolicy } from '../../policy/mta-sts/policy.js';
import { memoryPolicyStore } from './memory-policy-store.js';

const never = new AbortController().signal;
const POLICY: StsPolicy = {
  mode: 'enforce',
  mx: ['mx.a.example', '*.b.example'],
  maxAgeSeconds: 86_400,
  lines: ['version: STSv1', 'mode: enforce', 'mx: mx.a.example', 'mx: *.b.example', 'max_age: 86400'],
};

it('gives back what it was given, whatever the lines of the policy were', async () => {
  const policies: readonly StsPolicy[] = [
    POLICY,
    { ...POLICY, lines: POLICY.lines.toReversed() },
    { ...POLICY, lines: [...POLICY.lines, 'é: \ud800 "x" \\ ]'] },
    { ...POLICY, lines: [] },
    { ...POLICY, mode: 'none', mx: [], lines: ['version: STSv1', 'mode: none', 'max_age: 86400'] },
  ];
  for (const [at, policy] of policies.entries()) {
    const store = memoryPolicyStore({ entriesMax: 2 });
    const entry: CachedPolicy = { id: `id${at}`, policy, fetchedAt: 1_767_225_600_000.5 };
    const failure = { id: 'other', failedAt: 1_767_225_700_000 };
    await store['policy-cache.write']({ domain: 'a.example', change: { kind: 'store', entry } }, never);
    const read = () => store['policy-cache.read']({ domain: 'A.example' }, never);
    expect(await read()).toEqual({ kind: 'read', cached: entry, failure: null });
    await store['policy-cache.write'](
      { domain: 'a.example', change: { kind: 'remember-failure', failure } },
      never,
    );
    expect(await read()).toEqual({ kind: 'read', cached: entry, failure });
    expect(await store.expiringBefore(entry.fetchedAt + 86_400_001, 9)).toHaveLength(1);
  }
});
