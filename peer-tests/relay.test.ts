/* Relays that want to know who sends, and proxies: a Postfix that asks Dovecot, and microsocks. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeEngine } from '../src/node.js';
import type { AuthMechanism, Transport } from '../src/policy/relay/transport.js';
import { DEFAULT_SETTINGS } from '../src/policy/settings.js';
import { createPki, type Internet, startInternet } from '../src/testing/index.js';
import { type Daemon, startDaemon } from './daemon.js';
import { type Dovecot, startDovecot } from './dovecot.js';
import type { MailPeer } from './mail-peer.js';
import { startPostfix } from './postfix.js';

const RELAY = 'relay.test';
const PASSWORDS: Readonly<Record<string, string>> = { smart: 'pencil', wrong: 'crayon', proxy: 'chalk' };

let internet: Internet;
let dovecot: Dovecot;
let postfix: MailPeer;
let proxy: Daemon;
let caPem: string;
let port: number;
let proxyPort: number;

beforeAll(async () => {
  const pki = await createPki();
  caPem = pki.caPem;
  [port, proxyPort] = await Promise.all([unusedPort(), unusedPort()]);
  internet = await startInternet({
    dns: { [`A ${RELAY}`]: ['127.0.0.1'], 'MX a.example': [`10 ${RELAY}`] },
  });
  dovecot = await startDovecot('user', 'pencil');
  const issued = await pki.issue({}, RELAY);
  postfix = await startPostfix(
    [{ id: RELAY, host: {}, address: '127.0.0.1', port, issued }],
    [
      'smtpd_sasl_auth_enable = yes',
      'smtpd_sasl_type = dovecot',
      `smtpd_sasl_path = ${dovecot.socket}`,
      'smtpd_sasl_security_options = noanonymous',
      'smtpd_tls_auth_only = yes',
      'smtpd_recipient_limit = 3',
      // Who may relay is who was let in.
      'smtpd_relay_restrictions = permit_sasl_authenticated, check_recipient_access inline:{{ user@a.example = OK }}, reject',
    ],
  );
  proxy = await startDaemon({
    program: 'microsocks',
    debianPackage: 'microsocks',
    args: ['-i', '127.0.0.1', '-p', `${proxyPort}`, '-u', 'me', '-P', 'chalk'],
    isReady: async () => !(await isUnused(proxyPort)),
  });
});
afterAll(async () => {
  for (const peer of [proxy, postfix, dovecot]) await peer?.stop();
  await internet?.close();
});

const relay = (mechanism: AuthMechanism): Transport => ({
  ...{ kind: 'relay', host: RELAY, port, tls: 'starttls', verify: 'pkix' },
  ...{ user: 'user', mechanisms: [mechanism] },
});

async function sendVia(name: string, transport: Transport, to: readonly string[] = ['someone@b.example']) {
  const engine = createNodeEngine({
    resolver: internet.resolver,
    ca: [caPem],
    transports: { [name]: transport },
    routes: [{ to: [], from: [], account: [], attempts: null, transport: name }],
    secretOf: (account) => PASSWORDS[account] ?? null,
    settings: { ...DEFAULT_SETTINGS, helo: 'me.example', port, privateAddresses: 'allow' },
  });
  const facts = {
    requireTls: 'no',
    tlsRequired: 'absent',
    report: 'none',
    sizeBytes: 60,
    body: '7bit',
    utf8: 'not-needed',
  } as const;
  const content = () => [Buffer.from('From: <s@me.example>\r\nSubject: hello\r\n\r\nHello.\r\n')];
  try {
    return (await engine.deliver({ from: 's@me.example', to, content, facts })).results;
  } finally {
    await engine.close();
  }
}

describe('a Postfix that asks Dovecot', () => {
  it.each(['scram-sha-256', 'scram-sha-1', 'cram-md5', 'plain', 'login'] as const)(
    'lets us in by %s',
    async (mechanism) => {
      const [result] = await sendVia('smart', relay(mechanism));
      expect(result).toMatchObject({
        outcome: 'delivered',
        tls: { protocol: 'TLSv1.3' },
        authentication: 'pkix',
      });
      expect(result!.decisions.map(({ row }) => row)).toContain('AOUT-1');
    },
  );

  it.each(['scram-sha-256', 'plain'] as const)(
    'does not with another password, and the mail waits: %s',
    async (mechanism) => {
      const [result] = await sendVia('wrong', relay(mechanism));
      expect(result).toMatchObject({ outcome: 'deferred', status: '4.7.8', because: { row: 'AOUT-4' } });
    },
  );

  it('takes three recipients at a time, and all of them', async () => {
    const to = Array.from({ length: 7 }, (_, at) => `user${at}@b.example`);
    const results = await sendVia('smart', relay('scram-sha-256'), to);
    expect(results.map(({ outcome }) => outcome)).toEqual(to.map(() => 'delivered'));
    expect(results[0]!.decisions.map(({ row }) => row)).toContain('NTX-2');
  });
});

describe('a proxy', () => {
  const through = (own: Partial<{ user: string; port: number }> = {}): Transport => ({
    kind: 'direct',
    socks: { ipv4: { address: '127.0.0.1', port: proxyPort, user: 'me', ...own } },
  });

  it('that knows us leads to the mail host, and TLS to it goes through', async () => {
    const [result] = await sendVia('proxy', through(), ['user@a.example']);
    expect(result).toMatchObject({ outcome: 'delivered', tls: { protocol: 'TLSv1.3' }, mx: RELAY });
  });

  it('that does not, or is not there, lets mail wait', async () => {
    const [unknown] = await sendVia('wrong', through(), ['user@a.example']);
    expect(unknown).toMatchObject({ outcome: 'deferred', status: '4.4.1' });
    const [gone] = await sendVia('proxy', through({ port: await unusedPort() }), ['user@a.example']);
    expect(gone).toMatchObject({ outcome: 'deferred', status: '4.4.1' });
  });
});

function unusedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function isUnused(at: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(at, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
