import {
  DEFAULT_STORE_BOUNDS,
  type PolicyStoreBounds,
  type Stores,
  type TlsReportStoreBounds,
} from '../../effects/stores.js';
import type { SqlDatabase } from './database.js';
import { sqlPolicyStore } from './policy-store.js';
import { withSchema } from './schema.js';
import { sqlTlsReportStore } from './tls-report-store.js';

/** Both stores in a database, which gets its tables when it is first asked. */
export function sqlStores(
  database: SqlDatabase,
  bounds: Partial<PolicyStoreBounds & TlsReportStoreBounds> = {},
): Stores {
  const ready = withSchema(database);
  const within = { ...DEFAULT_STORE_BOUNDS, ...bounds };
  return {
    policies: sqlPolicyStore(ready, within),
    reports: sqlTlsReportStore(ready, within),
    close: database.close,
  };
}
