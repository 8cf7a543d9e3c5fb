import type { ReceivedReport } from '../../../policy/tls-report/read/received-report.js';
import type { ReportSummary } from '../../../policy/tls-report/read/summary.js';

/** Everything that there is to show. */
export interface ReportsView {
  readonly summary: ReportSummary;
  readonly reports: readonly { readonly file: string; readonly report: ReceivedReport }[];
  readonly problems: readonly { readonly file: string; readonly says: string }[];
}
