/*
 * The TXT record that announces an MTA-STS policy (RFC 8461, Section 3.1), read strictly: version first and exact, the
 * id alphanumeric, extension fields well-formed, the first of equal fields counts. Strictness here never lowers
 * security: a record that cannot be read leaves a cached policy in force.
 */

export type StsRecord =
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid'; readonly reason: 'several-records' | 'syntax' | 'no-id' | 'bad-id' };

const PREFIX = 'v=STSv1;';
const FIELD = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=([\x21-\x3a\x3c\x3e-\x7e]+)$/;
const ID = /^[A-Za-z0-9]{1,32}$/;
const RECORD_LENGTH_MAX = 65_536;

/** What the TXT records at `_mta-sts.DOMAIN` say, each joined to one string. Never throws. */
export function readStsRecord(texts: readonly string[]): StsRecord {
  const ours = texts.filter((text) => text.startsWith(PREFIX));
  if (ours.length === 0) return { kind: 'absent' };
  if (ours.length > 1) return { kind: 'invalid', reason: 'several-records' };
  return readFields(ours[0]!.slice(PREFIX.length));
}

function readFields(text: string): StsRecord {
  if (text.length > RECORD_LENGTH_MAX) return { kind: 'invalid', reason: 'syntax' };
  const parts = text.split(';');
  // Blanks belong to a delimiter, so behind the last field they need one.
  if (trimBlanks(parts.at(-1)!) === '' && parts.length > 1) parts.pop();
  else if (/[ \t]$/.test(text)) return { kind: 'invalid', reason: 'syntax' };
  const fields = parts.map(trimBlanks);
  let id: string | null = null;
  for (const field of fields) {
    const match = FIELD.exec(field);
    if (match === null) return { kind: 'invalid', reason: 'syntax' };
    if (match[1] !== 'id' || id !== null) continue;
    if (!ID.test(match[2]!)) return { kind: 'invalid', reason: 'bad-id' };
    id = match[2]!;
  }
  return id === null ? { kind: 'invalid', reason: 'no-id' } : { kind: 'found', id };
}

/** The record that announces an id. */
export function printStsRecord(id: string): string {
  return `v=STSv1; id=${id};`;
}

/** Space and tab only, in linear time on any input. */
export function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
