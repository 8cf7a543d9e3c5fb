/* How numbers, days and places of reports are put into words, on the terminal and on the page alike. */
import type { FailureSummary, SessionCounts } from '../../../policy/tls-report/read/summary.js';

/** With blanks between thousands, which mean the same everywhere. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, '\u202f');
}

export function countOf(value: number, singular: string, plural = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

/** In percent, never rounded up to all or down to nothing. */
export function share({ success, failure }: SessionCounts): string {
  const all = success + failure;
  if (all === 0) return 'none';
  const percent = (100 * success) / all;
  if (failure > 0 && percent > 99.9) return '> 99.9 %';
  if (success > 0 && percent < 0.1) return '< 0.1 %';
  return `${Number.isInteger(percent) ? percent : percent.toFixed(1)} %`;
}

export function days(first: string | null, last: string | null): string {
  if (first === null || last === null) return 'on an unknown day';
  return first === last ? first : `${first} to ${last}`;
}

export function place({ receivingMxHostname, receivingIp }: FailureSummary): string {
  const ip = receivingIp === '' ? '' : `[${receivingIp}]`;
  return [receivingMxHostname, ip].filter((part) => part !== '').join(' ');
}

const TYPE_LENGTH_MAX = 50;

/** The type as it is registered, or as the sender wrote it. */
export function typeName({ resultType, resultTypeText }: FailureSummary): string {
  return resultType === 'other' && resultTypeText !== ''
    ? resultTypeText.slice(0, TYPE_LENGTH_MAX)
    : resultType;
}

/** A sender by its domain; a report may not have named any. */
export function senderName(submitter: string): string {
  return submitter === '' ? 'unnamed sender' : submitter;
}

/** A domain; a policy may not name the one that it is of (RFC 8460, Section 4.4). */
export function domainName(policyDomain: string): string {
  return policyDomain === '' ? 'unnamed domain' : policyDomain;
}

/** A report by its identifier, which it may not have. */
export function reportName(reportId: string): string {
  return reportId === '' ? 'a report without an identifier' : reportId;
}

/** One item, or the first few of many. */
export function list(items: readonly string[], shownMax = 5): string {
  const shown = items.slice(0, shownMax).join(', ');
  return items.length > shownMax ? `${shown} and ${items.length - shownMax} more` : shown;
}
