export { JournalStream, type StreamPiece } from './journal-stream.js';
export { readReport } from './read-before.js';
export { redacted } from './redact.js';
export { type AuditChanges, type AuditReport, reportOf } from './report.js';
export { Sums } from './sums.js';
