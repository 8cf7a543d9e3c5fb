/* What our listeners that speak SMTP and LMTP have in common, over a library that speaks them. */
import type { Socket } from 'node:net';
import type { SMTPServer, SMTPServerSession } from 'smtp-server';
import type { InheritedSocket, ListenAddress } from './listen-address.js';
import { listenAt } from './listen-at.js';

/**
 * What we say begins with its own enhanced status, and the library would put another one in front of it. Replies to commands that came
 * together leave together (RFC 2920, Section 3.2): each packet would wake the client, which wants all of them.
 */
export function replyAsOne(server: SMTPServer, session: SMTPServerSession): void {
  for (const connection of server.connections) {
    if (connection.session !== session) continue;
    const send = connection.send.bind(connection);
    connection.send = (code, data, context) => {
      if (code !== READY) holdForThisTurn(connection._socket);
      send(code, data, typeof data === 'string' && /^[245]\.\d+\.\d+ /.test(data) ? false : context);
    };
  }
}

/** Behind the answer to STARTTLS the socket is somebody else's. */
const READY = 220;

function holdForThisTurn(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  process.nextTick(() => socket.uncork());
}

/** Connections on which nothing is under way need not be waited for. */
export function leaveIdle(server: SMTPServer): void {
  for (const connection of server.connections)
    if (connection.session.envelope.mailFrom === false) connection.send(421, '4.3.2 closing');
}

/** Ends a session, whatever it is in the midst of. */
export function endSession(server: SMTPServer, session: SMTPServerSession, reason: string): void {
  for (const connection of server.connections)
    if (connection.session === session) connection.send(421, reason);
}

/** See {@link listenAt}. */
export function listenWith(
  server: SMTPServer,
  address: ListenAddress | InheritedSocket,
  onFault: (message: string) => void,
): Promise<ListenAddress> {
  const onError = (error: Error) => {
    if (!isClientsOwn(error)) onFault(error.message);
  };
  return listenAt(server.server, address, onError, server);
}

/** A client that goes away, or that cannot do TLS, is nothing that went wrong here. */
function isClientsOwn(error: Error & { readonly remote?: string }): boolean {
  return error.remote !== undefined || /ECONNRESET|EPIPE|SSL|TLS/.test(error.message);
}
