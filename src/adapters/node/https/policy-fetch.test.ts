import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AskOf } from '../../../effects/catalog.js';
import { type SelfSigned, selfSigned } from './certificate.fixture.js';
import { nodePolicyFetch } from './policy-fetch.js';

const HOST = 'mta-sts.a.example';
const TEXT = 'version: STSv1\nmode: none\nmax_age: 1\n';
const never = new AbortController().signal;
let good: SelfSigned;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  good = await selfSigned({ dnsNames: [HOST] });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0)) await close();
});

/** The port of a server on loopback that ends with the test. */
async function listening(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const serveText: Handler = (_, response) => {
  response.setHeader('content-type', 'text/plain');
  response.end(TEXT);
};

function policyHost(
  handler: Handler,
  { pem: cert, key } = good,
  options: ServerOptions = {},
): Promise<number> {
  return listening(createHttpsServer({ cert, key, ...options }, handler));
}

/** What is fetched from that port, with the good certificate (or others) as trust anchors. */
function fetchFrom(port: number, own: Partial<AskOf<'policy.fetch'>> = {}, anchors = [good.pem]) {
  const ask = { host: HOST, port, addresses: ['127.0.0.1'], bytesMax: 65_536, deadlineMs: 60_000, ...own };
  return nodePolicyFetch({ ca: anchors })(ask, never);
}

describe('a policy fetch', () => {
  it('is one GET with nothing but what it needs (STS-3.2-1, STS-3.3-7)', async () => {
    const seen: unknown[] = [];
    const port = await policyHost((request, response) => {
      const { method, url, headers, socket } = request;
      seen.push({ method, url, headers, sni: (socket as unknown as { servername: string }).servername });
      serveText(request, response);
    });
    const answer = await fetchFrom(port);
    expect(answer).toEqual({ kind: 'response', status: 200, mediaType: 'text/plain', body: TEXT });
    expect(seen).toEqual([
      {
        method: 'GET',
        url: '/.well-known/mta-sts.txt',
        sni: HOST,
        headers: {
          host: `${HOST}:${port}`,
          accept: 'text/plain',
          'accept-encoding': 'identity',
          connection: 'close',
        },
      },
    ]);
  });

  it('follows no redirect, and reads no body but that of a 200 (STS-3.3-5, STS-3.3-6)', async () => {
    let requests = 0;
    for (const status of [301, 302, 307, 404, 500, 204, 206]) {
      const port = await policyHost((_, response) => {
        requests++;
        response.writeHead(status, {
          location: `https://${HOST}:${port}/other`,
          'content-type': 'text/html',
        });
        if (status === 204) response.end();
        else response.write(TEXT);
      });
      const answer = await fetchFrom(port);
      expect(answer).toEqual({ kind: 'response', status, mediaType: 'text/html', body: '' });
    }
    expect(requests).toBe(7);
  });

  it('states a missing media type as such, and decodes UTF-8', async () => {
    const port = await policyHost((_, response) =>
      response.end(Buffer.from('\ufeffé\xff', 'utf8').subarray(0, -1)),
    );
    expect(await fetchFrom(port)).toMatchObject({ mediaType: '', body: '\ufeffé\ufffd' });
  });

  it('takes so many octets and no more, counted or not (STS-3.3-10)', async () => {
    const big = Buffer.alloc(1001, 'a');
    const tooLarge = { kind: 'failed', cause: 'too-large', code: 'ERR_BODY_TOO_LARGE' };
    const announced = await policyHost((_, response) => response.end(big));
    expect(await fetchFrom(announced, { bytesMax: 1001 })).toMatchObject({ body: big.toString() });
    expect(await fetchFrom(announced, { bytesMax: 1000 })).toEqual(tooLarge);
    let closed = (): void => {};
    const atOnce = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const endless = await policyHost((request, response) => {
      const more = setInterval(() => response.write(big), 1);
      request.socket.on('close', () => {
        clearInterval(more);
        closed();
      });
    });
    expect(await fetchFrom(endless, { bytesMax: 5000 })).toEqual(tooLarge);
    await atOnce;
  });

  it.each([
    ['content-encoding', 'gzip'],
    ['transfer-encoding', 'gzip, chunked'],
  ])('takes no compressed body: %s', async (header, coding) => {
    const port = await policyHost((_, response) => {
      response.setHeader(header, coding);
      response.end('x');
    });
    expect(await fetchFrom(port)).toEqual({
      kind: 'failed',
      cause: 'protocol',
      code: 'ERR_CONTENT_ENCODING',
    });
  });

  it('takes no body that ends too soon', async () => {
    const port = await policyHost((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('x', () => response.destroy());
    });
    expect(await fetchFrom(port)).toMatchObject({ kind: 'failed', cause: 'protocol' });
  });

  it('gives up what is not HTTP, or has too long a header', async () => {
    const speaking = (text: string) =>
      listening(createTlsServer({ cert: good.pem, key: good.key }, (socket) => socket.end(text)));
    expect(await fetchFrom(await speaking('220 mx.example ESMTP\r\n'))).toMatchObject({ cause: 'protocol' });
    expect(await fetchFrom(await speaking(''))).toMatchObject({ cause: 'protocol' });
    const long = `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`;
    expect(await fetchFrom(await speaking(long))).toMatchObject({
      cause: 'protocol',
      code: 'HPE_HEADER_OVERFLOW',
    });
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';
    expect(await fetchFrom(await speaking(upgrade))).toMatchObject({ cause: 'protocol' });
  });
});

describe('the certificate of a policy host', () => {
  const failedWith = (code: string) => ({ kind: 'failed', cause: 'certificate', code });
  let requests = 0;
  const answerTo = async (certificate: SelfSigned, anchors = [certificate.pem]) => {
    requests = 0;
    const port = await policyHost((request, response) => {
      requests++;
      serveText(request, response);
    }, certificate);
    return fetchFrom(port, {}, anchors);
  };

  it('must chain to a trust anchor and be unexpired (STS-3.3-1)', async () => {
    expect(await answerTo(good, [])).toEqual(failedWith('DEPTH_ZERO_SELF_SIGNED_CERT'));
    const old = await selfSigned({ dnsNames: [HOST], notAfter: new Date(Date.now() - 3_600_000) });
    expect(await answerTo(old)).toEqual(failedWith('CERT_HAS_EXPIRED'));
    expect(requests).toBe(0);
  });

  it('is trusted by the words of the operator only, not by an environment variable', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    expect(await answerTo(good, [])).toEqual(failedWith('DEPTH_ZERO_SELF_SIGNED_CERT'));
  });

  it('must name the host by DNS-ID, and nothing is sent to it otherwise (STS-3.3-1)', async () => {
    const misnamed = failedWith('ERR_TLS_CERT_ALTNAME_INVALID');
    for (const dnsNames of [
      ['a.example'],
      ['mta-sts.b.example', 'x.a.example'],
      ['*.example'],
      ['mta-*.a.example'],
    ]) {
      expect(await answerTo(await selfSigned({ dnsNames }))).toEqual(misnamed);
      expect(requests).toBe(0);
    }
  });

  it('is not named by its common name (STS-3.3-2)', async () => {
    const misnamed = failedWith('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await answerTo(await selfSigned({ dnsNames: [], commonName: HOST }))).toEqual(misnamed);
    expect(await answerTo(await selfSigned({ dnsNames: ['b.example'], commonName: HOST }))).toEqual(misnamed);
  });

  it('may name it by a wildcard for the whole left-most label (STS-3.3-3)', async () => {
    expect(await answerTo(await selfSigned({ dnsNames: ['*.a.example'] }))).toMatchObject({ status: 200 });
    expect(await answerTo(await selfSigned({ dnsNames: ['MTA-STS.A.Example'] }))).toMatchObject({
      status: 200,
    });
  });
});

describe('a policy host that is not there', () => {
  it('is a failed connection, and the next address is tried', async () => {
    const gone = await listening(createServer());
    await closing.pop()?.();
    expect(await fetchFrom(gone)).toEqual({ kind: 'failed', cause: 'connect', code: 'ECONNREFUSED' });
    expect(await fetchFrom(gone, { addresses: [] })).toMatchObject({ cause: 'connect' });
    const port = await policyHost(serveText);
    expect(await fetchFrom(port, { addresses: ['127.0.0.9', '::1', '127.0.0.1'] })).toMatchObject({
      status: 200,
    });
  });

  it('is not looked up by name', async () => {
    const port = await policyHost(serveText);
    const answer = await fetchFrom(port, { addresses: ['localhost'] });
    expect(answer).toEqual({ kind: 'failed', cause: 'protocol', code: 'ERR_INVALID_IP_ADDRESS' });
  });

  it('is a failed handshake where it speaks no TLS, or an old one only', async () => {
    const plain = await listening(createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')));
    expect(await fetchFrom(plain)).toMatchObject({ cause: 'tls' });
    const resetting = await listening(createServer((socket) => socket.destroy()));
    expect(await fetchFrom(resetting)).toMatchObject({ cause: 'tls' });
    const ancient = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const port = await policyHost(serveText, good, ancient);
    expect(await fetchFrom(port)).toMatchObject({ cause: 'tls' });
  });

  it('is waited for until the deadline, wherever it falls silent (STS-3.3-9)', async () => {
    const timeout = { kind: 'failed', cause: 'timeout', code: 'ETIMEDOUT' };
    const silent = await listening(createServer());
    expect(await fetchFrom(silent, { deadlineMs: 100 })).toEqual(timeout);
    const mute = await policyHost(() => {});
    expect(await fetchFrom(mute, { deadlineMs: 100 })).toEqual(timeout);
    const dripping = await policyHost((request, response) => {
      const drip = setInterval(() => response.write('x'), 10);
      request.socket.on('close', () => clearInterval(drip));
    });
    expect(await fetchFrom(dripping, { deadlineMs: 200 })).toEqual(timeout);
  });

  it('is given up when the signal aborts', async () => {
    const port = await policyHost(() => {});
    const stop = new AbortController();
    const ask = { host: HOST, port, addresses: ['127.0.0.1'], bytesMax: 10, deadlineMs: 60_000 };
    const answer = nodePolicyFetch({ ca: [good.pem] })(ask, stop.signal);
    setTimeout(() => stop.abort(), 30);
    expect(await answer).toMatchObject({ kind: 'failed', cause: 'timeout' });
  });

  it('never makes it throw, whatever is asked', async () => {
    for (const host of ['', 'a b', 'a\r\nx: y', '127.0.0.1', 'x'.repeat(300)]) {
      expect(await fetchFrom(await policyHost(serveText), { host })).toMatchObject({ kind: 'failed' });
    }
    for (const port of [-1, 70_000, Number.NaN])
      expect(await fetchFrom(port)).toMatchObject({ kind: 'failed' });
  });
});
