import type { TrustPath } from '../../../policy/certificate/facts.js';

type Cause = Extract<TrustPath, { kind: 'untrusted' }>['cause'];

/** The verifier's codes that have a cause of their own; the library reports the last error of the path. */
const CAUSES: Readonly<Record<string, Cause>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-issuer',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-issuer',
  CERT_UNTRUSTED: 'unknown-issuer',
  CERT_REVOKED: 'revoked',
};

/**
 * The path result of a TLS socket whose name check is switched off. Its `authorizationError` is the verifier's code as
 * a string, though typed as an Error.
 */
export function trustPath(authorized: boolean, authorizationError: unknown): TrustPath {
  if (authorized) return { kind: 'trusted' };
  const code = codeOf(authorizationError);
  return { kind: 'untrusted', cause: Object.hasOwn(CAUSES, code) ? CAUSES[code]! : 'other', code };
}

function codeOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (error instanceof Error)
    return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  return 'UNKNOWN';
}
