import type { ReportKey } from '../../../effects/stores.js';
import type { Decision } from '../../../policy/kernel/table.js';
import { fileNameOf } from '../../../policy/tls-report/send/report-names.js';
import { nextStep } from '../../../policy/tls-report/send/report-step.table.js';
import { judgeWanted } from '../../../policy/tls-report/send/report-wanted.table.js';
import type { TlsReport } from '../../../policy/tls-report/send/tls-report.js';
import type { SkippedDestination } from '../../../policy/tls-report/tlsrpt-record.js';
import { chooseReports } from './choose-reports.js';
import { type MadeReport, mailOf, makeReport } from './make-report.js';
import type { ReportChoice, ReportPorts, ReportSettings } from './report-options.js';
import { checkPreviewing } from './report-options.js';
import { inOrder } from './send-due.js';
import { completeSettings, type KnownReportSettings } from './settings.js';

/** What would be sent, where to, and when. */
export interface ReportPreview extends ReportKey {
  readonly step: 'send-now' | 'wait' | 'drop' | 'done';
  /** Milliseconds since 1970, or null. */
  readonly waitsUntil: number | null;
  /** Whether the domain wants it. */
  readonly wanted: Decision<'send' | 'drop' | 'later'>;
  readonly endpoints: readonly PreviewedEndpoint[];
  readonly skipped: readonly SkippedDestination[];
  readonly fileName: string;
  readonly report: TlsReport;
}

export interface PreviewedEndpoint {
  readonly endpoint: string;
  /** The whole message, signed, for an endpoint of mail; else null. */
  readonly message: string | null;
  /** Why nothing can be sent there, or "". */
  readonly problem: string;
}

/** Makes reports and asks where they are wanted; sends nothing, and changes nothing. Rejects if the store cannot be reached, and with a {@link MisuseError}. */
export async function previewReports(
  ports: Pick<ReportPorts, 'store' | 'dns' | 'clock'>,
  settings: ReportSettings,
  signal: AbortSignal,
  choice: ReportChoice = {},
): Promise<readonly ReportPreview[]> {
  checkPreviewing(ports, signal, choice);
  const known = completeSettings(settings);
  const previews: ReportPreview[] = [];
  const { due, waiting } = await chooseReports(ports.store, choice, { ...known, now: ports.clock() });
  const chosen = [...due, ...waiting].slice(0, known.reportsMax).toSorted(inOrder);
  for (const { day, domain, state } of chosen) {
    if (signal.aborted) break;
    const step = nextStep({ day, domain, state, now: ports.clock(), spread: known.spread });
    const lookup = { name: `_smtp._tls.${domain}`, deadlineMs: known.deadlines.dnsMs };
    const wanted = judgeWanted(await ports.dns['dns.txt'](lookup, signal));
    const made = await makeReport({ day, domain }, await ports.store.read({ day, domain }), known);
    previews.push({
      day,
      domain,
      step: step.kind,
      waitsUntil: step.kind === 'wait' ? step.until : null,
      wanted: wanted.decision,
      endpoints: await Promise.all(
        wanted.destinations.map((each) =>
          each.kind === 'mailto'
            ? previewMail(made, each.address, known, ports.clock())
            : { endpoint: each.uri, message: null, problem: '' },
        ),
      ),
      skipped: wanted.skipped,
      fileName: fileNameOf(made.names),
      report: made.report,
    });
  }
  return previews;
}

async function previewMail(
  made: MadeReport,
  to: string,
  settings: KnownReportSettings,
  now: number,
): Promise<PreviewedEndpoint> {
  const signed = await mailOf(made, to, settings, now);
  return signed.kind === 'signed'
    ? { endpoint: to, message: Buffer.from(signed.octets).toString('latin1'), problem: '' }
    : { endpoint: to, message: null, problem: `not mailed unsigned: ${signed.reason}` };
}
