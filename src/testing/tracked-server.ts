import { once } from 'node:events';
import type { Server, Socket } from 'node:net';

/** A listening server whose end is the end of its connections too. */
export interface TrackedServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const connectionsMax = 1000;

/** Listens; rejects if the address cannot be bound. */
export async function listen(
  server: Server,
  { address, port }: { readonly address: string; readonly port: number },
  connected: (socket: Socket) => void = () => {},
): Promise<TrackedServer> {
  const open = new Set<Socket>();
  server.maxConnections = connectionsMax;
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // Without a listener a reset by the peer would end the process.
    socket.on('error', () => socket.destroy());
    connected(socket);
  });
  server.listen(port, address);
  await once(server, 'listening');
  server.on('error', () => {});
  const bound = server.address();
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
