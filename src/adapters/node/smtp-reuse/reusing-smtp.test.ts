import { setMaxListeners } from 'node:events';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AskOf } from '../../../effects/catalog.js';
import type { TlsaRecord } from '../../../policy/dane/tlsa.js';
import { selfSigned } from '../https/certificate.fixture.js';
import { eachReply } from '../smtp/deadlines.fixture.js';
import { nodeSmtp } from '../smtp/index.js';
import {
  makeIdentity,
  type ServerOptions,
  type StartTlsServer,
  startTlsServer,
} from '../smtp/starttls-server.fixture.js';
import { type ReuseOptions, type ReusingSmtp, reusingSmtp } from './index.js';

/** For what comes soon, except on a machine that has much else to do. */
const PATIENCE = { timeout: 300_000 };
const base = { session: 1, deadlineMs: 60_000, greetingMs: 60_000, deadlines: eachReply(60_000) };
const never = new AbortController().signal;
// All sessions of a test listen to it.
setMaxListeners(0, never);
const closers: (() => void)[] = [];
let identity: Awaited<ReturnType<typeof makeIdentity>>;

beforeAll(async () => {
  identity = await makeIdentity();
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe('a connection over which a message was taken', () => {
  it('takes the next one, with the answers of then (RTLS-4.2.1-7)', async () => {
    const { smtp, server } = await start();
    const first = await deliver(smtp, server, { parameters: ['REQUIRETLS'] });
    const second = await deliver(smtp, server);
    expect(second).toEqual({ ...first, connected: { ...first.connected, mails: 1 } });
    expect(server.seen).toHaveLength(1);
    const greeted = ['EHLO me.example', 'STARTTLS', 'TLS EHLO me.example'];
    const taken = ['TLS RCPT TO:<a@x.example>', 'TLS DATA', 'TLS .'];
    expect(server.seen[0]!.lines).toEqual([
      ...greeted,
      'TLS MAIL FROM:<s@y.example> REQUIRETLS',
      ...taken,
      'TLS MAIL FROM:<s@y.example>',
      ...taken,
    ]);
  });

  it('is inspected anew, for the same TLSA records in whatever order (X-9)', async () => {
    const { smtp, server } = await start();
    const first = await deliver(smtp, server, { tlsa: [anchor(), leaf('aa'), leaf('bb')] });
    const second = await deliver(smtp, server, { tlsa: [leaf('bb'), anchor(), leaf('aa')] });
    expect(server.seen).toHaveLength(1);
    const signedBy = (index: number) => [{ subject: 0, key: { from: 'tlsa', index } }];
    expect(first.peer).toMatchObject({ anchors: [{ ca: 'yes' }, null, null], signatures: signedBy(0) });
    expect(second.peer).toMatchObject({ anchors: [null, { ca: 'yes' }, null], signatures: signedBy(1) });
  });

  it('is not shared by two messages at the same time', async () => {
    const { smtp, server } = await start();
    await deliver(smtp, server);
    await Promise.all([deliver(smtp, server), deliver(smtp, server)]);
    expect(server.seen).toHaveLength(2);
    await Promise.all([deliver(smtp, server), deliver(smtp, server)]);
    expect(server.seen).toHaveLength(2);
  });

  it('does for an alternate address, and for its own port only', async () => {
    const { smtp, server } = await start();
    await deliver(smtp, server);
    const alternate = { address: '127.0.0.1', afterMs: 200 };
    expect(await deliver(smtp, server, { address: '127.0.0.2', alternate })).toMatchObject({
      connected: { kind: 'greeted', address: '127.0.0.1' },
      sent: { end: { code: 250 } },
    });
    expect(server.seen).toHaveLength(1);
    const other = await serve({});
    await deliver(smtp, other);
    expect([server.seen.length, other.seen.length]).toEqual([1, 1]);
  });
});

describe('whoever asks anything else gets a fresh connection', () => {
  it('under another server name, and the kept one waits on (X-8)', async () => {
    const { smtp, server } = await start();
    await deliver(smtp, server, { serverName: 'mx.example' });
    const other = await deliver(smtp, server, { serverName: 'base.example' });
    expect(other).toMatchObject({ sent: { end: { code: 250 } } });
    expect(server.seen.map(({ serverName }) => serverName)).toEqual(['mx.example', 'base.example']);
    const [first, second] = server.seen.map(({ lines }) => lines);
    expect(first!.filter((line) => line.startsWith('TLS MAIL'))).toHaveLength(1);
    expect(second!.slice(0, 3)).toEqual(['EHLO me.example', 'STARTTLS', 'TLS EHLO me.example']);
    await deliver(smtp, server, { serverName: null });
    expect(server.seen.map(({ serverName }) => serverName)).toEqual(['mx.example', 'base.example', null]);
  });

  it('under another name of its own', async () => {
    const { smtp, server } = await start();
    await deliver(smtp, server);
    await deliver(smtp, server, { helo: 'other.example' });
    expect(server.seen.map(({ lines }) => lines[0])).toEqual(['EHLO me.example', 'EHLO other.example']);
  });

  it('in clear; and none in clear is ever kept', async () => {
    const { smtp, server } = await start();
    await deliver(smtp, server);
    expect(await deliver(smtp, server, { tls: 'no' })).toMatchObject({ sent: { end: { code: 250 } } });
    expect(server.seen).toHaveLength(2);
    expect(server.seen[1]!.lines).toContain('MAIL FROM:<s@y.example>');
    await vi.waitFor(() => expect(server.seen[1]!.lines.at(-1)).toBe('QUIT'), PATIENCE);
  });

  it.each([
    ['no longer offers TLS', 'EHLO', '250 mx.example'],
    ['greets with another code', 'greeting', '554 go away'],
    ['refuses STARTTLS', 'STARTTLS', '454 not now'],
  ])('but is told nothing false: a server that %s has lost the session', async (_, word, later) => {
    const replies: ServerOptions['replies'] = {
      [word]: (_own, all) => (all.length === 1 ? normal[word as keyof typeof normal] : later),
    };
    const { smtp, server } = await start({}, { replies });
    await deliver(smtp, server);
    const other = await deliver(smtp, server, { serverName: 'base.example' });
    expect(other.handshake).toEqual({ kind: 'failed', cause: 'reset', code: 'ECONNRESET' });
    expect(other.sent).toMatchObject({ mail: null, recipients: [null] });
    expect(server.seen.flatMap(({ lines }) => lines).filter((line) => /MAIL/.test(line))).toHaveLength(1);
  });

  it('and in clear the keywords must be those that were told', async () => {
    const replies: ServerOptions['replies'] = {
      EHLO: (_own, all) => `250-mx.example\r\n250-STARTTLS\r\n250 SIZE ${all.length}`,
    };
    const { smtp, server } = await start({}, { replies });
    await deliver(smtp, server);
    expect((await deliver(smtp, server, { tls: 'no' })).sent).toMatchObject({ mail: null, lost: 'reset' });
    expect((await deliver(smtp, server, { serverName: null })).sent).toMatchObject({ end: { code: 250 } });
  });
});

describe('whoever has other TLSA records than those that a connection was inspected for', () => {
  it('sees the certificate of now, on a fresh connection (RFC 7671, Section 8.1)', async () => {
    const renewed = await makeIdentity();
    const { smtp, server } = await start();
    const before = await deliver(smtp, server, { tlsa: [leaf('aa')] });
    server.renew(renewed.tls);
    const after = await deliver(smtp, server, { tlsa: [leaf('bb')] });
    expect(after).toMatchObject({ peer: { kind: 'presented' }, sent: { end: { code: 250 } } });
    expect(digestIn(after)).not.toBe(digestIn(before));
    expect(server.seen).toHaveLength(2);
    // Nothing was sent on the first but its own message, and the second is what the next one gets.
    expect(server.seen[0]!.lines.filter((line) => line.startsWith('TLS MAIL'))).toHaveLength(1);
    expect(digestIn(await deliver(smtp, server, { tlsa: [leaf('bb')] }))).toBe(digestIn(after));
    expect(server.seen).toHaveLength(2);
  });

  it('also if the one of the two had none', async () => {
    const { smtp, server } = await start();
    await deliver(smtp, server);
    await deliver(smtp, server, { tlsa: [anchor()] });
    expect(server.seen).toHaveLength(2);
    await deliver(smtp, server, { tlsa: [] });
    expect(server.seen).toHaveLength(3);
  });

  it.each<[string, Readonly<Record<string, string>>, object]>([
    ['agrees on another protocol', {}, { maxVersion: 'TLSv1.2' }],
    ['refuses STARTTLS', { STARTTLS: '454 not now' }, {}],
    ['no longer offers it', { EHLO: '250 mx.example' }, {}],
    ['hangs up', { greeting: 'close' }, {}],
  ])('has lost the session with a server that now %s, and nothing is mixed', async (_, later, context) => {
    const now: Record<string, string> = {};
    const replyTo = (word: keyof typeof normal) => () => now[word] ?? normal[word];
    const replies = { greeting: replyTo('greeting'), EHLO: replyTo('EHLO'), STARTTLS: replyTo('STARTTLS') };
    const { smtp, server } = await start({}, { replies });
    const first = await deliver(smtp, server, { tlsa: [leaf('aa')] });
    Object.assign(now, later);
    server.renew({ ...identity.tls, ...context });
    const second = await deliver(smtp, server, { tlsa: [leaf('bb')] });
    expect(second).toMatchObject({
      handshake: first.handshake,
      peer: { kind: 'unreadable', code: 'ECONNRESET' },
      again: { kind: 'lost' },
      sent: { mail: null, recipients: [null] },
    });
    expect(server.seen.flatMap(({ lines }) => lines).filter((line) => /MAIL/.test(line))).toHaveLength(1);
  });

  it('has lost it where something was asked behind TLS already', async () => {
    const { smtp, server } = await start();
    await deliver(smtp, server);
    const client = smtp.session();
    await secured(client, server, { inspects: 'no' });
    expect(await client.inspect({ ...base, tlsa: [anchor()] }, never)).toMatchObject({ kind: 'unreadable' });
    expect(await send(client, {})).toMatchObject({ mail: null });
    expect(server.seen).toHaveLength(1);
  });
});

describe('nothing is kept', () => {
  it('of a session that asked for anything else after the inspection, which may have failed', async () => {
    const { smtp, server } = await start();
    await deliver(smtp, server);
    const client = smtp.session();
    await secured(client, server, {});
    expect(await client.hello({ ...base, verb: 'EHLO', name: 'other.example' }, never)).toMatchObject({
      kind: 'lost',
    });
    await client.quit(base, never);
    await deliver(smtp, server);
    expect(server.seen).toHaveLength(2);
  });

  it('of a session that asked for anything else after a message that was refused', async () => {
    const replies: ServerOptions['replies'] = {
      'TLS MAIL': ({ lines }) =>
        lines.filter((line) => line.startsWith('TLS MAIL')).length === 1 ? '250 ok' : '451 later',
    };
    const { smtp, server } = await start({}, { replies });
    await deliver(smtp, server);
    const client = smtp.session();
    await secured(client, server, {});
    expect(await send(client, {})).toMatchObject({ mail: { code: 451 } });
    await client.hello({ ...base, verb: 'EHLO', name: 'other.example' }, never);
    await client.quit(base, never);
    await deliver(smtp, server);
    expect(server.seen).toHaveLength(2);
  });

  it('of a session that was left without a message: what failed one judgement says QUIT', async () => {
    const { smtp, server } = await start();
    const client = smtp.session();
    await secured(client, server, {});
    await client.quit(base, never);
    await vi.waitFor(() => expect(server.seen[0]!.lines.at(-1)).toBe('TLS QUIT'), PATIENCE);
    await deliver(smtp, server);
    const again = smtp.session();
    await secured(again, server, {});
    await again.quit(base, never);
    await vi.waitFor(() => expect(server.seen[1]!.lines.at(-1)).toBe('TLS QUIT'), PATIENCE);
    expect(server.seen).toHaveLength(2);
  });

  it.each([
    ['refused at its end', { 'TLS .': '554 no' }],
    ['refused for all recipients', { 'TLS RCPT': '550 no' }],
    ['refused from the start', { 'TLS MAIL': '451 later' }],
    ['lost', { 'TLS .': 'close' }],
  ])('of a session whose message was %s', async (_, replies) => {
    const { smtp, server } = await start({}, { replies });
    await deliver(smtp, server);
    await deliver(smtp, server);
    expect(server.seen).toHaveLength(2);
  });

  it('of a session that nobody inspected, or that was given up', async () => {
    const { smtp, server } = await start();
    await deliver(smtp, server, { inspects: 'no' });
    await deliver(smtp, server, { quitSignal: AbortSignal.abort() });
    await deliver(smtp, server);
    expect(server.seen).toHaveLength(3);
  });
});

describe('a kept connection', () => {
  it.each([
    ['has closed', (server: StartTlsServer) => void server.seen[0]!.socket.end('421 4.4.2 idle\r\n')],
    [
      'has said something',
      (server: StartTlsServer) => void server.seen[0]!.socket.write('421 4.4.2 idle\r\n'),
    ],
    ['was reset', (server: StartTlsServer) => void server.seen[0]!.socket.destroy()],
  ])('is not used if its server %s', async (_, act) => {
    const { smtp, server } = await start();
    await deliver(smtp, server);
    act(server);
    await new Promise((resolve) => setTimeout(resolve, 150));
    // A process that was put to sleep looks at its timers before it looks at its sockets.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await deliver(smtp, server)).toMatchObject({ sent: { end: { code: 250 } } });
    expect(server.seen).toHaveLength(2);
    expect(server.seen[0]!.lines).not.toContain('TLS RSET');
  });

  it.each([
    ['none where it was heard within a second', 999, 0],
    ['RSET where that is longer ago', 1_000, 1],
    ['RSET where the clock was put back', -1, 1],
  ])('is asked whether it is there: %s', async (_, laterMs, times) => {
    let now = Date.now();
    const { smtp, server } = await start({ now: () => now });
    await deliver(smtp, server);
    now += laterMs;
    // Each message is an answer, RSET is one as well.
    for (const __ of [1, 2]) await deliver(smtp, server);
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]!.lines.filter((line) => line === 'TLS RSET')).toHaveLength(times);
  });

  it.each(['421 4.4.2 bye', '500 what?', '', 'close'])(
    'is not used if RSET is answered by "%s"',
    async (reply) => {
      let now = Date.now();
      const { smtp, server } = await start({ now: () => now }, { replies: { 'TLS RSET': reply } });
      await deliver(smtp, server);
      now += 1_000;
      expect(await deliver(smtp, server, { deadlineMs: 60_000 })).toMatchObject({
        sent: { end: { code: 250 } },
      });
      expect(server.seen).toHaveLength(2);
    },
  );

  it('waits so long and no longer, and leaves in order', async () => {
    const { smtp, server } = await start({ idleMs: 40 });
    await deliver(smtp, server);
    await vi.waitFor(() => expect(server.seen[0]!.lines.at(-1)).toBe('TLS QUIT'), PATIENCE);
    await deliver(smtp, server);
    expect(server.seen).toHaveLength(2);
  });

  it('grows so old and no older, and takes so many messages and no more', async () => {
    let now = Date.now();
    const aged = await start({ idleMs: 60_000, ageMs: 50_000, now: () => now });
    await deliver(aged.smtp, aged.server);
    now += 49_999;
    await deliver(aged.smtp, aged.server);
    expect(aged.server.seen).toHaveLength(1);
    now += 1;
    await deliver(aged.smtp, aged.server);
    expect(aged.server.seen).toHaveLength(2);

    const counted = await start({ messagesMax: 2 });
    for (const _ of [1, 2, 3, 4]) await deliver(counted.smtp, counted.server);
    expect(counted.server.seen).toHaveLength(2);
    expect(counted.server.seen[0]!.lines.at(-1)).toBe('TLS QUIT');
  });

  it('does not outlive the certificates that it was judged by (X-9)', async () => {
    const notAfter = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);
    const { pem, key } = await selfSigned({ dnsNames: ['mx.example'], notAfter });
    let now = Date.now();
    const smtp = reusingSmtp(nodeSmtp({ ca: [pem] }), { idleMs: LONG, ageMs: LONG, now: () => now });
    closers.push(() => void smtp.close());
    const server = await serve({ tls: { cert: pem, key } });
    await deliver(smtp, server);
    now = notAfter.getTime() - 1;
    await deliver(smtp, server);
    expect(server.seen).toHaveLength(1);
    now += 1;
    await deliver(smtp, server);
    expect(server.seen).toHaveLength(2);
  });

  it('makes room for younger ones, by destination and in all', async () => {
    const { smtp, server } = await start({ perHostMax: 1 });
    await Promise.all([deliver(smtp, server), deliver(smtp, server)]);
    await vi.waitFor(
      () => expect(server.seen.filter(({ lines }) => lines.at(-1) === 'TLS QUIT')).toHaveLength(1),
      PATIENCE,
    );
    const scarce = await start({ connectionsMax: 1 });
    const other = await serve({});
    await deliver(scarce.smtp, scarce.server);
    await deliver(scarce.smtp, other);
    await vi.waitFor(() => expect(scarce.server.seen[0]!.lines.at(-1)).toBe('TLS QUIT'), PATIENCE);
    await deliver(scarce.smtp, other);
    expect(other.seen).toHaveLength(1);
  });

  it('has a signal for its farewell, so that nobody listens to one for all of them', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const { smtp, server } = await start({ perHostMax: 24 });
    await Promise.all(Array.from({ length: 24 }, () => deliver(smtp, server)));
    expect(server.seen).toHaveLength(24);
    await smtp.close();
    process.off('warning', note);
    expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
  });

  it('says QUIT when all is closed, as does every one that is done afterwards', async () => {
    const { smtp, server } = await start();
    await deliver(smtp, server);
    await smtp.close();
    await vi.waitFor(() => expect(server.seen[0]!.lines.at(-1)).toBe('TLS QUIT'), PATIENCE);
    await deliver(smtp, server);
    await vi.waitFor(() => expect(server.seen[1]!.lines.at(-1)).toBe('TLS QUIT'), PATIENCE);
    await smtp.close();
  });

  it('belongs to nobody whose session is over', async () => {
    const { smtp, server } = await start();
    const client = smtp.session();
    await secured(client, server, {});
    await send(client, {});
    await client.quit(base, never);
    client.destroy();
    expect(await client.hello({ ...base, verb: 'EHLO', name: 'me.example' }, never)).toMatchObject({
      kind: 'lost',
    });
    expect(await send(client, {})).toMatchObject({ mail: null });
    await deliver(smtp, server);
    expect(server.seen).toHaveLength(1);
  });
});

it('limits are whole numbers above zero', () => {
  for (const options of [
    { idleMs: 0 },
    { perHostMax: 1.5 },
    { messagesMax: -1 },
    { connectionsMax: Number.NaN },
  ]) {
    expect(() => reusingSmtp(nodeSmtp(), options)).toThrow(TypeError);
  }
});

const LONG = 2 ** 31 - 1;
const normal = {
  greeting: '220 mx.example ESMTP',
  EHLO: '250-mx.example\r\n250 STARTTLS',
  STARTTLS: '220 go',
} as const;

let anchorHex = '';
beforeAll(async () => {
  anchorHex = (await identity.pki.issue({}, 'mx.example')).anchorDer.toString('hex');
});

function anchor(): TlsaRecord {
  const data = anchorHex;
  return { kind: 'tlsa', usage: 2, selector: 0, matching: 0, data, content: 'certificate', digest: null };
}

function leaf(octet: string): TlsaRecord {
  const data = octet.repeat(32);
  return { kind: 'tlsa', usage: 3, selector: 1, matching: 1, data, content: 'opaque', digest: null };
}

function digestIn({ peer }: Awaited<ReturnType<typeof deliver>>): string {
  return peer.kind === 'presented' ? peer.chain[0].certificateSha256 : '';
}

async function serve(options: ServerOptions): Promise<StartTlsServer> {
  const server = await startTlsServer({ tls: identity.tls, ...options });
  closers.push(server.close);
  return server;
}

async function start(reuse: ReuseOptions = {}, options: ServerOptions = {}) {
  const smtp = reusingSmtp(nodeSmtp({ ca: [identity.pki.caPem] }), reuse);
  closers.push(() => void smtp.close());
  return { smtp, server: await serve(options) };
}

interface Way {
  readonly address?: string;
  readonly alternate?: AskOf<'smtp.connect'>['alternate'];
  readonly helo?: string;
  readonly serverName?: string | null;
  readonly tls?: 'yes' | 'no';
  readonly tlsa?: readonly TlsaRecord[];
  readonly parameters?: readonly string[];
  readonly inspects?: 'yes' | 'no';
  readonly quitSignal?: AbortSignal;
  readonly deadlineMs?: number;
}

type Client = ReturnType<ReusingSmtp['session']>;

/** All that a host run asks of a server, in its order. */
async function deliver({ session }: ReusingSmtp, server: StartTlsServer, way: Way = {}) {
  const client = session();
  closers.push(() => client.destroy());
  const answers = await secured(client, server, way);
  const sent = await send(client, way);
  await client.quit(base, way.quitSignal ?? never);
  return { ...answers, sent };
}

async function secured(client: Client, server: StartTlsServer, way: Way) {
  const { address = '127.0.0.1', alternate = null, helo = 'me.example', serverName = 'mx.example' } = way;
  const ask = { ...base, deadlineMs: way.deadlineMs ?? base.deadlineMs };
  const connected = await client.connect({ ...ask, address, alternate, port: server.port }, never);
  const hello = () => client.hello({ ...ask, verb: 'EHLO', name: helo }, never);
  const greeted = await hello();
  if (way.tls === 'no') return { connected, greeted, peer: NO_PEER };
  const started = await client.startTls(ask, never);
  const handshake = await client.handshake({ ...ask, serverName }, never);
  const peer =
    way.inspects === 'no' ? NO_PEER : await client.inspect({ ...ask, tlsa: way.tlsa ?? [] }, never);
  return { connected, greeted, started, handshake, peer, again: await hello() };
}

const NO_PEER = { kind: 'unreadable', code: '' } as const;

function send(client: Client, { parameters = [] }: Way) {
  const envelope = {
    sender: 's@y.example',
    recipients: ['a@x.example'],
    parameters,
    pipelining: 'no',
  } as const;
  return client.send({ ...base, ...envelope }, () => [Buffer.from('Hello.\r\n')], never);
}
