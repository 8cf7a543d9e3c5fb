import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { Issued } from '../../../testing/pki.js';
import { framed, Unframer } from './transports/framing.js';

/** What came to the server. */
export interface EncryptedServer {
  readonly address: '127.0.0.1';
  readonly port: number;
  /** Queries, as octets, in order. */
  readonly asked: Buffer[];
  readonly connections: () => number;
  /** Closes the connections, not the server. */
  readonly hangUp: () => void;
  readonly close: () => Promise<void>;
}

export interface HttpReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** DNS over TLS: for each query the responses, in that order, or none. */
export async function tlsServer(
  { chainPem, keyPem }: Issued,
  respond: (query: Buffer) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>,
): Promise<EncryptedServer> {
  const asked: Buffer[] = [];
  const server = createTlsServer({ cert: chainPem, key: keyPem }, (socket) => {
    const unframer = new Unframer();
    socket.on('error', () => {});
    const answer = async (query: Buffer) => {
      asked.push(query);
      for (const reply of await respond(query)) socket.write(framed(reply));
    };
    socket.on('data', (chunk) => {
      for (const query of unframer.push(chunk)) void answer(Buffer.from(query));
    });
  });
  server.on('tlsClientError', () => {});
  return started(server, asked);
}

/** DNS over HTTPS: the path, type and method of each request are put in front of the query, each with a line end. */
export async function httpsServer(
  { chainPem, keyPem }: Issued,
  respond: (query: Buffer) => HttpReply,
): Promise<EncryptedServer & { readonly heads: string[] }> {
  const asked: Buffer[] = [];
  const heads: string[] = [];
  const server = createHttpsServer({ cert: chainPem, key: keyPem }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const query = Buffer.concat(chunks);
    asked.push(query);
    heads.push(`${request.method} ${request.url} ${request.headers.host} ${request.headers['content-type']}`);
    const { status = 200, headers = { 'content-type': 'application/dns-message' }, body } = respond(query);
    response.writeHead(status, headers);
    response.end(body);
  });
  server.on('tlsClientError', () => {});
  return { ...(await started(server, asked)), heads };
}

/** HTTP in so many octets: for each query what is said, and how the connection ends then. */
export async function bareHttpsServer(
  { chainPem, keyPem }: Issued,
  respond: (query: Buffer) => {
    readonly said: Uint8Array;
    readonly end: 'close-notify' | 'cut' | 'none';
  },
  options: TlsOptions = {},
): Promise<EncryptedServer> {
  const asked: Buffer[] = [];
  const server = createTlsServer({ ...options, cert: chainPem, key: keyPem }, (socket) => {
    let heard = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      const from = heard.indexOf('\r\n\r\n') + 4;
      const length = Number(/content-length: (\d+)/i.exec(heard.toString('latin1'))?.[1] ?? Number.NaN);
      if (from < 4 || !(heard.length >= from + length)) return;
      const query = heard.subarray(from, from + length);
      heard = heard.subarray(from + length);
      asked.push(query);
      const { said, end } = respond(query);
      if (end === 'close-notify') socket.end(said);
      // The connection alone ends, as anybody on the path can have it.
      else socket.write(said, () => end === 'cut' && socket.destroy());
    });
  });
  return started(server, asked);
}

async function started(
  server: ReturnType<typeof createTlsServer>,
  asked: Buffer[],
): Promise<EncryptedServer> {
  const open = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hangUp = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    address: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    asked,
    connections: () => connections,
    hangUp,
    close: () => {
      hangUp();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}
