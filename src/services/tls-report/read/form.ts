/** What octets look like: by how they begin, never by what a name or a media type says of them. */
export type Form = 'gzip' | 'zip' | 'json' | 'mbox' | 'message' | 'utf-16' | 'unknown';

const BEGINNING_OCTETS = 1024;
/** Of a file in an archive, of an archive that is empty, and of one that is a part of several. */
const ZIP: readonly string[] = ['PK\u0003\u0004', 'PK\u0005\u0006', 'PK\u0007\u0008'];
/** More than this is no slip of an editor. */
const LEAD_OCTETS_MAX = 65_536;
const BLANKS: readonly number[] = [0x20, 0x09, 0x0d, 0x0a];

/** What stands behind a byte order mark and blanks, which editors, mail readers and pipes put in front of anything. */
export function withoutLead(octets: Uint8Array): Uint8Array {
  let at = isMarkAt(octets, 0) ? 3 : 0;
  const end = Math.min(octets.length, LEAD_OCTETS_MAX);
  while (at < end && BLANKS.includes(octets[at]!)) at++;
  return at === 0 ? octets : octets.subarray(isMarkAt(octets, at) ? at + 3 : at);
}

export function formOf(octets: Uint8Array): Form {
  const beginning = Buffer.from(octets.buffer, octets.byteOffset, Math.min(octets.length, BEGINNING_OCTETS));
  if (beginning[0] === 0x1f && beginning[1] === 0x8b) return 'gzip';
  const text = beginning.toString('latin1');
  if (/^(?:\u00ff\u00fe|\u00fe\u00ff)/.test(text)) return 'utf-16';
  if (ZIP.some((signature) => text.startsWith(signature))) return 'zip';
  if (/^[{[]/.test(text)) return 'json';
  if (text.startsWith('From ')) return 'mbox';
  return /^[!-9;-~]+[ \t]*:/.test(text) ? 'message' : 'unknown';
}

/** Whether octets that begin like a message have a field that only mail has; many texts begin with a word and a colon. */
export function isMail(octets: Uint8Array): boolean {
  if (formOf(octets) !== 'message') return false;
  const text = Buffer.from(
    octets.buffer,
    octets.byteOffset,
    Math.min(octets.length, BEGINNING_OCTETS),
  ).toString('latin1');
  return /^(?:received|return-path|from|to|subject|date|message-id|mime-version|content-type|dkim-signature|delivered-to)[ \t]*:/im.test(
    text,
  );
}

function isMarkAt(octets: Uint8Array, at: number): boolean {
  return octets[at] === 0xef && octets[at + 1] === 0xbb && octets[at + 2] === 0xbf;
}
