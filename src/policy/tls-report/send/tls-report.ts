import type { TlsReportResultType } from '../tally.js';

/** A report as it is sent, its members in the order and by the names of RFC 8460, Section 4.4. What is not known is left out. */
export interface TlsReport {
  readonly 'organization-name': string;
  readonly 'date-range': { readonly 'start-datetime': string; readonly 'end-datetime': string };
  readonly 'contact-info': string;
  readonly 'report-id': string;
  readonly policies: readonly SentPolicy[];
}

export interface SentPolicy {
  readonly policy: {
    readonly 'policy-type': 'tlsa' | 'sts' | 'no-policy-found';
    readonly 'policy-string'?: readonly string[];
    readonly 'policy-domain': string;
    readonly 'mx-host'?: readonly string[];
  };
  readonly summary: {
    readonly 'total-successful-session-count': number;
    readonly 'total-failure-session-count': number;
  };
  readonly 'failure-details'?: readonly SentDetail[];
}

export interface SentDetail {
  readonly 'result-type': TlsReportResultType;
  readonly 'sending-mta-ip'?: string;
  readonly 'receiving-mx-hostname'?: string;
  readonly 'receiving-ip'?: string;
  readonly 'failed-session-count': number;
  readonly 'failure-reason-code'?: string;
}
