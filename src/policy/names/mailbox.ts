import type { Destination } from '../mx/candidate.js';
import { parseHostName } from './domain-name.js';
import { parseAddressLiteral } from './ip-address.js';

export interface Mailbox {
  /** As it goes into RCPT: the local part untouched, the domain in A-labels. */
  readonly address: string;
  readonly destination: Destination;
}

/** What stands behind the last "@" of an address, as it is written; of a text without one, all of it. */
export function domainPart(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

// RFC 5321, Section 4.1.2: a dot-string or a quoted string; UTF-8 as RFC 6531, Section 3.3 adds it. No control characters.
// No half characters and no line ends of Unicode either: nothing that some reader could take for the end of a line.
const LOCAL_PART =
  /^(?:[^\s"(),:;<>@[\\\]\p{Cc}\p{Surrogate}\u2028\u2029]+|"(?:[^"\\\p{Cc}\p{Surrogate}\u2028\u2029]|\\[\x20-\x7e])*")$/u;

/**
 * A mailbox (RFC 5321, Section 4.1.2), or null. `toAscii` converts a domain with U-labels to A-labels, and gives "" where it cannot.
 */
export function parseMailbox(text: string, toAscii: (domain: string) => string): Mailbox | null {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > 512) return null;
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (
    !LOCAL_PART.test(local) ||
    local.length > 256 ||
    /^\.|\.\.|\.$/.test(local.startsWith('"') ? '' : local)
  )
    return null;
  const literal = /^\[(.+)\]$/.exec(domain);
  if (literal !== null) {
    const address = parseAddressLiteral(literal[1]!);
    return address === null ? null : { address: text, destination: { kind: 'literal', address } };
  }
  const name = parseDomain(domain, toAscii);
  return name === null ? null : { address: `${local}@${name}`, destination: { kind: 'domain', name } };
}

/** A dot-string: what needs no quotes. */
const DOT_STRING = /^[^\s"(),.:;<>@[\\\]]+(?:\.[^\s"(),.:;<>@[\\\]]+)*$/u;

/**
 * The one text of a mailbox that has several, for whoever looks for equal ones: in lower case, and without quotes that it does not need, since
 * they are none of the name (RFC 5321, Section 4.1.2).
 */
export function comparable(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const name = /^".*"$/.test(local) ? local.slice(1, -1).replace(/\\(.)/g, '$1') : local;
  return `${DOT_STRING.test(name) ? name : local}${address.slice(at)}`.toLowerCase();
}

/** A domain as people write it, perhaps in U-labels: its name in lower-case A-labels, or null if it is none. */
export function parseDomain(text: string, toAscii: (domain: string) => string): string | null {
  if (isAscii(text)) return parseHostName(text);
  // The platform's converter is made for URLs: it would read escapes and spellings that no domain of mail has.
  return /^[\p{L}\p{M}\p{N}.-]+$/u.test(text) ? parseHostName(toAscii(text)) : null;
}

/** Whether a text is ASCII only. */
export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
