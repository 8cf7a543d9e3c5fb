/** Collecting what TLS reports are made of, and sending them (RFC 8460, Sections 3 to 5). */

export { type DkimKey, type LoadedKey, loadDkimKey } from '../../dkim/index.js';
export { checkKeys, type KeyCheck } from './check-keys.js';
export { type CollectOptions, collectReports } from './collect.js';
export type { EndpointOutcome } from './hand-over.js';
export { nodePostReport, type PostReport } from './post-report.js';
export { previewReports, type ReportPreview } from './preview.js';
export type { ReportChoice, ReportPorts, ReportSettings } from './report-options.js';
export { type RunOptions, runTlsReports } from './run.js';
export { sendDue } from './send-due.js';
export type { ReportOutcome } from './send-report.js';
export { ReportSettingsError } from './settings.js';
