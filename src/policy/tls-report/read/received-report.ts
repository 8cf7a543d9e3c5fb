import type { TlsReportResultType } from '../tally.js';
import type { Deviation } from './deviations.js';

/** A report about us that somebody sent, as far as it could be read (RFC 8460, Section 4.4). Absent texts are "". */
export interface ReceivedReport {
  readonly organization: string;
  readonly contact: string;
  /** The domain of the contact, else the organization: who this comes from, by its own account. */
  readonly submitter: string;
  readonly reportId: string;
  /** The time that it covers, in seconds since 1970, or null where it does not say. */
  readonly startSeconds: number | null;
  readonly endSeconds: number | null;
  readonly policies: readonly ReceivedPolicy[];
  readonly deviations: readonly Deviation[];
}

/** `other`: a word that no RFC knows; `policyTypeText` has it. */
export type ReceivedPolicyType = 'tlsa' | 'sts' | 'no-policy-found' | 'other';

export interface ReceivedPolicy {
  readonly policyType: ReceivedPolicyType;
  readonly policyTypeText: string;
  readonly policyDomain: string;
  readonly policyString: readonly string[];
  readonly mxHost: readonly string[];
  readonly success: number;
  readonly failure: number;
  readonly details: readonly ReceivedDetail[];
}

/** `other`: a type that is not registered; `resultTypeText` has it. */
export type ReceivedResultType = TlsReportResultType | 'other';

export interface ReceivedDetail {
  readonly resultType: ReceivedResultType;
  readonly resultTypeText: string;
  readonly sendingMtaIp: string;
  readonly receivingMxHostname: string;
  readonly receivingMxHelo: string;
  readonly receivingIp: string;
  readonly failedSessionCount: number;
  readonly additionalInformation: string;
  readonly failureReasonCode: string;
}
