/*
 * What the policy fetch offers in its handshake, read from the ClientHello, which servers it takes nothing from, and what is the end
 * of a body.
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

describe('the certificate of a policy host', () => {
  const answerTo = async (shown: SelfSigned) => {
    const body = 'version: STSv1\nmode: none\nmax_age: 1\n';
    const server = createTlsServer(
      { cert: shown.pem, key: shown.key, ciphers: 'DEFAULT:@SECLEVEL=0' },
      (socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () =>
          socket.end(
            `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
          ),
        );
      },
    );
    server.on('tlsClientError', () => undefined);
    return fetchFrom(await listening(server), shown);
  };
  const refused = { kind: 'failed', cause: 'certificate' };

  it('names it by DNS-ID; its common name is none', async () => {
    expect(await answerTo(await selfSigned({ dnsNames: [], commonName: HOST }))).toMatchObject(refused);
    expect(await answerTo(good)).toMatchObject({ kind: 'response', status: 200 });
  });

  it('has a key of 112 bits of strength at least', async () => {
    expect(await answerTo(await selfSigned({ dnsNames: [HOST], rsaBits: 1024 }))).toMatchObject({
      kind: 'failed',
    });
    expect(await answerTo(await selfSigned({ dnsNames: [HOST], rsaBits: 2048 }))).toMatchObject({
      status: 200,
    });
  });
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a body that ends under %s', (version) => {
  const policy = 'version: STSv1\nmode: none\nmax_age: 1\n';
  const rest = 'mx: a.example\n';
  const head = (framing: string) => `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n${framing}\r\n`;
  const counted = head(`content-length: ${policy.length}\r\n`);
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  const chunked = `${head('transfer-encoding: chunked\r\n')}${chunk(policy)}`;

  const answerTo = async (said: string, end: 'close-notify' | 'cut') => {
    const only = { minVersion: version, maxVersion: version };
    const server = createTlsServer({ cert: good.pem, key: good.key, ...only }, (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        if (end === 'close-notify') socket.end(said);
        // The connection alone ends, as anybody on the path can have it.
        else socket.write(said, () => socket.destroy());
      });
    });
    return fetchFrom(await listening(server));
  };
  const taken = { kind: 'response', status: 200, mediaType: 'text/plain', body: policy };

  it.each([
    ['by its length', counted + policy],
    ['by its last chunk', `${chunked}0\r\n\r\n`],
  ])('%s is whole, however the connection ends', async (_, said) => {
    expect(await answerTo(said, 'close-notify')).toEqual(taken);
    expect(await answerTo(said, 'cut')).toEqual(taken);
  });

  it('with the connection is whole by close_notify alone', async () => {
    expect(await answerTo(head('') + policy, 'close-notify')).toEqual(taken);
    expect(await answerTo(head('') + policy + rest, 'cut')).toEqual({
      kind: 'failed',
      cause: 'protocol',
      code: 'ERR_ENDED_WITHOUT_CLOSE_NOTIFY',
    });
  });

  it.each([
    ['its length', counted + policy.slice(1)],
    ['its last chunk', chunked],
    ['its header', counted.slice(0, -2)],
  ])('before %s is none, however the connection ends', async (_, said) => {
    expect(await answerTo(said, 'close-notify')).toMatchObject({ kind: 'failed', cause: 'protocol' });
    expect(await answerTo(said, 'cut')).toMatchObject({ kind: 'failed', cause: 'protocol' });
  });
});

function fetchFrom(port: number, trusted = good) {
  const ask = { host: HOST, port, addresses: ['127.0.0.1'], bytesMax: 1000, deadlineMs: 60_000 };
  return nodePolicyFetch({ ca: [trusted.pem] })(ask, never);
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
    listening(server)
      .then((port) => fetchFrom(port))
      .catch(reject);
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
