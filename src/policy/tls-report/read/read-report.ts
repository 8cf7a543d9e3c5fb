/*
 * Reads a TLS report that somebody sent (RFC 8460, Section 4.4). Senders take liberties with the format, and a report that is
 * dropped for one is a failure that nobody hears of: so whatever can be made sense of is read, and each liberty is noted with
 * its place and clause. Only what cannot be a report is refused. Nothing in a report is to be believed: whoever shows it has
 * to escape it, and whoever acts on it has to know that its signature was verified (RFC 8460, Section 3).
 */

import { runSteps, type Steps } from '../../kernel/steps.js';
import { parseDnsName } from '../../names/domain-name.js';
import { DETAILS_MAX, POLICIES_MAX, REPORT_LENGTH_MAX, REPORTS_MAX } from './bounds.js';
import { readDateTime, readEpoch } from './date-time.js';
import { DeviationList } from './deviations.js';
import { type Json, type JsonObject, pathOf, type ReadJson, readJson } from './json.js';
import { isObject, Members } from './members.js';
import { readPolicy } from './read-policy.js';
import type { ReceivedPolicy, ReceivedReport } from './received-report.js';

/**
 * Why a text is no report: beyond our bounds, not JSON, nested too deep, JSON of another kind, or without a policy that anything
 * could be said about: there is no list of them, it is empty, or there is no policy in it.
 */
export type ReportRefusal =
  | 'too-large'
  | 'not-json'
  | 'too-deep'
  | 'not-an-object'
  | 'no-policies'
  | 'empty-policies'
  | 'no-policy';

/** Both from 1; columns are UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type ReadReport =
  | { readonly kind: 'report'; readonly report: ReceivedReport }
  /** `place`: where reading ended; null where no place is to blame. */
  | { readonly kind: 'refused'; readonly refusal: ReportRefusal; readonly place: Place | null };

export interface ReadReports {
  /** At least one. */
  readonly reports: readonly ReadReport[];
  /** Where something stands behind the last report that is none; null if nothing does. */
  readonly rest: Place | null;
}

/** `damaged`: the octets of the text were not UTF-8 throughout, and U+FFFD stands where they were not. */
export type Decoding = 'clean' | 'damaged';

/** Reads the one report in a text, or the first of several. Never throws. */
export function readReport(text: string): ReadReport {
  return runSteps(readReports(text, 'clean')).reports[0]!;
}

/** What may stand between reports and behind the last: blanks, commas, record separators (RFC 7464), padding. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const BETWEEN = /[ \t\r\n,\x00\x1e]*/y;
const MARK = '\uFEFF';
const LINE_FEED = 10;
const PAUSE_CHARACTERS = 65_536;

/**
 * Reads the reports in a text: one, or several behind one another, as `zcat` gives them, or in one list. Of a text that becomes
 * unreadable in the middle, what stands before. Never throws.
 */
export function* readReports(text: string, decoding: Decoding): Steps<ReadReports> {
  if (text.length > REPORT_LENGTH_MAX) return { reports: [refused('too-large')], rest: null };
  const reports: ReadReport[] = [];
  let at = 0;
  for (;;) {
    yield;
    const begin = text.startsWith(MARK, at) ? at + 1 : at;
    const json = yield* readJson(text, begin);
    if (json.kind === 'failed') {
      reports.push(refused(json.problem, yield* placeOf(text, json.at)));
      return { reports, rest: null };
    }
    const inText: InText = {
      ...{ json, decoding, mark: begin > at ? 'mark' : 'none' },
      rest: restAfter(text, json.end),
      number: reports.length,
    };
    const values: readonly Json[] = Array.isArray(json.value) ? json.value : [json.value];
    const room = REPORTS_MAX - reports.length;
    for (const value of values.slice(0, room)) {
      yield;
      reports.push(yield* readOne(value, inText));
    }
    if (values.length === 0) reports.push(refused('not-an-object', yield* placeOf(text, begin)));
    if (values.length > room) return { reports, rest: yield* placeOf(text, begin) };
    const { rest } = inText;
    if (rest.kind === 'none') return { reports, rest: null };
    if (rest.kind === 'other' || reports.length >= REPORTS_MAX)
      return { reports, rest: yield* placeOf(text, rest.at) };
    at = rest.at;
  }
}

/** What stands behind a value: nothing, what may be another report, or something else. */
function restAfter(text: string, end: number) {
  BETWEEN.lastIndex = end;
  const at = end + BETWEEN.exec(text)![0].length;
  if (at >= text.length) return { kind: 'none', at } as const;
  const next = text[at] === MARK ? text[at + 1] : text[at];
  return { kind: next === '{' || next === '[' ? 'report' : 'other', at } as const;
}

/** How a value stands in its text. */
interface InText {
  readonly json: Extract<ReadJson, { kind: 'value' }>;
  readonly decoding: Decoding;
  readonly mark: 'mark' | 'none';
  readonly rest: ReturnType<typeof restAfter>;
  /** How many came before. */
  readonly number: number;
}

function* readOne(value: Json, { json, decoding, mark, rest, number }: InText): Steps<ReadReport> {
  if (!isObject(value)) return refused('not-an-object');
  const deviations = new DeviationList();
  if (mark === 'mark') deviations.add('byte-order-mark', '');
  if (decoding === 'damaged') deviations.add('damaged-text', '');
  if (number > 0 || rest.kind === 'report' || json.value !== value) deviations.add('several-reports', '');
  if (rest.kind === 'other') deviations.add('text-after-end', '');
  for (const place of json.repeated) deviations.add('repeated-member', place);
  for (const place of json.unescaped) deviations.add('unescaped-control', place);
  return yield* readMembers(value, deviations);
}

function* placeOf(text: string, at: number): Steps<Place> {
  let line = 1;
  let begin = 0;
  // One by one: a text may be nothing but line ends, and a search for each costs more.
  for (let each = 0; each < at; each++) {
    if (each % PAUSE_CHARACTERS === 0) yield;
    if (text.charCodeAt(each) !== LINE_FEED) continue;
    line++;
    begin = each + 1;
  }
  return { line, column: at - begin + 1 };
}

function* readMembers(object: JsonObject, deviations: DeviationList): Steps<ReadReport> {
  const members = new Members(object, '', deviations);
  const organization = members.text('organization-name', 'required').trim();
  const range = readRange(members);
  const { contact, domain } = readContact(members);
  // Any scheme will do for an identifier, so there is nothing to check (RFC 8460, Section 4.4).
  const reportId = members.text('report-id', 'required').trim();
  const policies = yield* readPolicies(members);
  members.finish();
  if (typeof policies === 'string') return refused(policies);
  const submitter = domain === '' ? organization.toLowerCase() : domain;
  return {
    kind: 'report',
    report: { organization, contact, submitter, reportId, ...range, policies, deviations: deviations.all },
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
  const read =
    typeof value === 'string'
      ? readDateTime(value.trim())
      : typeof value === 'number'
        ? readEpoch(value)
        : null;
  if (read?.form === 'no-zone') range.deviations.add('no-time-zone', range.place(name), value);
  else if (read?.form !== 'rfc3339') range.deviations.add('bad-date-time', range.place(name), value);
  return read === null ? null : read.seconds;
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

function* readPolicies(members: Members): Steps<readonly ReceivedPolicy[] | ReportRefusal> {
  const value = members.take('policies', 'required');
  if (value === undefined) return 'no-policies';
  if (isObject(value)) members.deviations.add('single-policy', 'policies');
  const entries: readonly Json[] = isObject(value) ? [value] : Array.isArray(value) ? value : [value];
  if (entries.length === 0) return 'empty-policies';
  if (entries.length > POLICIES_MAX) members.deviations.add('too-many-values', 'policies', entries.length);
  const policies: ReceivedPolicy[] = [];
  let detailsLeft = DETAILS_MAX;
  for (const [at, entry] of entries.slice(0, POLICIES_MAX).entries()) {
    yield;
    const place = pathOf('policies', at);
    if (!isObject(entry)) {
      members.deviations.add('wrong-type', place, entry);
      continue;
    }
    const policy = yield* readPolicy(entry, place, members.deviations, detailsLeft);
    detailsLeft -= policy.details.length;
    policies.push(policy);
  }
  return policies.length === 0 ? 'no-policy' : policies;
}

function refused(refusal: ReportRefusal, place: Place | null = null): ReadReport {
  return { kind: 'refused', refusal, place };
}
