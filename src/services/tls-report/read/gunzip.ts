import { gunzip as gunzipWithCallback } from 'node:zlib';

export type Gunzipped =
  | { readonly kind: 'octets'; readonly octets: Uint8Array }
  | { readonly kind: 'failed'; readonly problem: 'bad-gzip' | 'too-large' };

/**
 * Unpacks gzip (RFC 1952), all members of it, and stops as soon as more than the bound comes out: a few octets can stand for
 * gigabytes. Never rejects.
 */
export function gunzip(octets: Uint8Array, octetsMax: number): Promise<Gunzipped> {
  return new Promise((resolve) => {
    gunzipWithCallback(octets, { maxOutputLength: Math.max(1, octetsMax) }, (error, unpacked) => {
      if (error === null) return resolve({ kind: 'octets', octets: unpacked });
      const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      resolve({ kind: 'failed', problem: isTooLarge ? 'too-large' : 'bad-gzip' });
    });
  });
}
