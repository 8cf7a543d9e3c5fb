import type { DnsFailure } from './answer.js';

/** The cause of a failed lookup as reports give it: with the extended error, where one told more (RFC 8914, Section 4). */
export function causeCode({ cause, extendedError }: DnsFailure): string {
  return extendedError === null ? cause : `${cause} ede-${extendedError}`;
}
