/*
 * What the policy fetch offers in its handshake, read from the ClientHello, and which servers it takes nothing from.
 */
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClientHello,
  EXTENSION,
  numbersIn,
  readClientHello,
  serverNameIn,
} from '../smtp/client-hello.fixture.js';
import { type SelfSigned, selfSigned } from './certificate.fixture.js';
import { nodePolicyFetch } from './policy-fetch.js';

const HOST = 'mta-sts.a.example';
const never = new AbortController().signal;
const closers: (() => void)[] = [];
let good: SelfSigned;

beforeAll(async () => {
  good = await selfSigned({ dnsNames: [HOST] });
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe('the ClientHello of the policy fetch', () => {
  let hello: ClientHello;
  beforeAll(async () => {
    hello = await helloOf();
  });

  it('names the policy host, and no version before TLS 1.2 (TLS-3.7-1, TLS-3.1.1-1, STS-7.1-2)', () => {
    expect(serverNameIn(hello)).toBe(HOST);
    expect(numbersIn(hello, EXTENSION.supportedVersions, 1)).toEqual([0x0304, 0x0303]);
  });

  it('offers HTTP/1.1 and nothing else (TLS-3.8-1)', () => {
    expect(hello.extensions.get(EXTENSION.alpn)?.toString('latin1')).toBe('\0\t\x08http/1.1');
  });

  it('has no early data, no resumption and no compression (TLS-3.10-1, TLS-3.3-1)', () => {
    expect(hello.extensions.has(EXTENSION.earlyData)).toBe(false);
    expect(hello.extensions.has(EXTENSION.preSharedKey)).toBe(false);
    expect(hello.compressionMethods).toEqual([0]);
  });
});

describe('the policy fetch', () => {
  it.each([
    ['TLS 1.1 at most', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }],
    ['no encryption', { maxVersion: 'TLSv1.2', ciphers: 'eNULL:@SECLEVEL=0' }],
    ['nobody to authenticate', { maxVersion: 'TLSv1.2', ciphers: 'aNULL:@SECLEVEL=0' }],
  ] satisfies [string, TlsOptions][])(
    'takes nothing from a server with %s (TLS-3.1.1-1, TLS-4.1-1)',
    async (_, options) => {
      const server = createTlsServer({ cert: good.pem, key: good.key, ...options });
      server.on('tlsClientError', () => undefined);
      expect(await fetchFrom(await listening(server))).toMatchObject({ kind: 'failed', cause: 'tls' });
    },
  );
});

function fetchFrom(port: number) {
  const ask = { host: HOST, port, addresses: ['127.0.0.1'], bytesMax: 1000, deadlineMs: 60_000 };
  return nodePolicyFetch({ ca: [good.pem] })(ask, never);
}

async function helloOf(): Promise<ClientHello> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      let octets = Buffer.alloc(0);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        octets = Buffer.concat([octets, chunk]);
        const hello = readClientHello(octets);
        if (hello === null) return;
        socket.destroy();
        resolve(hello);
      });
    });
    listening(server).then(fetchFrom).catch(reject);
  });
}

/** The port of a server on loopback that ends with the test. */
async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => open.add(socket));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}
