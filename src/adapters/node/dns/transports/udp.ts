/*
 * One query in one datagram. Every try has a socket and thus a port of its own, an id of its own, and letters of its own
 * case in the name (RFC 5452). Datagrams that do not answer it are ignored, up to a bound.
 */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { echoOf, isTruncated, type WireQuery, withRandomCase, withRandomId } from '../wire-query.js';
import {
  type Delivered,
  delivered,
  type Patience,
  type Undelivered,
  undelivered,
  untilSettled,
} from './settle.js';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Datagrams that may be ignored on one socket before it is given up. */
const MISMATCHES_MAX = 64;

/** There is an answer, but not one for UDP: it was cut, or came without the case that was sent, as a forged one would. */
export interface NeedsStream {
  readonly kind: 'needs-stream';
  readonly because: 'truncated' | 'other-case';
}

/** Asks by UDP. Never rejects. */
export function overUdp(
  { address, port }: Endpoint,
  query: WireQuery,
  patience: Patience,
): Promise<Delivered | NeedsStream | Undelivered> {
  return untilSettled<Delivered | NeedsStream>(patience, (settle) => {
    const sent = withRandomCase(withRandomId(query));
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    let ignored = 0;
    socket.on('error', (error) => settle(undelivered('unreachable', error)));
    socket.on('message', (packet) => {
      const echo = echoOf(packet, sent);
      if (echo === 'other-case') return settle({ kind: 'needs-stream', because: 'other-case' });
      if (echo === 'reply')
        return settle(
          isTruncated(packet) ? { kind: 'needs-stream', because: 'truncated' } : delivered(packet),
        );
      if (++ignored > MISMATCHES_MAX) settle(undelivered('malformed'));
    });
    // Connected, so that the system drops what anybody else sends and reports what ICMP says.
    socket.on('connect', () => {
      socket.send(sent.octets, (error) => {
        if (error !== null) settle(undelivered('unreachable', error));
      });
    });
    socket.connect(port, address);
    return () => {
      // It may be told of when nobody wants to know any more, and a closed socket sends nothing.
      socket.removeAllListeners('connect');
      socket.close();
    };
  });
}
