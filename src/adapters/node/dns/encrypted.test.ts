import dnsPacket from 'dns-packet';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPki, type Issued, type Pki } from '../../../testing/pki.js';
import { nodeDns } from './dns-adapter.js';
import {
  bareHttpsServer,
  type EncryptedServer,
  type HttpReply,
  httpsServer,
  tlsServer,
} from './encrypted-servers.fixture.js';
import { FLAGS, mx, type RecordSpec, response } from './messages.fixture.js';
import type { HttpsResolver, ResolverConfig, TlsResolver } from './resolver-config.js';

const never = new AbortController().signal;
const NAME = 'dns.example';
const open: EncryptedServer[] = [];
let pki: Pki;
let issued: Issued;

beforeAll(async () => {
  pki = await createPki();
  issued = await pki.issue({ names: [NAME] }, NAME);
});
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const tenMx: RecordSpec = { owner: 'a.example', type: 'MX', rdata: mx(10, 'mx.example'), ttl: 60 };

/** A secure answer to any MX question, named after the first label. */
function secureMx(query: Buffer): Buffer {
  const { id = 0, questions = [] } = dnsPacket.decode(query);
  const name = questions[0]!.name;
  return response(
    { id, name, type: 'MX' },
    { flags: FLAGS.response | FLAGS.ad, answer: [{ ...tenMx, owner: name }] },
  );
}

async function dot(
  respond: Parameters<typeof tlsServer>[1] = (query) => [secureMx(query)],
  certificate = issued,
): Promise<EncryptedServer & { resolver: TlsResolver }> {
  const server = await tlsServer(certificate, respond);
  open.push(server);
  const { address, port } = server;
  return { ...server, resolver: { transport: 'tls', address, port, name: NAME } };
}

async function doh(respond: (query: Buffer) => HttpReply = (query) => ({ body: secureMx(query) })) {
  const server = await httpsServer(issued, respond);
  open.push(server);
  const { address, port } = server;
  const resolver: HttpsResolver = { transport: 'https', address, port, name: NAME, path: '/dns-query' };
  return { ...server, resolver };
}

const configOf = (...servers: ResolverConfig['servers']): ResolverConfig => ({
  servers,
  ca: [pki.caPem],
  timeoutMs: 60_000,
  attempts: 1,
});
const askMx = (config: ResolverConfig, name = 'a.example', deadlineMs = 4000) =>
  nodeDns(config)['dns.mx']({ name, deadlineMs }, never);

const SECURE = { kind: 'secure', records: [{ preference: 10, exchange: 'mx.example' }], ttlSeconds: 60 };

describe('DNS over TLS', () => {
  it('is a path that nobody else can speak on, so AD counts from anywhere (SEC-4033-7-1, TLSA-4.1-2)', async () => {
    const server = await dot();
    expect(await askMx(configOf(server.resolver))).toMatchObject(SECURE);
    expect(dnsPacket.decode(server.asked[0]!)).toMatchObject({ flag_ad: true, flag_cd: false });
    expect(await askMx({ ...configOf(server.resolver), trustAd: false })).toMatchObject({ kind: 'insecure' });
  });

  it('is used by nobody but the one whose name it is (TLSA-4.1-2)', async () => {
    const server = await dot();
    const refused = { kind: 'failed', cause: 'unreachable' };
    expect(await askMx(configOf({ ...server.resolver, name: 'other.example' }))).toMatchObject(refused);
    expect(await askMx(configOf({ ...server.resolver, name: '127.0.0.1' }))).toMatchObject(refused);
    expect(await askMx({ ...configOf(server.resolver), ca: [] })).toMatchObject(refused);
    const expired = await dot(undefined, await pki.issue({ names: [NAME], validity: 'expired' }, NAME));
    expect(await askMx(configOf(expired.resolver))).toMatchObject(refused);
    const commonName = await dot(undefined, await pki.issue({ names: [], commonName: NAME }, NAME));
    expect(await askMx(configOf(commonName.resolver))).toMatchObject(refused);
    expect([...server.asked, ...expired.asked, ...commonName.asked]).toEqual([]);
  });

  it('carries several queries on one connection, whatever the order of their answers', async () => {
    const waiting: { query: Buffer; give: (replies: readonly Uint8Array[]) => void }[] = [];
    const server = await dot(
      (query) =>
        new Promise((give) => {
          waiting.push({ query, give });
          // Answered last first, once all are there.
          if (waiting.length === 3) for (const one of waiting.reverse()) one.give([secureMx(one.query)]);
        }),
    );
    const config = configOf(server.resolver);
    const names = ['a.example', 'b.example', 'c.example'];
    const dns = nodeDns(config);
    const answers = await Promise.all(
      names.map((name) => dns['dns.mx']({ name, deadlineMs: 60_000 }, never)),
    );
    expect(answers.map(({ kind }) => kind)).toEqual(['secure', 'secure', 'secure']);
    expect(server.connections()).toBe(1);
    expect(new Set(server.asked.map((query) => query.readUInt16BE(0))).size).toBe(3);
  });

  it('goes on where the server has closed an idle connection', async () => {
    const server = await dot();
    const dns = nodeDns(configOf(server.resolver));
    const ask = () => dns['dns.mx']({ name: 'a.example', deadlineMs: 60_000 }, never);
    expect(await ask()).toMatchObject(SECURE);
    expect(await ask()).toMatchObject(SECURE);
    expect(server.connections()).toBe(1);
    server.hangUp();
    expect(await ask()).toMatchObject(SECURE);
    expect(server.connections()).toBe(2);
  });

  it('does not stay with a connection on which nothing comes any more', async () => {
    let silent = true;
    const server = await dot((query) => (silent ? [] : [secureMx(query)]));
    const dns = nodeDns({ ...configOf(server.resolver), timeoutMs: 6000 });
    const ask = () => dns['dns.mx']({ name: 'a.example', deadlineMs: 60_000 }, never);
    expect(await ask()).toMatchObject({ kind: 'failed', cause: 'timeout' });
    silent = false;
    expect(await ask()).toMatchObject(SECURE);
    expect(server.connections()).toBe(2);
  });

  it('takes no answer to another question', async () => {
    const server = await dot((query) => {
      const { id = 0 } = dnsPacket.decode(query);
      return [response({ id, name: 'b.example', type: 'MX' }, { answer: [tenMx] })];
    });
    expect(await askMx(configOf(server.resolver))).toMatchObject({ kind: 'failed', cause: 'malformed' });
  });

  it('gives up when told to', async () => {
    const server = await dot(() => []);
    const stop = new AbortController();
    const answer = nodeDns(configOf(server.resolver))['dns.mx'](
      { name: 'a.example', deadlineMs: 60_000 },
      stop.signal,
    );
    setTimeout(() => stop.abort(), 50);
    expect(await answer).toMatchObject({ kind: 'failed', cause: 'timeout' });
  });
});

describe('DNS over HTTPS', () => {
  it('posts the query with id 0 to the very path, verified (SEC-4033-7-1, TLSA-4.1-2)', async () => {
    const server = await doh();
    const config = configOf(server.resolver);
    expect(await askMx(config)).toMatchObject(SECURE);
    expect(server.heads).toEqual([`POST /dns-query ${NAME}:${server.port} application/dns-message`]);
    expect(server.asked[0]!.readUInt16BE(0)).toBe(0);
    expect(await askMx({ ...config, ca: [] })).toMatchObject({ cause: 'unreachable' });
    expect(await askMx(configOf({ ...server.resolver, name: 'other.example' }))).toMatchObject({
      cause: 'unreachable',
    });
    expect(server.heads).toHaveLength(1);
  });

  it('uses a connection again, and does without one that was closed', async () => {
    const server = await doh();
    const dns = nodeDns(configOf(server.resolver));
    const ask = () => dns['dns.mx']({ name: 'a.example', deadlineMs: 60_000 }, never);
    expect(await ask()).toMatchObject(SECURE);
    expect(await ask()).toMatchObject(SECURE);
    expect(server.connections()).toBe(1);
    server.hangUp();
    expect(await ask()).toMatchObject(SECURE);
    expect(server.connections()).toBe(2);
  });

  it('follows no redirect, and takes nothing but a DNS message of bounded size', async () => {
    const other = await doh();
    const Location = `https://${NAME}:${other.port}/dns-query`;
    const replies: readonly [Omit<HttpReply, 'body'> & { body?: Uint8Array }, string][] = [
      [{ status: 307, headers: { Location } }, 'unreachable'],
      [{ status: 503 }, 'unreachable'],
      [{ headers: { 'content-type': 'text/html' } }, 'malformed'],
      [{ body: Buffer.alloc(70_000) }, 'malformed'],
      [{ body: Buffer.alloc(0) }, 'malformed'],
      [{ body: Buffer.from('not DNS at all') }, 'malformed'],
    ];
    for (const [reply, cause] of replies) {
      const server = await doh((query) => ({ body: secureMx(query), ...reply }));
      expect(await askMx(configOf(server.resolver)), JSON.stringify(reply)).toMatchObject({
        kind: 'failed',
        cause,
      });
    }
    expect(other.asked).toEqual([]);
  });
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('an answer by HTTPS that ends under %s', (version) => {
  type Said = Parameters<typeof bareHttpsServer>[1];
  type End = ReturnType<Said>['end'];
  const head = (...fields: string[]) =>
    Buffer.from(['HTTP/1.1 200 OK', 'content-type: application/dns-message', ...fields, '', ''].join('\r\n'));
  const chunk = (octets: Uint8Array) =>
    Buffer.concat([Buffer.from(`${octets.length.toString(16)}\r\n`), octets, Buffer.from('\r\n')]);
  const counted = (answer: Uint8Array) => Buffer.concat([head(`content-length: ${answer.length}`), answer]);
  const chunked = (answer: Uint8Array) => Buffer.concat([head('transfer-encoding: chunked'), chunk(answer)]);
  const uncounted = (answer: Uint8Array) => Buffer.concat([head(), answer]);

  const bare = async (respond: Said) => {
    const server = await bareHttpsServer(issued, respond, { minVersion: version, maxVersion: version });
    open.push(server);
    const { address, port } = server;
    const dns = nodeDns(configOf({ transport: 'https', address, port, name: NAME, path: '/dns-query' }));
    return {
      ...server,
      ask: () => dns['dns.mx']({ name: 'a.example', deadlineMs: 60_000 }, never),
    };
  };
  const answerTo = async (say: (answer: Buffer) => Uint8Array, end: End) => {
    const { ask } = await bare((query) => ({ said: say(secureMx(query)), end }));
    return ask();
  };

  it.each([
    ['by its length', counted],
    ['by its last chunk', (answer: Buffer) => Buffer.concat([chunked(answer), Buffer.from('0\r\n\r\n')])],
  ])('%s is whole, however the connection ends', async (_, say) => {
    expect(await answerTo(say, 'close-notify')).toMatchObject(SECURE);
    expect(await answerTo(say, 'cut')).toMatchObject(SECURE);
  });

  it('with the connection is whole by close_notify alone', async () => {
    expect(await answerTo(uncounted, 'close-notify')).toMatchObject(SECURE);
    expect(await answerTo(uncounted, 'cut')).toMatchObject({ kind: 'failed', cause: 'unreachable' });
  });

  it.each([
    ['its length', (answer: Buffer) => counted(answer).subarray(0, -1)],
    ['its last chunk', chunked],
    ['its header', (answer: Buffer) => counted(answer).subarray(0, 30)],
  ])('before %s is none, however the connection ends', async (_, say) => {
    expect(await answerTo(say, 'close-notify')).toMatchObject({ kind: 'failed' });
    expect(await answerTo(say, 'cut')).toMatchObject({ kind: 'failed' });
  });

  it.each(['close-notify', 'cut'] as const)('leaves the next question a connection (%s)', async (end) => {
    const { ask, connections } = await bare((query) => ({ said: counted(secureMx(query)), end }));
    expect(await ask()).toMatchObject(SECURE);
    expect(await ask()).toMatchObject(SECURE);
    expect(connections()).toBe(2);
    const kept = await bare((query) => ({ said: counted(secureMx(query)), end: 'none' }));
    expect(await kept.ask()).toMatchObject(SECURE);
    expect(await kept.ask()).toMatchObject(SECURE);
    expect(kept.connections()).toBe(1);
  });
});

it('servers of different kinds stand in for one another', async () => {
  const gone = await dot();
  await gone.close();
  const there = await doh();
  expect(await askMx(configOf(gone.resolver, there.resolver))).toMatchObject(SECURE);
});

it('trust anchors that are none are a mistake of the caller', async () => {
  expect(() => nodeDns({ ...configOf(), ca: ['x'] })).toThrow(TypeError);
});
