/*
 * For mail systems that make their connections themselves: how Node's TLS is to be started so that its outcome can be judged, and
 * what Node's sockets and errors say.
 */

import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, TLSSocket } from 'node:tls';
import { checked } from '../../../effects/misuse.js';
import type { ShownBySocket, SocketPorts } from '../../../effects/socket-ports.js';
import { PeerInspector, type Presented } from '../x509/peer-inspector.js';
import { presentedBy } from '../x509/presented.js';
import { type NodeSmtpOptions, nodeSmtp, SmtpOptionsCodec } from './smtp-session.js';
import { codeOf, connectCause, handshakeCause, lostCause } from './socket-errors.js';
import { trustStore } from './trust-store.js';

/**
 * Node's sockets, with these trust anchors.
 *
 * @throws MisuseError if an option cannot be used.
 */
export function nodeSockets(options: NodeSmtpOptions = {}): SocketPorts<ConnectionOptions> {
  checked(SmtpOptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  const context = trustStore(options.ca);
  const inspector = new PeerInspector(options.certificatesMax);
  // The library hands a chain out once, and a mail system may ask again.
  const presented = new WeakMap<TLSSocket, Presented>();
  const shownOnce = (socket: TLSSocket): Presented => {
    const shown = presented.get(socket) ?? presentedBy(socket);
    presented.set(socket, shown);
    return shown;
  };
  return {
    tlsOptions: (serverName) => ({
      secureContext: context(),
      // Who answers is judged, not refused: `judge` looks at the path, and at the names.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      // An address is no server name (RFC 6066, Section 3).
      ...(serverName !== null && isIP(serverName) === 0 && { servername: serverName }),
    }),
    shownBy: (socket) => (isSecured(socket) ? shownBy(socket, shownOnce(socket), inspector) : null),
    connectCause,
    lostCause,
    handshakeFailure: (error) => ({ kind: 'failed', cause: handshakeCause(error), code: codeOf(error) }),
    session: nodeSmtp(options),
    greetAgain: (socket, host) => (socket as Socket).unshift(`220 ${host} judged before\r\n`),
  };
}

function isSecured(socket: unknown): socket is TLSSocket {
  return socket instanceof TLSSocket && !socket.destroyed && socket.getProtocol() !== null;
}

function shownBy(socket: TLSSocket, presented: Presented, inspector: PeerInspector): ShownBySocket {
  // A resumed session shows no certificates, and Node calls it authorized whoever answers.
  const isResumed = socket.isSessionReused();
  return {
    handshake: {
      kind: 'established',
      protocol: socket.getProtocol() ?? '',
      cipher: socket.getCipher()?.name ?? '',
    },
    address: plainAddress(socket.remoteAddress),
    localAddress: plainAddress(socket.localAddress),
    inspect: async (tlsa) =>
      isResumed ? { kind: 'unreadable', code: 'SESSION_RESUMED' } : inspector.inspect(presented, tlsa),
  };
}

/** An IPv4 address that a socket of both families tells as IPv6. */
function plainAddress(address = ''): string {
  const inner = address.replace(/^::ffff:/i, '');
  return isIP(inner) === 4 ? inner : address;
}
