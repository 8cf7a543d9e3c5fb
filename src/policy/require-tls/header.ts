/*
 * The TLS-Required header field (RFC 8689, Section 3): exactly one, of value "No" in any case, folding allowed. Anything
 * else is ignored, which keeps the stricter handling; `invalid` lets an operator see that somebody tried.
 */
import type { MessageFacts } from './message.js';

/** The most of a header block that is looked at, in characters. What stands behind is treated as absent. */
export const HEADER_LENGTH_MAX = 1_048_576;

/** Reads the fields of a header block, up to its first empty line. Line ends are CRLF or LF. Never throws. */
export function readTlsRequired(header: string): MessageFacts['tlsRequired'] {
  // Most headers have none, and some have a million lines.
  if (!/^tls-required/im.test(header)) return 'absent';
  const values: string[] = [];
  let current: string | null = null;
  const keep = () => {
    if (current !== null) values.push(current);
    current = null;
  };
  for (const line of header.slice(0, HEADER_LENGTH_MAX).split(/\r?\n/)) {
    if (line === '') break;
    const isFolded = line.startsWith(' ') || line.startsWith('\t');
    if (isFolded && current !== null) current += line;
    if (isFolded) continue;
    keep();
    // Blanks before the colon are obsolete syntax: a field all the same, and of no valid value.
    if (/^tls-required[ \t]+:/i.test(line)) current = 'obsolete';
    else if (/^tls-required:/i.test(line)) current = line.slice(line.indexOf(':') + 1);
  }
  keep();
  if (values.length === 0) return 'absent';
  // Whether another field stands behind the part that was read cannot be told.
  if (header.length > HEADER_LENGTH_MAX) return 'invalid';
  return values.length === 1 && /^[ \t]*no[ \t]*$/i.test(values[0]!) ? 'no' : 'invalid';
}
