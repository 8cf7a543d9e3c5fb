/* Relays over real sockets: what is between one and the operator holds mail up, and never returns it. */
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { explainReasons } from '../effects/explain.js';
import { programs } from '../machine/programs.js';
import { createNodeEngine, type NodeEngine } from '../node.js';
import { ownFacts, tellableFacts } from '../policy/dsn/index.js';
import { settingsOf } from '../policy/settings.js';
import { type Internet, startInternet } from '../testing/index.js';
import { readMessage } from './read-message.js';

const RELAY = 'relay.test';
const PORT = 2587;
const KEYWORDS = ['8BITMIME', 'ENHANCEDSTATUSCODES', 'AUTH SCRAM-SHA-256 PLAIN'];

let internet: Internet;
let engine: NodeEngine;
let passed = 0;
let password = 'pencil';
const told: string[] = [];

beforeAll(async () => {
  internet = await startInternet({
    dns: {
      [`A ${RELAY}`]: [`@${RELAY}`],
      'MX b.test': ['10 mx.b.test'],
      'A mx.b.test': ['@mx.b.test'],
    },
    mail: {
      [RELAY]: { port: PORT, keywords: [], keywordsAfterTls: KEYWORDS, auth: { password: 'pencil' } },
      'mx.b.test': {},
    },
  });
  const relay = {
    kind: 'relay',
    host: RELAY,
    port: PORT,
    tls: 'starttls',
    verify: 'pkix',
    user: 'app',
  } as const;
  engine = createNodeEngine({
    settings: settingsOf('rfc', {
      privateAddresses: 'allow',
      port: internet.port,
      httpsPort: internet.httpsPort,
    }),
    clock: () => Date.now() + passed,
    ca: [internet.caPem],
    resolver: { servers: [internet.resolver] },
    transports: { smart: relay, other: relay },
    routes: [{ to: ['c.test'], from: [], account: [], attempts: null, transport: 'smart' }],
    secretOf: () => password,
    onFault: (message) => void told.push(message),
  });
});
afterAll(async () => {
  await engine.close();
  await internet.close();
});
beforeEach(() => {
  passed += 7_200_000;
  password = 'pencil';
  told.length = 0;
});

const { content, facts } = readMessage(Buffer.from('Subject: x\r\n\r\nHello.\r\n'));
const mail = {
  from: 's@a.test',
  to: ['x@c.test'],
  content,
  facts: { ...facts, requireTls: 'no', report: 'none' },
} as const;

describe('a relay that does not let us in (CHOICE-42)', () => {
  it('makes mail wait, is left alone for five minutes, and is told to the operator once', async () => {
    password = 'pencl';
    const { results } = await engine.deliver(mail);
    expect(results).toMatchObject([
      {
        ...{ outcome: 'deferred', status: '4.7.8', transport: 'smart', command: 'AUTH' },
        ...{ reply: { code: 535 }, because: { row: 'AOUT-4' } },
      },
    ]);
    expect(told).toEqual([expect.stringContaining('the transport smart does not let us in')]);
    expect(told.join()).not.toContain('pencl');
    const before = internet.connections(RELAY);
    expect((await engine.deliver(mail)).results).toMatchObject([
      { outcome: 'deferred', status: '4.7.8', because: { row: 'HOP-5' } },
    ]);
    expect(internet.connections(RELAY)).toBe(before);
    // Another transport is another account.
    password = 'pencil';
    expect((await engine.deliver(mail, { transport: 'other' })).results).toMatchObject([
      { outcome: 'delivered' },
    ]);
    passed += 300_000;
    expect((await engine.deliver(mail)).results).toMatchObject([
      { outcome: 'delivered', transport: 'smart' },
    ]);
    expect(told).toHaveLength(1);
  });

  it('keeps no secret in the journal', async () => {
    const { journal, results } = await engine.deliver(mail);
    expect(results).toMatchObject([{ outcome: 'delivered' }]);
    const text = JSON.stringify(journal);
    expect(text).toContain('"smtp.auth"');
    for (const secret of ['pencil', Buffer.from('pencil').toString('base64')])
      expect(text).not.toContain(secret);
  });
});

it('goes through a SOCKS proxy where the transport has one, by address', async () => {
  const asked: string[] = [];
  const proxy = createServer((client) => {
    client.on('error', () => undefined);
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request: Buffer) => {
        const address = [...request.subarray(4, 8)].join('.');
        const port = request.readUInt16BE(8);
        asked.push(`${address}:${port}`);
        const target = connect(port, address, () => {
          client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          client.pipe(target).pipe(client);
        });
        target.on('error', () => client.destroy());
      });
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const through = createNodeEngine({
    settings: settingsOf('rfc', {
      privateAddresses: 'allow',
      port: internet.port,
      httpsPort: internet.httpsPort,
    }),
    ca: [internet.caPem],
    resolver: { servers: [internet.resolver] },
    transports: {
      proxied: {
        kind: 'direct',
        socks: { ipv4: { address: '127.0.0.1', port: (proxy.address() as AddressInfo).port } },
      },
    },
  });
  try {
    const { results } = await through.deliver({ ...mail, to: ['x@b.test'] }, { transport: 'proxied' });
    expect(results).toMatchObject([{ outcome: 'delivered', mx: 'mx.b.test', tls: {}, transport: 'proxied' }]);
    expect(asked).toEqual([`${internet.addressOf('mx.b.test')}:${internet.port}`]);
    // Where the proxy is away, it is what is named, and to the operator alone.
    const { port } = proxy.address() as AddressInfo;
    await new Promise((done) => proxy.close(done));
    const away = await through.deliver({ ...mail, to: ['x@b.test'] }, { transport: 'proxied' });
    const [because] = explainReasons(away.journal.attempts[0]!, programs);
    const says = `could be made: the proxy 127.0.0.1 port ${port} could not be reached`;
    expect(ownFacts(because!.facts).join()).toContain(says);
    expect(tellableFacts(because!.facts).join()).not.toContain('proxy');
  } finally {
    await through.close();
    proxy.close();
  }
});
