/*
 * Real Exim hands mail over by LMTP, several recipients at a time, into a small internet. What it logs for each recipient is held
 * against what the engine alone says of the same recipient.
 */
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStores } from '../src/adapters/memory/index.js';
import { type LmtpServer, lmtpServer } from '../src/hosts/lmtp/index.js';
import { createNodeEngine, type NodeEngine, readMessage, settingsOf } from '../src/node.js';
import { type Internet, startInternet } from '../src/testing/index.js';
import { type EximClient, startEximClient } from './exim-client.js';
import { HOST_STORIES, worldOfStories } from './host-stories.js';

const domains = Object.keys(HOST_STORIES);

describe('Exim, by LMTP', () => {
  let internet: Internet;
  let engine: NodeEngine;
  let server: LmtpServer;
  let exim: EximClient;

  beforeAll(async () => {
    internet = await startInternet(worldOfStories());
    engine = createNodeEngine({
      resolver: internet.resolver,
      ca: [internet.caPem],
      settings: settingsOf('rfc', {
        port: internet.port,
        httpsPort: internet.httpsPort,
        privateAddresses: 'allow',
      }),
    });
    server = await lmtpServer({ engine, attempts: memoryStores().attempts, name: 'waxseal.test' });
    const address = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 });
    exim = await startEximClient(address.kind === 'tcp' ? address.port : 0);
  }, 120_000);
  afterAll(async () => {
    await exim?.stop();
    await server?.close(0);
    await engine?.close();
    await internet?.close();
  });

  async function send(to: readonly string[], subject: string): Promise<void> {
    const transport = createTransport({ host: '127.0.0.1', port: exim.port, ignoreTLS: true });
    await transport.sendMail({
      envelope: { from: 's@sender.example', to: [...to] },
      raw: `From: <s@sender.example>\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@sender.example>\r\n\r\nHello.\r\n`,
    });
    transport.close();
  }

  it(`gives each of ${domains.length} recipients of one message what became of it, and logs the row`, async () => {
    const to = domains.map((name) => `u@${name}.test`);
    await send(to, 'all');
    const message = readMessage(Buffer.from('Subject: x\r\n\r\n'), to);
    const alone = await engine.deliver({
      from: 's@sender.example',
      to,
      content: message.content,
      facts: { ...message.facts, requireTls: 'no', report: 'none' },
    });
    const log = await exim.handedOver(to.length);
    expect(Object.fromEntries(log.map(({ recipient, outcome }) => [recipient, outcome]))).toEqual(
      Object.fromEntries(alone.results.map(({ recipient, outcome }) => [recipient, outcome])),
    );
    for (const { recipient, status, because } of alone.results) {
      const says = log.find((each) => each.recipient === recipient)!.says;
      expect(says, recipient).toContain(`(${because!.row})`);
      expect(says, recipient).toContain(` ${status} `);
    }
    for (const { domain, outcome } of alone.results) {
      // Once by Exim and once by the engine alone.
      const host = `mx.${domain}`;
      expect(internet.received(host).length, host).toBe(outcome === 'delivered' ? 2 : 0);
    }
  }, 240_000);

  it('tries again who waits, and delivers to nobody twice', async () => {
    const taken = internet.received('mx.dane.test').length;
    const before = (await exim.handedOver(0)).length;
    await send(['a@later.test', 'b@dane.test'], 'again');
    await exim.handedOver(before + 2);
    await exim.flush();
    const log = await exim.handedOver(before + 3);
    expect(log.filter(({ recipient }) => recipient === 'b@dane.test')).toHaveLength(1);
    expect(log.filter(({ recipient }) => recipient === 'a@later.test').length).toBeGreaterThan(1);
    expect(internet.received('mx.dane.test')).toHaveLength(taken + 1);
  }, 240_000);
});
