/*
 * TLS to a resolver: always verified (the strict profile of RFC 8310, Section 5), against the trust store and, by DNS-ID
 * or IP address alone (RFC 9525), against the name that the operator gave. There is no way round it: a resolver that
 * cannot be verified is one that cannot be reached.
 */
import { isIP } from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { nameError } from '../../x509/index.js';

/** How a connection to the resolver of that name is made. */
export function verifiedPeer(name: string, secureContext: SecureContext): ConnectionOptions {
  return {
    secureContext,
    rejectUnauthorized: true,
    // An address is no name to send (RFC 6066, Section 3).
    servername: isIP(name) === 0 ? name : '',
    checkServerIdentity: (_host, { raw }) => nameError(raw, name),
  };
}
