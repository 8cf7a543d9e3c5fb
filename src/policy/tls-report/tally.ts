/** Result types of TLS reports (RFC 8460, Section 4.3; IANA registry "STARTTLS Validation Result Types"). */
export type TlsReportResultType =
  | 'starttls-not-supported'
  | 'certificate-host-mismatch'
  | 'certificate-not-trusted'
  | 'certificate-expired'
  | 'validation-failure'
  | 'tlsa-invalid'
  | 'dnssec-invalid'
  | 'dane-required'
  | 'sts-policy-fetch-error'
  | 'sts-policy-invalid'
  | 'sts-webpki-invalid';

/** RFC 8460, Section 4.4 "failure-details". Absent values are "". */
export interface TlsReportDetail {
  readonly resultType: TlsReportResultType;
  readonly receivingMxHostname: string;
  readonly receivingIp: string;
  readonly sendingMtaIp: string;
  readonly failedSessionCount: number;
  readonly failureReasonCode: string;
}

/** One policy that applied and how sessions fared under it (RFC 8460, Section 4.4 "policies"). */
export interface TlsReportPolicy {
  readonly policyType: 'tlsa' | 'sts' | 'no-policy-found';
  readonly policyDomain: string;
  readonly policyString: readonly string[];
  readonly mxHost: readonly string[];
  readonly success: number;
  readonly failure: number;
  readonly details: readonly TlsReportDetail[];
}
