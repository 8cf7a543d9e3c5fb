import type { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import { such } from '../../../effects/codecs/values.js';
import { checked } from '../../../effects/misuse.js';
import type { Presented } from './peer-inspector.js';
import { trustPath } from './trust-path.js';

const TlsSocketCodec = such('a TLSSocket', (value): value is TLSSocket => value instanceof TLSSocket);

/**
 * What the peer of a TLS socket showed: its certificates as sent, leaf first, and the path result against the trust store
 * of the socket. For whoever owns the socket: `new PeerInspector().inspect(presentedBy(socket), tlsaRecords)` makes of it
 * the facts that policy judges.
 *
 * The handshake is complete, was made with `rejectUnauthorized: false` and `checkServerIdentity: () => undefined`, because
 * the path result must be free of any name check, and resumed no session, because a resumed one shows no certificates.
 * Call it at once: a closed socket shows nothing any more, and the library hands the chain out only once. Throws a {@link MisuseError} for what is no TLS
 * socket, and else never.
 */
export function presentedBy(socket: TLSSocket): Presented {
  checked(TlsSocketCodec, socket, 'WAXSEAL_BAD_OPTIONS', 'socket');
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
