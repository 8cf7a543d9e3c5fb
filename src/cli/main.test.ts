import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderTable } from '../policy/kernel/markdown.js';
import { renderDecisionTables } from '../policy/render-tables.js';
import { allTables } from '../policy/tables.js';
import { fileIn, makeFolder, removeFolder, waxseal } from './command.fixture.js';

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => removeFolder(folder));

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('waxseal', () => {
  it('tells its version', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await waxseal(['--version'])).toEqual({ exit: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.concurrent.each([
    '',
    'deliver',
    'explain',
    'simulate',
    'replay',
    'check',
    'tlsa',
    'resolver',
    'tlsrpt',
    'sts',
    'tables',
    ...['lmtp', 'serve', 'sendmail', 'signals', 'settings', 'why', 'compare', 'audit', 'explore', 'internet'],
    ...['queue', 'suppress', 'config', 'policy', 'postfix', 'queue list', 'queue set-tls', 'suppress add'],
    ...['postfix policy-map', 'postfix query', 'tlsrpt send', 'sts lint'],
  ])('helps with "%s"', async (name) => {
    const args = name === '' ? ['--help'] : [...name.split(' '), '--nonsense', '--help'];
    const ended = await waxseal(args);
    expect(ended).toMatchObject({
      exit: 0,
      stderr: '',
      stdout: expect.stringMatching(new RegExp(`^Usage: waxseal ${name}`)),
    });
    for (const line of ended.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(90);
  });
});

describe('waxseal tables', () => {
  it('lists every table, and shows each as the documents do', async () => {
    const { stdout } = await waxseal(['tables', '--json']);
    const { tables } = JSON.parse(stdout) as { tables: { name: string; inputs: number; rows: number }[] };
    expect(tables.map(({ name }) => name)).toEqual(allTables.map(({ name }) => name));
    expect(tables.find(({ name }) => name === 'server-name')).toMatchObject({ inputs: 4, rows: 3 });
    const text = await waxseal(['tables']);
    expect(text.stdout).toMatch(/\nserver-name +4 +3 {2}Which name the TLS handshake asks for \(SNI\)\.\n/);
    expect((await waxseal(['tables', 'server-name'])).stdout).toBe(
      renderTable(allTables.find(({ name }) => name === 'server-name')!),
    );
  });

  it('checks a document', async () => {
    const current = await fileIn(folder, 'current.md', renderDecisionTables());
    const old = await fileIn(folder, 'old.md', renderDecisionTables().replace('SNI-1', 'SNI-9'));
    expect(await waxseal(['tables', '--check', current])).toMatchObject({ exit: 0 });
    expect(await waxseal(['tables', '--check', old])).toMatchObject({
      exit: 1,
      stdout: `${old} is not what the tables say; run "npm run gen"\n`,
    });
  });
});

const SCENARIO = {
  name: 'A host with TLS',
  world: { dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] }, mail: { 'mx.a.test': {} } },
  steps: [
    { message: { to: ['u@a.test'] }, expect: [{ outcome: 'delivered', tls: 'yes' }] },
    { message: { to: ['u@a.test'] }, expect: [{ outcome: 'delivered', tls: 'yes' }] },
  ],
};

describe('waxseal simulate', () => {
  it('plays a scenario and finds it as expected', async () => {
    const path = await fileIn(folder, 'good.json', JSON.stringify(SCENARIO));
    const ended = await waxseal(['simulate', path]);
    expect(ended).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^A host with TLS\n\nStep 1\nu@a\.test {2}delivered/),
    });
    expect(ended.stdout).toMatch(/\nall as expected\n$/);
    const { steps } = JSON.parse((await waxseal(['simulate', path, '--json', '--step', '2'])).stdout);
    expect(steps).toMatchObject([{ step: 2, results: [{ outcome: 'delivered' }], differences: [] }]);
  });

  it('says what is not as expected', async () => {
    const steps = [SCENARIO.steps[0], { ...SCENARIO.steps[1], expect: [{ outcome: 'bounced' }] }];
    const path = await fileIn(folder, 'other.json', JSON.stringify({ ...SCENARIO, steps }));
    const ended = await waxseal(['simulate', path, '--step', '2']);
    expect(ended.exit).toBe(1);
    expect(ended.stdout).toContain('  not as expected: u@a.test: outcome is delivered, expected bounced\n');
    expect(ended.stdout).toMatch(/\nnot as expected: step 2\n$/);
  });

  it('says where nothing was expected', async () => {
    const steps = [{ ...SCENARIO.steps[0], expect: [] }];
    const path = await fileIn(folder, 'open.json', JSON.stringify({ ...SCENARIO, steps }));
    const { exit, stdout } = await waxseal(['simulate', path]);
    expect([exit, stdout.split('\n').at(-2)]).toEqual([0, 'nothing was expected']);
  });

  it('writes a journal that can be replayed', async () => {
    const path = await fileIn(folder, 'journalled.json', JSON.stringify(SCENARIO));
    const journal = join(folder, 'journal.json');
    const { stdout } = await waxseal(['simulate', path, '--json', '--journal', journal]);
    const { steps } = JSON.parse(stdout) as { steps: { results: unknown[] }[] };
    const replayed = await waxseal(['replay', journal, '--json']);
    expect(replayed).toMatchObject({ exit: 0, stderr: '' });
    expect(JSON.parse(replayed.stdout)).toMatchObject({ results: steps.flatMap(({ results }) => results) });
  });
});

describe('the launcher', () => {
  async function checkout(name: string): Promise<string> {
    const bin = join(folder, name, 'bin');
    await mkdir(bin, { recursive: true });
    await cp(join(root, 'bin', 'waxseal.js'), join(bin, 'waxseal.js'));
    await fileIn(
      join(folder, name),
      'package.json',
      JSON.stringify({ type: 'module', scripts: { build: 'node build.js' } }),
    );
    return join(folder, name);
  }

  it('asks to be installed again where it cannot compile; a message is kept', async () => {
    const launcher = join(await checkout('installed'), 'bin', 'waxseal.js');
    const says =
      'waxseal: dist/cli/main.js is missing; install the package again (in a source checkout: npm install)\n';
    expect(await waxseal(['tables'], { launcher })).toEqual({ exit: 70, stdout: '', stderr: says });
    expect(await waxseal(['deliver'], { launcher })).toMatchObject({ exit: 75, stderr: says });
  });

  it('compiles a source checkout once', async () => {
    const folderOfSources = await checkout('sources');
    const launcher = join(folderOfSources, 'bin', 'waxseal.js');
    await mkdir(join(folderOfSources, 'src'));
    await mkdir(join(folderOfSources, 'node_modules', 'typescript'), { recursive: true });
    const main = 'export const main = (args) => console.log(args.join());';
    const script = `import fs from 'node:fs'; fs.mkdirSync('dist/cli', { recursive: true }); fs.writeFileSync('dist/cli/main.js', ${JSON.stringify(main)}); console.log('built');`;
    await fileIn(folderOfSources, 'build.js', script);
    const first = await waxseal(['a', 'b'], { launcher });
    expect(first).toMatchObject({ exit: 0, stdout: 'a,b\n' });
    expect(first.stderr).toContain('waxseal: compiling once, because dist is missing\n');
    expect(first.stderr).toContain('built\n');
    expect(await waxseal(['c'], { launcher })).toEqual({ exit: 0, stdout: 'c\n', stderr: '' });
  });

  it('says so where compiling fails', async () => {
    const folderOfSources = await checkout('broken');
    await mkdir(join(folderOfSources, 'src'));
    await mkdir(join(folderOfSources, 'node_modules', 'typescript'), { recursive: true });
    const ended = await waxseal(['deliver'], { launcher: join(folderOfSources, 'bin', 'waxseal.js') });
    expect(ended).toMatchObject({
      exit: 75,
      stderr: expect.stringContaining('waxseal: it could not be compiled; '),
    });
  });
});
