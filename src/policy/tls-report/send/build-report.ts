/*
 * What a day's tally says, as a report. The same tally gives the same report, octet for octet: policies and failures are
 * sorted, addresses written in one way. Everything that a stranger may have written is bounded, so that the report stays far
 * below the ten megabytes that receivers take (RFC 8460, Section 5.2); what is left out is counted.
 */
import {
  addTallies,
  detailKeyOf,
  policyKeyOf,
  type TlsReportDetail,
  type TlsReportPolicy,
} from '../tally.js';
import { presentAddress } from './present-address.js';
import { endOfDay, startOfDay } from './report-day.js';
import type { SentDetail, SentPolicy, TlsReport } from './tls-report.js';

export interface ReportFacts {
  /** Who is responsible for the report. */
  readonly organizationName: string;
  /** A mail address, ASCII; its domain is the submitter of the report. */
  readonly contactInfo: string;
  readonly reportId: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly lines: readonly TlsReportPolicy[];
}

export interface BuiltReport {
  readonly report: TlsReport;
  /** How much there was beyond the bounds. */
  readonly leftOut: { readonly policies: number; readonly failures: number };
}

export const POLICIES_MAX = 64;
export const DETAILS_MAX = 200;
/** Lines of a policy, and patterns of its hosts. */
export const STRINGS_MAX = 100;
export const STRING_LENGTH_MAX = 256;

/** The report of a day (RFC 8460, Section 4.4). Total. */
export function buildReport({
  organizationName,
  contactInfo,
  reportId,
  day,
  lines,
}: ReportFacts): BuiltReport {
  const all = addTallies(lines.map(normalise)).toSorted((a, b) => compare(policyKeyOf(a), policyKeyOf(b)));
  const kept = all.slice(0, POLICIES_MAX);
  return {
    report: {
      'organization-name': text(organizationName),
      'date-range': { 'start-datetime': startOfDay(day).text, 'end-datetime': endOfDay(day).text },
      'contact-info': contactInfo,
      'report-id': reportId,
      policies: kept.map(policyOf),
    },
    leftOut: {
      policies: all.length - kept.length,
      failures: kept.reduce((sum, { details }) => sum + Math.max(0, details.length - DETAILS_MAX), 0),
    },
  };
}

/** Two spellings of one address or one policy are one. */
function normalise(line: TlsReportPolicy): TlsReportPolicy {
  return {
    ...line,
    policyString: line.policyString.slice(0, STRINGS_MAX).map((each) => text(each).trimEnd()),
    mxHost: line.mxHost.slice(0, STRINGS_MAX).map(text),
    details: line.details.map((detail) => ({
      ...detail,
      receivingMxHostname: text(detail.receivingMxHostname),
      receivingIp: presentAddress(detail.receivingIp),
      sendingMtaIp: presentAddress(detail.sendingMtaIp),
      failureReasonCode: text(detail.failureReasonCode),
    })),
  };
}

function policyOf(line: TlsReportPolicy): SentPolicy {
  const details = line.details
    .toSorted((a, b) => compare(detailKeyOf(a), detailKeyOf(b)))
    .slice(0, DETAILS_MAX);
  return {
    policy: {
      'policy-type': line.policyType,
      ...(line.policyString.length === 0 ? {} : { 'policy-string': line.policyString }),
      'policy-domain': line.policyDomain,
      ...(line.policyType === 'sts' && line.mxHost.length > 0 ? { 'mx-host': line.mxHost } : {}),
    },
    summary: {
      'total-successful-session-count': count(line.success),
      'total-failure-session-count': count(line.failure),
    },
    ...(details.length === 0 ? {} : { 'failure-details': details.map(detailOf) }),
  };
}

function detailOf(detail: TlsReportDetail): SentDetail {
  return {
    'result-type': detail.resultType,
    ...known('sending-mta-ip', detail.sendingMtaIp),
    ...known('receiving-mx-hostname', detail.receivingMxHostname),
    ...known('receiving-ip', detail.receivingIp),
    'failed-session-count': count(detail.failedSessionCount),
    ...known('failure-reason-code', detail.failureReasonCode),
  };
}

function known<K extends string>(name: K, value: string): { readonly [P in K]?: string } {
  return (value === '' ? {} : { [name]: value }) as { readonly [P in K]?: string };
}

/** I-JSON has integers up to 2^53 - 1 (RFC 7493, Section 2.2). */
function count(value: number): number {
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

/** I-JSON has no half characters (RFC 7493, Section 2.1), and a cut may leave one. */
function text(value: string): string {
  return value.slice(0, STRING_LENGTH_MAX).replace(/\p{Surrogate}/gu, '\ufffd');
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
