import { decide } from '../kernel/table.js';
import type { FetchResult } from '../mta-sts/fetch.js';
import type { StsKnowledge } from '../mta-sts/policy.js';
import type { AnnouncedRecord } from '../mta-sts/policy-findings.js';
import { discoveryReport, type ReportedFailure } from './report.tables.js';
import { failureLine, type PolicyEntry, stsPolicyEntry } from './report-entries.js';
import type { TlsReportPolicy } from './tally.js';

/** How a domain's MTA-STS policy was looked for, and what the attempt holds to since. */
export interface DiscoveryFacts {
  readonly domain: string;
  readonly record: AnnouncedRecord;
  /** Null: the policy host was not asked. */
  readonly fetched: FetchResult | null;
  readonly sts: StsKnowledge;
}

/**
 * The line that a failed discovery adds: once for each, without a host (RFC 8461, Section 6; RFC 8460, Section 4.3.2.2).
 * Under the kept policy where one stands in.
 */
export function reportDiscovery(facts: DiscoveryFacts): readonly TlsReportPolicy[] {
  const { domain, record, fetched, sts } = facts;
  const { verdict } = decide(discoveryReport, {
    kept: sts.kind !== 'policy' ? 'none' : sts.policy.mode === 'none' ? 'mode-none' : 'in-force',
    record: record.kind,
    fetched: fetched?.kind ?? 'not-asked',
  });
  const told = (failure: ReportedFailure, reason: string) =>
    failureLine(entryOf(domain, sts), failure, { failureReasonCode: reason });
  switch (verdict) {
    case 'tell-fetch':
      return fetched?.kind === 'failed' ? told(fetched.failure, fetched.reason) : [];
    case 'tell-record':
      return told('policy-record-failed', reasonOf(record));
    case 'not-told':
      return [];
  }
}

function entryOf(domain: string, sts: StsKnowledge): PolicyEntry {
  return sts.kind === 'policy'
    ? stsPolicyEntry(domain, sts.policy)
    : { policyType: 'sts', policyDomain: domain, policyString: [], mxHost: [] };
}

function reasonOf(record: AnnouncedRecord): string {
  return record.kind === 'failed' ? 'txt-lookup-failed' : `txt-record-${record.kind}`;
}
