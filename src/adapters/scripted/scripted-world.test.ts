import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../policy/settings.js';
import { allocate } from './allocate.js';
import { freshMemory } from './memory.js';
import { applyChange } from './play.js';
import { type ScriptedOptions, scriptedWorld } from './scripted-world.js';
import type { MailHost, PolicyHost, World } from './world.js';

const deadlineMs = 1000;
const session = 1;

function play(world: World, options: Partial<ScriptedOptions> = {}) {
  const addresses = allocate(world, (index) => `127.0.0.${index + 2}`);
  return scriptedWorld(world, { port: 25, now: 0, addresses, ...options });
}

const CONNECTED = { kind: 'lost', address: '127.0.0.2' } as const;

function withHost(host: MailHost) {
  const played = play({ dns: {}, mail: { mx: host } });
  const base = { session, deadlineMs, greetingMs: deadlineMs, deadlines: DEFAULT_SETTINGS.deadlines };
  return {
    memory: played.memory,
    connect: (port = 25) =>
      played.ask({ type: 'smtp.connect', ...base, address: '127.0.0.2', port, alternate: null }),
    hello: (verb: 'EHLO' | 'HELO' = 'EHLO') =>
      played.ask({ type: 'smtp.hello', ...base, verb, name: 'me.example' }),
    startTls: () => played.ask({ type: 'smtp.starttls', ...base }),
    handshake: () => played.ask({ type: 'tls.handshake', ...base, serverName: 'mx' }),
    inspect: () => played.ask({ type: 'peer.inspect', ...base, tlsa: [] }),
    send: (recipients: readonly string[], parameters: readonly string[] = []) =>
      played.ask({ type: 'smtp.send', ...base, sender: '', parameters, recipients, pipelining: 'yes' }),
    quit: () => played.ask({ type: 'smtp.quit', ...base }),
    beginRun: () => played.beginRun(),
  };
}

describe('SMTP dialogue', () => {
  it('serves a message over TLS', () => {
    const mx = withHost({ keywordsAfterTls: ['REQUIRETLS'] });
    expect(mx.connect()).toMatchObject({ kind: 'greeted', reply: { code: 220, lines: ['mx ESMTP'] } });
    expect(mx.hello()).toMatchObject({
      reply: { code: 250, lines: expect.arrayContaining(['mx', 'PIPELINING', 'STARTTLS']) },
    });
    expect(mx.startTls()).toMatchObject({ kind: 'replied', reply: { code: 220 } });
    expect(mx.handshake()).toMatchObject({ kind: 'established' });
    expect(mx.inspect()).toMatchObject({ kind: 'presented', path: { kind: 'trusted' } });
    expect(mx.hello()).toMatchObject({ reply: { lines: ['mx', 'REQUIRETLS'] } });
    expect(mx.send(['a@x.example'], ['REQUIRETLS'])).toMatchObject({
      mail: { code: 250 },
      recipients: [{ code: 250 }],
      data: { code: 354 },
      end: { code: 250 },
      lost: null,
    });
    expect(mx.memory.accepted).toEqual([
      {
        host: 'mx',
        sender: '',
        parameters: ['REQUIRETLS'],
        recipients: ['a@x.example'],
        recipientParameters: [[]],
        tls: 'yes',
      },
    ]);
    expect(mx.quit()).toEqual({ kind: 'closed' });
    expect(mx.hello()).toEqual({ kind: 'lost', cause: 'closed' });
  });

  it.each<[NonNullable<MailHost['starttls']>, object, object]>([
    ['offered', { kind: 'replied', reply: { code: 220 } }, { kind: 'established' }],
    ['not-offered', { reply: { code: 502 } }, { kind: 'failed', cause: 'closed' }],
    [
      '454 4.7.0 not now',
      { reply: { code: 454, lines: ['4.7.0 not now'] } },
      { kind: 'failed', cause: 'closed' },
    ],
    ['injected', { kind: 'injected', reply: { code: 220 } }, { kind: 'failed', cause: 'protocol' }],
    ['broken', { reply: { code: 220 } }, { kind: 'failed', cause: 'protocol' }],
    ['closes', { reply: { code: 220 } }, { kind: 'failed', cause: 'closed' }],
    ['old', { reply: { code: 220 } }, { kind: 'failed', cause: 'alert' }],
    ['late-alert', { reply: { code: 220 } }, { kind: 'established' }],
  ])('STARTTLS %s', (starttls, reply, handshake) => {
    const mx = withHost({ starttls });
    mx.connect();
    const hello = mx.hello();
    const announces = hello.kind === 'replied' && hello.reply.lines.includes('STARTTLS');
    expect(announces).toBe(starttls !== 'not-offered');
    expect(mx.startTls()).toMatchObject(reply);
    expect(mx.handshake()).toMatchObject(handshake);
    if (starttls === 'late-alert') {
      expect(mx.inspect()).toMatchObject({ kind: 'presented' });
      expect(mx.hello()).toEqual({ kind: 'lost', cause: 'tls-alert' });
      expect(mx.send(['a@x.example'])).toMatchObject({ mail: null, lost: 'closed' });
    }
  });

  it('answers as told: connect, greeting, EHLO and HELO', () => {
    expect(withHost({ connect: 'refuse' }).connect()).toEqual({ kind: 'failed', cause: 'refused' });
    expect(withHost({}).connect(2525)).toEqual({ kind: 'failed', cause: 'refused' });
    expect(withHost({ connect: 'silent' }).connect()).toEqual({ ...CONNECTED, cause: 'timeout' });
    expect(withHost({ greeting: 'close' }).connect()).toEqual({ ...CONNECTED, cause: 'closed' });
    expect(withHost({ greeting: 'hello' }).connect()).toEqual({
      ...CONNECTED,
      cause: 'malformed',
      said: 'hello',
    });
    expect(withHost({ port: 2587 }).connect()).toEqual({ kind: 'failed', cause: 'refused' });
    expect(withHost({ port: 2587 }).connect(2587)).toMatchObject({ kind: 'greeted' });
    const refusing = withHost({ replies: { ehlo: '500 what', helo: '250 hi' } });
    refusing.connect();
    expect(refusing.hello()).toMatchObject({ reply: { code: 500 } });
    expect(refusing.hello('HELO')).toMatchObject({ reply: { code: 250, lines: ['hi'] } });
    const closed = withHost({ greeting: '554 no' });
    closed.connect();
    expect(closed.hello()).toMatchObject({ reply: { code: 503 } });
  });

  it('answers each stage of a transaction as told', () => {
    const sent = (
      replies: NonNullable<MailHost['replies']>,
      recipients = ['a@x', 'b@x'],
      parameters?: string[],
    ) => {
      const mx = withHost({ replies });
      mx.connect();
      mx.hello();
      return { ...mx.send(recipients, parameters), accepted: mx.memory.accepted };
    };
    expect(sent({ mail: '550 no' })).toMatchObject({
      mail: { code: 550 },
      recipients: [null, null],
      data: null,
      lost: null,
    });
    expect(sent({ rcpt: { '*': '550 5.1.1 who' } })).toMatchObject({
      recipients: [{ code: 550, lines: ['5.1.1 who'] }, { code: 550 }],
      data: null,
      end: null,
      lost: null,
    });
    expect(sent({ rcpt: { 'b@x': '451 later' } })).toMatchObject({
      recipients: [{ code: 250 }, { code: 451 }],
      end: { code: 250 },
      accepted: [{ recipients: ['a@x'], tls: 'no' }],
    });
    expect(sent({ rcpt: { 'b@x': 'close' } })).toMatchObject({
      recipients: [{ code: 250 }, null],
      data: null,
      lost: 'closed',
    });
    expect(sent({ data: '451 no' })).toMatchObject({ data: { code: 451 }, end: null, accepted: [] });
    expect(sent({ end: 'close' })).toMatchObject({
      data: { code: 354 },
      end: null,
      lost: 'closed',
      accepted: [],
    });
    expect(sent({ end: '554 no' })).toMatchObject({ end: { code: 554 }, accepted: [] });
    expect(sent({}, ['a@x'], ['SIZE=3'])).toMatchObject({ mail: { code: 250 } });
    expect(sent({}, ['a@x'], ['REQUIRETLS'])).toMatchObject({ mail: { code: 555 } });
  });

  it('remembers who was connected to, and forgets sessions between runs', () => {
    const mx = withHost({});
    mx.connect();
    expect([...mx.memory.connected]).toEqual(['mx']);
    mx.beginRun();
    expect(mx.hello()).toEqual({ kind: 'lost', cause: 'closed' });
    const none = withHost({ connect: 'refuse' });
    none.connect();
    expect([...none.memory.connected]).toEqual([]);
  });
});

describe('DNS and addresses', () => {
  it('reads records and resolves references', () => {
    const world: World = {
      signedZones: ['.'],
      dns: {
        'MX a.example': ['10 MX.a.example.', '20 b.example'],
        'MX none.example': ['0 .'],
        'A mx.a.example': ['@mx', '192.0.2.9'],
        'AAAA mx.a.example': ['@mx'],
        'A lost.example': ['@nobody'],
        'TXT t.example': { fails: 'bogus' },
      },
      mail: { mx: {} },
    };
    const { ask } = play(world);
    const lookup = (name: string) => ({ name, deadlineMs });
    expect(ask({ type: 'dns.mx', ...lookup('a.example') })).toEqual({
      kind: 'secure',
      records: [
        { preference: 10, exchange: 'mx.a.example' },
        { preference: 20, exchange: 'b.example' },
      ],
      denial: null,
      aliases: [],
      ttlSeconds: 300,
    });
    expect(ask({ type: 'dns.mx', ...lookup('none.example') })).toMatchObject({ records: [{ exchange: '' }] });
    expect(ask({ type: 'dns.addresses', ...lookup('mx.a.example') })).toMatchObject({
      a: { records: ['127.0.0.2', '192.0.2.9'] },
      aaaa: { records: ['::ffff:127.0.0.2'] },
    });
    expect(ask({ type: 'dns.addresses', ...lookup('lost.example') })).toMatchObject({
      a: { kind: 'failed', cause: 'malformed' },
    });
    expect(ask({ type: 'dns.txt', ...lookup('t.example') })).toEqual({
      kind: 'failed',
      cause: 'bogus',
      extendedError: 6,
    });
    const mapped = {
      session,
      deadlineMs,
      greetingMs: deadlineMs,
      address: '::ffff:127.0.0.2',
      port: 25,
      alternate: null,
    };
    expect(ask({ type: 'smtp.connect', ...mapped })).toMatchObject({ kind: 'greeted' });
  });

  it('keeps addresses from step to step', () => {
    const world: World = { dns: {}, mail: { a: {}, b: {} }, policy: { p: {} } };
    const first = allocate(world, String);
    const next = applyChange(world, { mail: { a: null, c: {} } });
    expect([...first]).toEqual([
      ['a', '0'],
      ['b', '1'],
      ['p', '2'],
    ]);
    expect([...allocate(next, String, first)]).toEqual([
      ['a', '0'],
      ['b', '1'],
      ['p', '2'],
      ['c', '3'],
    ]);
    expect(Object.keys(next.mail ?? {})).toEqual(['b', 'c']);
    expect(Object.keys(world.mail ?? {})).toEqual(['a', 'b']);
  });
});

describe('policies', () => {
  const fetched = (host: PolicyHost, name = 'mta-sts.a.example', bytesMax = 64) =>
    play({ dns: {}, policy: { 'mta-sts.a.example': host } }).ask({
      type: 'policy.fetch',
      host: name,
      port: 443,
      addresses: ['127.0.0.99', '127.0.0.2'],
      bytesMax,
      deadlineMs,
    });

  it('answers a fetch', () => {
    expect(fetched({ body: 'mode: none' })).toEqual({
      kind: 'response',
      status: 200,
      mediaType: 'text/plain',
      body: 'mode: none',
    });
    expect(fetched({ status: 302, location: 'https://x', body: 'moved' })).toMatchObject({
      status: 302,
      body: '',
    });
    expect(fetched({ bodyOctets: 65 })).toMatchObject({ kind: 'failed', cause: 'too-large' });
    expect(fetched({ body: 'é'.repeat(33) })).toMatchObject({ cause: 'too-large' });
    expect(fetched({ bodyOctets: 64 })).toMatchObject({ kind: 'response' });
    expect(fetched({ connect: 'refuse' })).toMatchObject({ cause: 'connect' });
    expect(fetched({ connect: 'silent' })).toMatchObject({ cause: 'timeout' });
  });

  it('demands a trusted certificate with the right name', () => {
    expect(fetched({ certificate: { issuer: 'self' } })).toMatchObject({
      cause: 'certificate',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(fetched({ certificate: { validity: 'expired' } })).toMatchObject({
      cause: 'certificate',
      code: 'CERT_HAS_EXPIRED',
    });
    expect(fetched({}, 'mta-sts.b.example')).toMatchObject({ cause: 'certificate' });
    expect(fetched({ certificate: { names: ['*.a.example'] } })).toMatchObject({ kind: 'response' });
  });

  it('keeps what it is told to keep, across worlds that share a memory', () => {
    const memory = freshMemory();
    const first = play({ dns: {} }, { memory });
    const failure = { id: '1', failedAt: 5 };
    const entry = {
      id: '2',
      policy: { mode: 'none', mx: [], maxAgeSeconds: 1, lines: [] },
      fetchedAt: 6,
    } as const;
    const write = { type: 'policy-cache.write', domain: 'a.example' } as const;
    first.ask({ ...write, change: { kind: 'remember-failure', failure } });
    const second = play({ dns: {} }, { memory });
    const read = { type: 'policy-cache.read', domain: 'a.example' } as const;
    expect(second.ask(read)).toEqual({ kind: 'read', cached: null, failure });
    second.ask({ ...write, change: { kind: 'store', entry } });
    expect(second.ask(read)).toEqual({ kind: 'read', cached: entry, failure: null });
    const later = { id: '1', failedAt: 7 };
    second.ask({ ...write, change: { kind: 'remember-failure', failure: later } });
    expect(second.ask(read)).toEqual({ kind: 'read', cached: entry, failure: later });
    expect(second.ask({ ...read, domain: '__proto__' })).toEqual({
      kind: 'read',
      cached: null,
      failure: null,
    });
  });
});

describe('random.draw', () => {
  it('repeats itself from the same seed, and is 0 without one', () => {
    const draw = (seed?: number) =>
      play({ dns: {} }, seed === undefined ? {} : { seed }).ask({ type: 'random.draw', count: 3 }).values;
    expect(draw()).toEqual([0, 0, 0]);
    expect(draw(7)).toEqual(draw(7));
    expect(new Set([...draw(7), ...draw(8)]).size).toBe(6);
  });
});
