/* A resolver as programs find it that know no other port than 53: what they ask is handed on, and so is the answer. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export interface Port53 {
  readonly stop: () => Promise<void>;
}

/** Hands on what is asked at port 53 of that address, by UDP and TCP; needs root, as all peer tests do. */
export async function onPort53(resolver: {
  readonly address: string;
  readonly port: number;
}): Promise<Port53> {
  const { address, port } = resolver;
  const udp = createSocket('udp4');
  udp.on('message', (query, asker) => {
    const upstream = createSocket('udp4');
    const close = () => upstream.close(() => undefined);
    const patience = setTimeout(close, 10_000);
    upstream.on('error', () => undefined);
    upstream.once('message', (reply) => {
      clearTimeout(patience);
      udp.send(reply, asker.port, asker.address);
      close();
    });
    upstream.send(query, port, address);
  });
  udp.bind(53, address);
  await once(udp, 'listening');
  const tcp = createServer((socket) => {
    const upstream = connect(port, address);
    for (const each of [socket, upstream]) each.on('error', () => undefined);
    socket.pipe(upstream).pipe(socket);
  });
  tcp.listen(53, address);
  await once(tcp, 'listening');
  return {
    stop: async () => {
      const closed = [once(udp, 'close'), once(tcp, 'close')];
      udp.close();
      tcp.close();
      await Promise.all(closed);
    },
  };
}
