import type { BodyStore } from '../../effects/queue-stores.js';
import { DEFAULT_STORE_BOUNDS, type StoreBounds, type Stores } from '../../effects/stores.js';
import { sqlAttemptStore } from './attempt-store.js';
import { sqlBodies } from './bodies.js';
import type { SqlDatabase } from './database.js';
import { sqlEventStore } from './event-store.js';
import { sqlPolicyStore } from './policy-store.js';
import { sqlQueueStore } from './queue-store.js';
import { withSchema } from './schema.js';
import { sqlSignalStore } from './signal-store.js';
import { sqlSuppressionStore } from './suppression-store.js';
import { sqlTlsReportStore } from './tls-report-store.js';

export interface SqlStores extends Stores {
  /** The octets of messages, where there is no folder for them. */
  readonly bodies: BodyStore;
}

/** All stores in a database, which gets its tables when it is first asked. */
export function sqlStores(database: SqlDatabase, bounds: Partial<StoreBounds> = {}): SqlStores {
  const ready = withSchema(database);
  const within = { ...DEFAULT_STORE_BOUNDS, ...bounds };
  return {
    policies: sqlPolicyStore(ready, within),
    reports: sqlTlsReportStore(ready, within),
    attempts: sqlAttemptStore(ready, within),
    signals: sqlSignalStore(ready, within),
    queue: sqlQueueStore(ready),
    suppressions: sqlSuppressionStore(ready),
    events: sqlEventStore(ready),
    bodies: sqlBodies(ready),
    close: database.close,
  };
}
