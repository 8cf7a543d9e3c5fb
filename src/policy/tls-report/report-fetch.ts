import { decide } from '../kernel/table.js';
import type { FetchResult } from '../mta-sts/fetch.js';
import type { StsKnowledge } from '../mta-sts/policy.js';
import { reportResultType } from './report.tables.js';
import { stsPolicyEntry } from './report-session.js';
import type { TlsReportPolicy } from './tally.js';

/**
 * The line that a failed policy fetch adds: once for each discovery, without a host (RFC 8460, Section 4.3.2.2). Under the
 * kept policy where one stands in, unless that is in mode none.
 */
export function reportFetchFailure(
  domain: string,
  fetched: FetchResult | null,
  sts: StsKnowledge,
): readonly TlsReportPolicy[] {
  if (fetched === null || fetched.kind === 'policy') return [];
  const { verdict } = decide(reportResultType, { failure: fetched.failure });
  if (verdict === 'not-reported' || (sts.kind === 'policy' && sts.policy.mode === 'none')) return [];
  const entry =
    sts.kind === 'policy'
      ? stsPolicyEntry(domain, sts.policy)
      : ({ policyType: 'sts', policyDomain: domain, policyString: [], mxHost: [] } as const);
  const detail = {
    resultType: verdict,
    receivingMxHostname: '',
    receivingIp: '',
    sendingMtaIp: '',
    failedSessionCount: 1,
    failureReasonCode: fetched.reason,
  };
  return [{ ...entry, success: 0, failure: 1, details: [detail] }];
}
