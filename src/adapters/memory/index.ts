/** Stores in memory: for tests, trials and engines without a database. */
import { BoundsCodec } from '../../effects/codecs/arguments.codec.js';
import { checked } from '../../effects/misuse.js';
import { DEFAULT_STORE_BOUNDS, type StoreBounds, type Stores } from '../../effects/stores.js';
import { memoryAttemptStore } from './memory-attempt-store.js';
import { memoryEventStore } from './memory-event-store.js';
import { memoryPolicyStore } from './memory-policy-store.js';
import { memoryQueueStore } from './memory-queue-store.js';
import { memorySignalStore } from './memory-signal-store.js';
import { memorySuppressionStore } from './memory-suppression-store.js';
import { memoryTlsReportStore } from './memory-tls-report-store.js';

export { memoryAttemptStore } from './memory-attempt-store.js';
export { memoryBodies } from './memory-bodies.js';
export { memoryEventStore } from './memory-event-store.js';
export { memoryPolicyStore } from './memory-policy-store.js';
export { memoryQueueStore } from './memory-queue-store.js';
export { memorySignalStore } from './memory-signal-store.js';
export { memorySuppressionStore } from './memory-suppression-store.js';
export { memoryTlsReportStore } from './memory-tls-report-store.js';

/** All stores in memory. Throws a {@link MisuseError} for bounds that are none. */
export function memoryStores(bounds: Partial<StoreBounds> = {}): Stores {
  const within = {
    ...DEFAULT_STORE_BOUNDS,
    ...checked(BoundsCodec, bounds, 'WAXSEAL_BAD_OPTIONS', 'bounds'),
  };
  const events = memoryEventStore();
  return {
    policies: memoryPolicyStore(within),
    reports: memoryTlsReportStore(within),
    attempts: memoryAttemptStore(within),
    signals: memorySignalStore(within),
    queue: memoryQueueStore(events.add),
    suppressions: memorySuppressionStore(),
    events,
    close: async () => {},
  };
}
