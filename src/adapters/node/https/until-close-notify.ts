import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * A connection as TLS is to see it: without its end. Whoever is on the path can end a TCP connection where he likes, and Node
 * tells that as it tells a close_notify, which only the peer can send (RFC 8446, Section 6.1). So over this, a TLS socket ends by
 * close_notify alone. `cut` is called when the connection has ended and what came before has been read.
 */
export function untilCloseNotify(socket: Socket, cut: () => void): Duplex {
  let hasEnded = false;
  const tellIfRead = () => {
    // Later, so that what was read last is parsed before.
    if (hasEnded && stream.readableLength === 0) setImmediate(cut);
  };
  const stream = new Duplex({
    read() {
      socket.resume();
      tellIfRead();
    },
    write(chunk: Buffer, _, done) {
      socket.write(chunk, done);
    },
    final(done) {
      socket.end(done);
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk) => {
    if (!stream.push(chunk)) socket.pause();
  });
  socket.on('close', () => {
    hasEnded = true;
    tellIfRead();
  });
  return stream;
}
