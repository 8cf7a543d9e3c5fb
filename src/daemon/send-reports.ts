/*
 * The job of a process that delivers, too: TLS reports of what is counted in its store, day after day. Said where what delivers says
 * everything else.
 */
import type { TlsReportStore } from '../effects/stores.js';
import {
  checkKeys,
  createNodeEngine,
  type NodeOptions,
  nodeAdapters,
  nodePostReport,
  type ReportOutcome,
  type ReportSettings,
  runTlsReports,
} from '../node.js';
import type { Settings } from '../policy/settings.js';

export interface ReportJob {
  readonly store: TlsReportStore;
  readonly node: NodeOptions;
  /** Of the attempts by which reports are mailed. */
  readonly settings: Settings;
  readonly reports: ReportSettings;
  readonly clock: () => number;
  /** Told of every report that something was done about. */
  readonly onReport: (says: string, outcome: ReportOutcome) => void;
  /** Told what keeps reports from being sent, or from being believed. */
  readonly onWarning: (says: string) => void;
}

/** Sends until the signal aborts; resolves when what was under way has ended. Throws a `ReportSettingsError` at once. */
export async function sendReports(job: ReportJob, signal: AbortSignal): Promise<void> {
  const { store, node, settings, reports, clock, onReport, onWarning } = job;
  const dns = nodeAdapters(node);
  // Not the engine that delivers: reports are not to be counted.
  const engine = createNodeEngine({ ...node, settings });
  const https = nodePostReport(node.ca === undefined ? {} : { ca: node.ca });
  try {
    if (reports.keys.length === 0)
      onWarning('TLS reports that domains want by mail wait: no DKIM key is given to sign them');
    for (const { name, decision } of await checkKeys({ dns }, reports, signal))
      if (decision.verdict !== 'fit')
        onWarning(`the key record at ${name}: ${decision.verdict}: ${decision.why}`);
    await runTlsReports({ store, dns, engine, https, clock }, reports, signal, {
      onOutcome: (outcome) => onReport(saidOf(outcome), outcome),
      onFailure: (message) => onWarning(`TLS reports wait: ${message}`),
    });
  } finally {
    await Promise.all([engine.close(), dns.close()]);
  }
}

function saidOf({ day, domain, outcome, note }: ReportOutcome): string {
  return `TLS report for ${domain} of ${day}: ${outcome}${note === '' ? '' : ` (${note})`}`;
}
