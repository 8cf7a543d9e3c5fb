/*
 * TXT records as people keep them in files: bare, in quotation marks as `dig +short` prints them, or as lines of a zone file (RFC
 * 1035, Section 5.1), where a record may be several strings.
 */

const OWNER = /^(?:\S+[ \t]+)?(?:[0-9]+[ \t]+)?(?:IN[ \t]+)?TXT[ \t]+/i;
const STRING = /"((?:[^"\\]|\\.)*)"/g;

/** The records in a text whose first line is, or was meant as, an MTA-STS record; none if it is anything else. Never throws. */
export function stsRecordsInText(text: string): readonly string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '');
  const isRecord = /^\s*["\u201c]?\s*v\s*=\s*STS/i.test((lines[0] ?? '').replace(OWNER, ''));
  return isRecord ? lines.map(recordIn) : [];
}

function recordIn(line: string): string {
  const data = line.replace(OWNER, '');
  const quoted = data.trim();
  if (!quoted.startsWith('"') || !quoted.endsWith('"') || quoted.length < 2) return data;
  const strings = [...quoted.matchAll(STRING)].map(([, string]) => unescaped(string!));
  return strings.length > 0 ? strings.join('') : data;
}

function unescaped(string: string): string {
  return string.replace(
    /\\(?:([0-9]{3})|(.))/g,
    (_, code: string | undefined, character: string | undefined) =>
      code === undefined ? character! : String.fromCharCode(Number(code)),
  );
}
