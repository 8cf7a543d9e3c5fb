/** Octets in hexadecimal that depend on the label only: not cryptography, only different for different labels. */
export function madeUpOctets(label: string, count: number): string {
  let hex = '';
  for (let word = 0; hex.length < count * 2; word++) hex += wordOf(`${word} ${label}`);
  return hex.slice(0, count * 2);
}

/** Stands for SHA-256 of octets in hexadecimal. */
export function madeUpSha256(hex: string): string {
  return madeUpOctets(`sha256 ${hex}`, 32);
}

/** Stands for SHA-512 of octets in hexadecimal. */
export function madeUpSha512(hex: string): string {
  return madeUpOctets(`sha512 ${hex}`, 64);
}

/** FNV-1a, then the finalizer of MurmurHash3, because FNV leaves the last letters of similar labels visible. */
function wordOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
