import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * Why a certificate is not for a host, in the form in which `checkServerIdentity` says so; undefined: it is. By DNS-ID or IP
 * address alone, never by its common name, which Node would take where there is no subjectAltName (RFC 9525, Sections 2 and
 * 6.3); a wildcard only as the whole left-most label (RFC 8461, Section 3.3).
 */
export function nameError(der: Buffer, host: string): Error | undefined {
  const certificate = new X509Certificate(der);
  const found =
    isIP(host) === 0
      ? certificate.checkHost(host, {
          subject: 'never',
          wildcards: true,
          partialWildcards: false,
          multiLabelWildcards: false,
          singleLabelSubdomains: false,
        })
      : certificate.checkIP(host);
  if (found !== undefined) return undefined;
  return Object.assign(new Error(`the certificate is not for ${host}`), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
}
