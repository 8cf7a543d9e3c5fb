/** What octets look like: by how they begin, never by what a name or a media type says of them. */
export type Form = 'gzip' | 'zip' | 'json' | 'mbox' | 'message' | 'unknown';

const BEGINNING_OCTETS = 1024;

export function formOf(octets: Uint8Array): Form {
  const beginning = Buffer.from(octets.buffer, octets.byteOffset, Math.min(octets.length, BEGINNING_OCTETS));
  if (beginning[0] === 0x1f && beginning[1] === 0x8b) return 'gzip';
  const text = beginning.toString('latin1');
  if (text.startsWith('PK\u0003\u0004')) return 'zip';
  if (/^(?:\u00ef\u00bb\u00bf)?[ \t\r\n]*[{[]/.test(text)) return 'json';
  if (text.startsWith('From ')) return 'mbox';
  return /^[!-9;-~]+[ \t]*:/.test(text) ? 'message' : 'unknown';
}
