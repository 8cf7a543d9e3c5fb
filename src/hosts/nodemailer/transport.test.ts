/* Inside the real Nodemailer, against a small internet. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createNodeEngine, type NodeEngine, settingsOf } from '../../node.js';
import { type Internet, startInternet, type World } from '../../testing/index.js';
import type { TransportError } from './outcome.js';
import { type WaxsealTransportOptions, waxsealTransport } from './transport.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PATIENCE = { timeout: 300_000 } as const;

const WORLD: World = {
  signedZones: ['dane.test', 'mismatch.test'],
  dns: Object.fromEntries(
    ['dane', 'mismatch', 'plain', 'dsn', 'later', 'refuses', 'content', 'silent'].flatMap((name) => [
      [`MX ${name}.test`, [`10 mx.${name}.test`]],
      [`A mx.${name}.test`, [`@mx.${name}.test`]],
    ]),
  ),
  mail: {
    'mx.dane.test': {},
    'mx.mismatch.test': {},
    'mx.plain.test': {},
    'mx.dsn.test': { keywords: ['DSN'] },
    'mx.later.test': { replies: { rcpt: { '*': '450 4.2.1 come again' } } },
    'mx.refuses.test': { replies: { rcpt: { '*': '550 5.1.1 no such user' } } },
    'mx.content.test': { replies: { end: '554 5.6.0 not this' } },
    'mx.silent.test': { connect: 'silent' },
  },
};
const TLSA: World['dns'] = {
  'TLSA mx.dane.test': ['3 1 1 @mx.dane.test'],
  'TLSA mx.mismatch.test': [`3 1 1 ${'00'.repeat(32)}`],
};

describe('the transport for Nodemailer', () => {
  let internet: Internet;
  let engine: NodeEngine;
  const transports: { close(): void }[] = [];

  beforeAll(async () => {
    internet = await startInternet({ ...WORLD, dns: { ...WORLD.dns, ...TLSA } });
    engine = createNodeEngine(options());
  });
  afterAll(async () => {
    await engine.close();
    await internet.close();
  });
  afterEach(() => {
    for (const transport of transports.splice(0)) transport.close();
  });

  function options() {
    return {
      resolver: internet.resolver,
      ca: [internet.caPem],
      settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
    };
  }

  function open(own: WaxsealTransportOptions = { engine }) {
    const transport = createTransport(waxsealTransport(own));
    transports.push(transport);
    return transport;
  }

  const mail = (...to: readonly string[]) => ({
    from: 's@sender.test',
    to: [...to],
    subject: 'Hello',
    text: 'Hello.',
  });
  const failureOf = (sent: Promise<unknown>) =>
    sent.then(
      () => {
        throw new Error('it was sent');
      },
      (error: TransportError) => error,
    );

  it('says of each recipient of several domains whether he got it, will never get it, or has to wait', async () => {
    const info = await open().sendMail(
      mail('a@dane.test', 'b@refuses.test', 'c@later.test', 'd@plain.test', 'e@mismatch.test'),
    );
    expect(info.accepted).toEqual(['a@dane.test', 'd@plain.test']);
    expect(info.rejected).toEqual(['b@refuses.test']);
    expect(info.pending).toEqual(['c@later.test', 'e@mismatch.test']);
    expect(info.rejectedErrors).toMatchObject([
      {
        code: 'EENVELOPE',
        responseCode: 550,
        response: '550 5.1.1 no such user',
        command: 'RCPT TO',
        permanent: true,
        recipient: 'b@refuses.test',
      },
    ]);
    expect(info.pendingErrors).toMatchObject([
      { code: 'EENVELOPE', responseCode: 450, permanent: false, recipient: 'c@later.test' },
      { code: 'ETLS', responseCode: 450, permanent: false, row: 'PEER-6', command: 'STARTTLS' },
    ]);
    expect(info.results).toHaveLength(5);
    expect(info.envelope).toEqual({
      from: 's@sender.test',
      to: ['a@dane.test', 'b@refuses.test', 'c@later.test', 'd@plain.test', 'e@mismatch.test'],
    });
    expect(info.response).toMatch(/^250 /);
    expect(info.messageId).toMatch(/^<.+>$/);
    expect(info.messageSize).toBeGreaterThan(100);
    expect(Object.keys(info.dialled as object)).toContain('mx.later.test');
    expect(internet.received('mx.mismatch.test')).toEqual([]);
  });

  it('hands what is asked of notices on to hosts that know DSN, and says for whom the host answers (DSN-3461-5.2.2-2)', async () => {
    const sent = open();
    const dsn = { id: 'Q+1', return: 'headers', notify: ['success', 'failure'], recipient: 'first@dsn.test' };
    const info = await sent.sendMail({ ...mail('a@dsn.test', 'b@plain.test'), dsn } as object);
    const { commands } = internet.sessions('mx.dsn.test').at(-1)!;
    expect(commands.find((line) => line.startsWith('MAIL'))).toMatch(/ RET=HDRS ENVID=Q\+2B1\b/);
    expect(commands).toContain('RCPT TO:<a@dsn.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;first@dsn.test');
    expect(internet.sessions('mx.plain.test').at(-1)!.commands.join()).not.toMatch(/RET=|NOTIFY=/);
    expect(info.results.map(({ handedOn }) => handedOn)).toEqual(['passed-on', 'relayed']);
    for (const wrong of [{ return: 'some' }, { notify: 'never,success' }, 'yes', { id: '\u00e4' }])
      expect(await failureOf(sent.sendMail({ ...mail('a@dsn.test'), dsn: wrong } as object))).toMatchObject({
        code: 'EENVELOPE',
      });
  });

  it('says in EHLO the name that it is given, and takes no half of one', async () => {
    await open({ ...options(), name: 'mx.named.test' }).sendMail(mail('a@plain.test'));
    expect(internet.sessions('mx.plain.test').at(-1)!.commands).toContain('EHLO mx.named.test');
    expect(() => waxsealTransport({ name: 'named' })).toThrow('name must be a complete host name');
  });

  it('rejects where nobody got it, with a temporary word if anybody has to wait', async () => {
    const both = await failureOf(open().sendMail(mail('b@refuses.test', 'c@later.test')));
    expect(both).toMatchObject({
      code: 'EENVELOPE',
      responseCode: 450,
      permanent: false,
      rejected: ['b@refuses.test'],
      pending: ['c@later.test'],
      accepted: [],
    });
    expect(both.rejectedErrors).toHaveLength(1);
    const policy = await failureOf(open().sendMail(mail('e@mismatch.test')));
    expect(policy).toMatchObject({ code: 'ETLS', responseCode: 450, row: 'PEER-6', permanent: false });
    const content = await failureOf(open().sendMail(mail('f@content.test')));
    expect(content).toMatchObject({
      code: 'EMESSAGE',
      responseCode: 554,
      response: '554 5.6.0 not this',
      command: 'DATA',
      permanent: true,
    });
    const required = await failureOf(
      open().sendMail({ ...mail('a@dane.test'), requireTLSExtensionEnabled: true } as never),
    );
    expect(required).toMatchObject({ code: 'EREQUIRETLS', permanent: true, responseCode: 550 });
    expect(await failureOf(open().sendMail(mail('g@nowhere.invalid')))).toMatchObject({ code: 'EDNS' });
    expect(await failureOf(open().sendMail({ ...mail(), to: [] }))).toMatchObject({ code: 'EENVELOPE' });
  });

  it('sends what Nodemailer has built, once, with its signature and its streams, also where it does not fit into memory', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const folder = await mkdtemp(join(tmpdir(), 'waxseal-nodemailer-'));
    let reads = 0;
    const stream = Readable.from(
      (function* lines() {
        reads++;
        for (let at = 0; at < 2000; at++) yield `.line ${at}\n`;
      })(),
    );
    await open({ engine, spoolDirectory: folder, memoryOctetsMax: 100 }).sendMail({
      ...mail('a@dane.test', 'd@plain.test'),
      text: stream,
      dkim: { domainName: 'sender.test', keySelector: 'k', privateKey },
    });
    const [one, two] = ['mx.dane.test', 'mx.plain.test'].map((host) => internet.received(host).at(-1)!);
    expect(reads).toBe(1);
    expect(one!.text).toContain('DKIM-Signature: v=1;');
    expect(one!.text).toContain('\r\n.line 1999');
    expect(two!.text).toBe(one!.text);
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('fails as the stream of the message fails, and sends nothing', async () => {
    const before = internet.received('mx.dane.test').length;
    const broken = new Readable({
      read() {
        this.destroy(Object.assign(new Error('no disk'), { code: 'EIO' }));
      },
    });
    expect(await failureOf(open().sendMail({ ...mail('a@dane.test'), raw: broken }))).toMatchObject({
      message: expect.stringContaining('no disk'),
    });
    expect(
      await failureOf(open({ engine, messageOctetsMax: 50 }).sendMail(mail('a@dane.test'))),
    ).toMatchObject({ code: 'EMESSAGE' });
    expect(internet.received('mx.dane.test')).toHaveLength(before);
  });

  it('stops when its caller does, before and during, and says so as Nodemailer does', async () => {
    const early = AbortSignal.abort();
    expect(await failureOf(open().sendMail({ ...mail('a@dane.test'), signal: early }))).toMatchObject({
      name: 'AbortError',
      code: 'EABORT',
    });
    const stop = new AbortController();
    const transport = open({ engine, maxConnections: 1 });
    const sent = failureOf(transport.sendMail({ ...mail('s@silent.test'), signal: stop.signal }));
    const queued = failureOf(transport.sendMail({ ...mail('a@dane.test'), signal: stop.signal }));
    await vi.waitFor(() => expect(transport.isIdle()).toBe(false), PATIENCE);
    stop.abort();
    for (const error of [await sent, await queued])
      expect(error).toMatchObject({ name: 'AbortError', code: 'EABORT' });
    await vi.waitFor(() => expect(transport.isIdle()).toBe(true), PATIENCE);
  });

  it('is verified without a connection, closed once, and takes nothing afterwards', async () => {
    const transport = open({ ...options(), pool: true });
    expect(await transport.verify()).toBe(true);
    await new Promise<void>((resolve, reject) =>
      transport.verify((error) => (error === null ? resolve() : reject(error))),
    );
    await transport.sendMail(mail('a@dane.test'));
    const cleared = new Promise((resolve) => transport.once('clear', resolve));
    transport.close();
    transport.close();
    await cleared;
    expect(await failureOf(transport.sendMail(mail('a@dane.test')))).toMatchObject({ code: 'ECONNECTION' });
    expect(await failureOf(transport.verify())).toMatchObject({ code: 'ECONNECTION' });
    const blind = open({ resolver: { address: '127.0.0.1', port: 1 } });
    expect(await failureOf(blind.verify())).toMatchObject({ code: 'ECONFIG' });
  });

  it('uses one connection for several messages where it is a pool', async () => {
    const transport = open({ ...options(), pool: true });
    const before = internet.connections('mx.plain.test');
    for (let at = 0; at < 3; at++) await transport.sendMail(mail('a@plain.test'));
    expect(internet.connections('mx.plain.test') - before).toBe(1);
  });

  it('throttles whoever asks: a hundred at once, so many at a time', async () => {
    const transport = open({ engine, maxConnections: 5 });
    const before = internet.received('mx.plain.test').length;
    const idle = vi.fn();
    transport.on('idle', idle);
    const sent = Array.from({ length: 100 }, (_, at) => transport.sendMail(mail(`u${at}@plain.test`)));
    await vi.waitFor(() => expect(transport.isIdle()).toBe(false), PATIENCE);
    await Promise.all(sent);
    expect(transport.isIdle()).toBe(true);
    expect(idle).toHaveBeenCalled();
    expect(internet.received('mx.plain.test')).toHaveLength(before + 100);
  });

  it('refuses a proxy loudly, tells its log, and takes the attempt of a message that waits', async () => {
    const proxied = open();
    proxied.setupProxy('http://127.0.0.1:1');
    expect(await failureOf(proxied.sendMail(mail('a@dane.test')))).toMatchObject({ code: 'ECONFIG' });
    const asked: unknown[] = [];
    const transport = open({
      engine: {
        ready: engine.ready,
        deliver: (message, attempt) => {
          asked.push({ attempt: attempt?.attempt, dialled: attempt?.dialled, from: message.from });
          return engine.deliver(message, attempt);
        },
      },
    });
    const lines: unknown[] = [];
    transport.transporter.on?.('log', (line) => lines.push(line));
    const dialled = { 'mx.dane.test': ['192.0.2.1'] };
    await transport.sendMail({
      ...mail('a@dane.test'),
      envelope: { from: '', to: ['a@dane.test'] },
      waxseal: { attempt: 3, dialled },
    } as never);
    expect(asked).toEqual([{ attempt: 3, dialled, from: '' }]);
    expect(lines).toMatchObject([
      {
        type: 'delivered',
        message: expect.stringMatching(/^<a@dane\.test> delivered 2\.\S+ mx\.dane\.test .* dane PEER-3$/),
      },
    ]);
  });
});
