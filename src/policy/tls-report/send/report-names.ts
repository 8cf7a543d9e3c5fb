/*
 * What a report is called, outside and inside. All of it comes from the same facts as the report, so that nothing disagrees
 * with it (RFC 8460, Section 5.6).
 */
import { endOfDay, startOfDay } from './report-day.js';

export interface NameFacts {
  /** Whom the report is about, in A-labels. */
  readonly domain: string;
  /** The domain of the contact, in A-labels. */
  readonly submitter: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Letters and digits; tells reports of one day about one domain apart that have different sources. */
  readonly uniqueId: string;
}

export const REPORT_TYPE = 'tlsrpt';
export const MEDIA_TYPE = 'application/tlsrpt+gzip';

/** A dot-atom on the left, so that it stands in a Subject as RFC 8460, Section 5.3 wants it. */
export function reportIdOf({ day, uniqueId, submitter }: NameFacts): string {
  return `${day.replaceAll('-', '')}.${uniqueId}@${submitter}`;
}

/** RFC 8460, Section 5.1. */
export function fileNameOf({ submitter, domain, day, uniqueId }: NameFacts): string {
  return `${submitter}!${domain}!${startOfDay(day).seconds}!${endOfDay(day).seconds}!${uniqueId}.json.gz`;
}

/** RFC 8460, Section 5.3, folded where white space is allowed. */
export function subjectOf(facts: NameFacts): string {
  return `Report Domain: ${facts.domain}\r\n Submitter: ${facts.submitter}\r\n Report-ID: <${reportIdOf(facts)}>`;
}
