import { X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as packet from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { systemResolvers } from '../adapters/node/dns/system-resolvers.js';
import { createNodeEngine, readMessage, settingsOf } from '../node.js';
import { association, type Internet, startInternet, type World } from './index.js';

const running: Internet[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((internet) => internet.close()));
});

async function start(world: World, options?: Parameters<typeof startInternet>[1]): Promise<Internet> {
  const internet = await startInternet(world, options);
  running.push(internet);
  return internet;
}

interface Asked {
  readonly type: string;
  readonly name: string;
  /** Of EDNS; null: without EDNS. */
  readonly size?: number | null;
  readonly ad?: boolean;
}

function queryOf({ type, name, size = 1232, ad = true }: Asked): Buffer {
  const edns = { type: 'OPT', name: '.', udpPayloadSize: size ?? 0, flags: 0 } as packet.OptAnswer;
  return packet.encode({
    id: 4711,
    flags: packet.RECURSION_DESIRED | (ad ? packet.AUTHENTIC_DATA : 0),
    questions: [{ type: type as packet.RecordType, name }],
    additionals: size === null ? [] : [edns],
  });
}

/** The answer, however long it takes; asked again now and then, because a datagram may be dropped. */
async function udp({ resolver }: Internet, asked: Asked): Promise<Buffer> {
  const socket = createSocket('udp4');
  const send = () => socket.send(queryOf(asked), resolver.port, resolver.address);
  const again = setInterval(send, 1000);
  try {
    send();
    const [message] = await once(socket, 'message');
    return message;
  } finally {
    clearInterval(again);
    socket.close();
  }
}

/** Whether a question is passed over: what is asked after it, on the same socket, is the first to be answered. */
async function isPassedOver(internet: Internet, asked: Asked): Promise<boolean> {
  const socket = createSocket('udp4');
  const { port, address } = internet.resolver;
  const second = queryOf({ type: 'A', name: 'mx.a.test' });
  second.writeUInt16BE(4712);
  try {
    await new Promise((resolve) => socket.send(queryOf(asked), port, address, resolve));
    socket.send(second, port, address);
    const [message] = (await once(socket, 'message')) as [Buffer];
    return message.readUInt16BE() === 4712;
  } finally {
    socket.close();
  }
}

async function ask(internet: Internet, type: string, name: string, more: Partial<Asked> = {}) {
  const octets = await udp(internet, { type, name, ...more });
  const { flags = 0, flag_ad: ad, flag_tc: tc, answers = [], additionals = [] } = packet.decode(octets);
  const edns = additionals.find((record) => record.type === 'OPT');
  const data = answers.map((answer) => (answer.type === 'OPT' ? undefined : answer.data));
  return { rcode: flags & 15, ad, tc, answers, data, edns, octets };
}

/** Two queries on one connection, the second cut in two. */
async function tcp({ resolver }: Internet, asked: Asked): Promise<packet.Packet[]> {
  const socket = connect(resolver.port, resolver.address);
  const query = queryOf(asked);
  const framed = Buffer.concat([Buffer.from([query.length >> 8, query.length & 255]), query]);
  socket.write(Buffer.concat([framed, framed.subarray(0, 5)]));
  setTimeout(() => socket.write(framed.subarray(5)), 5);
  const messages: packet.Packet[] = [];
  let pending = Buffer.alloc(0);
  for await (const chunk of socket) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE()) {
      messages.push(packet.streamDecode(pending));
      pending = pending.subarray(2 + pending.readUInt16BE());
    }
    if (messages.length === 2) break;
  }
  return messages;
}

const small: World = {
  signedZones: ['a.test'],
  dns: {
    'MX a.test': ['10 mx.a.test', '20 mx.b.test.'],
    'MX null.a.test': ['0 .'],
    'A mx.a.test': ['@mx.a.test'],
    'AAAA mx.a.test': ['@mx.a.test'],
    'CNAME alias.a.test': ['mx.a.test'],
    'CNAME out.a.test': ['mx.b.test'],
    'A mx.b.test': ['192.0.2.1', '192.0.2.2'],
    'TXT _mta-sts.a.test': ['v=STSv1; id=1;'],
    'TXT long.a.test': ['x'.repeat(600)],
    'TXT vast.a.test': ['y'.repeat(5000)],
    'TLSA mx.a.test': ['3 1 1 @mx.a.test', '2 0 1 @mx.a.test:ca', '3 1 1 9f86'],
    'TLSA hostile.a.test': ['# 0301', '#', '# 030101', '#0301010a'],
    'A bogus.a.test': { fails: 'bogus' },
    'A servfail.a.test': { fails: 'servfail' },
    'A refused.a.test': { fails: 'refused' },
    'A timeout.a.test': { fails: 'timeout' },
    'A malformed.a.test': { fails: 'malformed' },
  },
  mail: { 'mx.a.test': { certificate: { issuer: 'private-ca' } }, 'mx.b.test': {} },
  policy: { 'mta-sts.a.test': {} },
};

describe('the resolver', () => {
  it('answers in the forms of the wire', async () => {
    const internet = await start(small);
    expect((await ask(internet, 'MX', 'a.test')).data).toEqual([
      { preference: 10, exchange: 'mx.a.test' },
      { preference: 20, exchange: 'mx.b.test' },
    ]);
    expect((await ask(internet, 'MX', 'null.a.test')).data).toEqual([{ preference: 0, exchange: '.' }]);
    const address = internet.addressOf('mx.a.test');
    expect((await ask(internet, 'A', 'mx.a.test')).data).toEqual([address]);
    expect((await ask(internet, 'A', 'MX.a.Test')).answers).toMatchObject([
      { name: 'MX.a.Test', data: address },
    ]);
    const mapped = (await ask(internet, 'AAAA', 'mx.a.test')).octets.toString('hex');
    expect(mapped).toContain(`ffff${Buffer.from(address.split('.').map(Number)).toString('hex')}`);
    const [text] = (await ask(internet, 'TXT', 'long.a.test')).data as Buffer[][];
    expect(text?.map((part) => part.length)).toEqual([255, 255, 90]);
  });

  it('tells of security to those who ask, and only of the whole answer', async () => {
    const internet = await start(small);
    expect((await ask(internet, 'A', 'mx.a.test')).ad).toBe(true);
    expect((await ask(internet, 'A', 'mx.a.test', { ad: false })).ad).toBe(false);
    expect((await ask(internet, 'A', 'mx.b.test')).ad).toBe(false);
    const alias = await ask(internet, 'A', 'alias.a.test');
    expect([alias.ad, alias.answers.map(({ type }) => type)]).toEqual([true, ['CNAME', 'A']]);
    const out = await ask(internet, 'A', 'out.a.test');
    expect([out.ad, out.data]).toEqual([false, ['mx.b.test', '192.0.2.1', '192.0.2.2']]);
    expect((await ask(internet, 'CNAME', 'out.a.test')).data).toEqual(['mx.b.test']);
    expect(await ask(internet, 'A', 'none.a.test')).toMatchObject({ rcode: 3, ad: true, data: [] });
    expect(await ask(internet, 'MX', 'mx.a.test')).toMatchObject({ rcode: 0, ad: true, data: [] });
    expect(await ask(internet, 'SRV', 'mx.a.test')).toMatchObject({ rcode: 0, data: [] });
    expect(await ask(internet, 'UNKNOWN_65', 'none.a.test')).toMatchObject({ rcode: 3, data: [] });
  });

  it('puts TLSA data on the wire as it was given', async () => {
    const internet = await start(small);
    // Each after its TTL of 300 and RDLENGTH.
    const usual = await udp(internet, { type: 'TLSA', name: `_${internet.port}._tcp.mx.a.test` });
    expect(usual.toString('hex')).toMatch(/0000012c0023030101[0-9a-f]{64}.*0000012c0023020001[0-9a-f]{64}/);
    expect(usual.toString('hex')).toContain('0000012c00050301019f86');
    const hostile = await udp(internet, { type: 'TLSA', name: `_${internet.port}._tcp.hostile.a.test` });
    expect(hostile.readUInt16BE(6)).toBe(4);
    expect(hostile.toString('hex')).toMatch(
      /0000012c00020301.*0000012c0000.*0000012c0003030101.*0000012c00040301010a/,
    );
    expect(await ask(internet, 'TLSA', '_25._tcp.mx.a.test')).toMatchObject({ rcode: 3 });
  });

  it('fails as told, one way at a time', async () => {
    const internet = await start(small);
    const bogus = await ask(internet, 'A', 'bogus.a.test');
    expect([bogus.rcode, bogus.ad]).toEqual([2, false]);
    expect(bogus.edns?.options).toMatchObject([{ code: 15, data: Buffer.from([0, 6]) }]);
    const servfail = await ask(internet, 'A', 'servfail.a.test');
    expect([servfail.rcode, servfail.edns?.options]).toEqual([2, []]);
    expect((await ask(internet, 'A', 'refused.a.test')).rcode).toBe(5);
    expect(await isPassedOver(internet, { type: 'A', name: 'timeout.a.test' })).toBe(true);
    const garbage = await udp(internet, { type: 'A', name: 'malformed.a.test' });
    expect(garbage.readUInt16BE()).toBe(4711);
    // One record, said to be longer than all there is.
    expect(garbage.readUInt16BE(6)).toBe(1);
    expect(garbage.toString('hex')).toMatch(/ffff.{8}$/);
  });

  it('cuts what is too long for UDP, and tells all over TCP', async () => {
    const internet = await start(small);
    expect(await ask(internet, 'TXT', 'long.a.test', { size: null })).toMatchObject({
      tc: true,
      data: [],
      edns: undefined,
    });
    expect(await ask(internet, 'TXT', 'long.a.test', { size: 700 })).toMatchObject({ tc: false, ad: true });
    expect(await ask(internet, 'TXT', 'vast.a.test')).toMatchObject({ tc: true, data: [] });
    const messages = await tcp(internet, { type: 'TXT', name: 'vast.a.test' });
    expect(messages).toHaveLength(2);
    for (const { answers } of messages) {
      const [answer] = answers as packet.TxtAnswer[];
      expect(Buffer.concat(answer?.data as Buffer[]).toString()).toBe('y'.repeat(5000));
    }
  });

  it('survives any octets', async () => {
    const internet = await start(small);
    const socket = createSocket('udp4');
    for (let length = 0; length < 60; length += 1) {
      socket.send(Buffer.alloc(length, length), internet.resolver.port, internet.resolver.address);
      socket.send(
        queryOf({ type: 'A', name: 'a.test' }).subarray(0, length),
        internet.resolver.port,
        internet.resolver.address,
      );
    }
    const stream = connect(internet.resolver.port, internet.resolver.address);
    stream.end(Buffer.alloc(3000, 'z'));
    expect((await ask(internet, 'A', 'mx.a.test')).rcode).toBe(0);
    socket.close();
    stream.destroy();
  });
});

describe('the small internet', () => {
  it('makes its certificates from a seed, at a time, and says which option cannot be', async () => {
    const start = (now: number | (() => number)) => startInternet({ dns: {} }, { seed: 7, now });
    await using first = await start(Date.UTC(2031, 0, 1));
    await using second = await start(() => Date.UTC(2031, 0, 1));
    const [one, other] = [first, second].map(({ caPem }) => new X509Certificate(caPem));
    expect(one!.serialNumber).toBe(other!.serialNumber);
    expect(one!.validFrom).toBe(other!.validFrom);
    expect(Date.parse(one!.validTo)).toBeGreaterThan(Date.UTC(2031, 0, 1));
    for (const [key, value] of [
      ['seed', 'x'],
      ['seed', -1],
      ['now', 'today'],
    ] as const)
      await expect(startInternet({ dns: {} }, { [key]: value } as never)).rejects.toThrow(key);
  });

  it('gives each host an address of its own, and the same ports to all', async () => {
    const internet = await start(small);
    const hosts = ['mx.a.test', 'mx.b.test', 'mta-sts.a.test'];
    const addresses = new Set(hosts.map((id) => internet.addressOf(id)).concat(internet.resolver.address));
    expect(addresses.size).toBe(4);
    expect(() => internet.addressOf('mx.c.test')).toThrow(RangeError);
    expect(() => internet.connections('mx.c.test')).toThrow(RangeError);
    expect(() => internet.received('mta-sts.a.test')).toThrow(RangeError);
  });

  it('runs beside others on the same ports', async () => {
    const first = await start(small);
    const { port, httpsPort } = first;
    const others = await Promise.all(Array.from({ length: 5 }, () => start(small, { port, httpsPort })));
    const blocks = [first, ...others].map(({ resolver }) => resolver.address);
    expect(new Set(blocks).size).toBe(6);
    for (const internet of others) {
      expect([internet.port, internet.httpsPort]).toEqual([port, httpsPort]);
      expect((await ask(internet, 'A', 'mx.a.test')).data).toEqual([internet.addressOf('mx.a.test')]);
    }
  });

  it('changes while it runs', async () => {
    const internet = await start(small);
    const greetingOf = async (id: string) => {
      const socket = connect(internet.port, internet.addressOf(id));
      const [chunk] = await once(socket, 'data');
      socket.destroy();
      return String(chunk).trimEnd();
    };
    const tlsa = async () => (await ask(internet, 'TLSA', `_${internet.port}._tcp.mx.a.test`)).data[0];
    const open = connect(internet.port, internet.addressOf('mx.a.test'));
    await once(open, 'data');
    const [address, other, before] = [
      internet.addressOf('mx.a.test'),
      internet.addressOf('mx.b.test'),
      await tlsa(),
    ];

    await internet.change({
      dns: { 'A mx.a.test': null, 'MX a.test': ['5 mx.c.test'] },
      mail: {
        'mx.a.test': { greeting: '220 new', certificate: { issuer: 'self' } },
        'mx.b.test': null,
        'mx.c.test': {},
      },
    });

    if (!open.closed) await once(open, 'close');
    expect((await ask(internet, 'A', 'mx.a.test')).data).toEqual([]);
    expect((await ask(internet, 'MX', 'a.test')).data).toEqual([{ preference: 5, exchange: 'mx.c.test' }]);
    expect(await greetingOf('mx.a.test')).toBe('220 new');
    expect(await greetingOf('mx.c.test')).toBe('220 mx.c.test ESMTP');
    await expect(greetingOf('mx.b.test')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect([internet.addressOf('mx.a.test'), internet.addressOf('mx.b.test')]).toEqual([address, other]);
    expect(internet.connections('mx.a.test')).toBe(2);
    // Selector 1 is the key, which a renewal keeps.
    expect(await tlsa()).toEqual(before);
  });

  it('becomes another world, in which hosts that are the same stay as they are', async () => {
    const internet = await start({
      dns: { 'A mx.a.test': ['@mx.a.test'], 'A mx.b.test': ['@mx.b.test'] },
      mail: { 'mx.a.test': { greeting: '220 a' }, 'mx.b.test': {} },
    });
    const open = connect(internet.port, internet.addressOf('mx.a.test'));
    await once(open, 'data');
    await internet.become({
      signedZones: ['.'],
      dns: { 'A mx.b.test': ['@mx.b.test'], 'A mx.c.test': ['@mx.c.test'] },
      mail: { 'mx.a.test': { greeting: '220 a' }, 'mx.c.test': {} },
    });
    const gone = connect(internet.port, internet.addressOf('mx.b.test'));
    await expect(once(gone, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect((await ask(internet, 'A', 'mx.a.test')).data).toEqual([]);
    expect(await ask(internet, 'A', 'mx.b.test')).toMatchObject({ data: [internet.addressOf('mx.b.test')] });
    open.write('NOOP\r\n');
    expect(String((await once(open, 'data'))[0])).toMatch(/^[25]/);
    open.destroy();
    const wrong = { dns: { 'A x.test': ['@nobody'] } };
    await expect(internet.become(wrong)).rejects.toMatchObject({ code: 'WAXSEAL_BAD_WORLD' });
    expect((await ask(internet, 'A', 'mx.c.test')).data).toEqual([internet.addressOf('mx.c.test')]);
    await internet.close();
    await expect(internet.become({ dns: {} })).rejects.toThrow('closed');
  });

  it('has a CA to trust, which the references of a public certificate mean', async () => {
    const internet = await start({
      dns: { 'TLSA mx.test': ['2 0 1 @mx.test:ca'] },
      mail: { 'mx.test': { certificate: { issuer: 'intermediate' } } },
    });
    const { octets } = await ask(internet, 'TLSA', `_${internet.port}._tcp.mx.test`);
    expect(octets.toString('hex')).toContain(association(internet.caPem, 0, 1));
    const path = join(tmpdir(), `waxseal-ca-${process.pid}.pem`);
    expect(await internet.writeCa(path)).toBe(path);
    expect(await readFile(path, 'utf8')).toBe(internet.caPem);
    await rm(path);
  });

  it('tells what was asked of its resolver and said to its hosts', async () => {
    const internet = await start({
      dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx'] },
      mail: { mx: {} },
    });
    await ask(internet, 'MX', 'A.Test');
    await ask(internet, 'TXT', 'none.test');
    expect(internet.queries()).toEqual([
      { name: 'a.test', type: 'MX', transport: 'udp' },
      { name: 'none.test', type: 'TXT', transport: 'udp' },
    ]);
    const engine = createNodeEngine({
      resolver: internet.resolver,
      ca: [internet.caPem],
      settings: settingsOf('rfc', { port: internet.port, helo: 'me.test', privateAddresses: 'allow' }),
    });
    const { content, facts } = readMessage(Buffer.from('Subject: x\r\n\r\n'));
    const mail = {
      from: '',
      to: ['u@a.test'],
      content,
      facts: { ...facts, requireTls: 'no', report: 'none' },
    } as const;
    await engine.deliver(mail);
    await engine.close();
    expect(internet.queries().map(({ name }) => name)).toContain('_mta-sts.a.test');
    const [session, ...more] = internet.sessions('mx');
    expect(more).toEqual([]);
    expect(session).toMatchObject({
      tls: { protocol: 'TLSv1.3' },
      messages: [{ recipients: ['u@a.test'], tls: true }],
    });
    const verbs = session!.commands.map((line) => line.split(/[ :]/, 1)[0]);
    expect(verbs.slice(0, 6)).toEqual(['EHLO', 'STARTTLS', 'EHLO', 'MAIL', 'RCPT', 'DATA']);
    expect(() => internet.sessions('nobody')).toThrow(RangeError);
  });

  it('has a resolver at the port that was asked for, and a resolv.conf that leads there', async () => {
    const first = await start({ dns: {} });
    const { port } = first.resolver;
    const second = await startInternet({ dns: {} }, { resolverPort: port });
    expect(second.resolver.port).toBe(port);
    expect(systemResolvers(second.resolvConf())).toMatchObject({
      servers: [{ address: second.resolver.address, port: 53 }],
      trustAd: true,
    });
    expect(second.resolvConf()).toContain(`port ${port}`);
    await second.close();
  });

  it('closes everything, more than once, and then is closed', async () => {
    const internet = await startInternet(small);
    const socket = connect(internet.port, internet.addressOf('mx.a.test'));
    await once(socket, 'data');
    await Promise.all([internet.close(), internet.close()]);
    await internet[Symbol.asyncDispose]();
    if (!socket.closed) await once(socket, 'close');
    await expect(internet.change({})).rejects.toThrow('closed');
    const late = connect(internet.port, internet.addressOf('mx.a.test'));
    await expect(once(late, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const successor = createSocket('udp4');
    successor.bind(internet.resolver.port, internet.resolver.address);
    await once(successor, 'listening');
    successor.close();
  });

  it.each<[string, object, string]>([
    ['an MX without its preference', { dns: { 'MX a.test': ['mx.a.test'] } }, 'world.dns["MX a.test"]'],
    ['a type in lower case', { dns: { 'mx a.test': [] } }, 'mx a.test'],
    ['a misspelt key', { dns: {}, mial: {} }, 'mial'],
    ['an address of nobody', { dns: { 'A mx.a.test': ['@mx'] } }, 'world.dns["A mx.a.test"]'],
    ['an unknown word', { dns: {}, mail: { mx: { starttls: 'yes' } } }, 'starttls'],
    [
      'two answers at once',
      { dns: { 'A a.test': { records: [], denial: 'nodata', fails: 'bogus' } } },
      'A a.test',
    ],
    ['no DNS', {}, 'dns'],
  ])('refuses a world with %s, and a change to one, as the command does', async (_, world, key) => {
    const refusal = { code: 'WAXSEAL_BAD_WORLD', message: expect.stringContaining(key) };
    await expect(startInternet(world as never)).rejects.toMatchObject(refusal);
    const internet = await start({ dns: {} });
    const change = { dns: {}, ...world };
    if (key !== 'dns')
      await expect(internet.change(change as never)).rejects.toMatchObject({
        ...refusal,
        message: expect.stringContaining(key.replace('world.', 'change.')),
      });
    await internet.change({ mail: { mx: {} }, dns: { 'A mx.a.test': ['@mx'] } });
    await internet.change({ dns: { 'A also.a.test': ['@mx'] } });
  });

  it('leaves nothing behind when it cannot start', async () => {
    const first = await start(small);
    const hosts = Object.fromEntries(Array.from({ length: 251 }, (_, index) => [`mx${index}.test`, {}]));
    await expect(startInternet({ dns: {}, mail: hosts })).rejects.toThrow(RangeError);
    await expect(startInternet(small, { port: first.port, httpsPort: first.port })).rejects.toMatchObject({
      code: 'WAXSEAL_BAD_OPTIONS',
    });
  });
});
