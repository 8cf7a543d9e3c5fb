import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Internet, startInternet } from '../../testing/index.js';
import { enginePerConfig, type PluginEngine } from '../plugin-config.js';
import { type AttemptServer, startAttemptServer } from './attempt-server.js';
import type { ZoneDelivery } from './zonemta.js';

describe('the server within a sender process', () => {
  let internet: Internet;
  let folder: string;
  let made: PluginEngine;
  let server: AttemptServer;
  beforeAll(async () => {
    internet = await startInternet({
      dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] },
      mail: { 'mx.a.test': {} },
    });
    folder = await mkdtemp(join(tmpdir(), 'waxseal-zonemta-'));
    await writeFile(join(folder, 'ca.pem'), internet.caPem);
    const config = {
      resolver: `${internet.resolver.address}:${internet.resolver.port}`,
      ca: join(folder, 'ca.pem'),
      port: internet.port,
      allow_loopback: true,
      state: join(folder, 'state'),
    };
    // The machine may have a complete name of its own, or none.
    made = enginePerConfig(config, 'mta.own.test');
    server = await startAttemptServer(made, () => undefined);
  });
  afterAll(async () => {
    await made.close();
    await internet.close();
    await rm(folder, { recursive: true });
  });

  /** As ZoneMTA's sender does it. */
  async function send(delivery: ZoneDelivery, text: string): Promise<string> {
    const socket = await server.dial({ delivery, onReport: () => undefined, onRefused: () => undefined });
    const connection = new SMTPConnection({ connection: socket, lmtp: true, opportunisticTLS: true });
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject);
      connection.connect(() => resolve());
    });
    const response = await new Promise<string>((resolve, reject) => {
      const envelope = { from: 's@s.test', to: [delivery.recipient] };
      connection.send(envelope, text, (error, info) => (error ? reject(error) : resolve(info.response)));
    });
    connection.close();
    return response;
  }

  const delivery = (seq: string, own: Partial<ZoneDelivery> = {}): ZoneDelivery => ({
    ...{ id: '1a2b', seq, domain: 'a.test', sendingZone: 'default', recipient: 'u@a.test' },
    ...own,
  });

  it('tells a delivery again instead of delivering again, although its header is another one', async () => {
    const before = internet.received('mx.a.test').length;
    const first = await send(delivery('001'), 'Received: now\r\n\r\nHello.\r\n');
    expect(first).toMatch(/^250 2\.0\.0 mx\.a\.test \[/);
    expect(await send(delivery('001'), 'Received: later\r\n\r\nHello.\r\n')).toBe(first);
    expect(internet.received('mx.a.test')).toHaveLength(before + 1);
    await send(delivery('002'), 'Received: now\r\n\r\nHello.\r\n');
    expect(internet.received('mx.a.test')).toHaveLength(before + 2);
  });

  it('says the name of the address that ZoneMTA chose, where it is one', async () => {
    const names = () => internet.sessions('mx.a.test').at(-1)!.commands;
    const from = (name: string) => ({ zoneAddress: { address: '0.0.0.0', name } });
    await send(delivery('003', from('mta.pool.test')), 'Hello.\r\n');
    expect(names()).toContain('EHLO mta.pool.test');
    await send(delivery('004', from('no name')), 'Hello.\r\n');
    expect(names()).toContain('EHLO mta.own.test');
  });

  it('serves nobody from elsewhere', async () => {
    const stranger = connect(server.port, '127.0.0.1').setEncoding('latin1');
    let heard = '';
    stranger.on('data', (text: string) => {
      const isGreeting = heard === '';
      heard += text;
      if (isGreeting) stranger.write('LHLO x.test\r\nMAIL FROM:<s@s.test>\r\nQUIT\r\n');
    });
    await new Promise((done) => stranger.once('close', done));
    expect(heard).toContain('550 5.7.1 ');
  });
});
