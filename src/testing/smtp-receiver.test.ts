import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Certificate, type Internet, type MailHost, startInternet } from './index.js';

let internet: Internet;
afterEach(() => internet.close());

async function internetWith(host: MailHost): Promise<void> {
  internet = await startInternet({ dns: {}, mail: { 'mx.test': host } });
}

/** Just enough of a client: says lines, and reads as many replies as it is told to. */
class Client {
  #text = '';
  ended = false;
  error: NodeJS.ErrnoException | undefined;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#text += chunk.toString('latin1');
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('error', (error) => {
      this.error = error;
    });
    socket.on('close', () => {
      this.ended = true;
    });
  }

  static to(id: string): Client {
    return new Client(connect(internet.port, internet.addressOf(id)));
  }

  /** The next replies, each with its lines joined by "|"; fewer if the connection ends. */
  async replies(count: number): Promise<string[]> {
    const reply = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/;
    const replies: string[] = [];
    while (replies.length < count) {
      const match = reply.exec(this.#text);
      if (match !== null) {
        replies.push(match[0].trimEnd().replaceAll('\r\n', '|'));
        this.#text = this.#text.slice(match[0].length);
      } else if (this.ended) break;
      else await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return replies;
  }

  get unread(): string {
    return this.#text;
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  async say(...lines: string[]): Promise<string[]> {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
    return this.replies(lines.length);
  }

  async secure(options: ConnectionOptions = {}): Promise<{ client: Client; socket: TLSSocket }> {
    this.#socket.removeAllListeners('data');
    const socket = connectTls({ socket: this.#socket, rejectUnauthorized: false, ...options });
    const client = new Client(socket);
    await once(socket, 'secureConnect');
    return { client, socket };
  }

  async end(): Promise<void> {
    while (!this.ended) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function greeted(): Promise<Client> {
  const client = Client.to('mx.test');
  await client.replies(1);
  return client;
}

async function startTls(options?: ConnectionOptions): Promise<{ client: Client; socket: TLSSocket }> {
  const client = await greeted();
  await client.say('EHLO c.test');
  expect(await client.say('STARTTLS')).toEqual([expect.stringMatching(/^220 /)]);
  return client.secure(options);
}

describe('a well-kept mail host', () => {
  it('takes a message, unstuffs dots and tells what it has accepted', async () => {
    await internetWith({});
    const { client } = await startTls({ servername: 'mx.test' });
    await client.say('EHLO c.test', 'MAIL FROM:<a@c.test> SIZE=10 BODY=8BITMIME', 'RCPT TO:<b@test>', 'DATA');
    client.write('Subject: é\r\n\r\n..dot\r\n.\n.\r\n..\r\n.\r\n');
    expect(await client.replies(1)).toEqual([expect.stringMatching(/^250 /)]);
    expect(await client.say('QUIT')).toEqual([expect.stringMatching(/^221 /)]);
    await client.end();
    expect(internet.received('mx.test')).toEqual([
      {
        sender: 'a@c.test',
        parameters: ['SIZE=10', 'BODY=8BITMIME'],
        recipients: ['b@test'],
        recipientParameters: [[]],
        tls: true,
        serverName: 'mx.test',
        text: 'Subject: é\r\n\r\n.dot\r\n\n.\r\n.\r\n',
      },
    ]);
    expect(internet.connections('mx.test')).toBe(1);
  });

  it('takes a whole transaction in one segment', async () => {
    await internetWith({ replies: { rcpt: { 'no@test': '550 5.1.1 No' } } });
    const client = await greeted();
    client.write(
      'EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<no@test>\r\nRCPT TO:<b@test>\r\nDATA\r\nhello\r\n.\r\nMAIL FROM:<x@c>\r\nRCPT TO:<b@test>\r\nDATA\r\nagain\r\n.\r\nQUIT\r\n',
    );
    const codes = (await client.replies(11)).map((reply) => reply.slice(0, 3)).join(' ');
    expect(codes).toBe('250 250 550 250 354 250 250 250 354 250 221');
    expect(internet.received('mx.test').map(({ text, recipients }) => [text, recipients])).toEqual([
      ['hello\r\n', ['b@test']],
      ['again\r\n', ['b@test']],
    ]);
  });

  it('refuses commands out of order, unknown ones and broken ones', async () => {
    await internetWith({});
    const client = await greeted();
    const dialogue = [
      ['MAIL FROM:<a@c>', 503],
      ['STARTTLS', 503],
      ['EHLO', 501],
      ['HELO c', 250],
      ['MAIL FROM:<a@c> SIZE=1', 555],
      ['EHLO c', 250],
      ['RCPT TO:<b@test>', 503],
      ['DATA', 503],
      ['MAIL FROM:<a@c> REQUIRETLS', 555],
      ['MAIL FROM a@c', 501],
      ['MAIL FROM:<a@c>', 250],
      ['MAIL FROM:<a@c>', 503],
      ['DATA', 554],
      ['RCPT TO:<>', 501],
      ['NOOP', 250],
      ['RSET', 250],
      ['RCPT TO:<b@test>', 503],
      ['VRFY x', 252],
      ['BDAT 3', 500],
      ['QUIT', 221],
    ] as const;
    const replies = await client.say(...dialogue.map(([line]) => line));
    expect(replies.map((reply) => Number(reply.slice(0, 3)))).toEqual(dialogue.map(([, code]) => code));
  });

  it('forgets what it heard before TLS, also what stands behind STARTTLS (RFC3207-4.2)', async () => {
    await internetWith({ keywordsAfterTls: ['REQUIRETLS'] });
    const plain = await greeted();
    expect(await plain.say('EHLO c')).toEqual([
      '250-mx.test|250-PIPELINING|250-8BITMIME|250-SIZE 10485760|250-ENHANCEDSTATUSCODES|250-SMTPUTF8|250 STARTTLS',
    ]);
    plain.write('MAIL FROM:<a@c>\r\nSTARTTLS\r\nNOOP\r\n');
    await plain.replies(2);
    const { client } = await plain.secure();
    expect(await client.say('RCPT TO:<b@test>', 'EHLO c', 'STARTTLS')).toEqual([
      expect.stringMatching(/^503/),
      '250-mx.test|250 REQUIRETLS',
      expect.stringMatching(/^503/),
    ]);
    expect(await client.say('MAIL FROM:<a@c> REQUIRETLS')).toEqual([expect.stringMatching(/^250/)]);
  });

  it('bounds lines, mistakes and messages', async () => {
    await internetWith({});
    const long = await greeted();
    long.write('x'.repeat(10_000));
    expect(await long.replies(1)).toEqual([expect.stringMatching(/^500/)]);
    await long.end();

    const clumsy = await greeted();
    const replies = await clumsy.say(...Array.from({ length: 101 }, () => 'WHAT'));
    expect(replies.at(-1)).toMatch(/^421/);
    await clumsy.end();

    const big = await greeted();
    await big.say('EHLO c', 'MAIL FROM:<a@c>', 'RCPT TO:<b@test>', 'DATA');
    for (let sent = 0; sent < 11_000_000; sent += 50_000) big.write(`${'x'.repeat(50_000)}\r\n`);
    big.write('.\r\n');
    expect(await big.replies(1)).toEqual([expect.stringMatching(/^552/)]);
    expect(internet.received('mx.test')).toEqual([]);
  });
});

describe('a mail host with a script', () => {
  it('refuses connections, or says nothing', async () => {
    await internetWith({ connect: 'refuse' });
    const refused = Client.to('mx.test');
    await refused.end();
    expect(refused.error?.code).toBe('ECONNREFUSED');
    await internet.change({ mail: { 'mx.test': { connect: 'silent' } } });
    const silent = Client.to('mx.test');
    silent.write('EHLO c\r\n');
    await vi.waitFor(() => expect(internet.connections('mx.test')).toBe(1), { timeout: 300_000 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([silent.unread, silent.ended, internet.connections('mx.test')]).toEqual(['', false, 1]);
  });

  it('says what the script says at every stage', async () => {
    const replies = {
      ehlo: '502 5.5.1 No',
      helo: '250 Hi',
      mail: '452 4.3.1 Later',
      rcpt: { '*': '450 4.2.0 No' },
    };
    await internetWith({ greeting: '220 ready', replies });
    const client = Client.to('mx.test');
    expect(await client.replies(1)).toEqual(['220 ready']);
    expect(await client.say('EHLO c', 'HELO c', 'MAIL FROM:<a@c>', 'RCPT TO:<b@test>')).toEqual([
      '502 5.5.1 No',
      '250 Hi',
      '452 4.3.1 Later',
      '503 5.5.1 Sender first',
    ]);
    await internet.change({
      mail: { 'mx.test': { replies: { ehlo: '250 mx\n250 X\n250 PIPELINING', data: '451 4.3.0 Oh' } } },
    });
    const second = await greeted();
    expect(await second.say('EHLO c', 'MAIL FROM:<a@c>', 'RCPT TO:<b@test>', 'DATA', 'NOOP')).toEqual([
      '250-mx|250-X|250 PIPELINING',
      '250 2.1.0 Sender ok',
      '250 2.1.5 Recipient ok',
      '451 4.3.0 Oh',
      '250 2.0.0 Nothing done',
    ]);
    await internet.change({ mail: { 'mx.test': { greeting: '554 no' } } });
    const unwelcome = Client.to('mx.test');
    expect(await unwelcome.replies(1)).toEqual(['554 no']);
    expect(await unwelcome.say('EHLO c', 'QUIT')).toEqual([
      expect.stringMatching(/^503/),
      expect.stringMatching(/^221/),
    ]);
  });

  it.each(['ehlo', 'mail', 'data', 'end'] as const)('closes the connection at %s', async (stage) => {
    await internetWith({ replies: { [stage]: 'close' } });
    const client = await greeted();
    client.write('EHLO c\r\nMAIL FROM:<a@c>\r\nRCPT TO:<b@test>\r\nDATA\r\nhello\r\n.\r\n');
    await client.end();
    expect(client.error).toBeUndefined();
    expect((await client.replies(9)).length).toBe({ ehlo: 0, mail: 1, data: 3, end: 4 }[stage]);
    expect(internet.received('mx.test')).toEqual([]);
  });
});

describe('STARTTLS', () => {
  it.each([
    ['not-offered', /^502/],
    ['454 4.7.0 Not now', /^454 4\.7\.0 Not now$/],
  ] as const)('%s: refused, and the session goes on in clear', async (starttls, reply) => {
    await internetWith({ starttls });
    const client = await greeted();
    const [ehlo] = await client.say('EHLO c');
    expect(ehlo?.includes('STARTTLS')).toBe(starttls !== 'not-offered');
    expect(await client.say('STARTTLS')).toEqual([expect.stringMatching(reply)]);
    expect(await client.say('NOOP')).toEqual([expect.stringMatching(/^250/)]);
  });

  it('injected: more octets arrive with the reply', async () => {
    await internetWith({ starttls: 'injected' });
    const socket = connect(internet.port, internet.addressOf('mx.test'));
    await once(socket, 'data');
    socket.write('EHLO c\r\n');
    await once(socket, 'data');
    socket.write('STARTTLS\r\n');
    const [chunk] = await once(socket, 'data');
    expect(String(chunk)).toBe('220 2.0.0 Ready to start TLS\r\n250 2.0.0 Injected\r\n');
    socket.destroy();
  });

  it.each([
    ['broken', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['old', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
  ] as const)('%s: no handshake', async (starttls, code) => {
    await internetWith({ starttls });
    await expect(startTls()).rejects.toMatchObject({ code });
  });

  it('closes: the connection ends with the reply', async () => {
    await internetWith({ starttls: 'closes' });
    const client = await greeted();
    await client.say('EHLO c');
    expect(await client.say('STARTTLS')).toEqual([expect.stringMatching(/^220 /)]);
    await client.end();
    expect(client.error).toBeUndefined();
  });

  it('old: a client that still speaks TLS 1.1 is served', async () => {
    await internetWith({ starttls: 'old' });
    const { socket } = await startTls({ minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
    expect(socket.getProtocol()).toBe('TLSv1.1');
  });

  it('late-alert: the handshake ends well, and then comes a fatal alert', async () => {
    await internetWith({ starttls: 'late-alert' });
    const { client } = await startTls();
    client.write('EHLO c\r\n');
    await client.end();
    expect(client.error?.code).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
  });

  it.each<[Certificate, readonly string[]]>([
    [{}, ['']],
    [{ sends: 'full' }, ['', 'Public']],
    [{ issuer: 'intermediate' }, ['', 'Intermediate']],
    [{ issuer: 'intermediate', sends: 'leaf-only' }, ['']],
    [{ issuer: 'private-ca' }, ['', 'Private']],
    [{ issuer: 'private-ca', sends: 'intermediates' }, ['']],
    [{ issuer: 'self', sends: 'full' }, ['']],
  ])('sends the chain as specified: %o', async (certificate, expected) => {
    await internetWith({ certificate });
    const { socket } = await startTls();
    const chain = [];
    let next = socket.getPeerX509Certificate();
    while (next !== undefined && chain.length < 5) {
      chain.push(/CN=Waxseal Test (\w+)/.exec(next.subject)?.[1] ?? '');
      next = next.issuerCertificate;
    }
    expect(chain).toEqual(expected);
  });
});
