import { DEFAULT_STORE_BOUNDS, type StoreBounds, type Stores } from '../../effects/stores.js';
import { sqlAttemptStore } from './attempt-store.js';
import type { SqlDatabase } from './database.js';
import { sqlPolicyStore } from './policy-store.js';
import { sqlQueueStore } from './queue-store.js';
import { withSchema } from './schema.js';
import { sqlTlsReportStore } from './tls-report-store.js';

/** All stores in a database, which gets its tables when it is first asked. */
export function sqlStores(database: SqlDatabase, bounds: Partial<StoreBounds> = {}): Stores {
  const ready = withSchema(database);
  const within = { ...DEFAULT_STORE_BOUNDS, ...bounds };
  return {
    policies: sqlPolicyStore(ready, within),
    reports: sqlTlsReportStore(ready, within),
    attempts: sqlAttemptStore(ready, within),
    queue: sqlQueueStore(ready),
    close: database.close,
  };
}
