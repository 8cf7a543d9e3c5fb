import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sqliteStores } from '../adapters/sqlite/index.js';
import { LmtpClient } from '../hosts/lmtp/lmtp-client.fixture.js';
import { utcDay } from '../policy/tls-report/send/report-day.js';
import { scheduleOf } from '../policy/tls-report/send/schedule.js';
import { ed25519Pem, keyOf, verifySignatures } from '../services/dkim/keys.fixture.js';
import { type Internet, startInternet } from '../testing/index.js';
import { inTurn, makeFolder, optionsFor, removeFolder } from './command.fixture.js';
import { startLmtp } from './listening-process.fixture.js';

/** Two domains, each with the day whose report is due now and for an hour at least, whatever time it is: each has its own hours. */
const REPORTED = Array.from({ length: 100 }, (_, at) => `d${at}.test`)
  .flatMap((domain) => {
    const day = [1, 2]
      .map((ago) => utcDay(Date.now() - ago * 86_400_000))
      .find((each) => {
        const { dueAt, overAt } = scheduleOf(domain, each);
        return dueAt < Date.now() && overAt > Date.now() + 3_600_000;
      });
    return day === undefined ? [] : [{ domain, day }];
  })
  .slice(0, 2);

const LAUNCHER = fileURLToPath(new URL('../../bin/waxseal.js', import.meta.url));

describe('waxseal lmtp', () => {
  let internet: Internet;
  let folder: string;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    internet = await startInternet({
      dns: {
        ...{ 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] },
        ...Object.fromEntries(
          REPORTED.map(({ domain }) => [
            `TXT _smtp._tls.${domain}`,
            [`v=TLSRPTv1; rua=mailto:reports-to-${domain}@a.test`],
          ]),
        ),
      },
      mail: { 'mx.a.test': {} },
    });
    folder = await makeFolder();
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await internet.close();
    await removeFolder(folder);
  });

  async function serve(...own: readonly string[]) {
    const started = await startLmtp([
      '--helo',
      'mail.host.test',
      ...own,
      ...(await optionsFor(internet, folder)),
    ]);
    children.push(started.child);
    return started;
  }

  it('tells who listens to the network that nothing else keeps strangers out', async () => {
    const listening = await serve('--listen', '0.0.0.0:0');
    const { exit, said } = await listening.end('SIGTERM');
    expect(exit).toBe(0);
    expect(said).toMatch(/0\.0\.0\.0:\d+: Whoever reaches it can send to anybody.* \(LISTEN-6\)/);
    expect(said).not.toContain('127.0.0.1:0: Whoever');
  });

  it('says where it listens, delivers, logs each outcome, remembers over a restart, and ends in order', async () => {
    const state = ['--state', `${folder}/state`, '--journals', `${folder}/journals`, '--log', 'json'];
    const first = await serve(...state);
    expect(first.line).toMatch(/^ready lmtp 127\.0\.0\.1:\d+$/);
    const client = await LmtpClient.open(first.address);
    await client.say('LHLO host.test');
    const [answer] = await client.hand(['u@a.test']);
    expect(answer).toMatch(/^250 2\.\d\.\d mx\.a\.test \[/);
    client.close();
    const { exit, said } = await first.end('SIGTERM');
    expect(exit).toBe(0);
    const [start, event] = said
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(start!.says).toBe(
      'TLS reports are counted and not sent: that takes --from and --organization, or tlsReports in --config',
    );
    expect(event).toMatchObject({ recipient: 'u@a.test', outcome: 'delivered', attempt: 1, mx: 'mx.a.test' });

    const second = await serve(...state);
    const again = await LmtpClient.open(second.address);
    await again.say('LHLO host.test');
    expect(await again.hand(['u@a.test'])).toEqual([answer]);
    again.close();
    expect((await second.end('SIGINT')).exit).toBe(0);
    // What was answered out of memory was no attempt.
    const audit = await inTurn(['audit', `${folder}/journals`, '--json']);
    expect(JSON.parse(audit.stdout)).toMatchObject({
      ...{ sources: { files: 1, journals: 1, problems: [] }, totals: { recipients: 1, delivered: 1 } },
    });
    const received = internet
      .received('mx.a.test')
      .filter(({ recipients }) => recipients.includes('u@a.test'));
    expect(received).toHaveLength(1);
  });

  it('serves a socket that was opened for it, as systemd opens them', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as { readonly port: number };
    const { fd } = (listener as unknown as { readonly _handle: { readonly fd: number } })._handle;
    const args = [LAUNCHER, 'lmtp', ...(await optionsFor(internet, folder))];
    // The process itself has to be the one that the sockets are for, and a shell can say so.
    const child = spawn(
      'sh',
      ['-c', 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"', process.execPath, ...args],
      {
        stdio: ['ignore', 'pipe', 'inherit', fd],
      },
    );
    children.push(child);
    listener.close();
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
    expect(line).toBe(`ready lmtp 127.0.0.1:${port}`);
    const client = await LmtpClient.open({ kind: 'tcp', host: '127.0.0.1', port });
    await client.say('LHLO host.test');
    expect(await client.hand(['activated@a.test'])).toEqual([expect.stringMatching(/^250 /)]);
    client.close();
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
  });

  it('reads its settings again where it is told to, and keeps what it has where they are wrong', async () => {
    const policy = join(folder, 'settings.json');
    await writeFile(policy, '{}');
    const { address, child, end } = await serve('--policy', policy);
    const hand = async (to: string) => {
      const client = await LmtpClient.open(address);
      await client.say('LHLO host.test');
      const [answer] = await client.hand([to]);
      client.close();
      return answer;
    };
    let said = '';
    child.stderr!.on('data', (text) => {
      said += text;
    });
    const reload = async (text: string, word: string) => {
      await writeFile(policy, text);
      child.kill('SIGHUP');
      await vi.waitFor(() => expect(said).toContain(word), { timeout: 300_000 });
    };
    expect(await hand('before@a.test')).toMatch(/^250 /);
    const rule = { destination: '*', demand: 'dane', owner: 'o', reason: 'r', expiresAt: null };
    await reload(JSON.stringify({ destinations: [rule] }), 'were read again');
    expect(await hand('then@a.test')).toMatch(/^451 4\.7\.5 /);
    await reload('{', 'stay as they were');
    expect(await hand('after@a.test')).toMatch(/^451 4\.7\.5 /);
    expect((await end('SIGTERM')).exit).toBe(0);
  });

  it('reads its keys and the name of its reports again, and keeps what it has where they are wrong', async () => {
    const key = join(folder, 'again.pem');
    const config = join(folder, 'again.yaml');
    const pems = [ed25519Pem(), ed25519Pem()] as const;
    const reportsBy = (organization: string) =>
      writeFile(
        config,
        `tlsReports: { organization: ${organization}, from: tlsrpt@s.test, dkimKeys: [{ file: ${key}, selector: r }] }\n`,
      );
    await writeFile(key, pems[0]);
    await reportsBy('Before');
    const lmtp = await serve(
      ...['--notices', 'pm@waxseal.test', '--dkim-key', key, '--dkim-selector', 'n', '--config', config],
    );
    const reload = async (says: string) => {
      lmtp.child.kill('SIGHUP');
      await vi.waitFor(() => expect(lmtp.said()).toContain(says), { timeout: 300_000 });
    };
    let seen = 0;
    const signers = async () => {
      const client = await LmtpClient.open(lmtp.address);
      await client.say('LHLO host.test');
      await client.say('MAIL FROM:<keys@a.test>');
      await client.say(`RCPT TO:<noticed${++seen}@a.test> NOTIFY=SUCCESS`);
      await client.say('DATA');
      client.write('Subject: x\r\n\r\n.\r\n');
      expect(await client.hear()).toEqual([expect.stringMatching(/^250 /)]);
      client.close();
      const noticed = () =>
        internet.received('mx.a.test').filter(({ recipients }) => recipients.includes('keys@a.test'));
      await vi.waitFor(() => expect(noticed()).toHaveLength(seen), { timeout: 300_000 });
      const { text } = noticed().at(-1)!;
      return pems.flatMap((pem, at) => {
        try {
          return verifySignatures(text, [keyOf(pem, 'n')]).length > 0 ? [at] : [];
        } catch {
          return [];
        }
      });
    };
    expect(await signers()).toEqual([0]);
    await writeFile(key, pems[1]);
    await reportsBy('After');
    await reload('TLS reports are sent from tlsrpt@s.test for After');
    expect(await signers()).toEqual([1]);
    await writeFile(key, 'no key');
    await reload('stay as they were: the DKIM key');
    await writeFile(key, pems[0]);
    await writeFile(config, 'tlsReports: none\n');
    await reload('stay as they were: the configuration');
    expect(await signers()).toEqual([1]);
    const { exit, said } = await lmtp.end('SIGTERM');
    expect(exit).toBe(0);
    expect(said.match(/TLS reports are sent from/g)).toHaveLength(2);
  });

  it('keeps in memory the policies that it uses and renews, and sends notices that are due', async () => {
    const key = join(folder, 'dkim.pem');
    await writeFile(key, ed25519Pem());
    const sign = ['--dkim-key', key, '--dkim-selector', 'n2026'];
    const { address, end } = await serve('--notices', '<pm@waxseal.test>', ...sign, '--log', 'json');
    const client = await LmtpClient.open(address);
    const before = internet.received('mx.a.test').length;
    await client.say('LHLO host.test');
    await client.say('MAIL FROM:<s@a.test>');
    await client.say('RCPT TO:<noticed@a.test> NOTIFY=SUCCESS');
    await client.say('DATA');
    client.write('Subject: x\r\n\r\n.\r\n');
    expect(await client.hear()).toEqual([expect.stringMatching(/^250 /)]);
    client.close();
    await vi.waitFor(() => expect(internet.received('mx.a.test')).toHaveLength(before + 2), {
      timeout: 300_000,
    });
    const notice = internet.received('mx.a.test').at(-1)!;
    expect(notice).toMatchObject({ sender: '', recipients: ['s@a.test'] });
    const [signature] = verifySignatures(notice.text, [keyOf(await readFile(key, 'utf8'), 'n2026')]);
    expect([signature!.get('d'), signature!.get('s')]).toEqual(['waxseal.test', 'n2026']);
    expect((await end('SIGTERM')).exit).toBe(0);
  });

  it.each(['options', 'a configuration'])('sends what was counted, in the name given by %s', async (by) => {
    const { domain, day } = REPORTED[by === 'options' ? 0 : 1]!;
    const state = `${folder}/reports-${domain}`;
    const { reports, close } = sqliteStores({ directory: state });
    await reports.add({ day, domain }, [
      {
        ...{ policyType: 'no-policy-found', policyDomain: domain, policyString: [], mxHost: [] },
        ...{ success: 3, failure: 0, details: [] },
      },
    ]);
    await close();
    const key = join(folder, 'reports.pem');
    await writeFile(key, ed25519Pem());
    const config = join(folder, 'reports.yaml');
    await writeFile(
      config,
      `tlsReports: { organization: Sender Inc., from: tlsrpt@s.test, dkimKeys: [{ file: ${key}, selector: r }] }\n`,
    );
    const name = ['--from', '<tlsrpt@s.test>', '--organization', 'Sender Inc.'];
    const sign = ['--dkim-key', key, '--dkim-selector', 'r'];
    const { end } = await serve(
      ...['--state', state],
      ...(by === 'options' ? [...name, ...sign] : ['--config', config]),
    );
    const mailed = () =>
      internet
        .received('mx.a.test')
        .find(({ recipients }) => recipients.includes(`reports-to-${domain}@a.test`));
    await vi.waitFor(() => expect(mailed()).toMatchObject({ sender: 'tlsrpt@s.test' }), { timeout: 300_000 });
    expect(verifySignatures(mailed()!.text, [keyOf(await readFile(key, 'utf8'), 'r')])).toHaveLength(1);
    const { exit, said } = await end('SIGTERM');
    expect(exit).toBe(0);
    expect(said).toContain('TLS reports are sent from tlsrpt@s.test for Sender Inc.');
    expect(said).toContain('the key record at r._domainkey.s.test: ');
  });

  it.each([
    [['lmtp'], 64, '--listen is missing'],
    [['lmtp', '--listen', 'nowhere'], 64, 'HOST:PORT'],
    [['lmtp', '--listen', '127.0.0.1:0', '--grace', 'soon'], 64, '--grace'],
    [['lmtp', '--listen', '127.0.0.1:0', '--log', 'loud'], 64, '--log'],
    [['lmtp', '--listen', '127.0.0.1:0', '--requiretls', 'yes'], 64, '--requiretls'],
    [['lmtp', '--listen', '127.0.0.1:0', '--tls-cert', 'x.pem'], 64, '--tls-key'],
    [['lmtp', '--listen', '127.0.0.1:0', '--notices', 'nobody'], 64, '--notices'],
    [['lmtp', '--listen', '127.0.0.1:0', '--dkim-key', 'x.pem'], 64, '--dkim-selector'],
    [['lmtp', '--listen', '127.0.0.1:0', '--dkim-key', 'x.pem', '--dkim-selector', 'x'], 64, '--notices'],
    [['lmtp', '--listen', '127.0.0.1:0', '--from', 'r@s.test'], 64, '--organization'],
    [['lmtp', '--listen', '127.0.0.1:0', '--organization', 'x'], 64, '--from'],
    [['lmtp', '--listen', '127.0.0.1:0', '--organization', 'x', '--from', '<>'], 64, '--from'],
    [['lmtp', '--listen', '127.0.0.1:0', '--config', '/proc/none'], 66, '/proc/none'],
    [['lmtp', '--listen', '127.0.0.1:0', '--config', '/dev/null'], 78, 'tlsReports'],
    [['lmtp', '--listen', 'unix:/proc/none/socket'], 78, 'cannot listen'],
  ] as const)('%j ends with %i', async (args, exit, says) => {
    const ended = await inTurn(args);
    expect(ended.stderr).toContain(says);
    expect(ended).toMatchObject({ exit, stdout: '' });
  });
});
