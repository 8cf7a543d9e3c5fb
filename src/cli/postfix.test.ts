import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SocketmapClient } from '../hosts/postfix/socketmap-client.fixture.js';
import { type Internet, startInternet } from '../testing/index.js';
import { fileIn, inTurn, makeFolder, optionsFor, removeFolder, waxseal } from './command.fixture.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let internet: Internet;
let folder: string;
let options: readonly string[];

beforeAll(async () => {
  folder = await makeFolder();
  internet = await startInternet({
    dns: {
      'MX a.test': ['10 mx.a.test', '20 mx.elsewhere.test'],
      'A mx.a.test': ['192.0.2.1'],
      'A mx.elsewhere.test': ['192.0.2.2'],
      'TXT _mta-sts.a.test': ['v=STSv1; id=1;'],
      'A mta-sts.a.test': ['@mta-sts.a.test'],
      'MX plain.test': ['10 mx.plain.test'],
      'A mx.plain.test': ['192.0.2.1'],
      'MX fails.test': { fails: 'servfail' },
    },
    policy: { 'mta-sts.a.test': { body: 'version: STSv1\nmode: enforce\nmx: *.a.test\nmax_age: 86400\n' } },
  });
  options = await optionsFor(internet, folder);
});
afterAll(async () => {
  await internet.close();
  await removeFolder(folder);
});

describe('waxseal postfix query', () => {
  it('says what Postfix would be told, why, and what that does not say', async () => {
    const ended = await inTurn(['postfix', 'query', 'A.test', '--json', ...options]);
    expect(ended).toMatchObject({ exit: 0, stderr: '' });
    const answer = JSON.parse(ended.stdout) as Record<string, unknown>;
    expect(answer).toMatchObject({
      domain: 'a.test',
      answer: 'OK secure match=mx.a.test servername=hostname',
      reason: expect.stringContaining('(PFL-12)'),
      loses: [expect.stringContaining('TLS reports to a.test')],
      supposes: [],
    });
    expect(answer.decisions).toContainEqual(
      expect.objectContaining({
        ...{ mx: 'mx.elsewhere.test', row: 'STSD-4', verdict: 'unreachable' },
        facts: expect.arrayContaining([expect.stringContaining('mx.elsewhere.test')]),
      }),
    );
    const newer = await inTurn([
      'postfix',
      'query',
      'a.test',
      '--json',
      '--postfix-version',
      '3.10',
      ...options,
    ]);
    expect(JSON.parse(newer.stdout)).toMatchObject({
      answer: expect.stringContaining('policy_type=sts'),
      loses: [],
    });
  });

  it('tells people the same, and ends with 75 where the answer is not known', async () => {
    const told = await inTurn(['postfix', 'query', 'a.test', ...options]);
    expect(told.stdout).toMatch(/^a\.test {2}OK secure match=mx\.a\.test servername=hostname\n {2}why {6}/);
    expect(told.stdout).toContain('PFL-12 secure');
    const unknown = await inTurn(['postfix', 'query', 'fails.test', ...options]);
    expect(unknown).toMatchObject({ exit: 75, stdout: expect.stringMatching(/^fails\.test {2}TEMP\n/) });
  });

  it.each([
    [['query'], 64],
    [['query', 'a.test', 'b.test'], 64],
    [['query', 'a.test', '--postfix-version', '2.10'], 64],
    [['query', 'a.test', '--deadline', 'soon'], 64],
    [['policy-map'], 64],
    [['policy-map', '--listen', 'nowhere'], 64],
    [['nothing'], 64],
  ])('%j is wrong use', async (args, exit) => {
    expect((await inTurn(['postfix', ...args])).exit).toBe(exit);
  });
});

describe('waxseal explain --as postfix', () => {
  it('says beside it what Postfix would be told', async () => {
    const ended = await inTurn(['explain', 'a.test', '--as', 'postfix', '--json', ...options]);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      results: [{ outcome: 'deferred' }],
      postfix: { answer: 'OK secure match=mx.a.test servername=hostname', loses: [expect.any(String)] },
    });
    const told = await inTurn(['explain', 'a.test', '--as', 'postfix', ...options]);
    expect(told.stdout).toMatch(/\nas Postfix is told it\na\.test {2}OK secure match=mx\.a\.test/);
  });

  it.each([
    ['--as', 'somebody'],
    ['--postfix-version', '3.7'],
    ['--as', 'postfix', '--postfix-version', '1'],
  ])('with %s %s is wrong use', async (...args) => {
    expect((await inTurn(['explain', 'a.test', ...args])).exit).toBe(64);
  });
});

describe('waxseal postfix policy-map', () => {
  it('says where it listens, answers, logs what it answered, reads settings again, and ends with 0', async () => {
    const settings = await fileIn(folder, 'settings.json', '{}');
    const path = join(folder, 'map');
    const serving = [
      ...['postfix', 'policy-map', '--listen', '127.0.0.1:0', '--listen', `unix:${path}`],
      ...['--log', 'json', '--state', join(folder, 'state'), '--policy', settings, ...options],
    ];
    const ended = await waxseal(serving, { during: (child) => void drive(child, path) });
    expect(ended.exit).toBe(0);
    expect(ended.stdout).toMatch(/^ready socketmap 127\.0\.0\.1:\d+\nready socketmap unix:.*\/map\n$/);
    const events = ended.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events).toContainEqual(
      expect.objectContaining({ key: 'a.test', answer: 'OK secure match=mx.a.test servername=hostname' }),
    );
    expect(events).toContainEqual(expect.objectContaining({ key: 'plain.test', answer: 'NOTFOUND ' }));
    expect(events).toContainEqual(expect.objectContaining({ key: 'plain.test', answer: 'OK encrypt' }));
  });

  it('serves in several processes behind the same listeners, and starts one anew that ends', async () => {
    const path = join(folder, 'shared');
    const serving = [
      '--processes',
      '3',
      '--listen',
      '127.0.0.1:0',
      '--listen',
      `unix:${path}`,
      '--log',
      'json',
    ];
    const ended = await waxseal(
      ['postfix', 'policy-map', ...serving, '--state', join(folder, 'shared-state'), ...options],
      { during: (child) => void driveSeveral(child) },
    );
    expect(ended.exit).toBe(0);
    expect(ended.stdout).toMatch(/^ready socketmap 127\.0\.0\.1:\d+\nready socketmap unix:.*\/shared\n$/);
    expect(ended.stderr).toContain('is started again');
    expect(ended.stderr.match(/"answer":"NOTFOUND "/g)!.length).toBeGreaterThan(1);
  });

  it('says so where it cannot listen', async () => {
    const taken = [
      '--listen',
      `127.0.0.1:${internet.httpsPort}`,
      '--listen',
      `127.0.0.1:${internet.httpsPort}`,
    ];
    const ended = await waxseal(['postfix', 'policy-map', ...taken, ...options]);
    expect(ended).toMatchObject({ exit: 78, stderr: expect.stringContaining('cannot listen') });
  });
});

/** Asks, changes the settings, asks again, and ends the process. */
async function drive(child: ChildProcess, path: string): Promise<void> {
  let log = '';
  let out = '';
  child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  try {
    await vi.waitFor(() => expect(out).toContain(`unix:${path}`), { timeout: 30_000 });
    const [, port] = /127\.0\.0\.1:(\d+)/.exec(out)!;
    const tcp = await SocketmapClient.open({ kind: 'tcp', host: '127.0.0.1', port: Number(port) });
    await tcp.ask('a.test');
    const unix = await SocketmapClient.open({ kind: 'unix', path });
    await unix.ask('plain.test');
    const rule = { destination: '*', demand: 'encrypt', owner: 'o', reason: 'r', expiresAt: null };
    await fileIn(folder, 'settings.json', JSON.stringify({ destinations: [rule] }));
    child.kill('SIGHUP');
    await vi.waitFor(() => expect(log).toContain('read again'), { timeout: 30_000 });
    await unix.ask('plain.test');
    tcp.close();
    unix.close();
  } finally {
    child.kill('SIGTERM');
  }
}

/** Asks over many connections, ends one of the processes, asks again, and ends the first. */
async function driveSeveral(child: ChildProcess): Promise<void> {
  let out = '';
  let log = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  try {
    await vi.waitFor(() => expect(out).toContain('ready socketmap unix:'), { timeout: 30_000 });
    const address = {
      kind: 'tcp',
      host: '127.0.0.1',
      port: Number(/127\.0\.0\.1:(\d+)/.exec(out)![1]),
    } as const;
    const askAll = async () => {
      for (let at = 0; at < 12; at++) {
        const client = await SocketmapClient.open(address);
        expect(await client.ask('plain.test')).toBe('NOTFOUND ');
        client.close();
      }
    };
    await vi.waitFor(
      async () => {
        await askAll();
        expect(log.match(/"answer":"NOTFOUND "/g)!.length).toBeGreaterThan(1);
      },
      { timeout: 30_000 },
    );
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    process.kill(Number(children.trim().split(' ')[0]), 'SIGKILL');
    await vi.waitFor(() => expect(log).toContain('is started again'), { timeout: 30_000 });
    await askAll();
  } finally {
    child.kill('SIGTERM');
  }
}
