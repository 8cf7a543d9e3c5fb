/*
 * A resolver for the small internet: UDP and TCP on one address and port, answering from the world as it is at the
 * time of the question. It plays a validating resolver: AD where everything in the answer is secure and the question
 * asked to be told (RFC 6840, Section 5.8), SERVFAIL with extended error 6 for what is bogus.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { Found, RecordType } from './dns-find.js';
import { answerTo, messageOctetsMax } from './dns-message.js';

/** Finds what a question asks for. */
export type Find = (type: RecordType, name: string) => Found;

export interface DnsServer {
  readonly udp: UdpSocket;
  readonly tcp: Server;
  readonly port: number;
}

const idleMs = 30_000;

/** Listens on that address, UDP and TCP, on a port that is free for both. Rejects if one of them cannot be bound. */
export async function startDnsServer(address: string, find: Find): Promise<DnsServer> {
  const udp = createSocket('udp4');
  try {
    udp.bind(0, address);
    await once(udp, 'listening');
  } catch (cause) {
    udp.close();
    throw cause;
  }
  const { port } = udp.address();
  udp.on('error', () => {});
  udp.on('message', (query, peer) => {
    const reply = answerTo(query, find, 'udp');
    if (reply !== null) udp.send(reply, peer.port, peer.address);
  });
  const tcp = createTcpServer(find);
  try {
    tcp.listen(port, address);
    await once(tcp, 'listening');
  } catch (cause) {
    udp.close();
    throw cause;
  }
  return { udp, tcp, port };
}

function createTcpServer(find: Find): Server {
  return createServer((socket) => {
    let pending: Buffer = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE()) {
        const length = pending.readUInt16BE();
        const reply = answerTo(pending.subarray(2, 2 + length), find, 'tcp');
        pending = pending.subarray(2 + length);
        if (reply !== null) socket.write(framed(reply));
      }
    });
  });
}

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Math.min(message.length, messageOctetsMax));
  return Buffer.concat([length, message]);
}
