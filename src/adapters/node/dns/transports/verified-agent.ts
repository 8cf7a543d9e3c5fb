import type { ClientRequest } from 'node:http';
import { Agent, type AgentOptions } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { cutWithoutCloseNotify, untilCloseNotify } from '../../https/until-close-notify.js';
import type { HttpsResolver } from '../resolver-config.js';
import { verifiedPeer } from './verified-peer.js';

/**
 * Keeps connections to one resolver, each verified when it was made: an answer without a length that the connection cuts is an
 * error and not an answer (RFC 9112, Section 9.8). It makes them itself, so that Node 24, too, uses them again.
 */
export function verifiedAgent(
  { address, port, name }: HttpsResolver,
  secureContext: SecureContext,
  options: AgentOptions,
): Agent {
  /** What keeps the process alive; TLS over a stream does not hand that on. */
  const under = new WeakMap<Duplex, Socket>();
  return new (class extends Agent {
    override createConnection(): Duplex {
      const plain = connect({ host: address, port, noDelay: true });
      const secured = connectTls({
        socket: untilCloseNotify(plain, () => secured.destroy(cutWithoutCloseNotify())),
        ...verifiedPeer(name, secureContext),
        // RFC 9325, Section 3.8.
        ALPNProtocols: ['http/1.1'],
      });
      plain.on('error', (error) => secured.destroy(error));
      under.set(secured, plain);
      return secured;
    }

    override keepSocketAlive(socket: Duplex) {
      under.get(socket)?.unref();
      return super.keepSocketAlive(socket);
    }

    override reuseSocket(socket: Duplex, asked: ClientRequest): void {
      under.get(socket)?.ref();
      super.reuseSocket(socket, asked);
    }
  })(options);
}
