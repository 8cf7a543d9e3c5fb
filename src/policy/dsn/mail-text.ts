/* How texts of all kinds are written into the lines of a mail. */

/** Lines of people's text; RFC 5322, Section 2.1.1, recommends 78. */
const LINE_WIDTH = 76;
/** No line is longer, in characters (RFC 5321, Section 4.5.3.1.6, has 1000 octets). */
const LINE_MAX = 240;

/** ASCII without control characters, on one line: everything else becomes "?". */
export function asciiOf(text: string): string {
  return text.replace(/[^ -~]/gu, '?');
}

/** UTF-8 without control characters, on one line. */
export function printableOf(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '?');
}

/** Lines of at most the usual width, each with that indentation; words that are longer stand by themselves, and are cut. */
export function wrapped(text: string, indent = ''): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(/\S+/g) ?? []) {
    const bounded = word.slice(0, LINE_MAX);
    if (line !== '' && indent.length + line.length + 1 + bounded.length > LINE_WIDTH) {
      lines.push(indent + line);
      line = '';
    }
    line += line === '' ? bounded : ` ${bounded}`;
  }
  return line === '' ? lines : [...lines, indent + line];
}

/** A text in pieces that fit into lines, uncut where that can be. */
export function inPieces(text: string, length = LINE_MAX): readonly string[] {
  const characters = [...text];
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += length)
    pieces.push(characters.slice(at, at + length).join(''));
  return pieces.length === 0 ? [''] : pieces;
}

/** Quoted-printable of UTF-8 (RFC 2045, Section 6.7), for a line without its end. */
export function quotedPrintable(line: string): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const unit of line.replace(/ $/, '\n').match(/./gsu) ?? []) {
    const written = /^[ -<>-~]$/.test(unit) ? unit : quotedUnit(unit);
    if (current.length + written.length >= LINE_WIDTH) {
      lines.push(`${current}=`);
      current = '';
    }
    current += written;
  }
  return [...lines, current];
}

/** A blank at the end of a line comes as its end, since only there it must be encoded. */
function quotedUnit(unit: string): string {
  if (unit === '\n') return '=20';
  return unit === '=' ? '=3D' : encodeURIComponent(unit).replace(/%/g, '=');
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 in lines of 76 (RFC 2045, Section 6.8). */
export function base64Lines(octets: Uint8Array): readonly string[] {
  const lines: string[] = [];
  for (let from = 0; from < octets.length; from += 57) {
    let line = '';
    const end = Math.min(from + 57, octets.length);
    for (let at = from; at < end; at += 3) {
      const left = end - at;
      const group = (octets[at]! << 16) | ((octets[at + 1] ?? 0) << 8) | (octets[at + 2] ?? 0);
      line += BASE64[group >> 18]! + BASE64[(group >> 12) & 63]!;
      line += left > 1 ? BASE64[(group >> 6) & 63]! : '=';
      line += left > 2 ? BASE64[group & 63]! : '=';
    }
    lines.push(line);
  }
  return lines;
}
