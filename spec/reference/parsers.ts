/*
 * Three small texts: the MTA-STS TXT record, the MTA-STS policy, and the TLS-Required header field.
 * None of these functions throws, whatever it is given.
 */

// ---------------------------------------------------------------------------------------------
// RFC 8461, Section 3.1

/** One string for each TXT record, its pieces already joined. */
export function parseStsRecords(
  txts: string[],
): { kind: 'found'; id: string } | { kind: 'absent' } | { kind: 'invalid' } {
  // Anything that does not begin with these very characters belongs to somebody else.
  const candidates = txts.filter((txt) => txt.startsWith('v=STSv1;'));
  if (candidates.length === 0) return { kind: 'absent' };
  // More than one means none, even if only one of them is well-formed.
  if (candidates.length > 1) return { kind: 'invalid' };

  const pieces = (candidates[0] as string).slice('v=STSv1;'.length).split(';');
  let id: string | null = null;
  let fields = 0;
  for (let i = 0; i < pieces.length; i++) {
    const isLast = i === pieces.length - 1;
    // White space belongs to a delimiter: before a field there always is one, after the last field there is none.
    let field = trimStart(pieces[i] as string);
    if (!isLast || field === '') field = trimEnd(field);

    if (field === '') {
      // Only after the optional last delimiter, and not instead of the first field.
      if (isLast && fields > 0) continue;
      return { kind: 'invalid' };
    }
    fields++;

    const equals = field.indexOf('=');
    if (equals < 0) return { kind: 'invalid' };
    const name = field.slice(0, equals);
    const value = field.slice(equals + 1);
    if (!isExtensionName(name)) return { kind: 'invalid' };
    if (!isTxtValue(value)) return { kind: 'invalid' };
    // Section 3.2, last paragraph: of several, the first counts.
    if (name === 'id' && id === null) {
      if (!/^[A-Za-z0-9]{1,32}$/.test(value)) return { kind: 'invalid' };
      id = value;
    }
  }

  if (id === null) return { kind: 'invalid' };
  return { kind: 'found', id };
}

/** sts-ext-name and sts-policy-ext-name: a letter or digit, then up to 31 more, with "_", "-" and ".". */
function isExtensionName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/.test(name);
}

/** sts-ext-value: visible ASCII without "=" and ";", not empty. */
function isTxtValue(value: string): boolean {
  return /^[\x21-\x3A\x3C\x3E-\x7E]+$/.test(value);
}

// ---------------------------------------------------------------------------------------------
// RFC 8461, Section 3.2

const bytesMax = 64 * 1024;
const linesMax = 1000;
const mxMax = 100;
const maxAgeSecondsMax = 31557600;

export function parsePolicy(
  text: string,
): { mode: 'enforce' | 'testing' | 'none'; mx: string[]; maxAgeSeconds: number } | null {
  if (utf8Length(text) > bytesMax) return null;

  let rest = text;
  if (rest.startsWith('\uFEFF')) rest = rest.slice(1);

  const lines = rest.split('\n');
  // The end of the last line is not the beginning of another one.
  if (lines[lines.length - 1] === '') lines.pop();
  if (lines.length > linesMax) return null;

  let version: string | null = null;
  let mode: 'enforce' | 'testing' | 'none' | null = null;
  let maxAgeSeconds: number | null = null;
  const mx: string[] = [];

  for (let i = 0; i < lines.length; i++) {
    let line = lines[i] as string;
    // A CR is part of a line ending if an LF follows, and a mistake otherwise.
    const endsWithLf = i < lines.length - 1 || rest.endsWith('\n');
    if (endsWithLf && line.endsWith('\r')) line = line.slice(0, -1);
    if (line.includes('\r')) return null;

    if (trimEnd(line) === '') continue;

    const colon = line.indexOf(':');
    if (colon < 0) return null;
    const key = line.slice(0, colon);
    const value = trimEnd(trimStart(line.slice(colon + 1)));
    if (!isExtensionName(key)) return null;
    if (!isPolicyValue(value)) return null;

    if (key === 'mx') {
      if (!isMxPattern(value)) return null;
      mx.push(lowerCaseAscii(value));
      if (mx.length > mxMax) return null;
    }
    // Of a field that may stand only once, the first counts and the others are ignored.
    if (key === 'version' && version === null) {
      if (value !== 'STSv1') return null;
      version = value;
    }
    if (key === 'mode' && mode === null) {
      if (value !== 'enforce' && value !== 'testing' && value !== 'none') return null;
      mode = value;
    }
    if (key === 'max_age' && maxAgeSeconds === null) {
      if (!/^[0-9]{1,10}$/.test(value)) return null;
      maxAgeSeconds = Number(value);
      if (maxAgeSeconds > maxAgeSecondsMax) maxAgeSeconds = maxAgeSecondsMax;
    }
  }

  if (version === null || mode === null || maxAgeSeconds === null) return null;
  // Required at least once, except when the mode is none.
  if (mode !== 'none' && mx.length === 0) return null;
  return { mode, mx, maxAgeSeconds };
}

/** sts-policy-ext-value, to which the values of the known fields conform as well. */
function isPolicyValue(value: string): boolean {
  if (value === '') return false;
  for (const character of value) {
    const code = character.codePointAt(0) as number;
    if (code < 0x20) return false;
    if (code === 0x7f) return false;
    // Half of a surrogate pair is no character.
    if (code >= 0xd800 && code <= 0xdfff) return false;
  }
  return true;
}

/** ["*."] Domain, with Domain from RFC 5321, Section 4.1.2, and lengths from RFC 1035, Section 2.3.4. */
function isMxPattern(value: string): boolean {
  let domain = value;
  if (domain.startsWith('*.')) domain = domain.slice(2);
  if (domain.length > 253) return false;
  for (const label of domain.split('.')) {
    if (label.length > 63) return false;
    if (!/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(label)) return false;
  }
  return true;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else if (code < 0x10000) bytes += 3;
    else bytes += 4;
  }
  return bytes;
}

// ---------------------------------------------------------------------------------------------
// RFC 8689, Section 3

/** The header fields of a message, up to the first empty line or the end of the text. */
export function parseTlsRequired(headerBlock: string): 'no' | 'absent' | 'invalid' {
  const fields: string[] = [];
  for (const line of headerBlock.split(/\r\n|\n/)) {
    if (line === '') break;
    const isContinuation = line.startsWith(' ') || line.startsWith('\t');
    if (!isContinuation) {
      fields.push(line);
    } else if (fields.length > 0) {
      // RFC 5322, Section 2.2.3: unfolding takes out the line ending, and leaves the white space.
      fields.push(`${fields.pop()}${line}`);
    }
  }

  const values: string[] = [];
  let oddlyWritten = false;
  for (const field of fields) {
    const colon = field.indexOf(':');
    if (colon < 0) continue;
    const name = field.slice(0, colon);
    if (lowerCaseAscii(trimEnd(name)) !== 'tls-required') continue;
    // White space before the colon: it is the field, but not as its grammar wants it.
    if (trimEnd(name) !== name) oddlyWritten = true;
    values.push(trimEnd(trimStart(field.slice(colon + 1))));
  }

  if (values.length === 0) return 'absent';
  if (values.length > 1) return 'invalid';
  if (oddlyWritten) return 'invalid';
  if (lowerCaseAscii(values[0] as string) !== 'no') return 'invalid';
  return 'no';
}

// ---------------------------------------------------------------------------------------------
// WSP: space and horizontal tab, nothing else

function trimStart(text: string): string {
  let start = 0;
  while (text[start] === ' ' || text[start] === '\t') start++;
  return text.slice(start);
}

function trimEnd(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end--;
  return text.slice(0, end);
}

function lowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
