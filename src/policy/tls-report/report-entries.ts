/* How policies and failures are written into the tally. */
import { decide } from '../kernel/table.js';
import type { StsPolicy } from '../mta-sts/policy.js';
import { type ReportedFailure, reportResultType } from './report.tables.js';
import type { TlsReportDetail, TlsReportPolicy } from './tally.js';

/** How a policy is named in the tally. */
export type PolicyEntry = Pick<TlsReportPolicy, 'policyType' | 'policyDomain' | 'policyString' | 'mxHost'>;

/** Where a failure was met, as far as that is known. */
export type FailurePlace = Partial<Omit<TlsReportDetail, 'resultType' | 'failedSessionCount'>>;

/** As many as a report names; a policy may list thousands. */
const MX_HOSTS_MAX = 100;

export function stsPolicyEntry(domain: string, policy: StsPolicy): PolicyEntry {
  const mxHost = policy.mx.slice(0, MX_HOSTS_MAX);
  return { policyType: 'sts', policyDomain: domain, policyString: policy.lines, mxHost };
}

/** A policy of DANE whose records are not known: none were found, or they were never come to. */
export function unknownTlsaEntry(policyDomain: string): PolicyEntry {
  return { policyType: 'tlsa', policyDomain, policyString: [], mxHost: [] };
}

/** One failed session and its reason; nothing where that is not reported. */
export function failureLine(
  entry: PolicyEntry,
  failure: ReportedFailure,
  place: FailurePlace,
): readonly TlsReportPolicy[] {
  const details = detailOf(failure, place);
  return details.length === 0 ? [] : [{ ...entry, success: 0, failure: 1, details }];
}

/** The detail of a failure in one session; none where its kind is not reported. */
export function detailOf(failure: ReportedFailure, place: FailurePlace): readonly TlsReportDetail[] {
  const { verdict } = decide(reportResultType, { failure });
  if (verdict === 'not-reported') return [];
  return [
    {
      resultType: verdict,
      receivingMxHostname: place.receivingMxHostname ?? '',
      receivingIp: place.receivingIp ?? '',
      sendingMtaIp: place.sendingMtaIp ?? '',
      failedSessionCount: 1,
      failureReasonCode: place.failureReasonCode ?? '',
    },
  ];
}
