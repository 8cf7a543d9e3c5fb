/*
 * The one message that a report travels in (RFC 8460, Section 5.3): two parts, ASCII throughout, lines far below what SMTP
 * allows. Nothing in it comes from anybody but us and the names of two domains, which are checked before.
 */
import type { BuiltReport } from './build-report.js';
import { mailDate } from './report-day.js';
import { fileNameOf, MEDIA_TYPE, type NameFacts, REPORT_TYPE, subjectOf } from './report-names.js';

export interface MailFacts {
  readonly names: NameFacts;
  /** ASCII; its domain is the submitter. */
  readonly from: string;
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly date: number;
  /** Letters and digits; no two messages have the same. */
  readonly messageId: string;
  readonly leftOut: BuiltReport['leftOut'];
  /** The compressed report, in base64 without line ends. */
  readonly base64: string;
}

/** The fields that the signature covers, From above all (RFC 6376, Section 5.4). */
export const SIGNED_FIELDS = [
  'From',
  'To',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'TLS-Report-Domain',
  'TLS-Report-Submitter',
  'TLS-Required',
  'Auto-Submitted',
] as const;

const BASE64_LINE = 76;

/** The message, unsigned, with CRLF line ends. */
export function composeMail(facts: MailFacts): string {
  const { names, from, to, date, messageId, base64 } = facts;
  // No line of base64 begins with "-" or has "=" before its end.
  const boundary = `=_${REPORT_TYPE}_${names.uniqueId}`;
  return lines(
    `From: <${from}>`,
    `To: <${to}>`,
    `Subject: ${subjectOf(names)}`,
    `Date: ${mailDate(date)}`,
    `Message-ID: <${messageId}@${names.submitter}>`,
    `TLS-Report-Domain: ${names.domain}`,
    `TLS-Report-Submitter: ${names.submitter}`,
    'TLS-Required: No',
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type="${REPORT_TYPE}";\r\n boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset="us-ascii"',
    'Content-Transfer-Encoding: 7bit',
    '',
    ...noteOf(facts),
    '',
    `--${boundary}`,
    `Content-Type: ${MEDIA_TYPE}`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment;\r\n filename="${fileNameOf(names)}"`,
    '',
    ...(base64.match(new RegExp(`.{1,${BASE64_LINE}}`, 'g')) ?? []),
    `--${boundary}--`,
  );
}

function noteOf({ names, leftOut }: MailFacts): readonly string[] {
  return [
    `This is an aggregate TLS report (RFC 8460) from ${names.submitter}`,
    `about mail to ${names.domain} on ${names.day} (UTC).`,
    'The report itself is the attached file.',
    ...(leftOut.policies > 0 ? [`Policies that did not fit into it: ${leftOut.policies}.`] : []),
    ...(leftOut.failures > 0 ? [`Kinds of failures that did not fit into it: ${leftOut.failures}.`] : []),
  ];
}

function lines(...all: readonly string[]): string {
  return all.map((line) => `${line}\r\n`).join('');
}
