/* One query over a TCP connection of its own (RFC 7766): what was truncated is rare, and so is what is asked here. */
import { connect } from 'node:net';
import { echoOf, isTruncated, type WireQuery, withRandomId } from '../wire-query.js';
import { framed, Unframer } from './framing.js';
import { type Delivered, delivered, type Patience, undelivered, untilSettled } from './settle.js';
import type { Endpoint } from './udp-port.js';

/** Asks by TCP. Never rejects. */
export function overTcp(
  { address, port }: Endpoint,
  query: WireQuery,
  patience: Patience,
): Promise<Delivered> {
  return untilSettled<Delivered>(patience, (settle) => {
    const sent = withRandomId(query);
    const socket = connect({ host: address, port, noDelay: true });
    const unframer = new Unframer();
    socket.on('error', (error) => settle(undelivered('unreachable', error)));
    socket.on('close', () => settle(undelivered(unframer.pending === 0 ? 'unreachable' : 'malformed')));
    socket.on('connect', () => socket.write(framed(sent.octets)));
    socket.on('data', (chunk) => {
      const [message] = unframer.push(chunk);
      if (message === undefined) return;
      const isAnswer = echoOf(message, sent) !== 'mismatch' && !isTruncated(message);
      settle(isAnswer ? delivered(message) : undelivered('malformed'));
    });
    return () => socket.destroy();
  });
}
