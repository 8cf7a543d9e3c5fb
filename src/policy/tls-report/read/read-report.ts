/*
 * Reads a TLS report that somebody sent (RFC 8460, Section 4.4). Senders take liberties with the format, and a report that is
 * dropped for one is a failure that nobody hears of: so whatever can be made sense of is read, and each liberty is noted with
 * its place and clause. Only what cannot be a report is refused. Nothing in a report is to be believed: whoever shows it has
 * to escape it, and whoever acts on it has to know that its signature was verified (RFC 8460, Section 3).
 */
import { parseDnsName } from '../../names/domain-name.js';
import { DETAILS_MAX, POLICIES_MAX, REPORT_LENGTH_MAX } from './bounds.js';
import { readDateTime } from './date-time.js';
import { DeviationList } from './deviations.js';
import { type Json, type JsonObject, pathOf, readJson } from './json.js';
import { isObject, Members } from './members.js';
import { readPolicy } from './read-policy.js';
import type { ReceivedPolicy, ReceivedReport } from './received-report.js';

/**
 * Why a text is no report: beyond our bounds, not JSON, nested too deep, JSON of another kind, or without a policy that anything
 * could be said about.
 */
export type ReportRefusal = 'too-large' | 'not-json' | 'too-deep' | 'not-an-object' | 'no-policies';

export type ReadReport =
  | { readonly kind: 'report'; readonly report: ReceivedReport }
  | { readonly kind: 'refused'; readonly refusal: ReportRefusal };

/** Reads a report. Never throws. */
export function readReport(text: string): ReadReport {
  if (text.length > REPORT_LENGTH_MAX) return refused('too-large');
  const hasMark = text.startsWith('\uFEFF');
  const json = readJson(hasMark ? text.slice(1) : text);
  if (json.kind === 'failed') return refused(json.problem);
  if (!isObject(json.value)) return refused('not-an-object');
  const deviations = new DeviationList();
  if (hasMark) deviations.add('byte-order-mark', '');
  if (text.includes('\uFFFD')) deviations.add('damaged-text', '');
  if (json.rest !== '') deviations.add('text-after-end', '', json.rest);
  for (const place of json.repeated) deviations.add('repeated-member', place);
  for (const place of json.unescaped) deviations.add('unescaped-control', place);
  const report = readMembers(json.value, deviations);
  return report === null ? refused('no-policies') : { kind: 'report', report };
}

function readMembers(object: JsonObject, deviations: DeviationList): ReceivedReport | null {
  const members = new Members(object, '', deviations);
  const organization = members.text('organization-name', 'required').trim();
  const range = readRange(members);
  const { contact, domain } = readContact(members);
  // Any scheme will do for an identifier, so there is nothing to check (RFC 8460, Section 4.4).
  const reportId = members.text('report-id', 'required').trim();
  const policies = readPolicies(members);
  members.finish();
  if (policies.length === 0) return null;
  const submitter = domain === '' ? organization.toLowerCase() : domain;
  return {
    organization,
    contact,
    submitter,
    reportId,
    ...range,
    policies,
    deviations: deviations.all,
  };
}

function readRange(members: Members) {
  const value = members.take('date-range', 'required');
  const place = members.place('date-range');
  if (!isObject(value)) {
    if (value !== undefined) members.deviations.add('wrong-type', place, value);
    return { startSeconds: null, endSeconds: null };
  }
  const range = new Members(value, place, members.deviations);
  const startSeconds = readTime(range, 'start-datetime');
  const endSeconds = readTime(range, 'end-datetime');
  range.finish();
  if (startSeconds === null || endSeconds === null) return { startSeconds, endSeconds };
  if (endSeconds < startSeconds) {
    members.deviations.add('range-reversed', place);
    return { startSeconds: endSeconds, endSeconds: startSeconds };
  }
  if (!isOneDay(startSeconds, endSeconds)) members.deviations.add('not-one-day', place);
  return { startSeconds, endSeconds };
}

/** Ends are written as the last second of the day or as the first of the next, and both are understood. */
function isOneDay(start: number, end: number): boolean {
  return start % 86_400 === 0 && (end - start === 86_399 || end - start === 86_400);
}

function readTime(range: Members, name: string): number | null {
  const value = range.take(name, 'required');
  if (value === undefined) return null;
  const read = typeof value === 'string' ? readDateTime(value.trim()) : readEpoch(value);
  if (read?.form === 'no-zone') range.deviations.add('no-time-zone', range.place(name), value);
  else if (read?.form !== 'rfc3339') range.deviations.add('bad-date-time', range.place(name), value);
  return read === null ? null : read.seconds;
}

/** The last second of the year 9999; what is greater has been counted in milliseconds. */
const SECONDS_MAX = 253_402_300_799;

function readEpoch(value: Json) {
  if (typeof value !== 'number' || value < 0) return null;
  const seconds = Math.floor(value > SECONDS_MAX ? value / 1000 : value);
  return seconds > SECONDS_MAX ? null : ({ seconds, form: 'other' } as const);
}

function readContact(members: Members) {
  const contact = members.text('contact-info', 'required').trim();
  const address = /^[^\s@<>:"]{1,64}@([^\s@<>]{1,253})$/.exec(contact);
  // Seen instead: mailto URIs, and addresses with a display name.
  const loose = address ?? /[^\s@<>:"]@([^\s@<>?]{1,253})>?$/.exec(contact.split('?', 1)[0]!);
  if (contact !== '' && address === null)
    members.deviations.add('not-a-mail-address', members.place('contact-info'), contact);
  return { contact, domain: parseDnsName(loose?.[1] ?? '') ?? '' };
}

function readPolicies(members: Members): readonly ReceivedPolicy[] {
  const value = members.take('policies', 'required');
  if (isObject(value)) members.deviations.add('single-policy', 'policies');
  const entries: readonly Json[] = isObject(value) ? [value] : Array.isArray(value) ? value : [];
  if (entries.length > POLICIES_MAX) members.deviations.add('too-many-values', 'policies', entries.length);
  const policies: ReceivedPolicy[] = [];
  let detailsLeft = DETAILS_MAX;
  for (const [at, entry] of entries.slice(0, POLICIES_MAX).entries()) {
    const place = pathOf('policies', at);
    if (!isObject(entry)) {
      members.deviations.add('wrong-type', place, entry);
      continue;
    }
    const policy = readPolicy(entry, place, members.deviations, detailsLeft);
    detailsLeft -= policy.details.length;
    policies.push(policy);
  }
  return policies;
}

function refused(refusal: ReportRefusal): ReadReport {
  return { kind: 'refused', refusal };
}
