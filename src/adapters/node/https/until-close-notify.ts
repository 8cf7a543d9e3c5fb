import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

export const ENDED_WITHOUT_CLOSE_NOTIFY = 'ERR_ENDED_WITHOUT_CLOSE_NOTIFY';

/** The connection ended, and not by the peer's word. */
export function cutWithoutCloseNotify(): Error {
  return Object.assign(new Error('ended without close_notify'), { code: ENDED_WITHOUT_CLOSE_NOTIFY });
}

/** What TLS is handed at once. A record holds as much, and what is made of it is made in one stretch. */
const PIECE_OCTETS = 16_384;

/**
 * A connection as TLS is to see it: without its end. Whoever is on the path can end a TCP connection where he likes, and Node
 * tells that as it tells a close_notify, which only the peer can send (RFC 8446, Section 6.1). So over this, a TLS socket ends by
 * close_notify alone. `cut` is called when the connection has ended and what came before has been read. The event loop turns
 * between pieces, because a piece may hold thousands of chunks.
 */
export function untilCloseNotify(socket: Socket, cut: () => void): Duplex {
  let unread: Buffer = Buffer.alloc(0);
  let isAsked = false;
  let hasEnded = false;
  const handOn = () => {
    if (!isAsked) return;
    if (unread.length > 0) {
      const piece = unread.subarray(0, PIECE_OCTETS);
      unread = unread.subarray(PIECE_OCTETS);
      isAsked = false;
      setImmediate(() => stream.push(piece));
    } else if (hasEnded) setImmediate(cut);
    else socket.resume();
  };
  const stream = new Duplex({
    read() {
      isAsked = true;
      handOn();
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
  socket.on('data', (chunk: Buffer) => {
    socket.pause();
    unread = Buffer.concat([unread, chunk]);
    handOn();
  });
  socket.on('close', () => {
    hasEnded = true;
    handOn();
  });
  return stream;
}
