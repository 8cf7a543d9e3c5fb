import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PolicyHost } from '../adapters/scripted/world.js';
import type { Issued } from './pki.js';

const path = '/.well-known/mta-sts.txt';
const idleMs = 60_000;
const chunk = Buffer.alloc(16_384, 'x');

/** An MTA-STS policy host (RFC 8461, Section 3.3) that behaves as its entry says; not listening yet. */
export function createPolicyServer(host: PolicyHost, { chainPem, keyPem }: Issued): Server {
  // No list of CAs, or OpenSSL would complete the chain from it when the host is told to send less.
  const server = createServer({ cert: chainPem, key: keyPem, ca: [] }, (request, response) => {
    answer(host, request, response).catch(() => response.destroy());
  });
  server.setTimeout(idleMs, (socket) => socket.destroy());
  return server;
}

async function answer(host: PolicyHost, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.resume();
  if (request.url !== path) return end(response, 404);
  if (request.method !== 'GET') return end(response, 405, { allow: 'GET' });
  const { status = 200, mediaType = 'text/plain', body = '', bodyOctets, location } = host;
  const fields = { 'content-type': mediaType, ...(location === undefined ? {} : { location }) };
  if (bodyOctets === undefined) return end(response, status, fields, body);
  response.writeHead(status, fields);
  // Chunked, so that a client has to count for itself; ends early when the client goes away.
  await pipeline(Readable.from(octets(bodyOctets), { objectMode: false }), response);
}

function* octets(count: number): Generator<Buffer> {
  for (let left = count; left > 0; left -= chunk.length) yield left < chunk.length ? chunk.subarray(0, left) : chunk;
}

function end(response: ServerResponse, status: number, fields: Record<string, string> = {}, body = ''): void {
  const content = Buffer.from(body, 'utf8');
  response.writeHead(status, { ...fields, 'content-length': content.length }).end(content);
}
