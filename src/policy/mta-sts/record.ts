/*
 * The TXT record that announces an MTA-STS policy, read by its grammar (RFC 8461, Section 3.1): to take an invalid one for none is
 * what the text asks for ("if the resulting record is syntactically invalid, senders MUST assume" that there is no policy), and
 * so it is with several. Nothing else is refused. Of several records those are discarded that do not begin with "v=STSv1;"; a lone
 * one may have blanks before that semicolon, as its grammar does. A kept policy outlives whatever stands here.
 */

export type StsRecord =
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid'; readonly reason: StsRecordProblem };

export type StsRecordProblem = 'several-records' | 'syntax' | 'blank-at-the-end' | 'no-id' | 'bad-id';

const PREFIX = 'v=STSv1;';
const LONE_PREFIX = /^v=STSv1[ \t]*;/;
/** `sts-field`: its name and its value. */
export const RECORD_FIELD = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=([\x21-\x3a\x3c\x3e-\x7e]+)$/;
const ID = /^[A-Za-z0-9]{1,32}$/;

/** What the TXT records at `_mta-sts.DOMAIN` say, each joined to one string. Never throws. */
export function readStsRecord(texts: readonly string[]): StsRecord {
  const ours = stsRecordsIn(texts);
  if (ours.length > 1) return { kind: 'invalid', reason: 'several-records' };
  const [text] = ours;
  return text === undefined ? { kind: 'absent' } : readFields(text.slice(text.indexOf(';') + 1));
}

/** Those that are MTA-STS records by their first words. */
export function stsRecordsIn(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => (texts.length > 1 ? text.startsWith(PREFIX) : LONE_PREFIX.test(text)));
}

function readFields(text: string): StsRecord {
  const parts = text.split(';');
  // Blanks belong to a delimiter, so behind the last field they need one.
  if (trimBlanks(parts.at(-1)!) === '') parts.pop();
  else if (/[ \t]$/.test(text)) return { kind: 'invalid', reason: 'blank-at-the-end' };
  let id: string | null = null;
  for (const field of parts.map(trimBlanks)) {
    const match = RECORD_FIELD.exec(field);
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
  return trimmedPart(text, 0, text.length);
}

/** What stands from `start` to `end`, as {@link trimBlanks}. */
export function trimmedPart(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
