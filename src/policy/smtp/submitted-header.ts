/*
 * The header of a message that is handed in for the first time (RFC 6409, Section 8): what it must have and lacks is put in
 * front, what says who else got it is taken out, and nothing else is touched.
 */
import { mailDate } from '../tls-report/send/report-day.js';
import { addressesIn } from './address-list.js';

/** A header block in fields, each with its line ends and its folded lines. */
export interface HeaderFields {
  readonly fields: readonly string[];
  /** What begins where no field is: nothing, or the first line of a body that has no blank line before it. */
  readonly rest: string;
}

/** Splits a header block, as Latin-1 and up to its blank line, which is not part of it. Total. */
export function fieldsOf(header: string): HeaderFields {
  const fields: string[] = [];
  let end = 0;
  for (const [line] of header.matchAll(/[^\n]*\n|[^\n]+/g)) {
    const isFolded = /^[ \t]/.test(line) && fields.length > 0;
    if (!isFolded && !/^[!-9;-~]+[ \t]*:/.test(line)) break;
    if (isFolded) fields[fields.length - 1] += line;
    else fields.push(line);
    end += line.length;
  }
  return { fields, rest: header.slice(end) };
}

export function nameOf(field: string): string {
  return field.slice(0, field.indexOf(':')).trim().toLowerCase();
}

/** The body of a field, unfolded. */
function bodyOf(field: string): string {
  return field
    .slice(field.indexOf(':') + 1)
    .replace(/\r?\n/g, '')
    .trim();
}

/** The recipients that a header names, in To, Cc and Bcc; where it was resent, those of the last time (RFC 5322, Section 3.6.6). */
export function recipientsIn({ fields }: HeaderFields): readonly string[] {
  const isResent = fields.some((field) => /^resent-(?:to|cc|bcc)$/.test(nameOf(field)));
  const names = ['to', 'cc', 'bcc'].map((name) => (isResent ? `resent-${name}` : name));
  return fields
    .filter((field) => names.includes(nameOf(field)))
    .flatMap((field) => addressesIn(bodyOf(field)));
}

/** How many servers had it before. */
export function hopsIn({ fields }: HeaderFields): number {
  return fields.filter((field) => nameOf(field) === 'received').length;
}

export interface CompletionFacts {
  /** The envelope's sender; "" is the null sender. */
  readonly from: string;
  /** Without angle brackets. */
  readonly messageId: string;
  /** Milliseconds since 1970. */
  readonly date: number;
  /** The header is to say this, and to say it once (RFC 8689, Section 3). */
  readonly tlsRequired?: 'no';
}

const HIDDEN: ReadonlySet<string> = new Set(['bcc', 'resent-bcc', 'return-path']);

/** The header as it goes on: with Date, From and Message-ID, without what is nobody else's business. */
export function completed({ fields, rest }: HeaderFields, facts: CompletionFacts): string {
  const names = new Set(fields.map(nameOf));
  const saysNo = facts.tlsRequired === 'no';
  const added = [
    ...(saysNo ? ['TLS-Required: No\r\n'] : []),
    ...(names.has('date') ? [] : [`Date: ${mailDate(facts.date)}\r\n`]),
    ...(names.has('from') || facts.from === '' ? [] : [`From: <${facts.from}>\r\n`]),
    ...(names.has('message-id') ? [] : [`Message-ID: <${facts.messageId}>\r\n`]),
  ];
  const isKept = (name: string) => !HIDDEN.has(name) && !(saysNo && name === 'tls-required');
  const kept = fields.filter((field) => isKept(nameOf(field)));
  // A body that has no blank line before it gets one.
  return [...added, ...kept, ...(rest === '' ? [] : ['\r\n', rest])].join('');
}
