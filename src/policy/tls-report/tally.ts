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

/**
 * Adds lines of a tally together: equal policies (type, domain, text, hosts) become one line, equal failures one detail with
 * their counts added (RFC 8460, Section 4.4). Order of first appearance.
 */
export function addTallies(lines: readonly TlsReportPolicy[]): readonly TlsReportPolicy[] {
  if (lines.length < 2) return lines.map((line) => ({ ...line, details: addDetails(line.details) }));
  const byPolicy = new Map<string, TlsReportPolicy>();
  for (const line of lines) {
    const key = policyKeyOf(line);
    const known = byPolicy.get(key);
    byPolicy.set(
      key,
      known === undefined
        ? { ...line, details: addDetails(line.details) }
        : {
            ...known,
            success: known.success + line.success,
            failure: known.failure + line.failure,
            details: addDetails([...known.details, ...line.details]),
          },
    );
  }
  return [...byPolicy.values()];
}

/** What one domain's tally of a day may grow to, whoever makes it grow. */
export interface TallyBounds {
  readonly policiesMax: number;
  /** Distinct failures, for each policy. */
  readonly detailsMax: number;
}

/**
 * Adds lines together and cuts them down to the bounds: first come, first kept. Sessions under a kept policy are all counted
 * in its totals, also where their failure is one too many to be told of; sessions under a policy too many are not counted.
 * Cutting now and adding later gives the same as adding it all and cutting then.
 */
export function boundTallies(
  lines: readonly TlsReportPolicy[],
  { policiesMax, detailsMax }: TallyBounds,
): readonly TlsReportPolicy[] {
  return addTallies(lines)
    .slice(0, policiesMax)
    .map((line) => ({ ...line, details: line.details.slice(0, detailsMax) }));
}

/** Lines with the same key are of the same policy. */
export function policyKeyOf(line: TlsReportPolicy): string {
  return JSON.stringify([line.policyType, line.policyDomain, line.policyString, line.mxHost]);
}

/** Details with the same key are of the same failure. */
export function detailKeyOf(detail: TlsReportDetail): string {
  const { failureReasonCode, receivingIp, receivingMxHostname, resultType, sendingMtaIp } = detail;
  // As the keys have always been written, because stores know failures by them: names with values, in order of name.
  return JSON.stringify([
    ['failedSessionCount', 0],
    ['failureReasonCode', failureReasonCode],
    ['receivingIp', receivingIp],
    ['receivingMxHostname', receivingMxHostname],
    ['resultType', resultType],
    ['sendingMtaIp', sendingMtaIp],
  ]);
}

function addDetails(details: readonly TlsReportDetail[]): readonly TlsReportDetail[] {
  if (details.length < 2) return details;
  const byKind = new Map<string, TlsReportDetail>();
  for (const detail of details) {
    const key = detailKeyOf(detail);
    const known = byKind.get(key);
    const count = (known?.failedSessionCount ?? 0) + detail.failedSessionCount;
    byKind.set(key, { ...detail, failedSessionCount: count });
  }
  return [...byKind.values()];
}
