/* Clients that mean no good, or know no better: nobody else is held up, nothing is lost, and what cannot be done is a 4xx. */
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { memoryStores } from '../../adapters/memory/index.js';
import { createNodeEngine, type NodeEngine, settingsOf } from '../../node.js';
import { type Internet, startInternet } from '../../testing/index.js';
import { LmtpClient } from './lmtp-client.fixture.js';
import { type LmtpServer, lmtpServer } from './lmtp-server.js';

describe('an LMTP server among hostile clients', () => {
  let internet: Internet;
  let engine: NodeEngine;
  let server: LmtpServer;
  let port: number;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    internet = await startInternet({
      dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] },
      mail: { 'mx.a.test': {} },
    });
    engine = createNodeEngine({
      resolver: internet.resolver,
      ca: [internet.caPem],
      settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
    });
    server = await lmtpServer({ engine, attempts: memoryStores().attempts, name: 'waxseal.test' });
    const address = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 });
    port = address.kind === 'tcp' ? address.port : 0;
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(async () => {
    await server.close(0);
    await engine.close();
    await internet.close();
  });

  /** Connects, hears the greeting, and writes. Answers what is heard until the server closes, or for ever. */
  function write(octets: string | Buffer): { readonly socket: Socket; readonly heard: () => string } {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    sockets.push(socket);
    let heard = '';
    socket.on('error', () => undefined);
    socket.on('data', (text: string) => {
      if (heard === '') socket.write(octets);
      heard += text;
    });
    return { socket, heard: () => heard };
  }

  let number = 0;
  async function hand(): Promise<readonly string[]> {
    const client = await LmtpClient.open({ kind: 'tcp', host: '127.0.0.1', port });
    await client.say('LHLO host.test');
    number += 1;
    const replies = await client.hand(['u@a.test'], { message: `Subject: ${number}\r\n\r\n` });
    client.close();
    return replies;
  }

  it('serves who means well beside 500 connections that say nothing', async () => {
    const silent = Array.from({ length: 500 }, () => write('LHLO x.test\r\n'));
    await vi.waitFor(() => expect(silent.filter(({ heard }) => heard().includes('250 ')).length).toBe(500), {
      timeout: 300_000,
    });
    expect(await hand()).toEqual([expect.stringMatching(/^250 2\./)]);
  });

  it('takes 60 messages that are handed over at once, each with its own answer', async () => {
    const before = internet.received('mx.a.test').length;
    const replies = await Promise.all(Array.from({ length: 60 }, hand));
    for (const reply of replies) expect(reply).toEqual([expect.stringMatching(/^250 2\./)]);
    expect(internet.received('mx.a.test')).toHaveLength(before + 60);
  });

  it.each([
    ['octets that are no text', Buffer.from(Array.from({ length: 5000 }, (_, at) => at % 256))],
    ['a line without an end', Buffer.alloc(3_000_000, 'x')],
    ['commands without number', 'NOOP\r\n'.repeat(20_000)],
    ['what is no command', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a TLS handshake', Buffer.from('1603010200010001fc0303', 'hex')],
    ['DATA out of turn', 'LHLO x\r\nDATA\r\nMAIL FROM:<>\r\nDATA\r\nRCPT TO:<>\r\n'],
    ['recipients without number', `LHLO x\r\nMAIL FROM:<>\r\n${'RCPT TO:<u@a.test>\r\n'.repeat(5000)}`],
    [
      'a message that breaks off',
      'LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<u@a.test>\r\nDATA\r\nSubject: half\r\n',
    ],
  ])('survives %s', async (_, octets) => {
    const before = internet.received('mx.a.test').length;
    const { socket } = write(octets);
    await vi.waitFor(() => expect(socket.bytesWritten).toBeGreaterThan(0), { timeout: 300_000 });
    expect(await hand()).toEqual([expect.stringMatching(/^250 2\./)]);
    socket.destroy();
    expect(internet.received('mx.a.test')).toHaveLength(before + 1);
  });
});
