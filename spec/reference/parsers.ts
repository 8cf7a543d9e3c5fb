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
  // "If multiple TXT records ... are returned": only then are those discarded that do not begin with these very characters.
  let candidates = txts;
  if (txts.length > 1) candidates = txts.filter((txt) => txt.startsWith('v=STSv1;'));
  // More than one means none, even if only one of them is well-formed.
  if (candidates.length > 1) return { kind: 'invalid' };
  const candidate = candidates[0];
  // What has no sts-version belongs to somebody else. A lone record is read by the grammar, in which a delimiter may begin with blanks.
  if (candidate === undefined) return { kind: 'absent' };
  if (!candidate.startsWith('v=STSv1')) return { kind: 'absent' };
  const behind = trimStart(candidate.slice('v=STSv1'.length));
  if (!behind.startsWith(';')) return { kind: 'absent' };

  const pieces = behind.slice(1).split(';');
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
const maxAgeSecondsMax = 31557600;

/**
 * What is not a field is not part of the policy, and does not take the policy with it: a sender that looks away from the whole file
 * protects nothing (choice 19).
 */
export function parsePolicy(
  text: string,
): { mode: 'enforce' | 'testing' | 'none'; mx: string[]; maxAgeSeconds: number } | null {
  if (utf8Length(text) > bytesMax) return null;

  let rest = text;
  if (rest.startsWith('\uFEFF')) rest = rest.slice(1);

  // A CR can stand in no field, so it ends a line whether an LF follows or not.
  const lines = rest.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n');

  const versions: string[] = [];
  const modes: string[] = [];
  const maxAges: string[] = [];
  const mx: string[] = [];

  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const key = line.slice(0, colon);
    const value = trimEnd(trimStart(line.slice(colon + 1)));
    if (!isExtensionName(key)) continue;
    if (!isPolicyValue(value)) continue;

    if (key === 'version') versions.push(value);
    if (key === 'mode') modes.push(value);
    if (key === 'max_age') maxAges.push(value);
    // With any other value it is still of the form of an extension field, and those are ignored.
    if (key === 'mx' && isMxPattern(value)) mx.push(lowerCaseAscii(value));
  }

  // Each is required, and of several the first counts.
  const [version] = versions;
  const [mode] = modes;
  const [maxAge] = maxAges;
  if (version !== 'STSv1') return null;
  if (mode !== 'enforce' && mode !== 'testing' && mode !== 'none') return null;
  if (maxAge === undefined || !/^[0-9]{1,10}$/.test(maxAge)) return null;
  // Required at least once, except when the mode is none.
  if (mode !== 'none' && mx.length === 0) return null;

  let maxAgeSeconds = Number(maxAge);
  if (maxAgeSeconds > maxAgeSecondsMax) maxAgeSeconds = maxAgeSecondsMax;
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

/** ["*."] Domain, with Domain from RFC 5321, Section 4.1.2: its grammar knows no lengths, and digits are letters enough. */
function isMxPattern(value: string): boolean {
  let domain = value;
  if (domain.startsWith('*.')) domain = domain.slice(2);
  for (const label of domain.split('.')) {
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
