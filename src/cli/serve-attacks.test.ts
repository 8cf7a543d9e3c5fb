/* A daemon and those who mean it no good: at its doors, and at its admin interface. */
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Internet, startInternet } from '../testing/index.js';
import { fileIn, makeFolder, optionsFor, removeFolder, waxseal } from './command.fixture.js';
import { handIn, helloTo, plain, Served } from './serve.fixture.js';

const TOKEN = '0123456789abcdef0123';

describe('a daemon under attack', () => {
  let internet: Internet;
  let folder: string;
  let served: Served;
  beforeAll(async () => {
    internet = await startInternet({
      dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] },
      mail: { 'mx.a.test': {} },
    });
    folder = await makeFolder();
    const token = await fileIn(folder, 'token', `${TOKEN}\n`);
    const look = [...(await optionsFor(internet, folder)), '--helo', 'mail.s.test'];
    served = await Served.start(
      [
        ...['--state', `${folder}/state`, '--listen', '127.0.0.1:0'],
        ...['--admin', '127.0.0.1:0', '--admin-token-file', token, ...look],
      ],
      2,
    );
  });
  afterAll(async () => {
    await served.end('SIGKILL');
    await internet.close();
    await removeFolder(folder);
  });

  it('takes no second message out of one, whatever ends its lines (SMTP-2.3.8-1)', async () => {
    const smuggled = 'MAIL FROM:<evil@s.test>\r\nRCPT TO:<victim@a.test>\r\nDATA\r\nSubject: evil\r\n\r\n';
    for (const end of ['\n.\n', '\r\n.\n', '\n.\r\n', '\r.\r', '\r\n.\r', '\r\n\0.\r\n'] as const) {
      const { client } = await helloTo(served.address('smtp'));
      const message = `Subject: x\r\n\r\none${end}${smuggled}two\r\n`;
      const answers = await handIn(client, ['u@a.test'], { message });
      if (end !== '\r\n\0.\r\n') expect(answers.at(-1)).toMatch(/^554 5\.6\.0 /);
      // Nothing more is answered than was asked.
      expect(await client.say('NOOP')).toEqual([expect.stringMatching(/^250 /)]);
      client.close();
    }
    const { client } = await helloTo(served.address('smtp'));
    await handIn(client, ['last@a.test']);
    await served.outcome('last@a.test', 'delivered');
    client.close();
    const recipients = internet.received('mx.a.test').flatMap((each) => each.recipients);
    expect(recipients).not.toContain('victim@a.test');
  });

  it('lets no line of an envelope become two, and no header come with an address', async () => {
    const { client } = await helloTo(served.address('smtp'));
    for (const path of ['<a\0b@a.test>', '<a@a.test\rRCPT TO:<v@a.test>>', '<"a\\\rb"@a.test>'])
      expect((await client.say(`MAIL FROM:${path}`, 'RSET'))[0]).toMatch(/^5/);
    client.close();
    const query = new URLSearchParams({ from: 's@s.test\r\nBcc: v@a.test', to: 'u@a.test' });
    const injected = await ask('POST', `/v1/messages?${query}`, `Bearer ${TOKEN}`, 'Subject: x\n\nx\n');
    expect(injected.status).toBe(400);
  });

  it('tires of who guesses passwords', async () => {
    const password = await fileIn(folder, 'ann.pw', 'correct horse\n');
    const config = await fileIn(folder, 'users.yaml', `users: [{ name: ann, passwordFile: ${password} }]\n`);
    const guarded = await Served.start([
      ...['--state', `${folder}/guarded`, '--listen', '127.0.0.1:0', '--config', config],
      ...['--helo', 'mail.s.test'],
    ]);
    const answers: string[] = [];
    for (let session = 0; session < 7; session++) {
      const { client } = await helloTo(guarded.address('smtp'), { tls: true });
      for (let guess = 0; guess < 3; guess++)
        answers.push((await client.say(`AUTH PLAIN ${plain('ann', `guess ${guess}`)}`))[0]!.slice(0, 3));
      client.close();
    }
    expect(answers.slice(0, 20)).toEqual(new Array(20).fill('535'));
    // And then the right one is not heard either.
    const { client } = await helloTo(guarded.address('smtp'), { tls: true });
    expect((await client.say(`AUTH PLAIN ${plain('ann', 'correct horse')}`))[0]).toMatch(/^454 4\.7\.0 /);
    client.close();
    await guarded.end('SIGKILL');
  });

  it('does nothing for a page of somebody else, nor for who has no token', async () => {
    const basic = `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}`;
    const order = JSON.stringify({ ids: ['x'], actor: 'x', order: { order: 'drop' } });
    const statusOf = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).status;
    expect(await statusOf('GET', '/v1/messages')).toBe(401);
    expect(await statusOf('POST', '/v1/reload')).toBe(401);
    // What a browser sends by itself reads, and changes nothing.
    expect(await statusOf('GET', '/v1/messages', basic)).toBe(200);
    for (const path of ['/v1/orders', '/v1/reload', '/v1/messages?from=a@s.test&to=b@a.test'])
      expect(await statusOf('POST', path, basic, order)).toBe(401);
    expect(await statusOf('POST', '/v1/orders', `Bearer ${TOKEN}`, order)).toBe(415);
    const { headers } = await ask('OPTIONS', '/v1/orders', `Bearer ${TOKEN}`);
    expect(headers['access-control-allow-origin']).toBeUndefined();
    for (const path of ['/../../etc/passwd', '/v1/messages/%2e%2e%2f', '//elsewhere/'])
      expect(await statusOf('GET', path, `Bearer ${TOKEN}`)).toBe(404);
  });

  it('is not made to grow by a configuration that refers to itself', async () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let at = 0; at < 8; at++) {
      const name = String.fromCharCode(97 + at);
      const next = String.fromCharCode(98 + at);
      lines.push(`${next}: &${next} [${new Array(9).fill(`*${name}`).join(', ')}]`);
    }
    const path = `${folder}/bomb.yaml`;
    await writeFile(path, `${lines.join('\n')}\n`);
    const checked = await waxseal(['config', 'check', path]);
    expect(checked.exit).toBe(78);
  });

  function ask(
    method: string,
    path: string,
    authorization?: string,
    body?: string,
  ): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, unknown>> }> {
    const { hostname, port } = new URL(served.ready.get('admin')!);
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          hostname,
          port,
          method,
          path,
          agent: false,
          headers: authorization === undefined ? {} : { authorization },
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers }));
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }
});
