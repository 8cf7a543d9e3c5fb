import { execFile } from 'node:child_process';
import { open, rm, stat, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileBodies } from '../adapters/files/index.js';
import { makeOwnCertificate } from '../hosts/own-certificate.js';
import { ownName } from '../hosts/own-name.js';
import { DEFAULT_SETTINGS } from '../policy/settings.js';
import { type Internet, startInternet } from '../testing/index.js';
import { fileIn, makeFolder, optionsFor, removeFolder, waxseal } from './command.fixture.js';
import { handIn, helloTo, MESSAGE, plain, Served } from './serve.fixture.js';

const domain = (name: string) => ({ [`MX ${name}`]: [`10 mx.${name}`], [`A mx.${name}`]: [`@mx.${name}`] });

describe('waxseal serve', () => {
  let internet: Internet;
  let folder: string;
  let look: readonly string[];
  const running: Served[] = [];
  beforeAll(async () => {
    internet = await startInternet({
      dns: { ...domain('a.test'), ...domain('b.test'), ...domain('s.test') },
      mail: {
        'mx.a.test': {},
        'mx.b.test': { replies: { rcpt: { 'no@b.test': '550 5.1.1 no such mailbox' } } },
        'mx.s.test': {},
      },
    });
    folder = await makeFolder();
    look = [...(await optionsFor(internet, folder)), '--helo', 'mail.s.test'];
  });
  afterAll(async () => {
    await Promise.all(running.map((each) => each.end('SIGKILL')));
    await internet.close();
    await removeFolder(folder);
  });

  let states = 0;
  async function serve(own: readonly string[], listeners = 1, state = `${folder}/state${++states}`) {
    const served = await Served.start(['--state', state, ...own, ...look], listeners);
    running.push(served);
    return { served, state };
  }
  const smtp = ['--listen', '127.0.0.1:0'];
  const texts = (host: string) => internet.received(host).map(({ text }) => text);

  it('takes mail, delivers it with a trace field of its own, gives back what fails, and ends in order (SMTP-3.6.3-1)', async () => {
    const journals = `${folder}/journals`;
    const config = `${folder}/journals.yaml`;
    await writeFile(config, `journals: ${journals}\n`);
    const { served, state } = await serve([...smtp, '--config', config]);
    const { client, keywords } = await helloTo(served.address('smtp'));
    expect(keywords).toMatch(/STARTTLS/);
    expect(keywords).not.toMatch(/AUTH|REQUIRETLS/);
    const answers = await handIn(client, ['u@a.test', 'no@b.test', 'yes@b.test']);
    expect(answers.at(-1)).toMatch(/^250 2\.6\.0 queued as [a-z0-9-]+$/);
    const id = answers.at(-1)!.split(' ').at(-1)!;
    expect(await served.outcome('u@a.test', 'delivered')).toMatchObject({ id, mx: 'mx.a.test', attempt: 1 });
    await served.outcome('yes@b.test', 'delivered');
    expect(await served.outcome('no@b.test', 'bounced')).toMatchObject({
      ...{ status: '5.1.1', reply: { code: 550, text: '5.1.1 no such mailbox' }, notice: 'failed' },
    });
    await served.outcome('s@s.test', 'delivered');
    expect(texts('mx.s.test').at(-1)).toMatch(/Action: failed[\s\S]*Diagnostic-Code: smtp; 550 5\.1\.1/);
    expect(texts('mx.a.test').at(-1)).toMatch(
      new RegExp(
        `^Received: from client\\.test \\(\\[127\\.0\\.0\\.1\\]\\)\\r\\n\\tby mail\\.s\\.test with ESMTP id ${id};\\r\\n\\t.* \\+0000\\r\\nDate: `,
      ),
    );
    client.close();
    expect(await served.end()).toBe(0);
    const audit = JSON.parse((await waxseal(['audit', journals, '--json'])).stdout);
    // The two domains of the message and the notice.
    expect(audit).toMatchObject({
      sources: { journals: 3, problems: [] },
      totals: { delivered: 3, bounced: 1 },
    });
    const shown = JSON.parse((await waxseal(['queue', 'show', id, '--state', state, '--json'])).stdout) as {
      messages: readonly { recipients: readonly { state: string }[] }[];
    };
    expect(shown.messages[0]!.recipients.map((each) => each.state)).toEqual([
      'delivered',
      'bounced',
      'delivered',
    ]);
  });

  it('is ended by no SIGHUP, neither while it begins nor while it ends', async () => {
    const config = `${folder}/hangup.yaml`;
    await promisify(execFile)('mkfifo', [config]);
    const starting = serve([...smtp, '--config', config]);
    // The first that reads it waits here, and whoever writes as well.
    const write = await open(config, 'w');
    Served.begun.at(-1)!.signal('SIGHUP');
    await write.writeFile('{}\n');
    await write.close();
    const { served } = await starting;
    await writeFile(config, '{}\n');
    await served.told(({ msg }) => msg === 'the configuration was read again');
    const { client } = await helloTo(served.address('smtp'));
    await client.say('MAIL FROM:<s@s.test>', 'RCPT TO:<hangup@a.test>');
    await client.say('DATA');
    served.signal('SIGTERM');
    await served.told(({ event }) => event === 'stopping');
    served.signal('SIGHUP');
    client.write(`${MESSAGE}.\r\n`);
    expect((await client.hear())[0]).toMatch(/^250 /);
    client.close();
    expect(await served.ended()).toBe(0);
  });

  it('lets users in under TLS alone, each with his own senders, and nobody else (RTLS-2-2)', async () => {
    const password = await fileIn(folder, 'ann.pw', 'correct horse\n');
    const config = await fileIn(
      folder,
      'users.yaml',
      `users: [{ name: ann, passwordFile: ${password}, from: [s.test], recipientsPerHour: 2 }]\n`,
    );
    const { served } = await serve([...smtp, '--config', config]);
    const clear = await helloTo(served.address('smtp'));
    expect(clear.keywords).not.toContain('AUTH');
    expect((await clear.client.say('MAIL FROM:<s@s.test>'))[0]).toMatch(/^530 5\.7\.0 /);
    expect((await clear.client.say(`AUTH PLAIN ${plain('ann', 'correct horse')}`))[0]).toMatch(/^5/);
    clear.client.close();

    const { client, keywords } = await helloTo(served.address('smtp'), { tls: true });
    expect(keywords).toMatch(/AUTH PLAIN LOGIN.*REQUIRETLS/);
    for (const [user, wrong] of [
      ['ann', 'wrong'],
      ['bob', 'correct horse'],
    ] as const)
      expect((await client.say(`AUTH PLAIN ${plain(user, wrong)}`))[0]).toMatch(/^535 5\.7\.8 /);
    expect((await client.say(`AUTH PLAIN ${plain('ann', 'correct horse')}`))[0]).toMatch(/^235 /);
    expect((await client.say('MAIL FROM:<x@other.test>'))[0]).toMatch(/^550 5\.7\.1 /);
    const taken = await handIn(client, ['ann@a.test', 'ann2@a.test'], { mail: ' REQUIRETLS' });
    const id = taken.at(-1)!.split(' ').at(-1)!;
    expect(await served.outcome('ann@a.test', 'bounced')).toMatchObject({ id });
    expect(await served.told(({ event }) => event === 'accepted')).toMatchObject({
      user: 'ann',
      requireTls: 'yes',
    });
    // Two recipients are all that she has for an hour.
    expect((await client.say('MAIL FROM:<s@s.test>'))[0]).toMatch(/^450 4\.7\.1 /);
    client.close();
    await served.end();
  });

  it('is under TLS from the first octet where that is said, whatever name a client asks for', async () => {
    const password = await fileIn(folder, 'tls.pw', 'correct horse\n');
    const config = await fileIn(folder, 'tls.yaml', `users: [{ name: ann, passwordFile: ${password} }]\n`);
    const { served } = await serve(['--tls-listen', '127.0.0.1:0', '--config', config]);
    const login = { underTls: true, user: 'ann', password: 'correct horse' };
    const { client, keywords } = await helloTo(served.address('smtps'), login);
    expect(keywords).toMatch(/AUTH PLAIN LOGIN.*REQUIRETLS/);
    expect(keywords).not.toContain('STARTTLS');
    expect((await handIn(client, ['under-tls@a.test'])).at(-1)).toMatch(/^250 /);
    await served.outcome('under-tls@a.test', 'delivered');
    expect(texts('mx.a.test').at(-1)).toContain('with ESMTPSA id');
    client.close();
    await served.end();
  });

  it('says that mail hosts are told no name of its own where it has none', async () => {
    const nameless = look.filter((each) => each !== '--helo' && each !== 'mail.s.test');
    const served = await Served.start(['--state', `${folder}/nameless`, ...smtp, ...nameless], 1);
    running.push(served);
    expect(await served.end()).toBe(0);
    expect(served.said.includes('give --helo NAME')).toBe(ownName(DEFAULT_SETTINGS) === null);
    const { served: named } = await serve(smtp);
    expect(await named.end()).toBe(0);
    expect(named.said).not.toContain('give --helo NAME');
  });

  it('keeps nothing of a message whose client goes away in the midst of it', async () => {
    const { served, state } = await serve(smtp);
    const { client } = await helloTo(served.address('smtp'));
    await client.say('MAIL FROM:<s@s.test>', 'RCPT TO:<half@a.test>');
    await client.say('DATA');
    client.write(`${MESSAGE}and more to`);
    client.close();
    // Whoever comes next is served, and by then the first one is gone.
    const { client: other } = await helloTo(served.address('smtp'));
    await handIn(other, ['whole@a.test']);
    await served.outcome('whole@a.test', 'delivered');
    other.close();
    expect(await served.end()).toBe(0);
    const { stdout } = await waxseal(['queue', 'list', '--ended', '--state', state, '--json']);
    expect(stdout).toContain('whole@a.test');
    expect(stdout).not.toContain('half@a.test');
    expect(served.said).not.toContain('"fault"');
  });

  it('goes on with the mail of a user whom a new configuration has no more, and waits for a transport that it has no more', async () => {
    const password = await fileIn(folder, 'gone.pw', 'correct horse\n');
    const users = `users: [{ name: gone, passwordFile: ${password} }]\n`;
    const transport =
      'transports: { away: { kind: fail, status: 4.3.0, text: later } }\nroutes: [{ to: [a.test], transport: away }]\n';
    const config = await fileIn(folder, 'gone.yaml', users + transport);
    const { served, state } = await serve([...smtp, '--config', config]);
    const login = { tls: true, user: 'gone', password: 'correct horse' };
    const { client } = await helloTo(served.address('smtp'), login);
    const taken = await handIn(client, ['mine@a.test']);
    client.close();
    const id = taken.at(-1)!.split(' ').at(-1)!;
    await served.outcome('mine@a.test', 'deferred');
    const queue = (...args: readonly string[]) => waxseal(['queue', ...args, '--state', state]);
    expect(await queue('set-transport', id, 'away')).toMatchObject({ exit: 0 });
    await writeFile(config, '{}\n');
    served.signal('SIGHUP');
    await served.told(({ msg }) => msg === 'the configuration was read again');
    expect(await queue('kick', id)).toMatchObject({ exit: 0 });
    expect(await served.told(({ row }) => row === 'HOP-6')).toMatchObject({ id });
    expect(await queue('set-transport', id, 'direct')).toMatchObject({ exit: 0 });
    expect(await queue('kick', id)).toMatchObject({ exit: 0 });
    expect(await served.outcome('mine@a.test', 'delivered')).toMatchObject({ id });
    await served.end();
  });

  it('refuses what cannot be kept as it is, and says which rule does', async () => {
    const config = await fileIn(folder, 'small.yaml', 'limits: { messageBytes: 2000, recipients: 2 }\n');
    const { served } = await serve([...smtp, '--config', config]);
    const { client } = await helloTo(served.address('smtp'));
    const mail = async (line: string) => (await client.say(`MAIL FROM:<s@s.test>${line}`, 'RSET'))[0];
    expect(await mail(' SIZE=2001')).toMatch(/^552 5\.3\.4 /);
    expect(await mail(' XYZZY=1')).toMatch(/^555 5\.5\.4 /);
    expect(await mail(' REQUIRETLS')).toMatch(/^530 /);
    expect(await mail(' RET=SOME')).toMatch(/^501 /);
    expect((await client.say('MAIL FROM:<\u00e9@s.test>'))[0]).toMatch(/^5/);
    const [, ...answers] = await handIn(client, ['u@a.test', 'nobody', 'v@a.test', 'w@a.test']);
    expect(answers.map((answer) => answer.slice(0, 9))).toEqual([
      ...['250 2.1.5', '501 5.1.3', '250 2.1.5', '452 4.5.3', '250 2.6.0'],
    ]);
    const bare = await handIn(client, ['u@a.test'], { message: 'Subject: x\r\n\r\none\n.\r\ntwo\r\n' });
    expect(bare.at(-1)).toMatch(/^554 5\.6\.0 /);
    const large = await handIn(client, ['u@a.test'], {
      message: `Subject: x\r\n\r\n${'x'.repeat(3000)}\r\n`,
    });
    expect(large.at(-1)).toMatch(/^552 5\.3\.4 /);
    const looping = await handIn(client, ['u@a.test'], { message: `${'Received: x\r\n'.repeat(101)}\r\n` });
    expect(looping.at(-1)).toMatch(/^554 5\.4\.6 /);
    expect((await handIn(client, ['u@a.test'])).at(-1)).toMatch(/^250 /);
    expect(await served.told(({ event, row }) => event === 'refused' && row === 'ADMIT-3')).toMatchObject({
      code: 554,
    });
    client.close();
    await served.end();
  });

  it('tells who listens to the network without users', async () => {
    const { served } = await serve(['--listen', '0.0.0.0:0']);
    expect(await served.told(({ event }) => event === 'listener')).toMatchObject({
      ...{ level: 'warn', row: 'LISTEN-4' },
      msg: expect.stringMatching(/^smtp 0\.0\.0\.0:\d+: There are no users/),
    });
    await served.end();
  });

  it('takes mail by LMTP, with an answer for each recipient however often it is named (SMTP-4.5.4.1-1)', async () => {
    const sockets = ['lmtp', 'metrics'].map((name) => `${folder}/${name}.sock`);
    const { served } = await serve(
      ['--lmtp-listen', `unix:${sockets[0]}`, '--metrics', `unix:${sockets[1]}`],
      2,
    );
    // Who may use a socket is said by the folder that it is in.
    for (const path of sockets) expect((await stat(path)).mode & 0o777).toBe(0o666);
    const { client } = await helloTo(served.address('lmtp'), { hello: 'LHLO' });
    await client.say(
      'MAIL FROM:<s@s.test> RET=HDRS ENVID=a+2Bb',
      'RCPT TO:<l1@a.test> NOTIFY=NEVER',
      'RCPT TO:<l2@a.test>',
      'RCPT TO:<l1@a.test>',
    );
    await client.say('DATA');
    client.write(`${MESSAGE}.\r\n`);
    const answers = await client.hear(3);
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^250 2\.6\.0 queued as /);
    await served.outcome('l1@a.test', 'delivered');
    await served.outcome('l2@a.test', 'delivered');
    expect(texts('mx.a.test').at(-1)).toContain('with LMTP id');
    client.close();
    await served.end();
  });

  it('lets one process serve a folder, and takes up what others put into it and order (SMTP-4.5.4.1-1)', async () => {
    const { served, state } = await serve(smtp);
    const second = await waxseal(['serve', '--state', state, ...smtp, ...look]);
    expect(second).toMatchObject({
      exit: 78,
      stdout: '',
      stderr: expect.stringContaining('another process'),
    });
    const input = 'Subject: x\n\nHello.\n';
    await waxseal(['sendmail', '--state', state, '-f', 's@s.test', 'put@a.test'], { input });
    expect(await served.outcome('put@a.test', 'delivered')).toMatchObject({ mx: 'mx.a.test' });
    await served.end('SIGKILL');
    const { served: third } = await serve(smtp, 1, state);
    expect(await third.end()).toBe(0);
  });

  it('reads its configuration again when it is told to, and keeps the old one where the new one is wrong', async () => {
    const password = await fileIn(folder, 'eve.pw', 'first\n');
    const config = await fileIn(folder, 'again.yaml', `users: [{ name: eve, passwordFile: ${password} }]\n`);
    const { served } = await serve([...smtp, '--config', config, '--spans']);
    const logIn = async (word: string) => {
      const { client } = await helloTo(served.address('smtp'), { tls: true });
      const [answer] = await client.say(`AUTH PLAIN ${plain('eve', word)}`);
      client.close();
      return answer!.slice(0, 3);
    };
    expect(await logIn('first')).toBe('235');
    const { client: open } = await helloTo(served.address('smtp'), { tls: true });
    await open.say(`AUTH PLAIN ${plain('eve', 'first')}`);
    expect((await handIn(open, ['before@a.test'])).at(-1)).toMatch(/^250 /);
    await writeFile(password, 'second\n');
    served.signal('SIGHUP');
    await served.told(({ msg }) => msg === 'the configuration was read again');
    expect([await logIn('first'), await logIn('second')]).toEqual(['535', '235']);
    // Who has come with the old one goes on no longer.
    expect((await open.say('MAIL FROM:<s@s.test>'))[0]).toMatch(/^530 5\.7\.0 /);
    open.close();
    await writeFile(
      config,
      `users: [{ name: eve, passwordFile: ${password} }]\nlimits: { messageBytes: 3000 }\nmetrics: 127.0.0.1:9\n`,
    );
    served.signal('SIGHUP');
    expect(await served.told(({ restartFor }) => String(restartFor) === 'metrics')).toMatchObject({
      msg: 'the configuration was read again; a restart is needed for metrics',
    });
    const { client, keywords } = await helloTo(served.address('smtp'));
    client.close();
    expect(keywords).toContain('SIZE 3000');
    await writeFile(
      config,
      `users: [{ name: eve, passwordFile: ${password} }]\ntlsReports: { organization: S, from: r@s.test }\n`,
    );
    served.signal('SIGHUP');
    // It begins to send them, without a restart.
    await served.told(({ msg }) =>
      String(msg).startsWith('TLS reports that domains want by mail wait: no DKIM key'),
    );
    await writeFile(config, 'users: none\n');
    served.signal('SIGHUP');
    await served.told(({ msg }) => String(msg).startsWith('the configuration stays as it was'));
    expect(await logIn('second')).toBe('235');
    await served.end();
  });

  it('answers at once where there is no room to keep a large message, and takes the next one when there is again', async () => {
    const { served, state } = await serve(smtp);
    const { client } = await helloTo(served.address('smtp'));
    const large = `Subject: large\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(3000)}`;
    expect((await handIn(client, ['first@a.test'], { message: large })).at(-1)).toMatch(/^250 /);
    await served.outcome('first@a.test', 'delivered');
    await rm(`${state}/bodies`, { recursive: true });
    const refused = await handIn(client, ['second@a.test'], { message: large });
    expect(refused.at(-1)).toMatch(/^451 4\.3\.0 /);
    expect((await handIn(client, ['third@a.test'], { message: large })).at(-1)).toMatch(/^250 /);
    await served.outcome('third@a.test', 'delivered');
    client.close();
    await served.end();
  });

  it('tells of messages that its database does not know, as where an older one was put back', async () => {
    const { served, state } = await serve(smtp);
    await served.end();
    const bodies = fileBodies({ directory: `${state}/bodies` });
    await bodies.keep('0-accepted-since', () => [Buffer.alloc(40_000)]);
    const { served: again } = await serve(smtp, 1, state);
    expect(await again.told(({ event }) => event === 'unknown')).toMatchObject({
      ...{ level: 'warn', count: 1, example: '0-accepted-since' },
    });
    await again.end();
  });

  it('keeps the certificate and all else as it was where the new one and its key do not belong together', async () => {
    const [one, other] = [
      await makeOwnCertificate('one.test', Date.now()),
      await makeOwnCertificate('other.test', Date.now()),
    ];
    const [cert, key] = [await fileIn(folder, 'own.pem', one.cert), await fileIn(folder, 'own.key', one.key)];
    const config = await fileIn(folder, 'own.yaml', `tls: { certFile: ${cert}, keyFile: ${key} }\n`);
    const { served } = await serve([...smtp, '--config', config]);
    await writeFile(cert, other.cert);
    await writeFile(config, `tls: { certFile: ${cert}, keyFile: ${key} }\nlimits: { messageBytes: 3000 }\n`);
    served.signal('SIGHUP');
    await served.told(({ msg }) =>
      String(msg).startsWith(
        `the configuration stays as it was: the certificate ${cert} cannot be used with the key`,
      ),
    );
    const before = await helloTo(served.address('smtp'), { tls: true });
    expect(before.keywords).toContain('SIZE 50000000');
    before.client.close();
    await writeFile(key, other.key);
    served.signal('SIGHUP');
    await served.told(({ msg }) => msg === 'the configuration was read again');
    const after = await helloTo(served.address('smtp'), { tls: true });
    expect(after.keywords).toContain('SIZE 3000');
    after.client.close();
    await served.end();
  });

  it.concurrent.each([
    [['serve'], 64, '--listen is missing'],
    [['serve', '--listen', 'nowhere', '--state', '@'], 64, '--listen "nowhere"'],
    [['serve', '--listen', '127.0.0.1:0'], 64, 'is missing; say where the queue is'],
    [['serve', '--listen', '127.0.0.1:0', '--log', 'loud'], 64, '--log'],
    [['serve', '--listen', '127.0.0.1:0', '--state', '@', '--config', '/nonexistent'], 66, 'cannot be read'],
    [['serve', '--listen', 'unix:/proc/none/socket', '--state', '@'], 78, 'cannot listen'],
    [['serve', '--lmtp-listen', '0.0.0.0:0', '--state', '@'], 78, 'for this host alone; give 127.0.0.1:PORT'],
  ] as const)('%j ends with %i', async (args, exit, says) => {
    const ended = await waxseal(args.map((arg) => (arg === '@' ? `${folder}/misuse` : arg)));
    expect(ended.stderr).toContain(says);
    expect(ended).toMatchObject({ exit, stdout: '' });
  });
});
