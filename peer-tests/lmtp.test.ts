/*
 * Real Postfix hands mail over by LMTP, several recipients at a time, into a small internet. What it logs for each recipient is
 * held against what the engine alone says of the same recipient.
 */
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStores } from '../src/adapters/memory/index.js';
import { type LmtpServer, lmtpServer } from '../src/hosts/lmtp/index.js';
import { createNodeEngine, type NodeEngine, readMessage, settingsOf } from '../src/node.js';
import { type Internet, startInternet } from '../src/testing/index.js';
import { HOST_STORIES, worldOfStories } from './host-stories.js';
import { type PostfixClient, startPostfixClient } from './postfix-client.js';

const WORDS = { sent: 'delivered', deferred: 'deferred', bounced: 'bounced' } as const;
const domains = Object.keys(HOST_STORIES);

describe('Postfix, by LMTP', () => {
  let internet: Internet;
  let engine: NodeEngine;
  let server: LmtpServer;
  let postfix: PostfixClient;
  const attempts: number[] = [];

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
    server = await lmtpServer({
      engine,
      attempts: memoryStores().attempts,
      name: 'waxseal.test',
      onReport: (_, attempt) => attempts.push(attempt),
    });
    const address = await server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0 });
    // The four lines of the README.
    postfix = await startPostfixClient({
      settings: [
        `default_transport = lmtp:inet:127.0.0.1:${address.kind === 'tcp' ? address.port : 0}`,
        'lmtp_destination_recipient_limit = 1',
        'lmtp_send_xforward_command = yes',
        'lmtp_tls_security_level = may',
      ],
    });
  });
  afterAll(async () => {
    await postfix?.stop();
    await server?.close(0);
    await engine?.close();
    await internet?.close();
  });

  async function send(to: readonly string[], subject: string): Promise<void> {
    const transport = createTransport({ host: '127.0.0.1', port: postfix.port, ignoreTLS: true });
    await transport.sendMail({
      envelope: { from: 's@sender.example', to: [...to] },
      raw: `From: <s@sender.example>\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@sender.example>\r\n\r\nHello.\r\n`,
    });
    transport.close();
  }

  it(`gives each of ${domains.length} recipients of one message what became of it, and logs the row`, async () => {
    const to = domains.map((name) => `u@${name}.test`);
    await send(to, 'all');
    const log = await postfix.handedOver(to.length);
    const message = readMessage(Buffer.from('Subject: x\r\n\r\n'), to);
    const alone = await engine.deliver({
      from: 's@sender.example',
      to,
      content: message.content,
      facts: { ...message.facts, requireTls: 'no', report: 'none' },
    });
    const told = Object.fromEntries(
      log.map(({ recipient, status, dsn }) => [recipient, `${WORDS[status]} ${dsn}`]),
    );
    expect(told).toEqual(
      Object.fromEntries(
        alone.results.map(({ recipient, outcome, status }) => [recipient, `${outcome} ${status}`]),
      ),
    );
    for (const { says, recipient } of log) expect(says, recipient).toMatch(/\([A-Z]+-\d+\)/);
    for (const name of domains) {
      const host = `mx.${name}.test`;
      const isDelivered = told[`u@${name}.test`]!.startsWith('delivered');
      // Once by Postfix and once by the engine alone.
      expect(internet.received(host).length, host).toBe(isDelivered ? 2 : 0);
    }
  }, 60_000);

  it('counts the attempts of a message that waits, by its queue id, and delivers to nobody twice', async () => {
    attempts.length = 0;
    const before = (await postfix.handedOver(0)).length;
    const taken = internet.received('mx.dane.test').length;
    await send(['a@later.test', 'b@dane.test'], 'again');
    await postfix.handedOver(before + 2);
    await postfix.flush();
    await postfix.handedOver(before + 3);
    expect(attempts.filter((attempt) => attempt === 2).length).toBeGreaterThan(0);
    expect(internet.received('mx.dane.test')).toHaveLength(taken + 1);
  }, 60_000);
});
