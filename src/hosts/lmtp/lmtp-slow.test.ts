/* Clients that come to no end: what they hold is given back, nothing of it is delivered, and nobody else waits for them. */
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { memoryStores } from '../../adapters/memory/index.js';
import { createNodeEngine, type NodeEngine, settingsOf } from '../../node.js';
import { type Internet, startInternet } from '../../testing/index.js';
import type { ListenAddress } from '../listen-address.js';
import { LmtpClient } from './lmtp-client.fixture.js';
import type { LmtpOptions } from './lmtp-options.js';
import { type LmtpServer, lmtpServer } from './lmtp-server.js';

const WAIT = { timeout: 300_000 };

describe('an LMTP server among slow clients', () => {
  let internet: Internet;
  let engine: NodeEngine;
  const servers: LmtpServer[] = [];
  const sockets: Socket[] = [];

  beforeAll(async () => {
    internet = await startInternet({
      dns: {
        'MX a.test': ['10 mx.a.test'],
        'A mx.a.test': ['@mx.a.test'],
        'MX xn--bcher-kva.test': ['10 mx.a.test'],
      },
      mail: { 'mx.a.test': {} },
    });
    engine = createNodeEngine({
      resolver: internet.resolver,
      ca: [internet.caPem],
      settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
    });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => server.close(0)));
  });
  afterAll(async () => {
    await engine.close();
    await internet.close();
  });

  async function serve(own: Partial<LmtpOptions> = {}): Promise<ListenAddress & { readonly kind: 'tcp' }> {
    const server = await lmtpServer({ engine, attempts: memoryStores().attempts, name: 'w.test', ...own });
    servers.push(server);
    return (await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 })) as never;
  }

  async function dial(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    sockets.push(socket);
    socket.on('error', () => undefined);
    await new Promise((done) => socket.once('data', done));
    return socket;
  }

  async function hand(address: ListenAddress, subject: string): Promise<readonly string[]> {
    const client = await LmtpClient.open(address);
    await client.say('LHLO host.test');
    const replies = await client.hand(['u@a.test'], { message: `Subject: ${subject}\r\n\r\n` });
    client.close();
    return replies;
  }

  const session = (subject: string) =>
    `LHLO x\r\nMAIL FROM:<s@s.test>\r\nRCPT TO:<u@a.test>\r\nDATA\r\nSubject: ${subject}\r\n\r\nHello.\r\n.\r\n`;
  const subjects = () =>
    internet.received('mx.a.test').map(({ text }) => /^Subject: (.*)\r$/m.exec(text)?.[1] ?? '');

  it('takes a session that comes octet by octet', async () => {
    const { port } = await serve();
    const socket = await dial(port);
    for (const octet of session('octets')) socket.write(octet);
    await vi.waitFor(() => expect(subjects()).toContain('octets'), WAIT);
  });

  it('delivers nothing of a client that vanishes at whatever octet, and gives back what it held', async () => {
    // One slot: whoever kept it would stop everybody.
    const address = await serve({ concurrency: 1 });
    const { length } = session('cut');
    for (let from = 0; from < length; from += 20)
      await Promise.all(
        Array.from({ length: Math.min(20, length - from) }, async (_, at) => {
          const socket = await dial(address.port);
          await new Promise((done) => socket.write(session('cut').slice(0, from + at), done));
          socket.destroy();
        }),
      );
    expect(await hand(address, 'behind')).toEqual([expect.stringMatching(/^250 2\./)]);
    expect(subjects()).toContain('behind');
    expect(subjects()).not.toContain('cut');
  });

  it('that is told to end, in whatever phase of a transaction, delivers what it answers for and nothing else', async () => {
    const phases = session('ended').split(/(?<=\r\n)/);
    for (const [at] of phases.entries()) {
      const subject = `ended-${at}`;
      const socket = await dial((await serve()).port);
      let heard = '';
      socket.setEncoding('latin1').on('data', (text: string) => {
        heard += text;
      });
      const ended = new Promise((done) => socket.once('close', done));
      const said = session(subject)
        .split(/(?<=\r\n)/)
        .slice(0, at + 1);
      await new Promise((done) => socket.write(said.join(''), done));
      // As SIGTERM does, with all the time that what is under way may need.
      await servers.pop()!.close(at + 1 === phases.length ? 60_000 : 0);
      await ended;
      const isAnswered = /^250 2\.\d\.\d mx\.a\.test /m.test(heard);
      expect(subjects().filter((each) => each === subject)).toHaveLength(isAnswered ? 1 : 0);
      if (at + 1 < phases.length) expect(isAnswered, subject).toBe(false);
    }
  });

  it('does not wait for a message for ever, and makes its client come again', async () => {
    const address = await serve({ concurrency: 1, messageMs: 300 });
    const slow = await LmtpClient.open(address);
    for (const line of ['LHLO x', 'MAIL FROM:<s@s.test>', 'RCPT TO:<u@a.test>', 'DATA']) await slow.say(line);
    slow.write('Subject: endless\r\n');
    expect(await slow.hear()).toEqual([expect.stringMatching(/^421 4\.4\.2 /)]);
    expect(await hand(address, 'after')).toEqual([expect.stringMatching(/^250 2\./)]);
    slow.close();
    expect(subjects()).not.toContain('endless');
  });

  it('serves so many at once, and asks the others to come again', async () => {
    const { port } = await serve({ connectionsMax: 2 });
    await dial(port);
    await dial(port);
    const third = connect(port, '127.0.0.1').setEncoding('latin1');
    sockets.push(third);
    expect(await new Promise((told) => third.once('data', told))).toMatch(/^421 /);
  });

  it('lets nobody name a recipient twice in another spelling of his domain', async () => {
    const client = await LmtpClient.open(await serve());
    await client.say('LHLO x');
    await client.say('MAIL FROM:<s@s.test> SMTPUTF8');
    const spellings = ['xn--bcher-kva.test', 'b\u00fccher.test', 'BU\u0308CHER.test'];
    const told: string[] = [];
    for (const domain of spellings)
      told.push(...(await client.say(Buffer.from(`RCPT TO:<u@${domain}>`).toString('latin1'))));
    expect(told).toEqual([
      expect.stringMatching(/^250 /),
      expect.stringMatching(/^450 4\.5\.3 /),
      expect.stringMatching(/^450 4\.5\.3 /),
    ]);
    client.close();
  });
});
