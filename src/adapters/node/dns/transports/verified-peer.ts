/*
 * TLS to a resolver: always verified (the strict profile of RFC 8310, Section 5), against the trust store and, by DNS-ID
 * or IP address alone (RFC 9525), against the name that the operator gave. There is no way round it: a resolver that
 * cannot be verified is one that cannot be reached.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { ConnectionOptions, PeerCertificate, SecureContext } from 'node:tls';

/** How a connection to the resolver of that name is made. */
export function verifiedPeer(name: string, secureContext: SecureContext): ConnectionOptions {
  return {
    secureContext,
    rejectUnauthorized: true,
    // An address is no name to send (RFC 6066, Section 3).
    servername: isIP(name) === 0 ? name : '',
    checkServerIdentity: (_host, { raw }) => (isNamed(raw, name) ? undefined : wrongName(name)),
  };
}

function isNamed(raw: PeerCertificate['raw'], name: string): boolean {
  const certificate = new X509Certificate(raw);
  const found =
    isIP(name) === 0
      ? certificate.checkHost(name, { subject: 'never', partialWildcards: false })
      : certificate.checkIP(name);
  return found !== undefined;
}

function wrongName(name: string): Error {
  return Object.assign(new Error(`the certificate is not for ${name}`), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
}
