import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Presented } from './peer-inspector.js';
import { trustPath } from './trust-path.js';

/**
 * What the peer of a TLS socket showed: its certificates as sent, leaf first, and the path result against the trust store
 * of the socket. For whoever owns the socket: `new PeerInspector().inspect(presentedBy(socket), tlsaRecords)` makes of it
 * the facts that policy judges.
 *
 * The handshake is complete, was made with `rejectUnauthorized: false` and `checkServerIdentity: () => undefined`, because
 * the path result must be free of any name check, and resumed no session, because a resumed one shows no certificates.
 * Call it at once: a closed socket shows nothing any more, and the library hands the chain out only once. Never throws.
 */
export function presentedBy(socket: TLSSocket): Presented {
  const path = trustPath(socket.authorized, socket.authorizationError);
  const certificates: X509Certificate[] = [];
  let leafKeyUse: Presented['leafKeyUse'] = 'signature';
  try {
    // Names of suites of TLS 1.2 say how keys are exchanged; those of TLS 1.3 always sign.
    if (socket.getCipher().standardName.startsWith('TLS_RSA_WITH_')) leafKeyUse = 'encipherment';
    let certificate = socket.getPeerX509Certificate();
    while (certificate !== undefined) {
      certificates.push(certificate);
      certificate = certificate.issuerCertificate;
    }
  } catch {
    // What could be read up to here is what there is.
  }
  return { certificates, path, leafKeyUse };
}
