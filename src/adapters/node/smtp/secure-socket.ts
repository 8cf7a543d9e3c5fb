import { isIP, type Socket } from 'node:net';
import { connect, type DetailedPeerCertificate, type SecureContext, type TLSSocket } from 'node:tls';
import type { HandshakeAnswer } from '../../../effects/catalog.js';
import type { Presented } from '../x509/peer-inspector.js';
import { presentedBy } from '../x509/presented.js';
import type { Deadline } from './deadline.js';
import { codeOf, handshakeCause } from './socket-errors.js';

const NO_CERTIFICATE = Object.freeze({}) as DetailedPeerCertificate;

export interface Secured {
  readonly kind: 'secured';
  readonly socket: TLSSocket;
  readonly presented: Presented;
  readonly protocol: string;
  readonly cipher: string;
}
type Failed = Extract<HandshakeAnswer, { kind: 'failed' }>;

/**
 * The handshake over a socket that is already connected. Whoever answers is accepted: the path result is kept, and
 * there is no name check, so `authorized` is the path result alone. No session is ever resumed, because a resumed one
 * shows no certificates.
 */
export function startTls(
  socket: Socket,
  context: SecureContext,
  serverName: string | null,
  deadline: Deadline,
): Promise<Secured | Failed> {
  return new Promise((resolve) => {
    let secure: TLSSocket;
    try {
      secure = connect({
        socket,
        secureContext: context,
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
        // An address is no server name (RFC 6066, Section 3).
        ...(serverName !== null && isIP(serverName) === 0 && { servername: serverName }),
      });
    } catch (error) {
      socket.destroy();
      resolve({ kind: 'failed', cause: 'protocol', code: codeOf(error) });
      return;
    }
    // Node makes an object of the whole chain, only to hand it to the name check that is left out here. It costs as much as
    // a tenth of a delivery.
    secure.getPeerCertificate = () => NO_CERTIFICATE;
    const fail = (cause: Failed['cause'], code: string) => {
      secure.off('secureConnect', succeed);
      secure.destroy();
      socket.destroy();
      resolve({ kind: 'failed', cause, code });
    };
    const succeed = () => {
      secure.off('close', onClose);
      secure.off('error', onError);
      // At once: the next thing that the socket does may be to close, and then it shows nothing any more.
      resolve({
        kind: 'secured',
        socket: secure,
        presented: presentedBy(secure),
        protocol: secure.getProtocol() ?? '',
        cipher: secure.getCipher()?.name ?? '',
      });
    };
    const onClose = () => fail('closed', 'ECONNRESET');
    const onError = (error: Error) => fail(handshakeCause(error), codeOf(error));
    // Stays for good: whatever happens to the socket later must not become an uncaught exception.
    secure.on('error', () => undefined);
    secure.once('secureConnect', succeed);
    secure.once('close', onClose);
    secure.once('error', onError);
    deadline.whenPassed(() => fail('timeout', 'ETIMEDOUT'));
  });
}
