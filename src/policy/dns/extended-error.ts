/*
 * Extended DNS errors (RFC 8914). They come unauthenticated and with any RCODE, several of them perhaps: they explain
 * what RCODE and AD have decided, and change none of it.
 */

export type ExtendedErrorKind = 'validation' | 'other' | 'none';

/** INFO-CODEs that say that validation failed, or could not come to an end (5, which counts as a failure). */
const VALIDATION_ERRORS: ReadonlySet<number> = new Set([1, 2, 5, 6, 7, 8, 9, 10, 11, 12]);

/** The one that tells most: the first about validation, else the first. Null if there is none. */
export function tellingError(codes: readonly number[]): number | null {
  return codes.find((code) => VALIDATION_ERRORS.has(code)) ?? codes[0] ?? null;
}

/** What an INFO-CODE is about. */
export function kindOfError(code: number | null): ExtendedErrorKind {
  if (code === null) return 'none';
  return VALIDATION_ERRORS.has(code) ? 'validation' : 'other';
}
