/*
 * Why a policy could not be fetched, for people: one sentence for each word that machines know it by, the same in every command.
 */
import type { FetchResult } from './fetch.js';

type FailedFetch = Extract<FetchResult, { kind: 'failed' }>;

const OWN: Readonly<Record<string, string>> = {
  'media-type': 'it is not served as text/plain',
  'address-lookup-failed': 'the addresses of its host could not be looked up',
  'too-long': 'the file is larger than 64 KB',
  'bad-version': 'the version in the file is not STSv1',
  'bad-mode': 'the mode in the file is not enforce, testing or none',
  'bad-max-age': 'max_age in the file is not 1 to 10 digits',
  'bad-mx': 'no mx in the file is a host name, or "*." and one',
  'no-version': 'there is no "version: STSv1" in the file',
  'no-mode': 'there is no mode in the file',
  'no-max-age': 'there is no max_age in the file',
  'no-mx': 'there is no mx in the file',
  'not-a-field': 'there is no policy in the file',
  connect: 'its host could not be reached',
  tls: 'TLS could not be started with its host',
  timeout: 'its host does not answer in time',
  certificate: 'the certificate of its host is not accepted',
  'too-large': 'it is larger than 64 KB',
  protocol: 'its host does not speak proper HTTP',
};

/** What libraries call it; their word stands behind ours, because that is what is searched for. */
const THEIRS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'its host refuses the connection',
  ECONNRESET: 'its host breaks the connection off',
  ETIMEDOUT: 'its host does not answer in time',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its host',
  ERR_NO_ADDRESS: 'its host has no address',
  ERR_BODY_TOO_LARGE: 'it is larger than 64 KB',
  ERR_CONTENT_ENCODING: 'it comes in a coding that was not asked for',
  ERR_INCOMPLETE: 'it breaks off before its end',
  ERR_CLOSED: 'its host closes the connection without an answer',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate does not hold the name of the policy host',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate leads to a root that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT:
    'an issuer of the certificate is not known here; perhaps an intermediate is not sent',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the issuer of the certificate is not known here; perhaps an intermediate is not sent',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate comes alone, and its issuer is not known here; perhaps an intermediate is not sent',
  HOSTNAME_MISMATCH: 'the certificate does not hold the name of the policy host',
  CERT_REVOKED: 'the certificate has been revoked',
  EE_KEY_TOO_SMALL: 'the key of the certificate is too weak',
  CA_KEY_TOO_SMALL: 'the key of an issuer is too weak',
  CA_MD_TOO_WEAK: 'a signature in the certificate chain is too weak',
};

/** Why it failed, without a capital and a full stop. Total; never throws. */
export function fetchFailureInWords({ failure, reason }: Pick<FailedFetch, 'failure' | 'reason'>): string {
  const status = /^http-status-([0-9]{1,4})$/.exec(reason)?.[1];
  if (status !== undefined) return `its host answers with status ${status} and not with 200`;
  if (Object.hasOwn(OWN, reason)) return OWN[reason]!;
  if (Object.hasOwn(THEIRS, reason)) return `${THEIRS[reason]} (${reason})`;
  const general = failure === 'policy-host-certificate' ? OWN.certificate : 'something went wrong on the way';
  return `${general} (${reason})`;
}
