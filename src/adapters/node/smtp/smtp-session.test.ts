import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import net, { type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AskOf, TransactionAnswer } from '../../../effects/catalog.js';
import type { MessageSource, SmtpSession } from '../../../effects/ports.js';
import type { Lost, Reply } from '../../../policy/smtp/reply.js';
import { eachReply } from './deadlines.fixture.js';
import { REPLY_LENGTH_MAX } from './reply-reader.js';
import { nodeSmtp } from './smtp-session.js';

const session = 1;
const deadlineMs = 60_000;
const never = new AbortController().signal;
const closers: (() => void)[] = [];
let identity: { key: string; cert: string };

beforeAll(async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: '01',
      name: 'CN=mx.example',
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 3_600_000),
      signingAlgorithm: algorithm,
      keys,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'mx.example' }])],
    },
    webcrypto as never,
  );
  const key = x509.PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  );
  identity = { key, cert: certificate.toString('pem') };
});

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe('connecting', () => {
  it('gives the greeting and the own address', async () => {
    const { client, connected } = await dial((server) => server.write('220-mx\r\n220 hello\r\n'));
    expect(connected).toEqual({
      kind: 'greeted',
      reply: { code: 220, lines: ['mx', 'hello'] },
      localAddress: '127.0.0.1',
      address: '127.0.0.1',
    });
    client.destroy();
    client.destroy();
  });

  it('uses the local address that is given, for its family', async () => {
    const { connected } = await dial((server) => server.write('220 hi\r\n'), { localAddress: '127.0.0.9' });
    expect(connected).toMatchObject({ kind: 'greeted', localAddress: '127.0.0.9' });
    const { connected: other } = await dial((server) => server.write('220 hi\r\n'), { localAddress: '::1' });
    expect(other).toMatchObject({ kind: 'greeted', localAddress: '127.0.0.1' });
    expect(() => nodeSmtp({ localAddress: 'localhost' })).toThrow(TypeError);
  });

  it('tells apart what fails', async () => {
    const connect = (address: string, port: number) =>
      nodeSmtp()().connect(
        { session, deadlineMs, greetingMs: deadlineMs, address, port, alternate: null },
        never,
      );
    const unused = await listen(() => undefined);
    for (const close of closers.splice(0)) close();
    expect(await connect('127.0.0.1', unused)).toEqual({ kind: 'failed', cause: 'refused' });
    expect(await connect('mx.example', 25)).toEqual({ kind: 'failed', cause: 'other' });
    expect(await connect('127.0.0.1', 123456)).toEqual({ kind: 'failed', cause: 'other' });
  });

  it.each([
    ['closed', {}, (server: Socket) => server.end()],
    ['reset', {}, (server: Socket) => setTimeout(() => server.resetAndDestroy(), 10)],
    [
      'malformed',
      { said: 'HTTP/1.1 400 Bad Request' },
      (server: Socket) => server.write('HTTP/1.1 400 Bad Request\r\n'),
    ],
    ['closed', { said: '421-going 421 do' }, (server: Socket) => server.end('421-going\r\n421 do')],
  ] as const)('without a greeting is lost, and tells what was heard: %s', async (cause, said, act) => {
    const { connected } = await dial((server) => void act(server));
    expect(connected).toEqual({ kind: 'lost', cause, ...said, address: '127.0.0.1' });
  });

  it('does not wait for a slow server beyond the deadline, nor beyond an abort', async () => {
    const drip = (server: Socket) => {
      const timer = setInterval(() => server.write('2'), 5);
      server.on('close', () => clearInterval(timer));
    };
    const slow = await dial(drip, { deadlineMs: 2000 });
    expect(slow.connected).toEqual({
      kind: 'lost',
      cause: expect.stringMatching(/timeout|malformed/),
      said: expect.stringMatching(/^2+$/),
      address: '127.0.0.1',
    });
    const silent = await dial(() => undefined, { deadlineMs: 500 });
    expect(silent.connected).toEqual({ kind: 'lost', cause: 'timeout', address: '127.0.0.1' });
    const aborted = await dial(() => undefined, { signal: AbortSignal.timeout(500) });
    expect(aborted.connected).toEqual({ kind: 'lost', cause: 'timeout', address: '127.0.0.1' });
    expect((await dial(() => undefined, { signal: AbortSignal.abort() })).connected).toEqual({
      kind: 'failed',
      cause: 'timeout',
    });
  });

  it('ends quickly where the reply is ten megabytes long', async () => {
    const line = Buffer.alloc(10_000_000, 'x');
    const { connected } = await dial((server) => void server.write(line));
    expect(connected).toMatchObject({
      kind: 'lost',
      cause: 'oversized',
      said: expect.stringMatching(/^x+$/),
    });
    const lines = Buffer.from('220-more\r\n'.repeat(1_000_000));
    const { connected: many } = await dial((server) => void server.write(lines));
    expect(many).toMatchObject({ kind: 'lost', cause: 'oversized' });
  });
});

describe('EHLO', () => {
  it('is answered by a reply, and never written with anything that breaks its line', async () => {
    const { client, heard } = await dial(
      dialogue(['220 hi'], { EHLO: ['250-mx', '250 PIPELINING'], HELO: ['502 no'] }),
    );
    expect(await hello(client)).toEqual({
      kind: 'replied',
      reply: { code: 250, lines: ['mx', 'PIPELINING'] },
    });
    expect(await client.hello({ session, deadlineMs, verb: 'HELO', name: 'a.example' }, never)).toMatchObject(
      {
        reply: { code: 502 },
      },
    );
    for (const name of ['a\r\nQUIT', 'a b', '', 'a\u0000']) {
      expect(await client.hello({ session, deadlineMs, verb: 'EHLO', name }, never)).toEqual(
        lost('malformed'),
      );
    }
    expect(heard).toEqual(['EHLO client.example', 'HELO a.example']);
  });

  it('after the end is lost, each time for the same reason', async () => {
    const { client } = await dial((server) => server.end('220 hi\r\n'));
    expect(await hello(client)).toEqual(lost('closed'));
    expect(await hello(client)).toEqual(lost('closed'));
    expect(await hello(nodeSmtp()())).toEqual(lost('closed'));
  });
});

describe('STARTTLS', () => {
  it('carries the dialogue into TLS, with nothing left of before (STLS-4-1, STLS-4.2-1)', async () => {
    const { client, heard } = await dial(tlsServer());
    expect(await hello(client)).toMatchObject({ kind: 'replied' });
    expect(await starttls(client)).toEqual({ kind: 'replied', reply: { code: 220, lines: ['go'] } });
    const established = await handshake(client, 'mx.example');
    expect(established).toEqual({
      kind: 'established',
      protocol: 'TLSv1.3',
      cipher: expect.stringMatching(/^TLS_/),
    });
    expect(await hello(client)).toEqual({
      kind: 'replied',
      reply: { code: 250, lines: ['secure mx.example'] },
    });
    expect(heard).toEqual(['EHLO client.example', 'STARTTLS']);
  });

  it('shows the certificates and the path, more than once', async () => {
    const { client } = await dial(tlsServer());
    expect(await client.inspect({ session, deadlineMs, tlsa: [] }, never)).toEqual({
      kind: 'unreadable',
      code: 'NO_TLS',
    });
    await starttls(client);
    await handshake(client, null);
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await client.inspect({ session, deadlineMs, tlsa: [] }, never)).toMatchObject({
        kind: 'presented',
        chain: [{ dnsNames: ['mx.example'], selfIssued: 'yes' }],
        path: { kind: 'untrusted', cause: 'self-signed', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      });
    }
  });

  it('trusts an extra anchor without a look at the name', async () => {
    const { client } = await dial(tlsServer(), { ca: [identity.cert] });
    await starttls(client);
    await handshake(client, 'other.example');
    expect(await client.inspect({ session, deadlineMs, tlsa: [] }, never)).toMatchObject({
      path: { kind: 'trusted' },
    });
    expect(() => nodeSmtp({ ca: ['nonsense'] })).toThrow(TypeError);
  });

  it('takes no address for a server name', async () => {
    const { client } = await dial(tlsServer());
    await starttls(client);
    expect(await handshake(client, '127.0.0.1')).toMatchObject({ kind: 'established' });
    expect(await hello(client)).toMatchObject({ reply: { lines: ['secure false'] } });
  });

  it('refused leaves the dialogue as it was', async () => {
    const { client } = await dial(dialogue(['220 hi'], { STARTTLS: ['454 not now'], EHLO: ['250 mx'] }));
    expect(await starttls(client)).toEqual({ kind: 'replied', reply: { code: 454, lines: ['not now'] } });
    expect(await handshake(client, null)).toMatchObject({ kind: 'failed', cause: 'closed' });
    expect(await hello(client)).toMatchObject({ kind: 'replied' });
  });

  it.each(['220 go\r\n250 injected\r\n', '220 go\r\nx', '220 go\r\n\r\n', '220-a\r\n220 go\r\n '])(
    'with octets behind its reply is called injected: %j (STLS-4-5)',
    async (octets) => {
      const { client } = await dial(
        onLine('220 hi\r\n', { STARTTLS: (server) => void server.write(octets) }),
      );
      expect(await starttls(client)).toMatchObject({ kind: 'injected', reply: { code: 220 } });
      expect(await handshake(client, null)).toMatchObject({ kind: 'failed' });
      expect(await hello(client)).toEqual(lost('closed'));
      expect(await client.quit({ session, deadlineMs }, never)).toEqual({ kind: 'closed' });
    },
  );

  it('with octets that come later is a broken handshake', async () => {
    let sayMore = () => {};
    const late = onLine('220 hi\r\n', {
      STARTTLS: (server) => {
        server.write('220 go\r\n');
        sayMore = () => void server.write('250 late\r\n');
      },
    });
    const { client } = await dial(late);
    expect(await starttls(client)).toMatchObject({ kind: 'replied' });
    sayMore();
    // They wait for the handshake, whenever it begins.
    await pause(60);
    expect(await handshake(client, null)).toEqual({
      kind: 'failed',
      cause: 'protocol',
      code: 'ERR_SSL_WRONG_VERSION_NUMBER',
    });
    expect(await hello(client)).toEqual(lost('closed'));
  });

  it.each([
    ['closed', (server: Socket) => server.once('data', () => server.end())],
    ['reset', (server: Socket) => server.once('data', () => server.resetAndDestroy())],
    ['protocol', (server: Socket) => server.once('data', () => server.write('this is not TLS\r\n'))],
    [
      'alert',
      (server: Socket) => server.once('data', () => server.write(Buffer.from('15030300020228', 'hex'))),
    ],
    ['timeout', () => undefined],
  ] as const)('followed by no TLS is a failed handshake: %s', async (cause, act) => {
    const { client } = await dial(
      onLine('220 hi\r\n', {
        STARTTLS: (server) => {
          act(server);
          server.write('220 go\r\n');
        },
      }),
    );
    expect(await starttls(client)).toMatchObject({ kind: 'replied' });
    const answer = await client.handshake(
      { session, deadlineMs: cause === 'timeout' ? 200 : deadlineMs, serverName: null },
      never,
    );
    expect(answer).toMatchObject({ kind: 'failed', cause });
    expect(await client.quit({ session, deadlineMs }, never)).toEqual({ kind: 'closed' });
  });

  it('is refused by servers that know old protocols only, with an alert or a protocol error', async () => {
    const { client } = await dial(
      tlsServer({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }),
    );
    await starttls(client);
    expect(await handshake(client, null)).toMatchObject({
      kind: 'failed',
      cause: expect.stringMatching(/alert|protocol/),
    });
  });

  it('with an alert behind a good handshake is lost to that alert', async () => {
    const { client } = await dial(tlsServer({ requestCert: true, rejectUnauthorized: true }));
    await starttls(client);
    expect(await handshake(client, null)).toMatchObject({ kind: 'established' });
    expect(await hello(client)).toEqual(lost('tls-alert'));
  });
});

describe.each(['yes', 'no'] as const)('a transaction, pipelining: %s', (pipelining) => {
  const good = { MAIL: ['250 ok'], RCPT: ['250 ok'], DATA: ['354 go'], '.': ['250 queued'] };

  it('sends the envelope and the message, dots stuffed, and words behind MAIL and RCPT alone (SMTP-4.5.2-1, SMTP-4.1.1-1)', async () => {
    const { client, heard } = await dial(dialogue(['220 hi'], good));
    const answer = await send(
      client,
      { pipelining, recipients: ['b@x', 'c@x'], parameters: ['SIZE=9', 'REQUIRETLS'] },
      ['Subject: x\r\n\r\n.do', 't\r\nend'],
    );
    const ok = { code: 250, lines: ['ok'] };
    expect(answer).toEqual({
      mail: ok,
      recipients: [ok, ok],
      data: { code: 354, lines: ['go'] },
      end: { code: 250, lines: ['queued'] },
      lost: null,
    });
    expect(heard).toEqual([
      'MAIL FROM:<a@y> SIZE=9 REQUIRETLS',
      'RCPT TO:<b@x>',
      'RCPT TO:<c@x>',
      'DATA',
      'Subject: x',
      '',
      '..dot',
      'end',
      '.',
    ]);
  });

  it('keeps refusals apart by recipient (PIPE-3.1-2)', async () => {
    const { client } = await dial(
      dialogue(['220 hi'], { ...good, 'RCPT TO:<b@x>': ['550-no', '550 such user'] }),
    );
    const answer = await send(client, { pipelining, recipients: ['b@x', 'c@x'] });
    expect(codes(answer)).toEqual({ mail: 250, recipients: [550, 250], data: 354, end: 250, lost: null });
  });

  it('ends in order where nobody is accepted', async () => {
    const { client, heard } = await dial(
      dialogue(['220 hi'], { ...good, RCPT: ['550 no'], DATA: ['554 no'] }),
    );
    const answer = await send(client, { pipelining, recipients: ['b@x'] });
    const data = pipelining === 'yes' ? 554 : null;
    expect(codes(answer)).toEqual({ mail: 250, recipients: [550], data, end: null, lost: null });
    expect(heard.includes('DATA')).toBe(pipelining === 'yes');
    expect(await hello(client)).toMatchObject({ kind: 'replied' });
  });

  it('tells of a reply behind the last one that it was not asked for (PIPE-3.1-2)', async () => {
    // Of "550 who?" and the reply to DATA nobody can tell which was not asked for.
    const { client } = await dial(dialogue(['220 hi'], { ...good, DATA: ['550 who?', '354 go on'] }));
    const answer = await send(client, { pipelining, recipients: ['b@x'] });
    expect(answer).toMatchObject({
      ...{ data: { code: 550 }, end: null },
      ...{ lost: 'malformed', said: '354 go on' },
    });
  });

  it('sends no message unless told to go on (SMTP-3.3-1)', async () => {
    const { client, heard } = await dial(dialogue(['220 hi'], { ...good, DATA: ['250 eh'] }));
    expect(codes(await send(client, { pipelining }))).toEqual({
      mail: 250,
      recipients: [250],
      data: 250,
      end: null,
      lost: null,
    });
    expect(heard.at(-1)).toBe('DATA');
  });

  it.each(['MAIL', 'RCPT', 'DATA', '.'] as const)(
    'keeps what was answered before the server closes at %s',
    async (stage) => {
      const close = (server: Socket) => void server.end();
      const { client } = await dial(dialogue(['220 hi'], good, { [stage]: close }));
      const answer = codes(await send(client, { pipelining }));
      const stages = ['MAIL', 'RCPT', 'DATA', '.'];
      const reached = stages.indexOf(stage);
      expect(answer).toMatchObject({
        mail: reached > 0 ? 250 : null,
        recipients: [reached > 1 ? 250 : null],
        data: reached > 2 ? 354 : null,
        end: null,
      });
      expect(answer.lost).toMatch(/closed|reset/);
      expect(codes(await send(client, { pipelining }))).toMatchObject({ mail: null, lost: answer.lost });
    },
  );

  it('keeps a refusal that the server closes behind, and what else it said', async () => {
    const refuse = (server: Socket) => void server.end('550 no\r\n421 bye\r\n');
    const { client } = await dial(dialogue(['220 hi'], good, { RCPT: refuse }));
    const answer = await send(client, { pipelining, recipients: ['b@x', 'c@x', 'd@x'] });
    expect(codes(answer)).toMatchObject({
      mail: 250,
      // As a group the second was on its way, and has its answer; one by one nobody had been named yet.
      recipients: pipelining === 'yes' ? [550, 421, null] : [550, null, null],
      data: null,
      lost: expect.stringMatching(/closed|reset/),
    });
    expect(answer.said).toBe(pipelining === 'yes' ? undefined : '421 bye');
  });

  it('never takes what was said before MAIL for an answer (SMTP-4.2-1)', async () => {
    const talkative = (server: Socket) => void server.write('250 ok\r\n250 ok\r\n550 no\r\n');
    const { client, heard } = await dial(dialogue(['220 hi'], good, { EHLO: talkative }));
    expect(await hello(client)).toMatchObject({ reply: { code: 250 } });
    const answer = await send(client, { pipelining });
    expect(codes(answer)).toEqual({
      mail: null,
      recipients: [null],
      data: null,
      end: null,
      lost: 'malformed',
    });
    expect(answer.said).toBe('250 ok 550 no');
    expect(codes(await send(client, { pipelining }))).toMatchObject({ mail: null, lost: 'malformed' });
    expect(heard).toEqual(['EHLO client.example']);
  });

  it('is over at its deadline, whatever hangs: the server or the source', async () => {
    const silent = (server: Socket) => void server.pause();
    const { client } = await dial(dialogue(['220 hi'], good, { '.': silent }));
    expect(
      codes(await send(client, { pipelining, deadlines: eachReply(deadlineMs, { endOfDataMs: 1000 }) })),
    ).toMatchObject({
      data: 354,
      end: null,
      lost: 'timeout',
    });

    const { client: second } = await dial(dialogue(['220 hi'], good));
    const hangs: MessageSource = async function* () {
      yield Buffer.from('begin');
      await new Promise(() => undefined);
    };
    const answer = await second.send(
      { ...anAsk, pipelining, deadlines: eachReply(deadlineMs, { dataBlockMs: 1000 }) },
      hangs,
      never,
    );
    expect(codes(answer)).toMatchObject({ data: 354, end: null, lost: 'timeout' });
  });

  it('never ends a message that its source breaks off', async () => {
    const { client, heard } = await dial(dialogue(['220 hi'], good));
    const breaks: MessageSource = function* () {
      yield Buffer.from('begin\r\n');
      throw new Error('disk');
    };
    const answer = await client.send({ ...anAsk, pipelining }, breaks, never);
    expect(codes(answer)).toMatchObject({ data: 354, end: null, lost: 'closed' });
    await pause(20);
    expect(heard).not.toContain('.');
  });

  it('never writes what could break out of a command', async () => {
    const { client, heard } = await dial(dialogue(['220 hi'], good));
    const bad = ['a@x>\r\nRCPT TO:<b@x', 'a\nb@x', 'a\u0000@x', 'a>@x', 'a<@x', 'a\u007f@x', 'a\ud800@x'];
    for (const address of bad) {
      const nothing = { mail: null, recipients: [null], data: null, end: null, lost: 'malformed' };
      expect(await send(client, { pipelining, sender: address })).toEqual(nothing);
      expect(await send(client, { pipelining, recipients: [address] })).toEqual(nothing);
    }
    for (const parameter of ['SIZE=1 X', 'A\r\nB', '', '=1', 'A=']) {
      expect(await send(client, { pipelining, parameters: [parameter] })).toMatchObject({
        lost: 'malformed',
      });
    }
    expect(heard).toEqual([]);
    expect(codes(await send(client, { pipelining, sender: '', parameters: ['AUTH=<>'] }))).toMatchObject({
      end: 250,
    });
  });

  it('writes every mailbox that the grammar has', async () => {
    const { client, heard } = await dial(dialogue(['220 hi'], good));
    const [sender, ...recipients] = ['"a>b"@x', '"a<b"@x', '"\\"> x"@x', '"@"@x', 'a@[192.0.2.1]'] as const;
    expect(await send(client, { pipelining, sender, recipients })).toMatchObject({ lost: null });
    expect(heard).toContain(`MAIL FROM:<${sender}>`);
    for (const recipient of recipients) expect(heard).toContain(`RCPT TO:<${recipient}>`);
  });

  it('takes a refusal in the midst of the message for its end, and stops', async () => {
    const refuse = (server: Socket) => {
      server.write('354 go\r\n');
      server.once('data', () => server.write('552 too big\r\n'));
    };
    const { client } = await dial(dialogue(['220 hi'], good, { DATA: refuse }));
    const endless: MessageSource = async function* () {
      for (;;) {
        yield Buffer.alloc(30_000, 'x\r\n');
        await pause(1);
      }
    };
    const answer = await client.send({ ...anAsk, pipelining }, endless, never);
    expect(codes(answer)).toMatchObject({ data: 354, end: 552, lost: 'closed' });
  });

  it.each(['250 queued', '550 no'])(
    'does not take %j for an answer to a message that was not sent yet',
    async (early) => {
      const hasty = (server: Socket) => void server.write(`354 go\r\n${early}\r\n`);
      const { client } = await dial(dialogue(['220 hi'], good, { DATA: hasty }));
      const answer = await send(client, { pipelining });
      expect(codes(answer)).toMatchObject({ data: 354, end: null, lost: 'malformed' });
      expect(answer.said).toBe(early);
    },
  );

  it('moves megabytes under TLS, whole', async () => {
    const { client, heard } = await dial(tlsServer({}, good));
    await starttls(client);
    await handshake(client, null);
    const line = `.${'x'.repeat(97)}\r\n`;
    const big = Buffer.from(line.repeat(30_000));
    const answer = await client.send(
      { ...anAsk, pipelining, deadlines: eachReply(20_000) },
      () => [big],
      never,
    );
    expect(codes(answer)).toEqual({ mail: 250, recipients: [250], data: 354, end: 250, lost: null });
    expect(heard.filter((each) => each === `.${line.trimEnd()}`)).toHaveLength(30_000);
  });
});

describe('a pipelined transaction', () => {
  it('is one group that ends in DATA (PIPE-3.1-1)', async () => {
    const groups: string[] = [];
    const { client } = await dial((server) => {
      server.write('220 hi\r\n');
      server.on('data', (octets) => {
        groups.push(octets.toString());
        server.write(groups.length === 1 ? '250 a\r\n250 b\r\n250 c\r\n354 d\r\n' : '250 e\r\n');
      });
    });
    await send(client, { pipelining: 'yes', recipients: ['b@x', 'c@x'] });
    expect(groups[0]).toBe('MAIL FROM:<a@y>\r\nRCPT TO:<b@x>\r\nRCPT TO:<c@x>\r\nDATA\r\n');
    expect(groups.slice(1).join('')).toBe('hello\r\n.\r\n');
  });

  it('is not answered at such length as EHLO may be, before it', async () => {
    const long = Array(9).fill(`-${'x'.repeat(1000)}`);
    const heard = (code: number) => [...long, ' x'].map((line) => `${code}${line}`).join('\r\n');
    const { client } = await dial((server) => {
      server.write('220 hi\r\n');
      server.on('data', (octets) => {
        const count = octets.toString().split('\r\n').length - 1;
        server.write(`${heard(250)}\r\n`.repeat(count));
      });
    });
    const answer = await hello(client);
    const { recipients } = await send(client, { pipelining: 'yes' });
    const lengthOf = (reply: Reply) => reply.lines.join('').length;
    expect('reply' in answer && lengthOf(answer.reply)).toBe(9001);
    expect(lengthOf(recipients[0]!)).toBe(REPLY_LENGTH_MAX.command);
  });

  it('answers 354 for nobody with a lone dot (PIPE-3.1-3)', async () => {
    const replies = {
      MAIL: ['250 ok'],
      RCPT: ['550 no'],
      DATA: ['354 go'],
      '.': ['554 no valid recipients'],
    };
    const { client, heard } = await dial(dialogue(['220 hi'], replies));
    expect(codes(await send(client, { pipelining: 'yes' }))).toEqual({
      mail: 250,
      recipients: [550],
      data: 354,
      end: 554,
      lost: null,
    });
    expect(heard.slice(-2)).toEqual(['DATA', '.']);
  });

  it('is given up where the sender is refused and the rest is not', async () => {
    const replies = { MAIL: ['550 no'], RCPT: ['250 ok'], DATA: ['354 go'], '.': ['250 queued'] };
    const { client, heard } = await dial(dialogue(['220 hi'], replies));
    expect(codes(await send(client, { pipelining: 'yes' }))).toMatchObject({
      mail: 550,
      end: null,
      lost: 'malformed',
    });
    await pause(20);
    expect(heard.at(-1)).toBe('DATA');
  });
});

describe('AUTH', () => {
  it('is said by itself, and each answer to a challenge once that is there (AUTH-4-8)', async () => {
    const written: string[] = [];
    const port = await listen((server) => {
      server.write('220 hi\r\n');
      const replies = ['334 VXNlcm5hbWU6', '334 UGFzc3dvcmQ6', '235 ok', '250 ok'];
      server.on('data', (octets) => {
        written.push(octets.toString());
        const reply = replies.shift();
        // Time for whoever would speak on without it.
        setTimeout(() => server.write(`${reply}\r\n`), 20);
      });
    });
    const client = nodeSmtp({ secretOf: () => 'pencil' })();
    closers.push(() => client.destroy());
    await client.connect(
      { session, deadlineMs, greetingMs: deadlineMs, address: '127.0.0.1', port, alternate: null },
      never,
    );
    const account = { account: 'relay', user: 'user', host: 'relay.example', port };
    expect(
      await client.auth({ session, deadlineMs, mechanism: 'login', binding: 'unbound', ...account }, never),
    ).toMatchObject({ kind: 'replied', reply: { code: 235 } });
    await hello(client);
    expect(written).toEqual(['AUTH LOGIN\r\n', 'dXNlcg==\r\n', 'cGVuY2ls\r\n', 'EHLO client.example\r\n']);
  });
});

describe('QUIT', () => {
  it('is sent, alone and last, and the connection closes (SMTP-4.1.1.10-1, SMTP-4.1.1-1, SMTP-4.1.4-2)', async () => {
    let closed: () => void;
    const closing = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { client, heard: commands } = await dial((server, heard) => {
      dialogue(['220 hi'], { QUIT: ['221 bye'] })(server, heard);
      server.on('close', () => closed());
    });
    expect(await client.quit({ session, deadlineMs }, never)).toEqual({ kind: 'closed' });
    await closing;
    expect(commands).toEqual(['QUIT']);
    expect(await hello(client)).toEqual(lost('closed'));
    expect(await client.quit({ session, deadlineMs }, never)).toEqual({ kind: 'closed' });
  });

  it('does not wait for a server that says nothing', async () => {
    let closed: (() => void) | null = null;
    const closing = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { client } = await dial((server) => {
      server.allowHalfOpen = true;
      server.write('220 hi\r\n');
      server.on('close', () => closed?.());
      // Words into the connection show when it is closed; this one has no line end and is never a reply.
      const timer = setInterval(() => server.write('2'), 20);
      server.on('close', () => clearInterval(timer));
      server.resume();
    });
    // Longer than a test may take.
    expect(await client.quit({ session, deadlineMs: 600_000 }, never)).toEqual({ kind: 'closed' });
    client.destroy();
    await closing;
  });

  it('is nothing on a session that was never opened', async () => {
    const client = nodeSmtp()();
    expect(await client.quit({ session, deadlineMs }, never)).toEqual({ kind: 'closed' });
    expect(
      await client.connect(
        { session, deadlineMs, greetingMs: deadlineMs, address: '127.0.0.1', port: 25, alternate: null },
        never,
      ),
    ).toMatchObject({ kind: 'failed' });
  });
});

const anAsk: AskOf<'smtp.send'> = {
  session,
  deadlines: eachReply(deadlineMs),
  sender: 'a@y',
  parameters: [],
  recipients: ['b@x'],
  pipelining: 'no',
};

const lost = (cause: Lost['cause']): Lost => ({ kind: 'lost', cause });
const hello = (client: SmtpSession) =>
  client.hello({ session, deadlineMs, verb: 'EHLO', name: 'client.example' }, never);
const starttls = (client: SmtpSession) => client.startTls({ session, deadlineMs }, never);
const handshake = (client: SmtpSession, serverName: string | null) =>
  client.handshake({ session, deadlineMs, serverName }, never);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function send(
  client: SmtpSession,
  ask: Partial<AskOf<'smtp.send'>>,
  message: readonly string[] = ['hello\r\n'],
) {
  return client.send({ ...anAsk, ...ask }, () => message.map((chunk) => Buffer.from(chunk)), never);
}

function codes(answer: TransactionAnswer) {
  return {
    mail: answer.mail?.code ?? null,
    recipients: answer.recipients.map((reply) => reply?.code ?? null),
    data: answer.data?.code ?? null,
    end: answer.end?.code ?? null,
    lost: answer.lost,
  };
}

type Serve = (server: Socket, heard: string[]) => void;
type Acts = Readonly<Record<string, (server: Socket) => void>>;

async function listen(serve: Serve, heard: string[] = []): Promise<number> {
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket, heard);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function dial(
  serve: Serve,
  options: { deadlineMs?: number; signal?: AbortSignal; localAddress?: string; ca?: string[] } = {},
) {
  const heard: string[] = [];
  const port = await listen(serve, heard);
  const { deadlineMs: limit = deadlineMs, signal = never, ...rest } = options;
  const client = nodeSmtp(rest)();
  closers.push(() => client.destroy());
  const connected = await client.connect(
    { session, deadlineMs, greetingMs: limit, address: '127.0.0.1', port, alternate: null },
    signal,
  );
  return { client, connected, heard };
}

/** Calls back for each line by its first word. */
function onLine(greeting: string, acts: Acts): Serve {
  return (server) => {
    if (greeting !== '') server.write(greeting);
    server.on('data', (octets) => {
      const word = octets.toString().trim().split(' ')[0]!;
      acts[word]?.(server);
    });
  };
}

/** A server that answers by the whole line, or else by its first word; behind 354 it takes lines up to the dot. */
function dialogue(
  greeting: readonly string[],
  replies: Readonly<Record<string, readonly string[]>>,
  acts: Acts = {},
): Serve {
  return (server, heard) => {
    let rest = '';
    let inMessage = false;
    const say = (lines: readonly string[]) => server.write(lines.map((line) => `${line}\r\n`).join(''));
    if (greeting.length > 0) say(greeting);
    server.on('data', (octets) => {
      const lines = (rest + octets.toString()).split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (server.writableEnded || server.destroyed) return;
        heard.push(line);
        if (inMessage && line !== '.') continue;
        const word = inMessage ? '.' : line.split(' ')[0]!;
        inMessage = false;
        const act = acts[word];
        if (act) {
          act(server);
          inMessage = word === 'DATA';
          continue;
        }
        const reply = replies[line] ?? replies[word] ?? ['250 whatever'];
        inMessage = reply[0]!.startsWith('354');
        say(reply);
      }
    });
  };
}

/** STARTTLS, then a dialogue under TLS whose EHLO reply names the SNI. */
function tlsServer(
  options: tls.TLSSocketOptions = {},
  replies: Readonly<Record<string, readonly string[]>> = {},
): Serve {
  return (server, heard) => {
    let plain = true;
    server.write('220 hi\r\n');
    const onData = (octets: Buffer) => {
      const line = octets.toString().trim();
      heard.push(line);
      if (line !== 'STARTTLS') return void server.write('250 plain\r\n');
      server.off('data', onData);
      plain = false;
      server.write('220 go\r\n');
      const secure = new tls.TLSSocket(server, { isServer: true, ...identity, ...options });
      secure.on('error', () => undefined);
      secure.on('secure', () => {
        const sni = (secure as unknown as { servername: string | false }).servername;
        dialogue([], { EHLO: [`250 secure ${sni}`], ...replies })(secure, replies.MAIL ? heard : []);
      });
    };
    if (plain) server.on('data', onData);
  };
}
