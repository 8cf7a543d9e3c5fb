import { AUDIT_FORMAT, type AuditReport } from './report.js';

/** As much of a report of before as changes are told from; null where it is none. Never throws. */
export function readReport(value: unknown): AuditReport | null {
  if (typeof value !== 'object' || value === null) return null;
  const { format, version, totals, reasons, domains } = value as Partial<AuditReport>;
  const isWhole =
    format === AUDIT_FORMAT &&
    version === 1 &&
    typeof totals?.delivered === 'number' &&
    typeof totals.authenticated === 'number' &&
    typeof totals.clear === 'number' &&
    Array.isArray(reasons) &&
    reasons.every((each) => typeof each?.row === 'string') &&
    Array.isArray(domains) &&
    domains.every((each) => typeof each?.domain === 'string' && PROTECTIONS.has(each.worst));
  return isWhole ? (value as AuditReport) : null;
}

const PROTECTIONS: ReadonlySet<unknown> = new Set(['clear', 'encrypted', 'authenticated', null]);
