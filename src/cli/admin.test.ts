import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Internet, startInternet } from '../testing/index.js';
import { fileIn, inTurn, makeFolder, optionsFor, removeFolder, waxseal } from './command.fixture.js';
import { handIn, helloTo, Served } from './serve.fixture.js';

const TOKEN = 'a-token-of-some-length';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function ask(url: string, { method = 'GET', headers = {}, body = '' } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers: { ...headers }, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: text }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

describe('the admin interface of waxseal serve', () => {
  let internet: Internet;
  let folder: string;
  let configured: readonly string[];
  let served: Served;
  let admin: string;
  const events: Readonly<Record<string, unknown>>[] = [];
  const hook = createServer((incoming, response) => {
    let text = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    incoming.on('end', () => {
      events.push(JSON.parse(text) as Readonly<Record<string, unknown>>);
      response.writeHead(204).end();
    });
  });
  const env = { WAXSEAL_ADMIN_TOKEN: TOKEN };
  const bearer = { authorization: `Bearer ${TOKEN}` };

  beforeAll(async () => {
    hook.listen(0, '127.0.0.1');
    await once(hook, 'listening');
    internet = await startInternet({
      dns: {
        'MX a.test': ['10 mx.a.test'],
        'A mx.a.test': ['@mx.a.test'],
        'MX late.test': ['10 mx.late.test'],
        'MX page.test': ['10 mx.late.test'],
        'A mx.late.test': ['@mx.late.test'],
      },
      mail: {
        'mx.a.test': {},
        'mx.late.test': {
          replies: {
            rcpt: { '<b>@late.test': '450 4.2.1 <script>later</script>' },
            mail: '450 4.2.1 <i>later</i>',
          },
        },
      },
    });
    folder = await makeFolder();
    const token = await fileIn(folder, 'token', `${TOKEN}\n`);
    const { port } = hook.address() as AddressInfo;
    const config = await fileIn(
      folder,
      'hooks.yaml',
      [
        `webhooks: [{ url: "http://127.0.0.1:${port}/", events: [delivered, deferred] }]`,
        'transports: { away: { kind: fail, status: 4.3.0, text: later } }',
        'destinations:',
        '  - { destination: old.test, demand: dane, owner: ann, reason: a trial, expiresAt: "2020-01-01" }',
        '',
      ].join('\n'),
    );
    configured = [
      ...['--listen', '127.0.0.1:0', '--config', config, '--helo', 'mail.s.test'],
      ...['--admin', '127.0.0.1:0', '--admin-token-file', token, '--metrics', '127.0.0.1:0'],
      ...(await optionsFor(internet, folder)),
    ];
    served = await serve('state');
    admin = served.ready.get('admin')!;
  });
  afterAll(async () => {
    await served?.end('SIGKILL');
    hook.close();
    await internet.close();
    await removeFolder(folder);
  });

  const serve = (state: string) => Served.start([...configured, '--state', `${folder}/${state}`], 3);

  /** A daemon of its own, that took one message for two and knows what became of it. */
  async function servedOne(state: string, to: readonly [delivered: string, deferred: string]) {
    const own = await serve(state);
    const { client } = await helloTo(own.address('smtp'));
    await handIn(client, to);
    client.close();
    const { id } = await own.outcome(to[0], 'delivered');
    await own.outcome(to[1], 'deferred');
    return { own, at: own.ready.get('admin')!, id: String(id) };
  }

  it('says that it is well and ready to anybody, and nothing else', async () => {
    expect(admin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await ask(`${admin}/healthz`)).toMatchObject({ status: 200, body: 'well\n' });
    expect(await ask(`${admin}/readyz`)).toMatchObject({ status: 200, body: 'ready\n' });
    for (const path of ['/', '/metrics', '/v1/messages', '/v1/messages/x', '/none'])
      expect((await ask(`${admin}${path}`)).status).toBe(401);
    const wrong = { authorization: `Bearer ${TOKEN}x` };
    expect((await ask(`${admin}/v1/messages`, { headers: wrong })).status).toBe(401);
    expect((await ask(`${admin}/none`, { headers: bearer })).status).toBe(404);
  });

  it('takes messages and orders from the command, and shows what became of them', async () => {
    const queue = async (...args: readonly string[]) => {
      const ended = await waxseal(['queue', ...args, '--admin', admin, '--json'], { env });
      return {
        ...ended,
        messages: (JSON.parse(ended.stdout || '{"messages":[]}') as { messages: unknown[] }).messages,
      };
    };
    const input = 'Subject: x\n\nHello.\n';
    const sent = await waxseal(['sendmail', '--admin', admin, '-f', 's@s.test', 'u@a.test', 'u@late.test'], {
      env,
      input,
    });
    expect(sent).toEqual({ exit: 0, stdout: '', stderr: '' });
    const { id } = await served.outcome('u@a.test', 'delivered');
    await served.outcome('u@late.test', 'deferred');
    expect(await served.told((line) => line.event === 'accepted' && line.id === id)).toMatchObject({
      ...{ door: 'admin', from: 's@s.test', recipients: 2 },
    });
    const counted = await ask(`${admin}/metrics`, { headers: bearer });
    expect(counted.body).toMatch(/waxseal_messages_accepted_total\{door="admin",tls="no",auth="no"\} [1-9]/);
    const listed = await queue('list', '--domain', 'late.test');
    expect(listed.messages).toMatchObject([
      {
        id,
        from: 's@s.test',
        recipients: [{ state: 'delivered' }, { state: 'waiting', mx: 'mx.late.test' }],
      },
    ]);
    expect((await queue('set-tls', String(id), 'optional', '--why', 'asked for')).messages).toMatchObject([
      { id, tls: 'optional', order: 'change' },
    ]);
    expect((await queue('show', String(id))).messages).toMatchObject([
      { orders: [{ order: 'set-tls', tls: 'optional', why: 'asked for' }] },
    ]);
    expect((await queue('show', 'none')).exit).toBe(66);
    expect(await queue('set-transport', String(id), 'nowhere')).toMatchObject({
      ...{ exit: 64, messages: [] },
      stderr: expect.stringMatching(
        /there is no transport "nowhere" in the configuration; there is: away, direct$/m,
      ),
    });
    for (const name of ['away', 'direct', '-'])
      expect((await queue('set-transport', String(id), name)).messages).toMatchObject([{ order: 'change' }]);
    expect((await queue('hold', String(id))).messages).toMatchObject([{ held: true }]);
    expect(
      await waxseal(['queue', 'list', '--admin', admin], {
        env: { WAXSEAL_ADMIN_TOKEN: 'another-token-of-length' },
      }),
    ).toMatchObject({
      ...{ exit: 78, stderr: expect.stringContaining('401') },
    });
    const bad = await waxseal(['sendmail', '--admin', admin, '-f', 's@s.test', 'nobody'], { env, input });
    expect(bad).toMatchObject({ exit: 65, stderr: expect.stringContaining('not a mail address') });
  });

  it('shows the queue as a page without scripts, in which nothing that strangers say is markup', async () => {
    const { client } = await helloTo(served.address('smtp'));
    await handIn(client, ['v@page.test']);
    client.close();
    await served.outcome('v@page.test', 'deferred');
    const basic = { authorization: `Basic ${Buffer.from(`admin:${TOKEN}`).toString('base64')}` };
    const { status, headers, body } = await ask(`${admin}/`, { headers: basic });
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
    expect(body).toContain('page.test');
    expect(body).toMatch(/recipients who have to wait<\/td><td [^>]*>[1-9]/);
    expect(body).toMatch(/>page\.test<\/td><td [^>]*>REPLY-\d+: [^<]+<\/td><td [^>]*>1</);
    expect(body).toContain('&#60;i&#62;later');
    expect(body).not.toMatch(/<i>|<script/);
    // A browser that was given the token for the page changes nothing with it.
    const order = { ids: ['x'], actor: 'page', order: { order: 'drop' } };
    const headersOfPage = { ...basic, 'content-type': 'application/json' };
    const posted = await ask(`${admin}/v1/orders`, {
      method: 'POST',
      headers: headersOfPage,
      body: JSON.stringify(order),
    });
    expect(posted.status).toBe(401);
  });

  it.each(
    [
      { type: 'text/plain', body: '{}', status: 415 },
      { body: 'x', status: 400 },
      { body: '{"ids":[],"actor":"a","order":{"order":"hold"}}', status: 400 },
      { body: '{"ids":["a"],"actor":"a","order":{"order":"burn"}}', status: 400 },
      { body: '{"ids":["../a"],"actor":"a","order":{"order":"hold"}}', status: 400 },
      { body: `{"ids":["${'a'.repeat(1_100_000)}"]}`, status: 413, name: 'of over a million octets' },
      { body: '{"ids":["a"],"actor":"a","order":{"order":"hold"}}', status: 200 },
    ].map((each) => ({ type: 'application/json', name: each.body, ...each })),
  )('an order $name of $type is answered $status', async ({ type, body, status }) => {
    const headers = { ...bearer, 'content-type': type };
    expect((await ask(`${admin}/v1/orders`, { method: 'POST', headers, body })).status).toBe(status);
  });

  it('counts, for who asks with a token or at its own place', async () => {
    const { own, at, id } = await servedOne('counted', ['c@a.test', 'c@late.test']);
    const headersOfOrder = { ...bearer, 'content-type': 'application/json' };
    const hold = JSON.stringify({ ids: [id], actor: 'a', order: { order: 'hold' } });
    const held = await ask(`${at}/v1/orders`, { method: 'POST', headers: headersOfOrder, body: hold });
    expect(held.status).toBe(200);
    const url = `${own.ready.get('metrics')!}/metrics`;
    const { body, headers } = await ask(url);
    expect(headers['content-type']).toContain('version=0.0.4');
    expect((await ask(`${at}/metrics`, { headers: bearer })).status).toBe(200);
    expect((await ask(url.replace('/metrics', '/'))).status).toBe(404);
    expect(body).toMatch(/^waxseal_messages_accepted_total\{door="smtp",tls="no",auth="no"\} 1$/m);
    expect(body).toMatch(/^waxseal_recipients_ended_total\{state="delivered",class="2"\} 1$/m);
    expect(body).toMatch(/^waxseal_deliveries\{state="held"\} 1$/m);
    expect(body).toMatch(/^waxseal_attempt_seconds_count\{attempt="1",.*,outcome="delivered"\} 1$/m);
    expect(body).toMatch(/^waxseal_replies_total\{command="MAIL",code="450"\} 1$/m);
    expect(body).toMatch(/^waxseal_rules_over 1$/m);
    expect(body).toMatch(/^waxseal_build_info\{version=".*",node="v.*"\} 1$/m);
    expect(body).not.toMatch(/a\.test|late\.test/);
    expect(await own.end()).toBe(0);
  });

  it('takes messages of the size that the configuration names now, and none where there is no place to keep them', async () => {
    const config = await fileIn(folder, 'size.yaml', '');
    const state = `${folder}/size`;
    const given = configured.with(configured.indexOf('--config') + 1, config);
    const own = await Served.start([...given, '--state', state], 3);
    const at = own.ready.get('admin')!;
    const post = async () => {
      const body = `Subject: x\r\n\r\n${'x\r\n'.repeat(1000)}`;
      const path = `${at}/v1/messages?from=s@s.test&to=held@a.test`;
      return (await ask(path, { method: 'POST', headers: bearer, body })).status;
    };
    expect(await post()).toBe(201);
    await writeFile(config, 'limits: { messageBytes: 2000 }\n');
    expect((await ask(`${at}/v1/reload`, { method: 'POST', headers: bearer })).status).toBe(200);
    expect(await post()).toBe(413);
    await writeFile(config, '');
    await ask(`${at}/v1/reload`, { method: 'POST', headers: bearer });
    await rm(`${state}/waxseal.sqlite`);
    const answers: number[] = [];
    // What was known of the disk a moment ago is used for as long.
    while (answers.at(-1) !== 507) answers.push(await post());
    await own.told(({ msg }) => String(msg).includes('was removed or exchanged while it is in use'));
    await own.end('SIGKILL');
  });

  it('tells others of what happened, and its log of what is over', async () => {
    const { own } = await servedOne('told', ['t@a.test', 't@late.test']);
    expect(await own.told(({ event }) => event === 'rule-over')).toMatchObject({
      destination: 'old.test',
      owner: 'ann',
    });
    expect(await own.end()).toBe(0);
    expect(events.map(({ event, recipient }) => `${event} ${recipient}`)).toEqual(
      expect.arrayContaining(['delivered t@a.test', 'deferred t@late.test']),
    );
  });

  it.concurrent.each([
    [['serve', '--listen', '127.0.0.1:0', '--state', '@', '--admin', '0.0.0.0:0'], 78, 'for this host alone'],
    [
      ['serve', '--listen', '127.0.0.1:0', '--state', '@2', '--admin', '127.0.0.1:0'],
      64,
      'the token is missing',
    ],
    [['queue', 'list', '--admin', 'nowhere'], 64, 'is no URL'],
    [['queue', 'list', '--admin', 'http://127.0.0.1:1', '--state', '@'], 64, '--admin excludes --state'],
    [['queue', 'list', '--admin', 'http://127.0.0.1:1'], 64, 'the token is missing'],
  ] as const)('%j ends with %i', async (args, exit, says) => {
    const ended = await inTurn(args.map((arg) => arg.replace('@', `${folder}/misuse`)));
    expect(ended).toMatchObject({ exit, stdout: '', stderr: expect.stringContaining(says) });
  });
});
