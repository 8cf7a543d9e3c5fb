import { createServer } from 'node:net';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { MailHost } from '../adapters/scripted/index.js';
import type { Place } from './host-servers.js';
import { newSession, type ReceivedMessage, receive, receiveUnderTls } from './smtp-receiver.js';
import { listen, type TrackedServer } from './tracked-server.js';

// OpenSSL refuses these versions at its usual security level.
const oldTls: SecureContextOptions = {
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1.1',
  ciphers: 'DEFAULT@SECLEVEL=0',
};

/**
 * Starts a mail host; null if nothing shall listen. Rejects if its address cannot be bound. `dotRead` is told of each message that has
 * come whole, before the reply to it.
 */
export async function startMailHost(
  host: MailHost,
  place: Place,
  dotRead?: () => void,
): Promise<TrackedServer | null> {
  if (host.connect === 'refuse') return null;
  const { id, issued, log } = place;
  const secureContext = createSecureContext({
    cert: issued.chainPem,
    key: issued.keyPem,
    // No list of CAs, or OpenSSL would complete the chain from it where less is to be sent.
    ca: [],
    ...(host.starttls === 'old' ? oldTls : {}),
  });
  const accept = (message: ReceivedMessage) => void log.received.push(message);
  let connections = 0;
  return listen(createServer(), { ...place, port: host.port ?? place.port }, (socket) => {
    log.connections += 1;
    connections += 1;
    if (connections > (host.takes?.connections ?? Number.POSITIVE_INFINITY)) return void socket.end();
    const session = newSession();
    log.sessions.push(session);
    const options = { id, host, secureContext, session, accept, dotRead };
    if (host.implicitTls === true) receiveUnderTls(socket, options);
    else receive(socket, options);
  });
}
