/** Stores in memory: for tests, trials and engines without a database. */
import {
  DEFAULT_STORE_BOUNDS,
  type PolicyStoreBounds,
  type Stores,
  type TlsReportStoreBounds,
} from '../../effects/stores.js';
import { memoryPolicyStore } from './memory-policy-store.js';
import { memoryTlsReportStore } from './memory-tls-report-store.js';

export { memoryPolicyStore } from './memory-policy-store.js';
export { memoryTlsReportStore } from './memory-tls-report-store.js';

/** Both stores in memory. */
export function memoryStores(bounds: Partial<PolicyStoreBounds & TlsReportStoreBounds> = {}): Stores {
  const within = { ...DEFAULT_STORE_BOUNDS, ...bounds };
  return {
    policies: memoryPolicyStore(within),
    reports: memoryTlsReportStore(within),
    close: async () => {},
  };
}
