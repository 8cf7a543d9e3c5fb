/* With Nodemailer's own connection behind it. */

import { createTransport } from 'nodemailer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgedSocket } from '../../hosts/nodemailer/index.js';
import { createNodeEngine, type NodeEngine, NotConnectedError, settingsOf } from '../../node.js';
import type { AttemptResult } from '../../policy/attempt/types.js';
import { type Internet, startInternet, type World } from '../../testing/index.js';
import type { Connection } from './connect.js';
import type { TransactionStages } from './words.js';

const WORLD: World = {
  signedZones: ['dane.test', 'mismatch.test'],
  dns: {
    ...Object.fromEntries(
      ['dane', 'mismatch', 'clear', 'broken', 'required', 'some'].flatMap((name) => [
        [`MX ${name}.test`, [`10 mx.${name}.test`]],
        [`A mx.${name}.test`, [`@mx.${name}.test`]],
      ]),
    ),
    'TLSA mx.dane.test': ['3 1 1 @mx.dane.test'],
    'TLSA mx.mismatch.test': [`3 1 1 ${'00'.repeat(32)}`],
    'MX two.test': ['10 mx1.two.test', '20 mx2.two.test'],
    'A mx1.two.test': ['@mx1.two.test'],
    'A mx2.two.test': ['@mx2.two.test'],
  },
  mail: {
    'mx.dane.test': {},
    'mx.mismatch.test': {},
    'mx.clear.test': { starttls: 'not-offered' },
    'mx.broken.test': { starttls: 'broken' },
    'mx.required.test': {},
    'mx1.two.test': { replies: { rcpt: { '*': '450 4.2.1 later' } } },
    'mx2.two.test': {},
    'mx.some.test': { replies: { rcpt: { 'b@some.test': '452 4.5.3 too many' } } },
  },
};

describe('a connection that is handed over', () => {
  let internet: Internet;
  let engine: NodeEngine;
  const told: AttemptResult[] = [];

  beforeAll(async () => {
    internet = await startInternet(WORLD);
    engine = createNodeEngine({
      resolver: internet.resolver,
      ca: [internet.caPem],
      settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
      onAttempt: async (result) => {
        told.push(result);
      },
    });
  });
  afterAll(async () => {
    await engine.close();
    await internet.close();
  });

  /** Sends with Nodemailer's connection, and says what came of it as a mail system would. */
  async function send(connection: Connection): Promise<TransactionStages> {
    // Whoever looks at them first is greeted once all the same.
    expect(connection.options().host).toBe(connection.host);
    const smtp = new SMTPConnection(connection.options() as never);
    await new Promise<void>((resolve, reject) => {
      smtp.once('error', reject);
      smtp.connect((error) => (error ? reject(error) : resolve()));
    });
    const { sender, recipients } = connection;
    const replies = await new Promise<TransactionStages>((resolve) => {
      const envelope = { from: sender, to: [...recipients] };
      smtp.send(envelope, 'Subject: x\r\n\r\nHello.\r\n', (error, info) => {
        const rejected = (error ?? info)?.rejectedErrors ?? [];
        resolve({
          recipients: Object.fromEntries(
            rejected.map(({ recipient, response }) => [recipient ?? '', response ?? '']),
          ),
          ...(info?.response && { end: info.response }),
        });
      });
    });
    smtp.quit();
    return replies;
  }

  it('is under TLS and judged, and goes on with a client that knows nothing of it', async () => {
    const connection = await engine.connect('dane.test', { from: 's@s.test', to: ['a@dane.test'] });
    expect(connection).toMatchObject({
      host: 'mx.dane.test',
      tls: { protocol: 'TLSv1.3' },
      authentication: 'dane',
      because: { row: 'PEER-3' },
      recipients: ['a@dane.test'],
    });
    expect(connection.ehlo.length).toBeGreaterThan(1);
    const before = internet.connections('mx.dane.test');
    const { results } = await connection.finish(await send(connection));
    expect(results).toMatchObject([{ outcome: 'delivered', authentication: 'dane' }]);
    expect(internet.received('mx.dane.test').at(-1)).toMatchObject({
      tls: true,
      text: 'Subject: x\r\n\r\nHello.\r\n',
    });
    expect(internet.connections('mx.dane.test')).toBe(before);
    expect(told.at(-1)?.reports).toMatchObject([{ success: 1 }]);
  });

  it('is none where nobody can prove who he is, and nothing is sent', async () => {
    const error = await engine.connect('mismatch.test').then(
      () => null,
      (reason: NotConnectedError) => reason,
    );
    expect(error).toBeInstanceOf(NotConnectedError);
    expect(error).toMatchObject({
      code: 'WAXSEAL_NOT_CONNECTED',
      result: { results: [{ outcome: 'deferred', status: '4.7.5', because: { row: 'PEER-6' } }] },
    });
    expect(internet.received('mx.mismatch.test')).toEqual([]);
    await expect(engine.connect('required.test', { requireTls: 'yes' })).rejects.toMatchObject({
      result: { results: [{ outcome: 'bounced' }] },
    });
  });

  it('is in clear where that is allowed, and begins no TLS again', async () => {
    for (const name of ['clear', 'broken']) {
      const connection = await engine.connect(`${name}.test`);
      expect(connection.tls).toBeNull();
      const { results } = await connection.finish(await send(connection));
      expect(results, name).toMatchObject([
        { outcome: 'delivered', tls: null, cleartextRetry: name === 'broken' },
      ]);
    }
  });

  it('leads on to the next host for those who still wait', async () => {
    const first = await engine.connect('two.test');
    expect(first.host).toBe('mx1.two.test');
    const second = await first.next(await send(first));
    expect(second?.host).toBe('mx2.two.test');
    expect(await second!.next(await send(second!))).toBeNull();
    expect((await second!.finish()).results).toMatchObject([{ outcome: 'delivered', mx: 'mx2.two.test' }]);
  });

  it('leads to the same host again for those who were too many for a transaction (RFC 5321, Section 4.5.3.1.10)', async () => {
    const first = await engine.connect('some.test', { to: ['a@some.test', 'b@some.test'] });
    const second = await first.next(await send(first));
    expect(second).toMatchObject({ host: 'mx.some.test', recipients: ['b@some.test'] });
    expect(second!.socket).not.toBe(first.socket);
    expect(await second!.next({ recipients: { 'b@some.test': '250 ok' }, end: '250 ok' })).toBeNull();
    expect((await second!.finish()).results.map(({ outcome }) => outcome)).toEqual([
      'delivered',
      'delivered',
    ]);
  });

  it('counts as not tried if nobody tells what came of it, and stops with its caller', async () => {
    const connection = await engine.connect('dane.test');
    (connection.socket as { destroy?: () => void }).destroy?.();
    expect((await connection.finish()).results).toMatchObject([{ outcome: 'deferred', status: '4.3.0' }]);
    await expect(engine.connect('dane.test', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'WAXSEAL_NOT_CONNECTED',
    });
  });

  it('is what Nodemailer relays over, with everything else its own', async () => {
    const mail = { from: 's@s.test', to: 'a@dane.test', text: 'Hello.' };
    const before = internet.received('mx.dane.test').length;
    const good = createTransport({ host: 'dane.test', getSocket: judgedSocket(engine) } as never);
    expect((await good.sendMail(mail)).accepted).toEqual(['a@dane.test']);
    expect(internet.received('mx.dane.test')).toHaveLength(before + 1);
    const bad = createTransport({ host: 'mismatch.test', getSocket: judgedSocket(engine) } as never);
    await expect(bad.sendMail({ ...mail, to: 'a@mismatch.test' })).rejects.toMatchObject({
      code: 'ETLS',
      row: 'PEER-6',
      // Whom the message is for is not known where the socket is made.
      message: expect.stringMatching(/^mail has to wait at mx\.mismatch\.test: 4\.7\.5 /),
    });
    expect(internet.received('mx.mismatch.test')).toEqual([]);
  });
});
