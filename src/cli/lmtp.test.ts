import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseListenAddress } from '../hosts/listen-address.js';
import { LmtpClient } from '../hosts/lmtp/lmtp-client.fixture.js';
import { type Internet, startInternet } from '../testing/index.js';
import { makeFolder, optionsFor, removeFolder, waxseal } from './command.fixture.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/waxseal.js', import.meta.url));

describe('waxseal lmtp', () => {
  let internet: Internet;
  let folder: string;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    internet = await startInternet({
      dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] },
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
    const args = ['lmtp', '--listen', '127.0.0.1:0', ...own, ...(await optionsFor(internet, folder))];
    const child = spawn(process.execPath, [LAUNCHER, ...args]);
    children.push(child);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const address = parseListenAddress(line.replace(/^ready lmtp /, ''))!;
    const end = async (signal: NodeJS.Signals) => {
      const closed = once(child, 'close');
      child.kill(signal);
      const [exit] = await closed;
      return { exit, said };
    };
    return { line, address, end };
  }

  it('says where it listens, delivers, logs each outcome, remembers over a restart, and ends in order', async () => {
    const state = ['--state', `${folder}/state`, '--log', 'json'];
    const first = await serve(...state);
    expect(first.line).toMatch(/^ready lmtp 127\.0\.0\.1:\d+$/);
    const client = await LmtpClient.open(first.address);
    await client.say('LHLO host.test');
    const [answer] = await client.hand(['u@a.test']);
    expect(answer).toMatch(/^250 2\.\d\.\d mx\.a\.test \[/);
    client.close();
    const { exit, said } = await first.end('SIGTERM');
    expect(exit).toBe(0);
    const [event] = said
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(event).toMatchObject({ recipient: 'u@a.test', outcome: 'delivered', attempt: 1, mx: 'mx.a.test' });

    const second = await serve(...state);
    const again = await LmtpClient.open(second.address);
    await again.say('LHLO host.test');
    expect(await again.hand(['u@a.test'])).toEqual([answer]);
    again.close();
    expect((await second.end('SIGINT')).exit).toBe(0);
    expect(internet.received('mx.a.test')).toHaveLength(1);
  });

  it.each([
    [['lmtp'], 64, '--listen is missing'],
    [['lmtp', '--listen', 'nowhere'], 64, 'HOST:PORT'],
    [['lmtp', '--listen', '127.0.0.1:0', '--grace', 'soon'], 64, '--grace'],
    [['lmtp', '--listen', '127.0.0.1:0', '--log', 'loud'], 64, '--log'],
    [['lmtp', '--listen', '127.0.0.1:0', '--requiretls', 'yes'], 64, '--requiretls'],
    [['lmtp', '--listen', '127.0.0.1:0', '--tls-cert', 'x.pem'], 64, '--tls-key'],
    [['lmtp', '--listen', 'unix:/proc/none/socket'], 78, 'cannot listen'],
  ] as const)('%j ends with %i', async (args, exit, says) => {
    const ended = await waxseal(args);
    expect(ended.stderr).toContain(says);
    expect(ended).toMatchObject({ exit, stdout: '' });
  });
});
