/*
 * The datagram by which mail systems tell a TLSRPT collector how a delivery went, as libtlsrpt, Postfix's library for it,
 * writes it: one JSON object for one delivery request, to a Unix datagram socket, without an answer. The collector adds up by
 * the text of the policy, so the order of keys and of lists never changes.
 */
import { ReportCodec } from '../../effects/codecs/attempt.codec.js';
import { having } from '../../effects/codecs/strict-object.js';
import { listOf, Text } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import type { TlsReportDetail, TlsReportPolicy, TlsReportResultType } from '../../policy/tls-report/tally.js';

/** One delivery attempt to one recipient domain. */
export interface TlsrptDelivery {
  /** The recipient domain, in A-labels. */
  readonly domain: string;
  /** The whole TLSRPT TXT record (RFC 8460, Section 3), so that the collector needs no DNS. */
  readonly record: string;
  /** The attempt's own lines, each policy once. */
  readonly lines: readonly TlsReportPolicy[];
}

export type TlsrptDatagram =
  | {
      readonly kind: 'datagram';
      readonly text: string;
      /** Failure details left out, so that it fits; the verdict on each policy always stands. */
      readonly detailsOmitted: number;
    }
  /** No policy applied, so there is nothing to tell, and the protocol has no datagram for that. */
  | { readonly kind: 'nothing' }
  /** Even without details it would not fit. */
  | { readonly kind: 'too-large'; readonly octets: number };

/** Octets. The kernel's own limit is larger on most systems; the library was written with this one in mind. */
export const DATAGRAM_OCTETS_MAX = 65_000;

const POLICY_TYPE_CODES: Readonly<Record<TlsReportPolicy['policyType'], number>> = {
  tlsa: 1,
  sts: 2,
  'no-policy-found': 9,
};

const RESULT_TYPE_CODES: Readonly<Record<TlsReportResultType, number>> = {
  'starttls-not-supported': 201,
  'certificate-host-mismatch': 202,
  'certificate-not-trusted': 203,
  'certificate-expired': 204,
  'validation-failure': 205,
  'sts-policy-fetch-error': 301,
  'sts-policy-invalid': 302,
  'sts-webpki-invalid': 303,
  'tlsa-invalid': 304,
  'dnssec-invalid': 305,
  'dane-required': 306,
};

const DeliveryCodec = having<TlsrptDelivery>('a delivery', {
  domain: Text,
  record: Text,
  lines: listOf('a list of policies', ReportCodec),
});

/**
 * Encodes one delivery. Details are left out from the end, the same number for each policy, until it fits. Throws a
 * {@link MisuseError} that names what is none of a delivery.
 */
export function encodeTlsrptDatagram(delivery: TlsrptDelivery): TlsrptDatagram {
  checked(DeliveryCodec, delivery, 'WAXSEAL_BAD_OPTIONS', 'delivery');
  const lines = delivery.lines.filter(({ success, failure }) => success + failure > 0);
  if (lines.length === 0) return { kind: 'nothing' };
  const mostDetails = Math.max(...lines.map(({ details }) => details.length));
  for (let detailsMax = mostDetails; ; detailsMax = Math.floor(detailsMax / 2)) {
    const text = print(delivery, lines, detailsMax);
    const octets = new TextEncoder().encode(text).length;
    if (octets <= DATAGRAM_OCTETS_MAX)
      return { kind: 'datagram', text, detailsOmitted: countBeyond(lines, detailsMax) };
    if (detailsMax === 0) return { kind: 'too-large', octets };
  }
}

function countBeyond(lines: readonly TlsReportPolicy[], detailsMax: number): number {
  return lines.reduce((sum, { details }) => sum + Math.max(0, details.length - detailsMax), 0);
}

function print(delivery: TlsrptDelivery, lines: readonly TlsReportPolicy[], detailsMax: number): string {
  const policies = lines.map((line) => printPolicy(line, detailsMax)).join(',');
  return `{${textMember('dpv', '1')},${textMember('d', delivery.domain)},${textMember('pr', delivery.record)},"policies":[${policies}]}`;
}

function printPolicy(line: TlsReportPolicy, detailsMax: number): string {
  const details = line.details.slice(0, detailsMax).map(printDetail);
  return `{${[
    `"policy-type":${POLICY_TYPE_CODES[line.policyType]}`,
    ...optionalText('policy-domain', line.policyDomain),
    ...optionalList('policy-string', line.policyString.map(quote)),
    ...optionalList('mx-host', line.mxHost.map(quote)),
    ...optionalList('failure-details', details),
    `"t":${details.length}`,
    // An attempt ends once: a host that passed makes up for those that failed before it.
    `"f":${line.success > 0 ? 0 : 1}`,
  ].join(',')}}`;
}

function printDetail(detail: TlsReportDetail): string {
  return `{${[
    `"c":${RESULT_TYPE_CODES[detail.resultType]}`,
    ...optionalText('s', detail.sendingMtaIp),
    ...optionalText('n', detail.receivingMxHostname),
    ...optionalText('r', detail.receivingIp),
    ...optionalText('f', detail.failureReasonCode),
  ].join(',')}}`;
}

/** The library puts a blank before strings, and none before numbers and lists. */
function textMember(key: string, value: string): string {
  return `"${key}": ${quote(value)}`;
}

function optionalText(key: string, value: string): readonly string[] {
  return value === '' ? [] : [textMember(key, value)];
}

function optionalList(key: string, printed: readonly string[]): readonly string[] {
  return printed.length === 0 ? [] : [`"${key}":[${printed.join(',')}]`];
}

const quote = (text: string): string => JSON.stringify(text);
