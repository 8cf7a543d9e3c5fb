import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { SocksProxy } from '../../src/policy/relay/transport.js';

/** Who is let in; null: everybody. */
type Guest = { readonly user: string; readonly password: string } | null;

export interface RunningProxy {
  readonly proxy: SocksProxy;
  readonly close: () => Promise<void>;
}

/** A SOCKS5 proxy on loopback that leads to IPv4 addresses (RFC 1928, RFC 1929). */
export async function startSocksProxy(guest: Guest = null): Promise<RunningProxy> {
  return listen((client) => void serve(client, guest).catch(() => client.destroy()));
}

/** A proxy that takes connections and says nothing. */
export function startSilentProxy(): Promise<RunningProxy> {
  return listen((client) => client.resume());
}

async function listen(serveOne: (client: Socket) => void): Promise<RunningProxy> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => undefined);
    client.on('close', () => clients.delete(client));
    serveOne(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    proxy: { address: '127.0.0.1', port: (server.address() as AddressInfo).port },
    close: async () => {
      for (const client of clients) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function serve(client: Socket, guest: Guest): Promise<void> {
  const read = reading(client);
  const [, count = 0] = await read(2);
  const method = guest === null ? 0 : 2;
  const isOffered = (await read(count)).includes(method);
  client.write(Buffer.from([5, isOffered ? method : 0xff]));
  if (!isOffered) return void client.end();
  if (guest !== null) {
    const [, userLength = 0] = await read(2);
    const user = (await read(userLength)).toString();
    const [passwordLength = 0] = await read(1);
    const isKnown = user === guest.user && (await read(passwordLength)).toString() === guest.password;
    client.write(Buffer.from([1, isKnown ? 0 : 1]));
    if (!isKnown) return void client.end();
  }
  const [, , , kind] = await read(4);
  if (kind !== 1) return void client.end(answer(8));
  const address = [...(await read(4))].join('.');
  const host = connect((await read(2)).readUInt16BE(), address);
  host.on('error', () => client.end(answer(5)));
  client.on('close', () => host.destroy());
  host.on('connect', () => {
    client.write(answer(0));
    client.pipe(host).pipe(client);
  });
}

function answer(reply: number): Buffer {
  return Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
}

/** Reads so many octets and no more. */
function reading(socket: Socket): (count: number) => Promise<Buffer> {
  return async (count) => {
    if (count === 0) return Buffer.alloc(0);
    for (;;) {
      const octets = socket.read(count) as Buffer | null;
      if (octets !== null) return octets;
      await once(socket, 'readable');
      if (socket.readableEnded) throw new Error('the client has left');
    }
  };
}
