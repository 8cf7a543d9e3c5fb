import { once } from 'node:events';
import { createTransport } from 'nodemailer';
import type { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReceiver, type Taken } from '../../../examples/receiving.js';
import { type NodeAdapters, nodeAdapters } from '../../node.js';
import { type Internet, startInternet } from '../../testing/index.js';
import { makeOwnCertificate } from '../own-certificate.js';
import { announced, readRequireTls, receivedWith, senderDnssec } from './index.js';

describe('what a receiver says and keeps', () => {
  it('offers REQUIRETLS under TLS only (RTLS-4.1-1)', () => {
    expect(announced('tls')).toEqual(['REQUIRETLS']);
    expect(announced('clear')).toEqual([]);
  });

  it.each([
    [{}, 'clear', { kind: 'taken', requireTls: 'no' }],
    [{ SIZE: '3' }, 'tls', { kind: 'taken', requireTls: 'no' }],
    [{ REQUIRETLS: true }, 'tls', { kind: 'taken', requireTls: 'yes' }],
    [{ RequireTLS: true }, 'tls', { kind: 'taken', requireTls: 'yes' }],
    [{ REQUIRETLS: true }, 'clear', { kind: 'refused', code: 530 }],
    [{ REQUIRETLS: 'yes' }, 'tls', { kind: 'refused', code: 501 }],
    [{ REQUIRETLS: true, requiretls: true }, 'tls', { kind: 'refused', code: 501 }],
  ] as const)('reads %j in %s (RTLS-4.1-1)', (parameters, protection, expected) => {
    expect(readRequireTls(parameters, protection)).toMatchObject(expected);
  });

  it('says in the Received field how it was taken, and lets nobody write on there', () => {
    const tls = { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
    const plain = { tls: null, authenticated: 'no', utf8: 'no', requireTls: 'no' } as const;
    expect(receivedWith(plain)).toBe('ESMTP');
    expect(receivedWith({ tls, authenticated: 'yes', utf8: 'yes', requireTls: 'yes' })).toBe(
      'UTF8SMTPSA (requiretls) (TLSv1.3 TLS_AES_256_GCM_SHA384)',
    );
    const hostile = { protocol: 'x)\r\nX: y', cipher: '(' };
    expect(receivedWith({ ...plain, tls: hostile })).toBe('ESMTPS (xXy )');
  });
});

describe('examples/receiving.ts', () => {
  let internet: Internet;
  let adapters: NodeAdapters;
  let server: SMTPServer;
  let port: number;
  const kept: Taken[] = [];
  beforeAll(async () => {
    internet = await startInternet({
      signedZones: ['signed.test'],
      dns: {
        'MX signed.test': ['10 mx.signed.test'],
        'MX plain.test': ['10 mx.plain.test'],
        'MX broken.test': { fails: 'servfail' },
      },
      mail: {},
    });
    adapters = nodeAdapters({ resolver: internet.resolver });
    const tls = await makeOwnCertificate('mx.test', Date.now());
    server = startReceiver(adapters, async (message) => void kept.push(message), tls);
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    port = (server.server.address() as { readonly port: number }).port;
  });
  afterAll(async () => {
    await new Promise<void>((done) => server.close(done));
    await adapters.close();
    await internet.close();
  });

  it('keeps REQUIRETLS with the message, and says so in its header (RTLS-4.1-3)', async () => {
    const transport = createTransport({ host: '127.0.0.1', port, tls: { rejectUnauthorized: false } });
    await transport.sendMail({
      envelope: { from: 's@signed.test', to: ['u@here.test'] },
      raw: 'Subject: x\r\n\r\nHello.\r\n',
      requireTLSExtensionEnabled: true,
    });
    transport.close();
    const [message] = kept;
    expect(message).toMatchObject({ from: 's@signed.test', senderDnssec: 'secure' });
    expect(message!.facts.requireTls).toBe('yes');
    expect(message!.octets.toString()).toMatch(
      /^Received: from .*\r\n by .* with ESMTPS \(requiretls\) \(TLSv1\.3 /,
    );
  });

  it.each([
    ['s@signed.test', 'secure'],
    ['s@nothing.signed.test', 'secure'],
    ['s@plain.test', 'insecure'],
    ['s@broken.test', 'failed'],
    ['', 'none'],
    ['s@[192.0.2.1]', 'none'],
    ['no address', 'none'],
  ] as const)('the domain of %j is %s', async (sender, expected) => {
    expect(await senderDnssec(sender, { adapters })).toBe(expected);
  });
});
