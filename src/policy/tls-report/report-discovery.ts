import type { TxtAnswer } from '../dns/answer.js';
import { causeCode } from '../dns/cause-code.js';
import { decide } from '../kernel/table.js';
import { learnRecord } from '../mta-sts/discover.js';
import type { FetchResult } from '../mta-sts/fetch.js';
import type { StsKnowledge } from '../mta-sts/policy.js';
import type { AnnouncedRecord } from '../mta-sts/policy-findings.js';
import { discoveryReport, type ReportedFailure } from './report.tables.js';
import { failureLine, type PolicyEntry, stsPolicyEntry } from './report-entries.js';
import type { TlsReportPolicy } from './tally.js';

/** How a domain's MTA-STS policy was looked for, and what the attempt holds to since. */
export interface DiscoveryFacts {
  readonly domain: string;
  /** What was answered for the TXT record. */
  readonly txt: TxtAnswer;
  /** Null: the policy host was not asked. */
  readonly fetched: FetchResult | null;
  readonly sts: StsKnowledge;
}

/**
 * The line that a failed discovery adds: once for each, without a host (RFC 8461, Section 6; RFC 8460, Section 4.3.2.2).
 * Under the kept policy where one stands in.
 */
export function reportDiscovery(facts: DiscoveryFacts): readonly TlsReportPolicy[] {
  const { domain, txt, fetched, sts } = facts;
  const record = learnRecord(txt).kind;
  const { verdict } = decide(discoveryReport, {
    kept: sts.kind !== 'policy' ? 'none' : sts.policy.mode === 'none' ? 'mode-none' : 'in-force',
    record,
    fetched: fetched?.kind ?? 'not-asked',
  });
  const told = (failure: ReportedFailure, reason: string) =>
    failureLine(entryOf(domain, sts), failure, { failureReasonCode: reason });
  switch (verdict) {
    case 'tell-fetch':
      return fetched?.kind === 'failed' ? told(fetched.failure, fetched.reason) : [];
    case 'tell-record':
      return told('policy-record-failed', reasonOf(txt, record));
    case 'not-told':
      return [];
  }
}

function entryOf(domain: string, sts: StsKnowledge): PolicyEntry {
  return sts.kind === 'policy'
    ? stsPolicyEntry(domain, sts.policy)
    : { policyType: 'sts', policyDomain: domain, policyString: [], mxHost: [] };
}

function reasonOf(txt: TxtAnswer, record: AnnouncedRecord['kind']): string {
  if (txt.kind !== 'failed') return `txt-record-${record}`;
  return txt.extendedError === null ? 'txt-lookup-failed' : `txt-lookup-failed: ${causeCode(txt)}`;
}
