/* What `waxseal lmtp` does beside attempts. */
import type { Stores } from '../effects/stores.js';
import type { NodeEngine } from '../node.js';
import type { ReportSettings } from '../services/tls-report/send/index.js';
import type { Reach } from './lmtp-engines.js';
import { reasonOf } from './read-file.js';
import type { Log } from './serving.js';

/** Attempts at messages that no client asked about again, and deliveries, in milliseconds. */
const ATTEMPTED_KEPT_MS = 7 * 86_400_000;
const DELIVERED_KEPT_MS = 86_400_000;
const PRUNE_EVERY_MS = 3_600_000;

/** Renews policies until the signal aborts. */
export async function keepFresh(
  { engine, stores }: { readonly engine: Pick<NodeEngine, 'policy'>; readonly stores: Stores },
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  const { keepPoliciesFresh } = await import('../node.js');
  await keepPoliciesFresh({ store: stores.policies, engine, clock: Date.now }, signal, {
    onFailure: (message) => log(`policies cannot be renewed: ${message}`),
  });
}

/** In front of the first message, too, so that the store is open when there is something to note. */
export async function keepSmall(attempts: Stores['attempts'], log: Log): Promise<NodeJS.Timeout> {
  const prune = async () => {
    const now = Date.now();
    await attempts
      .prune({ delivered: now - DELIVERED_KEPT_MS, attempted: now - ATTEMPTED_KEPT_MS })
      .catch((error) => log(`attempts cannot be pruned: ${reasonOf(error)}`));
  };
  await prune();
  return setInterval(prune, PRUNE_EVERY_MS);
}

/** What the job of sending reports takes. */
interface Reporting extends Reach {
  readonly stores: Stores;
  readonly reports: ReportSettings | null;
}

/** Sends TLS reports until the signal aborts, or says that it does not. */
export async function sendCounted(
  { stores, node, settings, reports }: Reporting,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  if (reports === null) {
    log(
      'TLS reports are counted and not sent: that takes --from and --organization, or tlsReports in --config',
    );
    return;
  }
  const { organizationName, contactInfo } = reports;
  log(`TLS reports are sent from ${contactInfo} for ${organizationName}`);
  const { sendReports } = await import('../daemon/send-reports.js');
  await sendReports(
    {
      ...{ store: stores.reports, node, settings, reports, clock: Date.now },
      onReport: (says, { day, domain, outcome }) => log(says, { day, domain, outcome }),
      onWarning: log,
    },
    signal,
  );
}
