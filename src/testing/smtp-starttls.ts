import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { toWire } from './smtp-syntax.js';

export interface StartTls {
  /** As in MailHost, or a reply line that begins with 220. */
  readonly behaviour: string;
  readonly secureContext: SecureContext;
  /** Told of a handshake that has ended well. */
  readonly secured: (socket: TLSSocket) => void;
}

const ready = toWire('220 2.0.0 Ready to start TLS');

/** Says that TLS may start, and what follows. The caller has stopped to read from the socket. */
export function startTls(socket: Socket, { behaviour, secureContext, secured }: StartTls): void {
  switch (behaviour) {
    case 'closes':
      socket.end(ready);
      break;
    case 'injected':
      socket.write(ready + toWire('250 2.0.0 Injected'));
      handshake(socket, { behaviour, secureContext, secured });
      break;
    case 'offered':
    case 'old':
    case 'late-alert':
      socket.write(ready);
      handshake(socket, { behaviour, secureContext, secured });
      break;
    default:
      // Only after the client's first octets, lest these be read together with the reply and look injected.
      socket.once('data', () => socket.end('This is not TLS.\r\n')).resume();
      socket.write(behaviour === 'broken' ? ready : toWire(behaviour));
  }
}

function handshake(socket: Socket, { behaviour, secureContext, secured }: StartTls): void {
  // What was corked has to leave before the socket changes hands.
  socket.uncork();
  // Under TLS 1.3 a client without a certificate learns only after its own handshake that one was demanded.
  const demand = behaviour === 'late-alert';
  const tls = new TLSSocket(socket, {
    isServer: true,
    secureContext,
    requestCert: demand,
    rejectUnauthorized: demand,
  });
  tls.on('error', () => tls.destroy());
  tls.once('secure', () => (demand ? tls.destroy() : secured(tls)));
}
