/*
 * Real Postfix hands mail over by LMTP, several recipients at a time, into a small internet. What it logs for each recipient is
 * held against what the engine alone says of the same recipient.
 */
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStores } from '../src/adapters/memory/index.js';
import { type LmtpServer, lmtpServer } from '../src/hosts/lmtp/index.js';
import { createNodeEngine, type NodeEngine, readMessage, settingsOf } from '../src/node.js';
import { type Internet, startInternet, type World } from '../src/testing/index.js';
import { type PostfixClient, startPostfixClient } from './postfix-client.js';

interface Story {
  readonly dns?: World['dns'];
  readonly mail?: NonNullable<World['mail']>[string];
  readonly policy?: string;
  readonly signed?: boolean;
}

const ENFORCED = (mx: string) => `version: STSv1\nmode: enforce\nmx: ${mx}\nmax_age: 86400\n`;
const TESTING = (mx: string) => `version: STSv1\nmode: testing\nmx: ${mx}\nmax_age: 86400\n`;

/** Each is a domain of its own, and its only host. */
const STORIES: Readonly<Record<string, Story>> = {
  plain: {},
  'no-starttls': { mail: { starttls: 'not-offered' } },
  'broken-tls': { mail: { starttls: 'broken' } },
  'tls-not-now': { mail: { starttls: '454 4.7.0 TLS not available' } },
  dane: { signed: true, dns: { TLSA: ['3 1 1 @'] } },
  'dane-mismatch': { signed: true, dns: { TLSA: [`3 1 1 ${'00'.repeat(32)}`] } },
  'dane-no-starttls': { signed: true, dns: { TLSA: ['3 1 1 @'] }, mail: { starttls: 'not-offered' } },
  'dane-unusable': { signed: true, dns: { TLSA: [`1 1 1 ${'00'.repeat(32)}`] } },
  'dane-lookup-fails': { signed: true, dns: { TLSA: { fails: 'servfail' } } },
  'sts-enforced': { policy: ENFORCED('mx.sts-enforced.test') },
  'sts-other-mx': { policy: ENFORCED('elsewhere.test') },
  'sts-bad-certificate': {
    policy: ENFORCED('*.sts-bad-certificate.test'),
    mail: { certificate: { issuer: 'private-ca' } },
  },
  'sts-no-starttls': { policy: ENFORCED('*.sts-no-starttls.test'), mail: { starttls: 'not-offered' } },
  'sts-testing': { policy: TESTING('elsewhere.test') },
  refused: { mail: { replies: { rcpt: { '*': '550 5.1.1 no such user' } } } },
  later: { mail: { replies: { rcpt: { '*': '451 4.2.0 greylisted' } } } },
  'full-452': { mail: { replies: { rcpt: { '*': '452 4.2.2 mailbox full' } } } },
  'refused-mail': { mail: { replies: { mail: '550 5.7.1 not you' } } },
  'null-mx': { dns: { MX: ['0 .'] } },
  'mx-fails': { dns: { MX: { fails: 'servfail' } } },
  unreachable: { mail: { connect: 'refuse' } },
};

function worldOf(): World {
  const dns: Record<string, NonNullable<World['dns']>[string]> = {};
  const mail: Record<string, NonNullable<World['mail']>[string]> = {};
  const policy: Record<string, NonNullable<World['policy']>[string]> = {};
  const signedZones: string[] = [];
  for (const [name, story] of Object.entries(STORIES)) {
    const domain = `${name}.test`;
    const host = `mx.${domain}`;
    dns[`MX ${domain}`] = story.dns?.MX ?? [`10 ${host}`];
    dns[`A ${host}`] = [`@${host}`];
    mail[host] = story.mail ?? {};
    if (story.signed === true) signedZones.push(domain);
    const tlsa = story.dns?.TLSA;
    if (tlsa !== undefined)
      dns[`TLSA ${host}`] = Array.isArray(tlsa)
        ? tlsa.map((record) => (record as string).replace('@', `@${host}`))
        : tlsa;
    if (story.policy === undefined) continue;
    dns[`TXT _mta-sts.${domain}`] = ['v=STSv1; id=1;'];
    dns[`A mta-sts.${domain}`] = [`@mta-sts.${domain}`];
    policy[`mta-sts.${domain}`] = { body: story.policy };
  }
  return { signedZones, dns, mail, policy };
}

const WORDS = { sent: 'delivered', deferred: 'deferred', bounced: 'bounced' } as const;
const domains = Object.keys(STORIES);

describe('Postfix, by LMTP', () => {
  let internet: Internet;
  let engine: NodeEngine;
  let server: LmtpServer;
  let postfix: PostfixClient;
  const attempts: number[] = [];

  beforeAll(async () => {
    internet = await startInternet(worldOf());
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
