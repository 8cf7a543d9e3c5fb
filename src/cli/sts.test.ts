import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sqliteStores } from '../adapters/sqlite/index.js';
import { type Internet, startInternet } from '../testing/index.js';
import { fileIn, inTurn, makeFolder, optionsFor, removeFolder, waxseal } from './command.fixture.js';

const file = (mx: string, mode = 'enforce') => `version: STSv1\nmode: ${mode}\nmx: ${mx}\nmax_age: 2419200\n`;
let internet: Internet;
let folder: string;
let state: string;
let options: readonly string[];
beforeAll(async () => {
  folder = await makeFolder();
  internet = await startInternet({
    dns: {
      'MX a.test': ['10 mx.a.test'],
      'TXT _mta-sts.a.test': ['v=STSv1; id=1;'],
      'A mta-sts.a.test': ['@mta-sts.a.test'],
      'TXT _mta-sts.bad.test': ['v=STSv1; id=1;', 'v=STSv1; id=2;'],
      'MX bad.test': ['10 mx.other.test'],
      'A mta-sts.bad.test': ['@mta-sts.bad.test'],
      'TXT _mta-sts.broken.test': { fails: 'servfail' },
      'MX broken.test': { fails: 'servfail' },
    },
    policy: {
      'mta-sts.a.test': { body: file('mx.a.test') },
      'mta-sts.bad.test': { body: file('mx.bad.test') },
    },
  });
  options = await optionsFor(internet, folder);
});
beforeEach(async () => {
  state = await mkdtemp(join(folder, 'state-'));
});
afterAll(async () => {
  await internet.close();
  await removeFolder(folder);
});

const sts = (...args: readonly string[]) => inTurn(['sts', ...args]);

/** As if all that is kept had been fetched that long ago. */
async function age(domain: string, days: number): Promise<void> {
  const { policies, close } = sqliteStores({ directory: state });
  const signal = new AbortController().signal;
  const kept = await policies['policy-cache.read']({ domain }, signal);
  if (kept.kind !== 'read' || kept.cached === null) throw new Error('nothing is kept');
  await policies.forget(domain);
  const entry = { ...kept.cached, fetchedAt: kept.cached.fetchedAt - days * 86_400_000 };
  await policies['policy-cache.write']({ domain, change: { kind: 'store', entry } }, signal);
  await close();
}

describe('waxseal sts', () => {
  it('gets, lists, refreshes and forgets', async () => {
    const got = await sts('get', 'A.test.', '--state', state, ...options);
    expect(got).toMatchObject({ exit: 0, stderr: '' });
    expect(got.stdout).toMatch(
      /^a\.test {2}enforce\n {4}mx {7}mx\.a\.test\n {4}max_age {2}2419200\n {4}kept {5}until \S+Z \(28 days left\)\n {4}STS-5 /,
    );
    const again = await sts('get', 'a.test', '--state', state, ...options, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ domain: 'a.test', policy: { verdict: 'use-cached' } });
    expect(await sts('refresh', '--state', state, ...options)).toMatchObject({
      exit: 0,
      stdout: 'nothing is due\n',
    });
    await age('a.test', 2);
    const due = await sts('refresh', '--state', state, ...options);
    expect(due).toMatchObject({
      exit: 0,
      stderr: '',
      stdout: expect.stringMatching(/^a\.test {2}renewed {2}until /),
    });
    const listed = await sts('list', '--state', state, '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject({
      policies: [{ domain: 'a.test', cached: { id: '1' } }],
    });
    expect((await sts('list', '--state', state)).stdout).toMatch(/^a\.test {2}enforce\n {4}id {7}1\n/);
    const offline = await sts('get', 'a.test', '--state', state, '--offline', '--json');
    expect(JSON.parse(offline.stdout)).toEqual(JSON.parse(listed.stdout).policies[0]);
    expect(await sts('forget', 'a.test', '--state', state)).toMatchObject({
      exit: 0,
      stdout: 'a.test  forgotten\n',
    });
    expect(await sts('forget', 'a.test', '--state', state)).toMatchObject({ exit: 66, stdout: '' });
    expect(await sts('list', '--state', state, '--json')).toMatchObject({
      exit: 0,
      stdout: '{"policies":[]}\n',
    });
    expect(await sts('list', '--state', state)).toMatchObject({ exit: 0, stdout: '' });
    expect((await sts('get', 'a.test', '--state', state, '--offline')).exit).toBe(66);
  });

  it('says where a policy could not be renewed, and keeps it (STS-3.3-14, STS-10.2-2)', async () => {
    const own = join(folder, 'own');
    await sts('get', 'a.test', '--state', own, ...options);
    await internet.change({ policy: { 'mta-sts.a.test': { status: 500 } } });
    const named = await sts('refresh', 'a.test', '--state', own, ...options, '--json');
    expect(named.exit).toBe(75);
    expect(JSON.parse(named.stdout)).toMatchObject({
      outcomes: [{ policy: { verdict: 'use-cached-stale', fetched: { reason: 'http-status-500' } } }],
    });
    const listed = await sts('list', '--state', own, '--json');
    const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(JSON.parse(listed.stdout)).toMatchObject({
      policies: [{ domain: 'a.test', cached: { fetchedAt: moment } }],
    });
    await sts('forget', 'a.test', '--state', state);
    await internet.change({ policy: { 'mta-sts.a.test': { body: file('mx.a.test') } } });
    await sts('get', 'a.test', '--state', state, ...options);
    await age('a.test', 4);
    await internet.change({ policy: { 'mta-sts.a.test': { status: 500 } } });
    const due = await sts('refresh', '--state', state, ...options);
    expect(due).toMatchObject({
      exit: 75,
      stdout: expect.stringMatching(
        /^a\.test {2}not renewed: its host answers with status 500 and not with 200 {2}until /,
      ),
    });
    expect(due.stderr).toContain('waxseal sts refresh: a.test: alarm: Somebody may be waiting');
    await internet.change({ policy: { 'mta-sts.a.test': { body: file('mx.a.test') } } });
  });

  it('ends with 75, and says so, where more are due than one run fetches, and after a name it does not take', async () => {
    const full = join(folder, 'full');
    await mkdir(full, { mode: 0o700 });
    const { policies, close } = sqliteStores({ directory: full });
    const policy = { mode: 'enforce', mx: ['mx.a.test'], maxAgeSeconds: 2_419_200, lines: [] } as const;
    const entry = { id: '1', policy, fetchedAt: Date.now() - 2 * 86_400_000 };
    for (let n = 0; n <= 2000; n++)
      await policies['policy-cache.write'](
        { domain: `mx_${n}.a.test`, change: { kind: 'store', entry } },
        new AbortController().signal,
      );
    await close();
    const due = await sts('refresh', '--state', full, ...options);
    expect(due.exit).toBe(75);
    expect(due.stderr).toContain(
      'refresh: 1 more are due and were not fetched; run it again, or more often\n',
    );
    expect(due.stderr).toMatch(/refresh: mx_\d+\.a\.test: warn: "mx_\d+\.a\.test" is not a domain/);
  });

  it('ends with 75 where it could not be learned whether there is a policy', async () => {
    expect(await sts('get', 'broken.test', ...options)).toMatchObject({
      exit: 75,
      stdout: expect.stringMatching(/^broken\.test {2}not known\n {4}STS-8 {3}defer/),
    });
    expect(await sts('get', 'none.test', ...options)).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^none\.test {2}no policy\n/),
    });
  });

  it.each([
    [[], 'what to do is missing'],
    [['burn'], 'there is no "sts burn"'],
    [['get'], 'the domain is missing'],
    [['get', 'a.test', 'b.test'], '"b.test" is a second'],
    [['get', '192.0.2.1'], 'is not a domain'],
    [['get', 'a.test', '--offline'], '--state or --database is missing'],
    [['list'], '--state or --database is missing'],
    [['list', 'a.test', '--state', 'x'], '"a.test" is too much'],
    [['refresh', 'a.test'], '--state or --database is missing'],
    [['forget', '--state', 'x'], 'the domain is missing'],
    [['lint'], 'what to look at is missing'],
    [['lint', 'a.test', 'b.test'], '"b.test" is a second'],
    [['get', 'a.test', '--attempt', '1'], 'there is no option --attempt'],
  ] as const)('%j is misuse', async (args, says) => {
    expect(await sts(...args)).toMatchObject({ exit: 64, stdout: '', stderr: expect.stringContaining(says) });
  });
});

describe('waxseal sts lint', () => {
  it('reads files, and shows what a good one looks like', async () => {
    const good = await fileIn(folder, 'good.txt', file('mx.a.test'));
    expect(await sts('lint', good)).toEqual({ exit: 0, stdout: `${good}: nothing is wrong\n`, stderr: '' });
    const bad = await fileIn(
      folder,
      'bad.txt',
      'version: STSv1\n\nmode: on\nmx: a.test.\nmax_age: 2419200\n',
    );
    const ended = await sts('lint', bad);
    expect(ended).toMatchObject({ exit: 69, stderr: '' });
    expect(ended.stdout).toContain(
      `${bad}: line 3: error: the mode is "on", and not enforce, testing or none  (bad-mode)\n`,
    );
    expect(ended.stdout).toContain(`${bad}: line 2: warning: this line is blank  (blank-line)\n`);
    expect(ended.stdout).toMatch(
      /A good one looks like this:\n\n {4}_mta-sts\.example\.org\. IN TXT "v=STSv1; id=\w+;"\n\n {4}version: STSv1\n/,
    );
    const record = await fileIn(folder, 'record.txt', '"v=STSv1; id=2026-01-01;"\n');
    expect(JSON.parse((await sts('lint', record, '--json')).stdout)).toMatchObject({
      findings: [{ code: 'record-bad-id', where: 'record' }],
      example: { file: expect.stringContaining('mode: enforce') },
    });
    expect((await sts('lint', join(folder, 'missing.txt'))).exit).toBe(66);
    const marked = await fileIn(folder, 'marked.txt', `\uFEFF${file('mx.a.test')}`);
    expect((await sts('lint', marked)).stdout).toContain('warning: the file begins with a byte order mark');
  });

  it('takes whatever stands there under that name for a file, unless it is a folder', async () => {
    await fileIn(folder, 'policy.txt', file('mx.a.test'));
    execFileSync('mkfifo', [join(folder, 'policy.test')]);
    await mkdir(join(folder, 'a.test'));
    const lint = (name: string) => waxseal(['sts', 'lint', name, ...options], { cwd: folder });
    const feeder = spawn('sh', ['-c', 'exec cat policy.txt > policy.test'], { cwd: folder });
    expect(await lint('policy.test').finally(() => feeder.kill())).toMatchObject({
      exit: 0,
      stdout: 'policy.test: nothing is wrong\n',
    });
    expect(await lint('a.test')).toMatchObject({ exit: 0, stdout: 'a.test: nothing is wrong\n' });
  });

  it('looks at domains', async () => {
    expect(await sts('lint', 'a.test', ...options)).toMatchObject({
      exit: 0,
      stdout: 'a.test: nothing is wrong\n',
    });
    const bad = await sts('lint', 'bad.test', ...options, '--json');
    expect(bad.exit).toBe(69);
    const { findings, example } = JSON.parse(bad.stdout) as {
      findings: { code: string }[];
      example: { file: string };
    };
    expect([...new Set(findings.map(({ code }) => code))]).toEqual([
      'record-several',
      'mx-not-listed',
      'mx-unused',
    ]);
    expect(example.file).toContain('mx: mx.other.test\n');
    expect((await sts('lint', 'broken.test', ...options)).exit).toBe(69);
    expect((await sts('lint', 'broken.test', ...options)).stdout).toContain(
      'unknown: _mta-sts.broken.test could not',
    );
  });
});
