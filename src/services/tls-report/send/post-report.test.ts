import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type SelfSigned, selfSigned } from '../../../adapters/node/https/certificate.fixture.js';
import { readHttpsUri } from '../../../policy/tls-report/send/https-target.js';
import { createPki } from '../../../testing/index.js';
import { type Endpoint, startEndpoint } from './endpoint.fixture.js';
import { nodePostReport, type PostAsk } from './post-report.js';

const BODY = Buffer.from([0x1f, 0x8b, 0, 1, 2, 255]);
const never = new AbortController().signal;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(...parameters: Parameters<typeof startEndpoint>): Promise<Endpoint> {
  const endpoint = await startEndpoint(...parameters);
  closers.push(endpoint.close);
  return endpoint;
}

/** The port of a server on loopback that ends with the test. */
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

async function certified() {
  const pki = await createPki();
  return { ...(await pki.issue({ names: ['reports.c.test'] }, 'reports')), caPem: pki.caPem };
}

function postTo(
  { port, caPem }: Pick<Endpoint, 'port' | 'caPem'>,
  own: Partial<PostAsk> & { readonly path?: string } = {},
  ca = [caPem],
) {
  const target = readHttpsUri(`https://reports.c.test:${port}${own.path ?? '/v1'}`)!;
  const ask = {
    target,
    addresses: ['127.0.0.1'],
    body: BODY,
    certificate: 'verify',
    deadlineMs: 60_000,
  } as const;
  return nodePostReport({ ca })({ ...ask, ...own }, never);
}

it.each([0, -1, Number.NaN])('a report goes nowhere when its time is over: %d', async (deadlineMs) => {
  const endpoint = await start();
  expect(await postTo(endpoint, { deadlineMs })).toEqual({
    ...{ kind: 'failed', cause: 'timeout', code: 'ETIMEDOUT' },
  });
  expect(endpoint.posted).toEqual([]);
});

describe('a report to an HTTPS endpoint', () => {
  it('is one POST of the file itself (RPT-3-8, RPT-5.4-1)', async () => {
    const endpoint = await start();
    const path = '/v1/%7Etls?domain=a.example&x=%2C';
    expect(await postTo(endpoint, { path })).toEqual({ kind: 'response', status: 200 });
    expect(endpoint.posted).toEqual([
      {
        method: 'POST',
        url: path,
        headers: {
          host: `reports.c.test:${endpoint.port}`,
          'content-type': 'application/tlsrpt+gzip',
          'content-length': `${BODY.length}`,
          connection: 'close',
        },
        body: BODY,
      },
    ]);
  });

  it('is not sent on where it is sent away (RPT-5.4-2)', async () => {
    const endpoint = await start();
    for (const status of [201, 204, 302, 307, 404, 500]) {
      endpoint.status = status;
      expect(await postTo(endpoint)).toEqual({ kind: 'response', status });
    }
    expect(endpoint.posted.map(({ url }) => url)).toEqual(new Array(6).fill('/v1'));
  });

  it('wants a certificate for the name, unless told otherwise (RPT-3-9)', async () => {
    for (const certificate of [
      { issuer: 'self' },
      { names: ['other.test'] },
      { validity: 'expired' },
    ] as const) {
      const endpoint = await start(certificate);
      expect(await postTo(endpoint)).toMatchObject({ kind: 'failed', cause: 'certificate' });
      expect(endpoint.posted).toEqual([]);
      expect(await postTo(endpoint, { certificate: 'ignore' })).toEqual({ kind: 'response', status: 200 });
    }
  });

  it('takes no common name for a name, and no key of less than 112 bits of strength', async () => {
    const postToOne = async (shown: SelfSigned, certificate: PostAsk['certificate']) => {
      const identity = { cert: shown.pem, key: shown.key, ciphers: 'DEFAULT:@SECLEVEL=0' };
      const server = createTlsServer(identity, (socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
      });
      server.on('tlsClientError', () => undefined);
      return postTo({ port: await listening(server), caPem: shown.pem }, { certificate });
    };
    const name = 'reports.c.test';
    const unnamed = await selfSigned({ dnsNames: [], commonName: name });
    expect(await postToOne(unnamed, 'verify')).toMatchObject({ kind: 'failed', cause: 'certificate' });
    expect(await postToOne(unnamed, 'ignore')).toMatchObject({ status: 200 });
    const weak = await selfSigned({ dnsNames: [name], rsaBits: 1024 });
    expect(await postToOne(weak, 'verify')).toMatchObject({ kind: 'failed' });
    const strong = await selfSigned({ dnsNames: [name], rsaBits: 2048 });
    expect(await postToOne(strong, 'verify')).toMatchObject({ status: 200 });
  });

  it('fails where nobody answers, and tries the next address where nobody listens', async () => {
    const endpoint = await start();
    expect(await postTo(endpoint, { addresses: ['127.0.0.9', '127.0.0.1'] })).toMatchObject({ status: 200 });
    expect(await postTo(endpoint, { addresses: ['127.0.0.9'] })).toMatchObject({ cause: 'connect' });
    expect(await postTo(endpoint, { addresses: [] })).toMatchObject({ cause: 'connect' });
    endpoint.status = 'silent';
    expect(await postTo(endpoint, { deadlineMs: 200 })).toMatchObject({ cause: 'timeout' });
  });

  it('is taken by a status that came whole, whatever becomes of the words behind it', async () => {
    const { chainPem, keyPem, caPem } = await certified();
    const answerTo = async (said: string) => {
      const server = createTlsServer({ cert: chainPem, key: keyPem }, (socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.write(said, () => socket.destroy()));
      });
      return postTo({ port: await listening(server), caPem });
    };
    const head = 'HTTP/1.1 201 Created\r\ncontent-length: 100\r\n';
    expect(await answerTo(`${head}\r\ntha`)).toEqual({ kind: 'response', status: 201 });
    expect(await answerTo(head)).toMatchObject({ kind: 'failed', cause: 'protocol' });
    expect(await answerTo('HTTP/1.1 201')).toMatchObject({ kind: 'failed', cause: 'protocol' });
  });

  it('waits for its answer behind eight interim ones, and not behind more', async () => {
    const { chainPem, keyPem, caPem } = await certified();
    const answerBehind = async (interim: number) => {
      const server = createTlsServer({ cert: chainPem, key: keyPem }, (socket) => {
        socket.on('error', () => undefined);
        const answers = `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(interim)}HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n`;
        socket.once('data', () => socket.write(answers));
      });
      return postTo({ port: await listening(server), caPem });
    };
    expect(await answerBehind(8)).toEqual({ kind: 'response', status: 200 });
    expect(await answerBehind(9)).toEqual({
      ...{ kind: 'failed', cause: 'protocol', code: 'ERR_TOO_MANY_INTERIM_RESPONSES' },
    });
  });

  it('fails where there is no TLS, or no HTTP', async () => {
    const plain = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('220 mx.example ESMTP\r\n', () => socket.destroy());
    });
    expect(await postTo({ port: await listening(plain), caPem: '' }, {}, [])).toMatchObject({
      kind: 'failed',
      cause: 'tls',
    });
  });

  it('is given up when told to', async () => {
    const endpoint = await start();
    endpoint.status = 'silent';
    const target = readHttpsUri(`https://reports.c.test:${endpoint.port}/`)!;
    const ask = { target, addresses: ['127.0.0.1'], body: BODY, deadlineMs: 60_000 } as const;
    const answer = nodePostReport({ ca: [endpoint.caPem] })(
      { ...ask, certificate: 'ignore' },
      AbortSignal.timeout(100),
    );
    expect(await answer).toMatchObject({ cause: 'timeout' });
  });
});
