/*
 * A resolver for the small internet: UDP and TCP on one address and port, answering from the world as it is at the
 * time of the question. It plays a validating resolver: AD where everything in the answer is secure and the question
 * asked to be told (RFC 6840, Section 5.8), SERVFAIL with extended error 6 for what is bogus.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { answerTo, type DnsQuery } from './dns-message.js';
import type { Zone } from './dns-zone.js';
import { listen, type TrackedServer } from './tracked-server.js';

const idleMs = 30_000;

export interface DnsServerOptions {
  readonly address: string;
  /** 0: one that is free for both transports. */
  readonly port: number;
  readonly zone: Zone;
  /** Told of every question that could be read. */
  readonly heard: (query: DnsQuery) => void;
}

/** Listens on that address. Rejects if one of the transports cannot be bound. */
export async function startDnsServer(options: DnsServerOptions): Promise<TrackedServer> {
  const { address, zone, heard } = options;
  const udp = await bind(options);
  const { port } = udp.address();
  udp.on('error', () => {});
  udp.on('message', (query, peer) => {
    const reply = answerTo(query, zone, 'udp', heard);
    if (reply !== null) udp.send(reply, peer.port, peer.address);
  });
  const closeUdp = () => new Promise<void>((resolve) => udp.close(() => resolve()));
  try {
    const tcp = await listen(createTcpServer(options), { address, port });
    return { port, close: async () => void (await Promise.all([closeUdp(), tcp.close()])) };
  } catch (cause) {
    await closeUdp();
    throw cause;
  }
}

async function bind({ address, port }: DnsServerOptions): Promise<UdpSocket> {
  const udp = createSocket('udp4');
  try {
    udp.bind(port, address);
    await once(udp, 'listening');
    return udp;
  } catch (cause) {
    udp.close();
    throw cause;
  }
}

function createTcpServer({ zone, heard }: DnsServerOptions): Server {
  return createServer((socket) => {
    let pending: Buffer = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE()) {
        const length = pending.readUInt16BE();
        const reply = answerTo(pending.subarray(2, 2 + length), zone, 'tcp', heard);
        pending = pending.subarray(2 + length);
        if (reply !== null) socket.write(framed(reply));
      }
    });
  });
}

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
