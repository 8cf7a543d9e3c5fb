/** Octets in hexadecimal that depend on the label only: not cryptography, only different for different labels. */
export function madeUpOctets(label: string, count: number): string {
  const [first, second] = [fnv(label, 0x811c9dc5), fnv(label, 0x2f0b4a27)];
  let hex = '';
  for (let word = 1; hex.length < count * 2; word++) {
    hex += mix(first + Math.imul(word, 0x9e3779b9), mix(second, word))
      .toString(16)
      .padStart(8, '0');
  }
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

function fnv(text: string, start: number): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** The finalizer of MurmurHash3, because FNV leaves the last letters of similar labels visible. */
function mix(a: number, b: number): number {
  let hash = a ^ b;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
