import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryBodies, memoryStores } from '../../adapters/memory/index.js';
import { createNodeEngine, type Engine, settingsOf } from '../../node.js';
import { createQueue } from '../../services/queue/index.js';
import { type Internet, startInternet, type World } from '../../testing/index.js';
import type { ListenAddress } from '../listen-address.js';
import { makeOwnCertificate } from '../own-certificate.js';
import { LmtpClient } from './lmtp-client.fixture.js';
import type { LmtpOptions } from './lmtp-options.js';
import { type LmtpServer, lmtpServer } from './lmtp-server.js';

const WORLD: World = {
  signedZones: ['dane.test', 'mismatch.test'],
  dns: {
    'MX dane.test': ['10 mx.dane.test'],
    'A mx.dane.test': ['@mx.dane.test'],
    'TLSA mx.dane.test': ['3 1 1 @mx.dane.test'],
    'MX mismatch.test': ['10 mx.mismatch.test'],
    'A mx.mismatch.test': ['@mx.mismatch.test'],
    'TLSA mx.mismatch.test': [`3 1 1 ${'00'.repeat(32)}`],
    'MX refuses.test': ['10 mx.refuses.test'],
    'A mx.refuses.test': ['@mx.refuses.test'],
    'MX later.test': ['10 mx.later.test'],
    'A mx.later.test': ['@mx.later.test'],
    'MX silent.test': ['10 mx.silent.test'],
    'A mx.silent.test': ['@mx.silent.test'],
    'MX dsn.test': ['10 mx.dsn.test'],
    'A mx.dsn.test': ['@mx.dsn.test'],
    'MX s.test': ['10 mx.s.test'],
    'A mx.s.test': ['@mx.s.test'],
  },
  mail: {
    'mx.dane.test': {},
    'mx.mismatch.test': {},
    'mx.refuses.test': { replies: { rcpt: { '*': '550 5.1.1 no such user' } } },
    'mx.later.test': { replies: { rcpt: { '*': '450 4.2.1 come again' } } },
    'mx.s.test': {},
    'mx.dsn.test': { keywords: ['DSN'] },
    'mx.silent.test': { connect: 'silent' },
  },
};
const ANY: ListenAddress = { kind: 'tcp', host: '127.0.0.1', port: 0 };

describe('an LMTP server', () => {
  let internet: Internet;
  let engine: Engine & { close(): Promise<void> };
  let folder: string;
  const servers: LmtpServer[] = [];
  const clients: LmtpClient[] = [];
  const attempts: number[] = [];
  let asked: Parameters<Engine['deliver']>[0][] = [];

  beforeAll(async () => {
    internet = await startInternet(WORLD);
    engine = createNodeEngine({
      resolver: internet.resolver,
      ca: [internet.caPem],
      settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
    });
  });
  afterAll(async () => {
    await engine.close();
    await internet.close();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waxseal-lmtp-'));
    attempts.length = 0;
    asked = [];
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(servers.splice(0).map((server) => server.close(0)));
    await rm(folder, { recursive: true });
  });

  async function serve(own: Partial<LmtpOptions> = {}): Promise<ListenAddress> {
    const server = await lmtpServer({
      engine: {
        deliver: (mail, options) => {
          asked.push(mail);
          return engine.deliver(mail, options);
        },
      },
      attempts: memoryStores().attempts,
      spoolDirectory: folder,
      name: 'waxseal.test',
      onReport: (_, attempt) => attempts.push(attempt),
      ...own,
    });
    servers.push(server);
    return server.listen(ANY);
  }

  async function open(address: ListenAddress): Promise<LmtpClient> {
    const client = await LmtpClient.open(address);
    clients.push(client);
    await client.say('LHLO host.test');
    return client;
  }

  it('answers each recipient of several domains behind the dot, in order, with status, host, way and row', async () => {
    const client = await open(await serve());
    const replies = await client.hand(['a@refuses.test', 'b@dane.test', 'c@later.test', 'd@dane.test']);
    expect(replies[0]).toMatch(
      /^550 5\.1\.1 mx\.refuses\.test \[127\.[\d.]+\]: answered RCPT with "550 5\.1\.1 no such user"\. .+ \([A-Z]+-\d+\)$/,
    );
    expect(replies[1]).toMatch(
      /^250 2\.\d\.\d mx\.dane\.test \[127\.[\d.]+\] TLSv1\.3 dane: .* \(PEER-\d+\)$/,
    );
    expect(replies[2]).toMatch(/^450 4\.2\.1 mx\.later\.test /);
    expect(replies[3]).toMatch(/^250 2\.\d\.\d mx\.dane\.test /);
    for (const reply of replies) expect(reply.length).toBeLessThan(510);
  });

  it('takes the name of a message for that of no other on the same connection', async () => {
    const client = await open(await serve());
    const before = internet.received('mx.dane.test').length;
    const message = 'Subject: named\r\n\r\nHello.\r\n';
    await client.say('XFORWARD IDENT=3F1A2C0D91');
    await client.hand(['a@dane.test'], { message });
    await client.say('XFORWARD IDENT=3F1A2C0D91');
    await client.hand(['a@dane.test'], { message });
    expect(internet.received('mx.dane.test')).toHaveLength(before + 1);
    const [nameless] = await client.hand(['a@dane.test'], { message });
    expect(nameless).toMatch(/^250 2\./);
    expect(internet.received('mx.dane.test')).toHaveLength(before + 2);
  });

  it('tells whoever listens what stood in the way of each recipient', async () => {
    const told: (string | null)[] = [];
    const client = await open(await serve({ onReport: (_, __, happened) => void told.push(happened) }));
    await client.hand(['a@later.test', 'b@dane.test']);
    expect([...told].sort()).toEqual([
      expect.stringMatching(/^mx\.later\.test .+ answered RCPT with "450 4\.2\.1 come again"\.$/),
      null,
    ]);
  });

  it('counts attempts by message and recipient, and tells a delivery again instead of delivering again', async () => {
    const address = await serve();
    const before = internet.received('mx.dane.test').length;
    const message = 'Subject: once\r\n\r\nHello.\r\n';
    const first = await (await open(address)).hand(['a@later.test', 'b@dane.test'], { message });
    const second = await (await open(address)).hand(['b@dane.test', 'a@later.test'], { message });
    expect(second[0]).toBe(first[1]);
    expect(attempts).toEqual([1, 1, 2]);
    expect(internet.received('mx.dane.test')).toHaveLength(before + 1);
    await (await open(address)).hand(['a@later.test'], { message: 'Subject: another\r\n\r\n' });
    expect(attempts).toEqual([1, 1, 2, 1]);
  });

  it('begins anew with a message that was forgotten for lack of room, under the same demands', async () => {
    const address = await serve({ attempts: memoryStores({ attemptsMax: 1 }).attempts });
    const hand = async (to: string) => (await open(address)).hand([to], { message: 'Subject: x\r\n\r\n' });
    const first = await hand('a@mismatch.test');
    expect(first).toEqual([expect.stringMatching(/^451 4\.7\.5 .*\(PEER-\d+\)/)]);
    expect(await hand('a@later.test')).toEqual([expect.stringMatching(/^450 4\.2\.1 /)]);
    expect(await hand('a@mismatch.test')).toEqual(first);
    expect(await hand('a@mismatch.test')).toEqual(first);
    expect(attempts).toEqual([1, 1, 1, 2]);
    expect(internet.received('mx.mismatch.test')).toEqual([]);
  });

  it('goes on where the client has gone away, and remembers what came of it', async () => {
    const stores = memoryStores();
    const address = await serve({ attempts: stores.attempts });
    const before = internet.received('mx.dane.test').length;
    const message = 'Subject: vanished\r\n\r\nHello.\r\n';
    const client = await open(address);
    await client.say('MAIL FROM:<s@s.test>');
    await client.say('RCPT TO:<b@dane.test>');
    await client.say('DATA');
    client.write(`${message}.\r\n`);
    await vi.waitFor(() => expect(asked).toHaveLength(1), { timeout: 300_000 });
    client.close();
    await vi.waitFor(() => expect(attempts).toEqual([1]), { timeout: 300_000 });
    const [again] = await (await open(address)).hand(['b@dane.test'], { message });
    expect(again).toMatch(/^250 2\./);
    expect(internet.received('mx.dane.test')).toHaveLength(before + 1);
  });

  it('takes what senders ask of notices, announces DSN only where it sends them, and says what is no such request (DSN-3461-4-1)', async () => {
    const client = await open(await serve());
    expect((await client.say('LHLO host.test'))[0]).not.toContain('DSN');
    const asks = ' RET=HDRS ENVID=QQ+2B1';
    expect(await client.say(`MAIL FROM:<s@s.test>${asks}`)).toEqual([expect.stringMatching(/^250 /)]);
    const notify = 'NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a+2Bb@dane.test';
    expect(await client.say(`RCPT TO:<a@dane.test> ${notify}`)).toEqual([expect.stringMatching(/^250 /)]);
    for (const wrong of [
      'NOTIFY=NEVER,SUCCESS',
      'NOTIFY=SOON',
      'NOTIFY=DELAY,DELAY',
      'ORCPT=dane.test',
      'ORCPT=;a',
    ])
      expect((await client.say(`RCPT TO:<b@dane.test> ${wrong}`))[0], wrong).toMatch(/^501 5\.5\.4 /);
    await client.say('RSET');
    for (const wrong of ['RET=SOME', 'ENVID=+20+C3+A4'])
      expect((await client.say(`MAIL FROM:<s@s.test> ${wrong}`))[0], wrong).toMatch(/^501 5\.5\.4 /);
  });

  it('tells of success where it announced DSN, once, and of nothing else (DSN-3461-5.2.2-2)', async () => {
    const store = memoryStores().queue;
    const queue = createQueue({
      ...{
        engine,
        store,
        bodies: memoryBodies(),
        reportingMta: 'waxseal.test',
        postmaster: 'pm@waxseal.test',
      },
    });
    const stop = new AbortController();
    const running = queue.run(stop.signal);
    const address = await serve({ notices: { postmaster: 'pm@waxseal.test', queue } });
    const client = await open(address);
    expect((await client.say('LHLO host.test'))[0]).toContain('DSN');
    const before = internet.received('mx.s.test').length;
    const hand = async () => {
      await client.say('MAIL FROM:<s@s.test> RET=FULL ENVID=QQ1');
      await client.say('RCPT TO:<asked@dane.test> NOTIFY=SUCCESS ORCPT=rfc822;first@dane.test');
      await client.say('RCPT TO:<silent@dane.test>');
      await client.say('RCPT TO:<passed-on@dsn.test> NOTIFY=SUCCESS ORCPT=rfc822;a+2Bb@dsn.test');
      await client.say('RCPT TO:<gone@refuses.test> NOTIFY=SUCCESS,FAILURE');
      await client.say('DATA');
      client.write('Subject: told\r\n\r\nSecret.\r\n.\r\n');
      return client.hear(4);
    };
    await hand();
    await vi.waitFor(() => expect(internet.received('mx.s.test')).toHaveLength(before + 1), {
      timeout: 300_000,
    });
    // Told again from memory: no second notice.
    await hand();
    stop.abort();
    await running;
    const [notice, ...others] = internet.received('mx.s.test').slice(before);
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ sender: '', recipients: ['s@s.test'] });
    for (const line of [
      'From: Mail Delivery System <pm@waxseal.test>',
      'Reporting-MTA: dns; waxseal.test',
      'Original-Envelope-Id: QQ1',
      'Received-From-MTA: dns; host.test',
      'Original-Recipient: rfc822; first@dane.test',
      'Final-Recipient: rfc822; asked@dane.test',
      'Action: relayed',
      'Remote-MTA: dns; mx.dane.test',
      'Subject: told',
    ])
      expect(notice!.text).toContain(`${line}`);
    for (const other of ['silent@dane.test', 'passed-on@dsn.test', 'gone@refuses.test', 'Secret.'])
      expect(notice!.text).not.toContain(other);
    const said = internet.sessions('mx.dsn.test').flatMap(({ commands }) => commands);
    expect(said.find((line) => line.startsWith('MAIL'))).toMatch(/ RET=FULL ENVID=QQ1\b/);
    expect(said).toContain('RCPT TO:<passed-on@dsn.test> NOTIFY=SUCCESS ORCPT=rfc822;a+2Bb@dsn.test');
  });

  it('has a signal for each message, so that nobody listens to one for all of them', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const address = await serve();
    const message = (at: number) => ({ message: `Subject: ${at}\r\n\r\n` });
    const hands = Array.from({ length: 24 }, async (_, at) => {
      const client = await open(address);
      return client.hand([`a${at}@silent.test`, `b${at}@dane.test`, `c@none-${at}.test`], message(at));
    });
    await vi.waitFor(() => expect(asked).toHaveLength(24 * 3), { timeout: 300_000 });
    await servers[0]!.close(0);
    for (const replies of await Promise.all(hands)) expect(replies).toHaveLength(3);
    process.off('warning', note);
    expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
  });

  it('lets nobody name a recipient twice, because one answer would be missing', async () => {
    const client = await open(await serve());
    await client.say('MAIL FROM:<s@s.test>');
    expect(await client.say('RCPT TO:<a@dane.test>')).toEqual([expect.stringMatching(/^250 /)]);
    expect(await client.say('RCPT TO:<A@dane.test>')).toEqual([expect.stringMatching(/^450 4\.5\.3 /)]);
  });

  it('answers QUIT that was said with the final dot only when every recipient has his answer', async () => {
    const client = await open(await serve());
    await client.say('MAIL FROM:<s@s.test>');
    await client.say('RCPT TO:<a@dane.test>');
    await client.say('DATA');
    client.write('Subject: q\r\n\r\nHello.\r\n.\r\nQUIT\r\n');
    const [taken, bye] = await client.hear(2);
    expect(taken).toMatch(/^250 2\.\d\.\d mx\.dane\.test/);
    expect(bye).toMatch(/^221 /);
  });

  it('hands the message on byte for byte, also where it does not fit into memory, and leaves no file', async () => {
    const client = await open(await serve());
    const body = Array.from({ length: 12_000 }, (_, at) => `${at} ${'x'.repeat(40)}\r\n`).join('');
    const message = `Subject: large\r\n\r\n.dot\r\n${body}`;
    const stuffed = message.replace(/^\./gm, '..');
    await client.hand(['a@dane.test'], { message: stuffed });
    const received = internet.received('mx.dane.test').at(-1)!;
    expect(received.text).toBe(message);
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses for good what is larger than it may be, and makes wait what it has no room for', async () => {
    const small = await open(await serve({ messageOctetsMax: 100 }));
    const message = `Subject: x\r\n\r\n${'x'.repeat(200)}\r\n`;
    expect(await small.hand(['a@dane.test'], { message })).toEqual([expect.stringMatching(/^552 5\.3\.4 /)]);
    const faults: string[] = [];
    const full = await open(
      await serve({ spoolDirectory: join(folder, 'none'), onFault: (fault) => faults.push(fault) }),
    );
    const large = `Subject: x\r\n\r\n${'xxxxxxx\r\n'.repeat(60_000)}`;
    expect(await full.hand(['a@dane.test'], { message: large })).toEqual([
      expect.stringMatching(/^451 4\.3\.1 /),
    ]);
    expect(faults).toHaveLength(1);
    expect(asked).toHaveLength(0);
  });

  it('makes everybody wait where the store of attempts fails, and delivers nothing', async () => {
    const failing = async () => {
      throw new Error('no store');
    };
    const faults: string[] = [];
    const address = await serve({
      attempts: { read: failing, write: failing, prune: failing },
      onFault: (fault) => faults.push(fault),
    });
    const replies = await (await open(address)).hand(['a@dane.test', 'b@dane.test']);
    expect(replies).toEqual([expect.stringMatching(/^451 4\.3\.0/), expect.stringMatching(/^451 4\.3\.0/)]);
    expect(faults).toEqual(['no store']);
    expect(asked).toHaveLength(0);
  });

  it('makes those wait who come behind a delivery that could not be noted, until there is room again', async () => {
    const store = memoryStores().attempts;
    const faults: string[] = [];
    let isFull = true;
    const address = await serve({
      attempts: {
        read: (keys) => store.read(keys),
        prune: (before) => store.prune(before),
        write: async (records) => {
          if (isFull) throw new Error('no room');
          await store.write(records);
        },
      },
      onFault: (fault) => faults.push(fault),
    });
    const before = internet.received('mx.dane.test').length;
    const one = await open(address);
    // To say anything else would double it for certain.
    expect(await one.hand(['first@dane.test'])).toEqual([expect.stringMatching(/^250 /)]);
    expect(await one.hand(['second@dane.test'])).toEqual([expect.stringMatching(/^451 4\.3\.0/)]);
    expect(faults).toEqual(['attempts cannot be kept: no room', 'no room']);
    isFull = false;
    const answers = await one.hand(['second@dane.test']);
    expect(answers).toEqual([expect.stringMatching(/^250 /)]);
    expect(await one.hand(['second@dane.test'])).toEqual(answers);
    expect(
      internet
        .received('mx.dane.test')
        .slice(before)
        .map(({ recipients }) => recipients),
    ).toEqual([['first@dane.test'], ['second@dane.test']]);
  });

  it('offers REQUIRETLS under TLS only, and keeps it; Postfix may say so by a field', async () => {
    const address = await serve();
    const client = await open(address);
    expect((await client.say('LHLO host.test'))[0]).not.toContain('REQUIRETLS');
    expect((await client.say('MAIL FROM:<s@s.test> REQUIRETLS'))[0]).toMatch(/^530 /);
    await client.startTls();
    expect((await client.say('LHLO host.test'))[0]).toContain('REQUIRETLS');
    await client.hand(['a@dane.test'], { parameters: ' REQUIRETLS' });
    await (await open(address)).hand(['a@dane.test'], {
      message: 'Require-TLS-ESMTP: yes\r\nSubject: x\r\n\r\nRequire\r\n',
    });
    await (await open(address)).hand(['a@dane.test'], {
      message: 'Subject: x\r\n\r\nRequire-TLS-ESMTP: yes\r\n',
    });
    expect(asked.map(({ facts }) => facts.requireTls)).toEqual(['yes', 'yes', 'no']);
  });

  it('shows the certificate that it was given last, and keeps the one that it has where it is given none', async () => {
    const address = await serve();
    const shown = async () => (await open(address)).startTls();
    expect(await shown()).toBe('waxseal.test');
    const [server] = servers;
    server!.useCertificate(await makeOwnCertificate('new.test', Date.now()));
    expect(await shown()).toBe('new.test');
    expect(() => server!.useCertificate({ cert: 'none', key: 'none' })).toThrow();
    expect(() => server!.useCertificate({ cert: 'none' } as never)).toThrow('certificate');
    expect(() => server!.useNoticeKeys([{ selector: 'n' }] as never)).toThrow('keys');
    expect(await shown()).toBe('new.test');
  });

  it('takes no REQUIRETLS where it is switched off', async () => {
    const client = await open(await serve({ requireTls: 'off' }));
    await client.startTls();
    expect((await client.say('LHLO host.test'))[0]).not.toContain('REQUIRETLS');
    expect((await client.say('MAIL FROM:<s@s.test> REQUIRETLS'))[0]).toMatch(/^555 /);
  });

  it('tells whoever still waits to come again when it ends, and counts no such attempt', async () => {
    const stores = memoryStores();
    const address = await serve({ attempts: stores.attempts });
    const client = await open(address);
    await client.say('MAIL FROM:<s@s.test>');
    await client.say('RCPT TO:<a@silent.test>');
    await client.say('DATA');
    client.write('Subject: x\r\n\r\nHello.\r\n.\r\n');
    await vi.waitFor(() => expect(asked).toHaveLength(1), { timeout: 300_000 });
    const closed = servers[0]!.close(0);
    expect(await client.hear()).toEqual([expect.stringMatching(/^451 4\./)]);
    await closed;
    const later = await open(await serve({ attempts: stores.attempts }));
    await later.say('MAIL FROM:<s@s.test>');
    await later.say('RCPT TO:<a@silent.test>');
    await later.say('DATA');
    later.write('Subject: x\r\n\r\nHello.\r\n.\r\n');
    await vi.waitFor(() => expect(asked).toHaveLength(2), { timeout: 300_000 });
    await servers[1]!.close(0);
    expect(attempts).toEqual([1, 1]);
  });

  it('listens at a socket in the file system that any user may use who may enter the folder, and takes away what a server that is gone has left', async () => {
    const path = join(folder, 'socket');
    const server = await lmtpServer({ engine, attempts: memoryStores().attempts, name: 'waxseal.test' });
    servers.push(server);
    const address = await server.listen({ kind: 'unix', path });
    expect((await stat(path)).mode & 0o777).toBe(0o666);
    expect((await (await open(address)).hand(['a@dane.test']))[0]).toMatch(/^250 /);
    await expect(server.listen({ kind: 'unix', path })).rejects.toThrow('somebody else listens');
  });
});
