import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { PolicyHost } from '../adapters/scripted/index.js';
import type { Place } from './host-servers.js';
import type { Issued } from './pki.js';
import { listen, type TrackedServer } from './tracked-server.js';

const path = '/.well-known/mta-sts.txt';
const idleMs = 60_000;
const chunk = Buffer.alloc(16_384, 'x');

/**
 * Starts an MTA-STS policy host (RFC 8461, Section 3.3); null if nothing shall listen. Rejects if its address cannot be
 * bound.
 */
export async function startPolicyHost(host: PolicyHost, place: Place): Promise<TrackedServer | null> {
  if (host.connect === 'refuse') return null;
  const silent = host.connect === 'silent';
  return listen(silent ? createTcpServer() : createPolicyServer(host, place.issued), place, (socket) => {
    place.log.connections += 1;
    // Unread octets would keep the end of the connection from being noticed.
    if (silent) socket.resume();
  });
}

function createPolicyServer(host: PolicyHost, { chainPem, keyPem }: Issued): Server {
  // No list of CAs, or OpenSSL would complete the chain from it when the host is told to send less.
  const server = createServer({ cert: chainPem, key: keyPem, ca: [] }, (request, response) => {
    answer(host, request, response).catch(() => response.destroy());
  });
  server.setTimeout(idleMs, (socket) => socket.destroy());
  return server;
}

async function answer(host: PolicyHost, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.resume();
  const { status = 200, mediaType = 'text/plain', body = '', bodyOctets, location } = host;
  const fields = { 'content-type': mediaType, ...(location === undefined ? {} : { location }) };
  if (request.url !== path) response.writeHead(404).end();
  else if (request.method !== 'GET') response.writeHead(405, { allow: 'GET' }).end();
  else if (bodyOctets === undefined) response.writeHead(status, fields).end(body);
  // Chunked, so that a client has to count for itself; ends early when the client goes away.
  else await pipeline(octets(bodyOctets), response.writeHead(status, fields));
}

function* octets(count: number): Generator<Buffer> {
  for (let left = count; left > 0; left -= chunk.length)
    yield left < chunk.length ? chunk.subarray(0, left) : chunk;
}
