import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import dnsPacket from 'dns-packet';
import { u16 } from './messages.fixture.js';
import type { PlainResolver } from './resolver-config.js';
import type { Query } from './wire.js';

export interface Asked extends Pick<Query, 'id' | 'name' | 'type'> {
  /** The name with upper and lower case as it came; `name` is in lower case. */
  readonly spelt: string;
  readonly over: 'udp' | 'tcp';
  readonly ad: boolean;
  readonly cd: boolean;
  readonly edns: boolean;
  readonly port: number;
}

/** The octets to send back, packet by packet (over TCP: message by message, or `raw`: as they are). */
export type Responder = (asked: Asked) => readonly Uint8Array[] | { readonly raw: Uint8Array };

export interface TestServer extends PlainResolver {
  readonly asked: Asked[];
  readonly close: () => Promise<void>;
}

/** A name server on loopback, on one port for UDP and TCP. */
export async function nameServer(respond: Responder): Promise<TestServer> {
  const asked: Asked[] = [];
  const hear = (bytes: Buffer, over: 'udp' | 'tcp', port: number) => {
    const { id = 0, questions = [], flag_ad: ad, flag_cd: cd, additionals = [] } = dnsPacket.decode(bytes);
    const { name: spelt = '', type = 'A' } = questions[0] ?? {};
    const name = spelt.toLowerCase();
    const one = {
      id,
      name,
      spelt,
      type: type as Query['type'],
      over,
      ad,
      cd,
      edns: additionals.length > 0,
      port,
    };
    asked.push(one);
    return respond(one);
  };
  const open = new Set<Socket>();
  const { tcp, udp, port } = await listenOnBoth(() => {
    const tcp = createServer((socket) => {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        const replies = hear(chunk.subarray(2), 'tcp', socket.remotePort ?? 0);
        if ('raw' in replies) socket.end(replies.raw);
        else for (const reply of replies) socket.write(Buffer.concat([u16(reply.length), reply]));
      });
    });
    const udp = createSocket('udp4', (packet, peer) => {
      const replies = hear(packet, 'udp', peer.port);
      if (!('raw' in replies)) for (const reply of replies) udp.send(reply, peer.port, peer.address);
    });
    return { tcp, udp };
  });
  return {
    address: '127.0.0.1',
    port,
    asked,
    close: async () => {
      for (const socket of open) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(resolve)),
        new Promise<unknown>((resolve) => tcp.close(resolve)),
      ]);
    },
  };
}

/** A port that is free for TCP may be somebody's for UDP: then it is another one. */
async function listenOnBoth(
  make: () => { readonly tcp: Server; readonly udp: UdpSocket },
): Promise<{ readonly tcp: Server; readonly udp: UdpSocket; readonly port: number }> {
  for (;;) {
    const { tcp, udp } = make();
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const { port } = tcp.address() as AddressInfo;
    udp.bind(port, '127.0.0.1');
    const isBound = await once(udp, 'listening').then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') return false;
        throw error;
      },
    );
    if (isBound) return { tcp, udp, port };
    udp.close();
    tcp.close();
  }
}
