import type { CachedPolicy, FetchFailure } from '../../../policy/mta-sts/policy.js';
import type { PolicyCachePorts } from './policy-cache.js';

/**
 * Policies in memory, lost when the process ends: for tests and trials. At most `entriesMax` policies and as many
 * failures; the ones unused for longest go first, and a failure never drives out a policy.
 */
export function memoryPolicyCache({ entriesMax }: { readonly entriesMax: number }): PolicyCachePorts {
  const policies = new Map<string, CachedPolicy>();
  const failures = new Map<string, FetchFailure>();

  function put<V>(map: Map<string, V>, key: string, value: V): void {
    map.delete(key);
    map.set(key, value);
    for (const oldest of map.keys()) {
      if (map.size <= entriesMax) break;
      map.delete(oldest);
    }
  }

  return {
    'policy-cache.read': async ({ domain }) => {
      const key = domain.toLowerCase();
      const cached = policies.get(key) ?? null;
      if (cached !== null) put(policies, key, cached);
      return { kind: 'read', cached, failure: failures.get(key) ?? null };
    },
    'policy-cache.write': async ({ domain, change }) => {
      const key = domain.toLowerCase();
      if (change.kind === 'remember-failure') put(failures, key, change.failure);
      else {
        put(policies, key, change.entry);
        failures.delete(key);
      }
      return { kind: 'written' };
    },
  };
}
