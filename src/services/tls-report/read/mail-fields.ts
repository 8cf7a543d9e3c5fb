/*
 * Header fields of mail (RFC 5322), as far as finding a report asks for them: which parts there are, how they are encoded, what
 * they are called. Whatever is odd is taken for what it most likely means; nothing here is believed.
 */

/** Fields by name in lower case, unfolded; of several with one name the first. */
export type Fields = ReadonlyMap<string, string>;

export interface Entity {
  readonly fields: Fields;
  readonly body: Uint8Array;
}

const HEADER_OCTETS_MAX = 262_144;

/** Header and body of a message or of a part; null if the header is longer than is read. */
export function readEntity(octets: Uint8Array): Entity | null {
  const all = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  const begin = all.subarray(0, HEADER_OCTETS_MAX).toString('latin1');
  // A part may have no header, and begins with the empty line then.
  const empty = /^\r?\n/.exec(begin) ?? /\n\r?\n/.exec(begin);
  if (empty === null && all.length > HEADER_OCTETS_MAX) return null;
  const headEnd = empty === null ? all.length : empty.index;
  const bodyBegin = empty === null ? all.length : empty.index + empty[0].length;
  return { fields: readFields(all.subarray(0, headEnd).toString()), body: all.subarray(bodyBegin) };
}

function readFields(head: string): Fields {
  const fields = new Map<string, string>();
  let name = '';
  for (const line of head.split('\n')) {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (/^[ \t]/.test(text)) {
      if (name !== '') fields.set(name, `${fields.get(name)} ${text.trim()}`);
      continue;
    }
    const colon = text.indexOf(':');
    const found = text.slice(0, Math.max(0, colon)).trimEnd().toLowerCase();
    name = /^[!-9;-~]+$/.test(found) && !fields.has(found) ? found : '';
    if (name !== '') fields.set(name, text.slice(colon + 1).trim());
  }
  return fields;
}

/** A field with parameters (RFC 2045, Section 5.1). */
export interface Parameterised {
  /** In lower case. */
  readonly value: string;
  /** By name in lower case. */
  readonly parameters: Fields;
}

const PARAMETERS_MAX = 100;

export function readParameterised(text: string): Parameterised {
  const value = (/^[^;]*/.exec(text)?.[0] ?? '').trim().toLowerCase();
  const parameters = new Map<string, string>();
  const next = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))[^;]*/gy;
  next.lastIndex = text.indexOf(';') < 0 ? text.length : text.indexOf(';');
  for (let found = next.exec(text); found !== null; found = next.exec(text)) {
    const name = found[1]!.toLowerCase();
    if (parameters.size >= PARAMETERS_MAX) break;
    if (!parameters.has(name))
      parameters.set(name, found[2] === undefined ? found[3]!.trim() : found[2].replace(/\\(.)/g, '$1'));
  }
  return { value, parameters };
}

/** The value of a parameter, also where it is in pieces or encoded (RFC 2231), or in encoded words, as many write it. */
export function parameterOf({ parameters }: Parameterised, name: string): string {
  const plain = parameters.get(name);
  if (plain !== undefined) return decodeWords(plain);
  const whole = parameters.get(`${name}*`);
  if (whole !== undefined) return decodePercent(whole);
  let text = '';
  for (let at = 0; ; at++) {
    const piece = parameters.get(`${name}*${at}*`) ?? parameters.get(`${name}*${at}`);
    if (piece === undefined) return decodePercent(text);
    text += piece;
  }
}

/** `UTF-8'en'na%20me`; what cannot be decoded stays. */
function decodePercent(text: string): string {
  const [, encoded = text] = /^[\w-]*'[\w-]*'(.*)$/s.exec(text) ?? [];
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** Encoded words (RFC 2047) in UTF-8 or ASCII; others stay. */
export function decodeWords(text: string): string {
  return text
    .replace(/(\?=)\s+(=\?)/g, '$1$2')
    .replace(
      /=\?(?:utf-8|us-ascii)(?:\*[\w-]{0,20})?\?([bq])\?([^?\s]{0,1024})\?=/gi,
      (_, encoding: string, word: string) =>
        encoding.toLowerCase() === 'b'
          ? Buffer.from(word, 'base64').toString()
          : Buffer.from(
              word
                .replaceAll('_', ' ')
                .replace(/=([0-9a-f]{2})/gi, (__, hex: string) =>
                  String.fromCharCode(Number.parseInt(hex, 16)),
                ),
              'latin1',
            ).toString(),
    );
}
