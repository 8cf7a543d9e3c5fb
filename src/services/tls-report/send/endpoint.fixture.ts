import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Certificate } from '../../../testing/index.js';
import { createPki } from '../../../testing/index.js';

export interface Posted {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An HTTPS endpoint for reports on 127.0.0.1, that is told what to answer. */
export interface Endpoint {
  readonly port: number;
  readonly caPem: string;
  readonly posted: readonly Posted[];
  /** Of the next answers. */
  status: number | 'silent';
  close(): Promise<void>;
}

export async function startEndpoint(certificate: Certificate = {}): Promise<Endpoint> {
  const pki = await createPki();
  const { chainPem, keyPem } = await pki.issue({ names: ['reports.c.test'], ...certificate }, 'reports');
  const posted: Posted[] = [];
  const open = new Set<Socket>();
  const server = createServer({ cert: chainPem, key: keyPem, ca: [] }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      posted.push({ method, url, headers, body: Buffer.concat(chunks) });
      if (endpoint.status === 'silent') return;
      response.writeHead(endpoint.status, { location: `https://reports.c.test:${endpoint.port}/elsewhere` });
      response.end('x'.repeat(100_000));
    });
  });
  server.on('connection', (socket: Socket) => open.add(socket));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const endpoint: Endpoint = {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    caPem: pki.caPem,
    posted,
    status: 200,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
  return endpoint;
}
