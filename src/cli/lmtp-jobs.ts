/* What `waxseal lmtp` does beside attempts. */
import { Reporting } from '../daemon/reporting.js';
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

/** In whose name reports are sent, by which keys, and how. */
export interface Sending extends Reach {
  /** Null: they are counted, and not sent. */
  readonly reports: ReportSettings | null;
}

/** Sends TLS reports while it runs, or says that it does not. */
export function countedReports(stores: Stores, first: Sending, log: Log) {
  const said = ({ node, settings, reports }: Sending) =>
    reports === null ? null : { node, settings, reports };
  const job = new Reporting(
    {
      ...{ store: stores.reports, clock: Date.now },
      onReport: (says, { day, domain, outcome }) => log(says, { day, domain, outcome }),
      onWarning: log,
    },
    said(first),
  );
  return {
    /** Until the signal aborts. */
    run: (signal: AbortSignal): Promise<void> => {
      sayWhose(first.reports, log);
      return job.run(signal);
    },
    /** From now on by these. */
    use: (sending: Sending): void => {
      if (job.use(said(sending))) sayWhose(sending.reports, log);
    },
  };
}

function sayWhose(reports: ReportSettings | null, log: Log): void {
  log(
    reports === null
      ? 'TLS reports are counted and not sent: that takes --from and --organization, or tlsReports in --config'
      : `TLS reports are sent from ${reports.contactInfo} for ${reports.organizationName}`,
  );
}
