/* What became of a recipient, part by part. */
import type { RecipientReport } from '../engine/recipient-report.js';
import { failureOf, mxSecurityOf, placeOf, replyOf } from '../engine/text/render-results.js';

export interface Part {
  readonly name: string;
  readonly value: string;
}

const VERBS = { delivered: 'Delivered', deferred: 'Deferred', bounced: 'Bounced' } as const;

export function verbOf(outcome: RecipientReport['outcome']): string {
  return VERBS[outcome];
}

/** "Deferred 4.7.5". */
export function verdictOf({ outcome, status }: RecipientReport): string {
  return `${verbOf(outcome)} ${status}`;
}

/** What is told beside the verdict. */
export function partsOf(report: RecipientReport): readonly Part[] {
  const { tls, authentication, cleartextRetry } = report;
  return [
    { name: 'Recipient', value: report.recipient },
    { name: 'Host', value: placeOf(report) },
    { name: 'TLS', value: tls === null ? 'none' : `${tls.protocol}, ${tls.cipher}` },
    { name: 'Authentication', value: authentication },
    { name: 'MX by DNSSEC', value: mxSecurityOf(report) },
    { name: 'REQUIRETLS', value: report.requireTls ? 'in force' : 'not in force' },
    { name: 'Cleartext retry', value: cleartextRetry ? 'yes' : 'no' },
    { name: 'Reply', value: replyOf(report) },
  ];
}

/** What goes into the TLS report (RFC 8460), a line each. */
export function reportLinesOf({ reports }: RecipientReport): readonly string[] {
  return reports.flatMap(({ policyType, policyDomain, success, failure, details }) => [
    `${policyType} of ${policyDomain}: ${success} of ${success + failure} sessions succeeded`,
    ...details.map(failureOf),
  ]);
}
