/* Relays that want to know who sends: a Postfix that asks Dovecot, an Exim, and those that ask GNU SASL and PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthMechanism } from '../src/policy/relay/transport.js';
import { createPki, type Internet, type Issued, type Pki, startInternet } from '../src/testing/index.js';
import type { Daemon } from './daemon.js';
import { type Dovecot, startDovecot } from './dovecot.js';
import { type Exim, startExim } from './exim.js';
import { freePort } from './free-port.js';
import { startGsaslRelay } from './gsasl-relay.js';
import type { MailPeer } from './mail-peer.js';
import { startPostfix } from './postfix.js';
import { type PostgresServer, startPostgres } from './postgres.js';
import { startPostgresRelay } from './postgres-relay.js';
import { PASSWORD, RELAY, relayAt, sendVia, USER, withoutName } from './relay-client.js';
import type { SaslRelay } from './sasl-relay.js';

let internet: Internet;
let caPem: string;
let pki: Pki;
let issued: Issued;
beforeAll(async () => {
  pki = await createPki();
  caPem = pki.caPem;
  issued = await pki.issue({}, RELAY);
  internet = await startInternet({ dns: { [`A ${RELAY}`]: ['127.0.0.1'] } });
});
afterAll(() => internet?.close());

type Sent = Parameters<typeof sendVia>;
const send = (name: Sent[1], transport: Sent[2], to?: Sent[3]) =>
  sendVia({ resolver: internet.resolver, caPem }, name, transport, to);

/** What is true of each of them. */
function relayLaws(portOf: () => number, mechanisms: readonly AuthMechanism[]): void {
  it.each(mechanisms)('lets us in by %s', async (mechanism) => {
    const [result] = await send('smart', relayAt(portOf(), mechanism));
    expect(result).toMatchObject({
      outcome: 'delivered',
      tls: { protocol: 'TLSv1.3' },
      authentication: 'pkix',
    });
    expect(result!.decisions.map(({ row }) => row)).toContain('AOUT-1');
  });

  it.each(mechanisms)('does not with another password, and the mail waits: %s', async (mechanism) => {
    const [result] = await send('wrong', relayAt(portOf(), mechanism));
    expect(result).toMatchObject({ outcome: 'deferred', status: expect.stringMatching(/^4\.7\./) });
    expect(result!.because!.row).toBe('AOUT-4');
  });

  it('lets us in by what we choose where nobody has', async () => {
    const [result] = await send('smart', relayAt(portOf()));
    expect(result).toMatchObject({ outcome: 'delivered', authentication: 'pkix' });
  });
}

describe('a Postfix that asks Dovecot', () => {
  let dovecot: Dovecot;
  let postfix: MailPeer;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    dovecot = await startDovecot(USER, PASSWORD);
    postfix = await startPostfix(
      [{ id: RELAY, host: {}, address: '127.0.0.1', port, issued }],
      [
        'smtpd_sasl_auth_enable = yes',
        'smtpd_sasl_type = dovecot',
        `smtpd_sasl_path = ${dovecot.socket}`,
        'smtpd_sasl_security_options = noanonymous',
        'smtpd_tls_auth_only = yes',
        'smtpd_recipient_limit = 3',
        // A password that is wrong is answered at once.
        'smtpd_error_sleep_time = 0',
        // Who may relay is who was let in.
        'smtpd_relay_restrictions = permit_sasl_authenticated, reject',
      ],
    );
  });
  afterAll(() => stopAll(postfix, dovecot));

  relayLaws(() => port, ['scram-sha-256', 'scram-sha-1', 'cram-md5', 'plain', 'login']);

  it('takes three recipients at a time, and all of them', async () => {
    const to = Array.from({ length: 7 }, (_, at) => `user${at}@b.example`);
    const results = await send('smart', relayAt(port, 'scram-sha-256'), to);
    expect(results.map(({ outcome }) => outcome)).toEqual(to.map(() => 'delivered'));
    expect(results[0]!.decisions.map(({ row }) => row)).toContain('NTX-2');
  });
});

describe('an Exim', () => {
  let exim: Exim;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    exim = await startExim([{ id: RELAY, host: {}, address: '127.0.0.1', port, issued }], {
      user: USER,
      password: PASSWORD,
    });
  });
  afterAll(() => stopAll(exim));

  relayLaws(() => port, ['cram-md5', 'plain', 'login']);

  it('takes several recipients at once, and refuses who does not log in', async () => {
    const to = ['one@b.example', 'two@b.example'];
    const results = await send('smart', relayAt(port, 'plain'), to);
    expect(results.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered']);
    expect((await exim.sessions()).at(-1)!.taken).toMatchObject([{ recipients: to }]);
    expect(await send('smart', withoutName(port))).toMatchObject([
      { outcome: 'bounced', reply: { code: 550 } },
    ]);
  });
});

describe('GNU SASL', () => {
  let gsasl: SaslRelay;
  beforeAll(async () => {
    gsasl = await startGsaslRelay(issued, PASSWORD);
  });
  afterAll(() => stopAll(gsasl));

  const mechanisms = [
    'scram-sha-256-plus',
    'scram-sha-256',
    'scram-sha-1-plus',
    'scram-sha-1',
    'plain',
    'login',
  ] as const;
  it.each(mechanisms)('trusts us by %s, bound to the channel where that is said', async (mechanism) => {
    const [result] = await send('smart', underTls(mechanism));
    expect(result).toMatchObject({ outcome: 'delivered', authentication: 'pkix' });
    expect(gsasl.logins().at(-1)).toEqual({ mechanism: mechanism.toUpperCase(), trusts: true });
  });

  it.each(mechanisms)('does not with another password, and the mail waits: %s', async (mechanism) => {
    const [result] = await send('wrong', underTls(mechanism));
    expect(result).toMatchObject({ outcome: 'deferred', status: '4.7.8', because: { row: 'AOUT-4' } });
  });

  it('is answered with the strongest that it offers', async () => {
    expect(await send('smart', underTls())).toMatchObject([{ outcome: 'delivered' }]);
    expect(gsasl.logins().at(-1)).toEqual({ mechanism: 'SCRAM-SHA-256-PLUS', trusts: true });
  });

  const underTls = (...own: readonly AuthMechanism[]) => implicitly(gsasl, ...own);
});

describe('PostgreSQL', () => {
  let postgres: PostgresServer;
  let relay: SaslRelay;
  beforeAll(async () => {
    postgres = await startPostgres({ issued });
    await postgres.createUser(USER, PASSWORD);
    relay = await startPostgresRelay(postgres, issued, USER);
  });
  afterAll(() => stopAll(relay, postgres));

  const BOUND = 'scram-sha-256-plus';
  it.each([BOUND, 'scram-sha-256'] as const)(
    'trusts us by %s, bound to its certificate where that is said (SCRAM-6-3)',
    async (mechanism) => {
      const [result] = await send('smart', implicitly(relay, mechanism));
      expect(result).toMatchObject({ outcome: 'delivered', tls: { protocol: 'TLSv1.2' } });
      expect(relay.logins().at(-1)).toEqual({ mechanism: mechanism.toUpperCase(), trusts: true });
    },
  );

  it('does not with another password', async () => {
    const [result] = await send('wrong', implicitly(relay, BOUND));
    expect(result).toMatchObject({ outcome: 'deferred', status: '4.7.8', because: { row: 'AOUT-4' } });
  });

  it('does not where somebody in between has another certificate, who carries everything to it as it is', async () => {
    const between = await startPostgresRelay(postgres, await pki.issue({}, RELAY), USER);
    const results = await Promise.all([
      send('smart', implicitly(between, BOUND)),
      send('smart', implicitly(between, 'scram-sha-256')),
    ]);
    await between.stop();
    expect(results.map(([result]) => result!.outcome)).toEqual(['deferred', 'delivered']);
  });

  it('does not where somebody in between hides that it binds', async () => {
    const between = await startPostgresRelay(postgres, issued, USER, 'SCRAM-SHA-256');
    const [result] = await send('smart', implicitly(between));
    await between.stop();
    expect(between.logins()).toEqual([{ mechanism: 'SCRAM-SHA-256', trusts: false }]);
    expect(result).toMatchObject({ outcome: 'deferred', status: '4.7.8', because: { row: 'AOUT-4' } });
  });
});

function implicitly({ port }: SaslRelay, ...own: readonly AuthMechanism[]) {
  return { ...relayAt(port, ...own), tls: 'implicit' } as const;
}

async function stopAll(...daemons: readonly (Daemon | undefined)[]): Promise<void> {
  for (const daemon of daemons) await daemon?.stop();
}
