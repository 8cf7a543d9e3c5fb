import { afterEach, describe, expect, it } from 'vitest';
import { nodeDns } from './dns-adapter.js';
import {
  FLAGS,
  type MessageSpec,
  mx,
  name,
  opt,
  type RecordSpec,
  response,
  soa,
  strings,
} from './messages.fixture.js';
import type { ResolverConfig } from './resolver-config.js';
import { type Asked, nameServer, type Responder, type TestServer } from './servers.fixture.js';
import { systemResolvers } from './system-resolvers.js';

const never = new AbortController().signal;
const AD = FLAGS.response | FLAGS.ad;
const servers: TestServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(respond: Responder): Promise<TestServer> {
  const server = await nameServer(respond);
  servers.push(server);
  return server;
}

/** The MX answer of a world in which every question is answered by that message. */
async function mxFrom(spec: MessageSpec | Responder, own: Partial<ResolverConfig> = {}, deadlineMs = 60_000) {
  const respond: Responder = typeof spec === 'function' ? spec : (asked) => [response(asked, spec)];
  const server = await serve(respond);
  const ports = nodeDns({ servers: [server], timeoutMs: 60_000, attempts: 1, ...own });
  return { server, answer: await ports['dns.mx']({ name: 'a.example', deadlineMs }, never) };
}

const tenMx: RecordSpec = { owner: 'a.example', type: 'MX', rdata: mx(10, 'mx.example'), ttl: 60 };
const found = {
  records: [{ preference: 10, exchange: 'mx.example' }],
  denial: null,
  aliases: [],
  ttlSeconds: 60,
};
const alias = (owner: string, target: string, ttl = 300): RecordSpec => ({
  owner,
  type: 'CNAME',
  rdata: name(target),
  ttl,
});

describe('security', () => {
  it('is what AD says, from a resolver on this host (DANE-2.1.1-2, SEC-4035-4.9.3-1)', async () => {
    expect((await mxFrom({ flags: AD, answer: [tenMx] })).answer).toEqual({ kind: 'secure', ...found });
    expect((await mxFrom({ answer: [tenMx] })).answer).toEqual({ kind: 'insecure', ...found });
  });

  it('is never claimed of a resolver that is not trusted, and AD is not asked of it (DANE-2.1.1-4)', async () => {
    const { answer, server } = await mxFrom({ flags: AD, answer: [tenMx] }, { trustAd: false });
    expect(answer).toEqual({ kind: 'insecure', ...found });
    expect(server.asked).toMatchObject([{ ad: false, edns: true, over: 'udp' }]);
    expect((await mxFrom({ answer: [tenMx] })).server.asked).toMatchObject([{ ad: true }]);
  });

  it('holds for denials too, which are answers (DANE-2.1.1-5)', async () => {
    const none = { records: [], aliases: [], ttlSeconds: 0 };
    expect((await mxFrom({ flags: AD, rcode: 3 })).answer).toEqual({
      kind: 'secure',
      denial: 'nxdomain',
      ...none,
    });
    expect((await mxFrom({ rcode: 0 })).answer).toEqual({ kind: 'insecure', denial: 'nodata', ...none });
    expect((await mxFrom({ authority: [soa(30)] })).answer).toMatchObject({
      denial: 'nodata',
      ttlSeconds: 30,
    });
  });
});

describe('the absence of AD', () => {
  it('is insecure, never bogus, whatever the extended error says (SEC-6840-5.8-1, EDE-3-1, SEC-4035-4.3-1)', async () => {
    for (const code of [null, 3, 5, 6, 10]) {
      const { answer } = await mxFrom({ answer: [tenMx], additional: [opt(code)] });
      expect(answer).toEqual({ kind: 'insecure', ...found });
    }
  });

  it('in one response makes the whole answer insecure, aliases and all (SEC-4035-3.2.3-1, SEC-4035-4.3-1)', async () => {
    const chain = [alias('a.example', 'b.example'), { ...tenMx, owner: 'b.example' }];
    expect((await mxFrom({ answer: chain, flags: AD })).answer).toMatchObject({ kind: 'secure' });
    expect((await mxFrom({ answer: chain })).answer).toMatchObject({
      kind: 'insecure',
      aliases: ['b.example'],
    });
  });

  it('of every answer is what a resolver without DNSSEC has: nothing is secure then (DANE-2.1.1-1)', async () => {
    const oblivious: Responder = (asked) => [response(asked, { answer: [tenMx] })];
    expect((await mxFrom(oblivious, { trustAd: true })).answer).toMatchObject({ kind: 'insecure' });
  });
});

function aborting() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

describe('failure', () => {
  it('is also what validation could not decide: indeterminate is not insecure (DANE-2.1.1-3, SEC-4035-4.3-1)', async () => {
    const server = await serve((asked) => [response(asked, { rcode: 2, additional: [opt(5)] })]);
    const ports = nodeDns({ servers: [server] });
    const ask = { name: 'a.example', deadlineMs: 60_000 };
    const failure = { kind: 'failed', cause: 'bogus', extendedError: 5 };
    expect(await ports['dns.mx'](ask, never)).toEqual(failure);
    expect(await ports['dns.tlsa'](ask, never)).toEqual(failure);
    expect(await ports['dns.addresses'](ask, never)).toEqual({ a: failure, aaaa: failure });
  });

  it('is every other RCODE (DANE-2.1.1-6)', async () => {
    const failed = (cause: string, extendedError: number | null = null) => ({
      kind: 'failed',
      cause,
      extendedError,
    });
    expect((await mxFrom({ rcode: 2 })).answer).toEqual(failed('servfail'));
    expect((await mxFrom({ rcode: 2, flags: AD })).answer).toEqual(failed('servfail'));
    expect((await mxFrom({ rcode: 5, additional: [opt(18)] })).answer).toEqual(failed('refused', 18));
    for (const rcode of [1, 4, 6, 9]) expect((await mxFrom({ rcode })).answer).toEqual(failed('servfail'));
    expect((await mxFrom({ additional: [opt(null, 1)] })).answer).toEqual(failed('servfail'));
  });

  it('is called bogus where the extended error says so, and only then (EDE-3-2)', async () => {
    for (const code of [1, 2, 5, 6, 7, 8, 9, 10, 11, 12]) {
      const { answer } = await mxFrom({ rcode: 2, additional: [opt(code)] });
      expect(answer).toEqual({ kind: 'failed', cause: 'bogus', extendedError: code });
    }
    const { answer } = await mxFrom({ rcode: 2, additional: [opt(22)] });
    expect(answer).toEqual({ kind: 'failed', cause: 'servfail', extendedError: 22 });
    const { answer: usable } = await mxFrom({ flags: AD, answer: [tenMx], additional: [opt(6)] });
    expect(usable).toMatchObject({ kind: 'secure' });
  });

  it('is never taken to another server for a second opinion', async () => {
    const other = await serve((asked) => [response(asked, { answer: [tenMx] })]);
    const first = await serve((asked) => [response(asked, { rcode: 2 })]);
    const ports = nodeDns({ servers: [first, other] });
    const answer = await ports['dns.mx']({ name: 'a.example', deadlineMs: 60_000 }, never);
    expect(answer).toMatchObject({ kind: 'failed', cause: 'servfail' });
    expect(other.asked).toEqual([]);
  });

  it('is silence, for no longer than the deadline', async () => {
    const { answer, server } = await mxFrom(() => [], { timeoutMs: 600_000, attempts: 4 }, 1000);
    expect(answer).toEqual({ kind: 'failed', cause: 'timeout', extendedError: null });
    expect(server.asked).toHaveLength(4);
    // By chance the system may once give a port again that was left.
    expect(new Set(server.asked.map((asked) => asked.port)).size).toBeGreaterThanOrEqual(3);
  });

  it('comes at once when the signal aborts', async () => {
    const server = await serve(() => []);
    const stop = new AbortController();
    const ports = nodeDns({ servers: [server] });
    const answer = ports['dns.addresses']({ name: 'a.example', deadlineMs: 60_000 }, stop.signal);
    setTimeout(() => stop.abort(), 20);
    expect(await answer).toMatchObject({ a: { cause: 'timeout' }, aaaa: { cause: 'timeout' } });
    const late = await ports['dns.mx']({ name: 'a.example', deadlineMs: 60_000 }, stop.signal);
    expect(late).toMatchObject({ cause: 'timeout' });
  });

  it('is a port where nobody listens, after the other servers were tried', async () => {
    const gone = await nameServer(() => []);
    await gone.close();
    const ask = { name: 'a.example', deadlineMs: 60_000 };
    const alone = nodeDns({ servers: [gone] });
    expect(await alone['dns.mx'](ask, never)).toMatchObject({ cause: 'unreachable' });
    const server = await serve((asked) => [response(asked, { answer: [tenMx] })]);
    const both = nodeDns({ servers: [gone, server] });
    expect(await both['dns.mx'](ask, never)).toEqual({ kind: 'insecure', ...found });
    expect(await nodeDns({ servers: [] })['dns.mx'](ask, never)).toMatchObject({ cause: 'unreachable' });
  });

  it('is what is given up at any moment before the query has left, and nothing is thrown', async () => {
    const server = await serve(() => []);
    const dns = nodeDns({ servers: [server] });
    for (let turns = 0; turns < 12; turns++) {
      const { signal, abort } = aborting();
      const ended = dns['dns.mx']({ name: 'a.example', deadlineMs: 60_000 }, signal);
      for (let turn = 0; turn < turns; turn++) await null;
      abort();
      expect(await ended).toMatchObject({ kind: 'failed' });
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('is a message that cannot be read', async () => {
    const { answer } = await mxFrom({ answer: [{ ...tenMx, rdlength: 200 }] });
    expect(answer).toEqual({ kind: 'failed', cause: 'malformed', extendedError: null });
    const denied = await mxFrom({ rcode: 3, answer: [tenMx] });
    expect(denied.answer).toMatchObject({ cause: 'malformed' });
  });

  it('is a name that no question can hold', async () => {
    const server = await serve(() => []);
    const ports = nodeDns({ servers: [server] });
    for (const bad of ['.', 'a..b', 'x'.repeat(64), 'a b']) {
      const answer = await ports['dns.tlsa']({ name: bad, deadlineMs: 60_000 }, never);
      expect(answer).toEqual({ kind: 'failed', cause: 'malformed', extendedError: null });
    }
    expect(server.asked).toEqual([]);
  });

  it('is not a name that DNS cannot hold: that one owns nothing', async () => {
    const server = await serve(() => []);
    const ports = nodeDns({ servers: [server] });
    const answer = await ports['dns.tlsa']({ name: `${'x.'.repeat(127)}x`, deadlineMs: 60_000 }, never);
    expect(answer).toMatchObject({ kind: 'insecure', records: [], denial: 'nxdomain' });
    expect(server.asked).toEqual([]);
  });
});

describe('transport', () => {
  it('ignores what is not the answer, and goes on waiting (DNS-5452-1)', async () => {
    const { answer } = await mxFrom((asked) => [
      Buffer.from('not DNS'),
      response(asked, { id: asked.id ^ 1, flags: AD, rcode: 3 }),
      response(asked, { question: { name: 'evil.example', type: 15 }, flags: AD }),
      response(asked, { answer: [tenMx] }),
    ]);
    expect(answer).toEqual({ kind: 'insecure', ...found });
  });

  it('does not wait through a flood', async () => {
    const flood: Responder = (asked) => new Array(100).fill(response(asked, { id: asked.id ^ 1 }));
    const { answer } = await mxFrom(flood, { timeoutMs: 60_000 });
    expect(answer).toMatchObject({ kind: 'failed', cause: 'malformed' });
  });

  it('asks again over TCP what was truncated (DNS-1035-3)', async () => {
    const many = Array.from({ length: 100 }, (_, i) => ({ ...tenMx, rdata: mx(i, `mx${i}.example`) }));
    const { answer, server } = await mxFrom((asked) => [
      asked.over === 'udp'
        ? response(asked, { flags: FLAGS.response | FLAGS.tc, answer: [{ ...tenMx, rdlength: 500 }] })
        : response(asked, { flags: AD, answer: many }),
    ]);
    expect(server.asked.map((asked) => asked.over)).toEqual(['udp', 'tcp']);
    expect(answer).toMatchObject({ kind: 'secure' });
    if (answer.kind === 'failed') throw new Error(answer.cause);
    expect(answer.records.map((record) => record.preference)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
  });

  it('calls a failure what TCP does not deliver', async () => {
    const truncated = (asked: Asked) => response(asked, { flags: FLAGS.response | FLAGS.tc });
    const overTcp = async (reply: Responder, deadlineMs = 60_000) => {
      const respond: Responder = (asked) => (asked.over === 'udp' ? [truncated(asked)] : reply(asked));
      return (await mxFrom(respond, {}, deadlineMs)).answer;
    };
    expect(await overTcp((asked) => [truncated(asked)])).toMatchObject({ cause: 'malformed' });
    expect(await overTcp((asked) => [response(asked, { id: asked.id ^ 1 })])).toMatchObject({
      cause: 'malformed',
    });
    expect(await overTcp(() => ({ raw: Buffer.from([0xff, 0xff, 1, 2]) }))).toMatchObject({
      cause: 'malformed',
    });
    expect(await overTcp(() => ({ raw: Buffer.from([0, 0]) }))).toMatchObject({ cause: 'malformed' });
    expect(await overTcp(() => ({ raw: Buffer.alloc(0) }))).toMatchObject({ cause: 'unreachable' });
    expect(await overTcp(() => [], 200)).toMatchObject({ cause: 'timeout' });
  });

  it('asks for the very name, complete as it is: there is no search list (SMTP-5.1-1)', async () => {
    const server = await serve((asked) => [response(asked, { rcode: 3 })]);
    const ports = nodeDns({ ...systemResolvers('search corp.example\noptions ndots:5'), servers: [server] });
    for (const name of ['single', 'a.example']) {
      expect(await ports['dns.mx']({ name, deadlineMs: 60_000 }, never)).toMatchObject({
        denial: 'nxdomain',
      });
    }
    expect(server.asked.map(({ name }) => name)).toEqual(['single', 'a.example']);
  });

  it('does without EDNS where the server knows none and is not trusted anyway (DNS-6891-1)', async () => {
    const old: Responder = (asked) => [
      response(asked, asked.edns ? { rcode: 1, question: null } : { answer: [tenMx] }),
    ];
    expect((await mxFrom(old, { trustAd: false })).answer).toEqual({ kind: 'insecure', ...found });
    expect((await mxFrom(old)).answer).toMatchObject({ kind: 'failed', cause: 'servfail' });
  });
});

describe('aliases', () => {
  it('are followed within the answer, in whatever order they stand (STS-3.1-9)', async () => {
    const own = { ...tenMx, owner: 'c.example', ttl: 90 };
    const stranger = { ...tenMx, owner: 'd.example', rdata: mx(1, 'evil.example') };
    const answer = [own, stranger, alias('b.example', 'C.example', 40), alias('a.example', 'b.example')];
    expect((await mxFrom({ answer })).answer).toEqual({
      kind: 'insecure',
      ...found,
      aliases: ['b.example', 'c.example'],
      ttlSeconds: 40,
    });
  });

  it('and records live as long as the shortest-lived of them (DNS-2181-5.2-1)', async () => {
    const records = [
      { ...tenMx, ttl: 70 },
      { ...tenMx, ttl: 50, rdata: mx(20, 'other.example') },
    ];
    expect((await mxFrom({ answer: records })).answer).toMatchObject({ ttlSeconds: 50 });
    const behind = records.map((record) => ({ ...record, owner: 'b.example' }));
    const answer = [alias('a.example', 'b.example', 40), ...behind];
    expect((await mxFrom({ answer })).answer).toMatchObject({ ttlSeconds: 40 });
  });

  it('give no records of another owner', async () => {
    const { answer } = await mxFrom({ answer: [{ ...tenMx, owner: 'b.example' }] });
    expect(answer).toMatchObject({ records: [], denial: 'nodata', aliases: [] });
  });

  it('end in a denial, if the message denies', async () => {
    const denied = { answer: [alias('a.example', 'b.example')], authority: [soa(9)] };
    const aliases = ['b.example'];
    expect((await mxFrom(denied)).answer).toMatchObject({ denial: 'nodata', aliases, ttlSeconds: 9 });
    expect((await mxFrom({ ...denied, rcode: 3 })).answer).toMatchObject({ denial: 'nxdomain', aliases });
  });

  it('that end in nothing at all are asked after, and every link must be secure (DANE-2.1.3-1, DANE-2.1.3-2)', async () => {
    const links =
      (secondFlags: number, firstFlags = AD): Responder =>
      (asked) => [
        asked.name === 'a.example'
          ? response(asked, { flags: firstFlags, answer: [alias('a.example', 'b.example')] })
          : response(asked, { flags: secondFlags, answer: [{ ...tenMx, owner: 'b.example' }] }),
      ];
    const whole = { ...found, aliases: ['b.example'] };
    expect((await mxFrom(links(AD))).answer).toEqual({ kind: 'secure', ...whole });
    expect((await mxFrom(links(FLAGS.response))).answer).toEqual({ kind: 'insecure', ...whole });
    // Whoever made the first link could have made it lead anywhere, to a signed zone as well.
    expect((await mxFrom(links(AD, FLAGS.response))).answer).toEqual({ kind: 'insecure', ...whole });
    const broken: Responder = (asked) => [
      asked.name === 'a.example'
        ? response(asked, { answer: [alias('a.example', 'b.example')] })
        : response(asked, { rcode: 2 }),
    ];
    expect((await mxFrom(broken)).answer).toMatchObject({ cause: 'servfail' });
  });

  it('that never end are no answer', async () => {
    const loop = [alias('a.example', 'b.example'), alias('b.example', 'a.example')];
    expect((await mxFrom({ answer: loop })).answer).toMatchObject({ cause: 'malformed' });
    let n = 0;
    const endless = await mxFrom((asked) => [
      response(asked, { answer: [alias(asked.name, `x${++n}.example`)] }),
    ]);
    expect(endless.answer).toMatchObject({ cause: 'malformed' });
    expect(endless.server.asked.length).toBeLessThanOrEqual(17);
  });

  it('to names of odd octets are followed, as far as those take them on the wire (RFC 2181, Section 11)', async () => {
    for (const odd of [
      'a\\046b.example',
      'a\\032b.example',
      `${'\\001'.repeat(63)}.${'\\255'.repeat(63)}.example`,
    ]) {
      const question = { name: odd, type: 15 };
      const { answer, server } = await mxFrom((asked) => [
        asked.name === 'a.example'
          ? response(asked, { answer: [alias('a.example', odd)] })
          : response(asked, { question, answer: [{ ...tenMx, owner: name(odd) }] }),
      ]);
      expect(answer, odd).toMatchObject({ ...found, kind: 'insecure', aliases: [odd] });
      expect(new Set(server.asked.map((asked) => asked.name)).size).toBe(2);
    }
  });

  it('to names that are none are no answer', async () => {
    const long = Buffer.concat([...Array.from({ length: 127 }, () => Buffer.from([1, 0x78])), name('x')]);
    const { answer } = await mxFrom({ answer: [{ owner: 'a.example', type: 'CNAME', rdata: long }] });
    expect(answer).toMatchObject({ kind: 'failed', cause: 'malformed' });
  });
});

describe('each question', () => {
  const askAll = async (respond: Responder) => {
    const server = await serve(respond);
    return { server, ports: nodeDns({ servers: [server] }), ask: { name: 'A.example', deadlineMs: 60_000 } };
  };

  it('asks its own type: A and AAAA side by side, each with an answer of its own', async () => {
    const { server, ports, ask } = await askAll((asked) => [
      asked.type === 'A'
        ? response(asked, {
            flags: AD,
            answer: [{ owner: 'a.example', type: 'A', rdata: Buffer.from([192, 0, 2, 1]) }],
          })
        : response(asked, { rcode: 2 }),
    ]);
    const { a, aaaa } = await ports['dns.addresses'](ask, never);
    expect(a).toMatchObject({ kind: 'secure', records: ['192.0.2.1'] });
    expect(aaaa).toMatchObject({ kind: 'failed', cause: 'servfail' });
    expect(server.asked.map((asked) => asked.type).sort()).toEqual(['A', 'AAAA']);
  });

  it('of CNAME goes no further than the name itself (DANE-2.1.3-3)', async () => {
    const { ports, ask } = await askAll((asked) => [
      response(asked, {
        flags: AD,
        answer: [alias('a.example', 'b.example'), alias('b.example', 'c.example')],
      }),
    ]);
    const answer = await ports['dns.cname'](ask, never);
    expect(answer).toMatchObject({ kind: 'secure', records: ['b.example'], aliases: [], denial: null });
  });

  it('of CNAME has no answer if there are two targets', async () => {
    const { ports, ask } = await askAll((asked) => [
      response(asked, {
        flags: AD,
        answer: [alias('a.example', 'b.example'), alias('a.example', 'c.example')],
      }),
    ]);
    expect(await ports['dns.cname'](ask, never)).toMatchObject({ cause: 'malformed' });
  });

  it('of TXT gives one string for each record', async () => {
    const { ports, ask } = await askAll((asked) => [
      response(asked, {
        answer: [
          { owner: 'a.example', type: 'TXT', rdata: strings('v=STSv1; ', 'id=1;') },
          { owner: 'a.example', type: 'TXT', rdata: strings('other') },
        ],
      }),
    ]);
    expect(await ports['dns.txt'](ask, never)).toMatchObject({ records: ['v=STSv1; id=1;', 'other'] });
  });

  it('of TLSA gives records that are too short as such', async () => {
    const tlsa = (hex: string): RecordSpec => ({
      owner: 'a.example',
      type: 'TLSA',
      rdata: Buffer.from(hex, 'hex'),
    });
    const { ports, ask } = await askAll((asked) => [
      response(asked, { flags: AD, answer: [tlsa('0301'), tlsa('030101ff')] }),
    ]);
    expect(await ports['dns.tlsa'](ask, never)).toMatchObject({
      kind: 'secure',
      records: [
        { kind: 'malformed', rdata: '0301' },
        { kind: 'tlsa', usage: 3, selector: 1, matching: 1, data: 'ff' },
      ],
    });
  });
});
