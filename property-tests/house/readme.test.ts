/*
 * What the README shows is true: its example is examples/embed.ts and delivers mail, its scenario ends as it says, and
 * what it links to is there.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { startMailSystem } from '../../examples/background.js';
import { choices } from '../../spec/requirements/choices.js';
import { scenarioGroups } from '../../spec/scenarios/index.js';
import { stsDomain } from '../../spec/scenarios/worlds.js';
import { parseScenario } from '../../src/adapters/scripted/scenario.codec.js';
import { sqliteStores } from '../../src/adapters/sqlite/index.js';
import { compare, playRecord } from '../../src/audit/compare.js';
import { profileNamed } from '../../src/audit/profiles/index.js';
import { EXIT } from '../../src/cli/exit.js';
import { explainDelivery, renderDelivery, settingsOf } from '../../src/index.js';
import { programs } from '../../src/machine/programs.js';
import { allTables } from '../../src/policy/tables.js';
import { startInternet } from '../../src/testing/index.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const pages = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs/tour.md',
  'docs/glossary.md',
  'docs/settings.md',
  'docs/operating.md',
  'docs/lessons.md',
  'docs/testing.md',
  'docs/auditing.md',
  'docs/embedding.md',
  ...readdirSync(join(root, 'docs/hosts')).map((name) => `docs/hosts/${name}`),
  ...readdirSync(join(root, 'docs/adr')).map((name) => `docs/adr/${name}`),
];

describe('the example of the README', () => {
  it('is examples/embed.ts', () => {
    expect(/^```ts\n([\s\S]*?)^```$/m.exec(readme)?.[1]).toBe(read('examples/embed.ts'));
  });

  it('delivers a message that has to wait at first, and ends', async () => {
    const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      await import('../../examples/embed.js');
      expect(said.mock.calls.flat()).toEqual([
        'attempt 1: user@a.example deferred 4.2.0 dane',
        'attempt 2: user@a.example delivered 2.0.0 dane',
      ]);
      for (const line of said.mock.calls.flat()) expect(readme.replace(/\s+/g, ' ')).toContain(`\`${line}\``);
    } finally {
      said.mockRestore();
    }
  });

  it('has jobs beside it that count, and stop when they are told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waxseal-example-'));
    try {
      await using internet = await startInternet(stsDomain('enforce'));
      const { port, httpsPort, resolver } = internet;
      const settings = settingsOf('rfc', { port, httpsPort, privateAddresses: 'allow' });
      const { engine, close } = startMailSystem(folder, [], { resolver, ca: [internet.caPem] }, settings);
      const { results } = await engine.deliver({
        from: '',
        to: ['user@a.example'],
        content: () => [Buffer.from('Subject: x\r\n\r\n')],
        facts: {
          requireTls: 'no',
          tlsRequired: 'absent',
          report: 'none',
          sizeBytes: 0,
          body: '7bit',
          utf8: 'not-needed',
        },
      });
      expect(results[0]).toMatchObject({ outcome: 'delivered', authentication: 'pkix' });
      await close();
      const { policies, reports, close: closeAgain } = sqliteStores({ directory: folder });
      expect(await policies.list({ after: null, entriesMax: 9 })).toMatchObject([{ domain: 'a.example' }]);
      expect(await reports.list({ after: null, entriesMax: 9 })).toMatchObject([{ domain: 'a.example' }]);
      await closeAgain();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('has a scenario that ends as expected', () => {
    const parsed = parseScenario(read('examples/renewed-certificate.json'));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const { steps } = simulateScenario(parsed.scenario);
    expect(steps.map(({ differences }) => differences)).toEqual([[], []]);
    const shown = renderDelivery(steps[0]!.journal).replace(/^at .*\n/m, '');
    const block = /^```console\n\$ .*\n([\s\S]*?)^from /m.exec(readme)![1]!;
    // Addresses differ from run to run, and lines are wrapped by their length.
    const words = (text: string) =>
      text
        .replace(/127\.[0-9.]+[0-9]/g, 'ADDRESS')
        .split(/\s+/)
        .filter((word) => word !== '');
    expect(words(block)).toEqual(words(shown));
  });
});

describe('the five messages of docs/auditing.md', () => {
  it('end as the page says, here and elsewhere', () => {
    const parsed = parseScenario(read('examples/five-messages.json'));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const { steps } = simulateScenario(parsed.scenario);
    expect(steps.flatMap(({ differences }) => differences)).toEqual([]);
    const attempts = steps.flatMap(({ journal }) => journal.attempts);
    const reports = explainDelivery({ attempts });
    const compared = compare(
      playRecord(attempts, programs),
      ['postfix', 'mox'].map((name) => profileNamed(name)!),
    );
    const told = [...read('docs/auditing.md').matchAll(/^\| (user@.*) \|$/gm)].map(([, row]) =>
      row!.split(' | '),
    );
    expect(told.map((row) => row.filter((_, at) => at !== 3))).toEqual(
      reports.map(({ recipient, because, change }, at) => {
        const [, ...others] = compared[at]!.verdicts;
        return [recipient, because!.row, change[0]!.by, ...others.map(({ outcome }) => outcome)];
      }),
    );
  });
});

describe('the README', () => {
  it('lists every exit code', () => {
    const listed = [...readme.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(listed).toEqual(Object.values(EXIT).sort((left, right) => left - right));
  });

  it('links to what the package has, too', () => {
    const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ files }] = JSON.parse(listed) as [{ files: readonly { path: string }[] }];
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link!);
    const isPacked = (link: string) =>
      files.some(({ path }) => path === link || (link.endsWith('/') && path.startsWith(link)));
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((link) => !isPacked(link))).toEqual([]);
  });

  it('lists every entry point', () => {
    const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> };
    const names = Object.keys(exports).filter((name) => name !== './package.json');
    const missing = names.filter(
      (name) => !readme.includes(`waxseal${name.slice(1).replace('/*', '/node')}\``),
    );
    expect(missing).toEqual([]);
  });
});

describe('pages written by hand', () => {
  it.each(pages)('%s links to what is there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    const files = links.filter((link) => !/^(https?:|#)/.test(link)).map((link) => link.split('#')[0]!);
    expect(files.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  it.each(pages)('%s names rows that exist', (page) => {
    const ids = new Set(allTables.flatMap((table) => table.rows.map(({ id }) => id)));
    const families = new Set([...ids].map((id) => id.slice(0, id.lastIndexOf('-'))));
    const named = [...read(page).matchAll(/(?<![\w.-])([A-Z]+)-(\d+)(?![\w-]|\.\d)/g)]
      .filter(([, family]) => families.has(family!))
      .map(([id]) => id);
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });

  it('docs/lessons.md quotes scenarios that exist', () => {
    const names = new Set(scenarioGroups.flatMap(({ scenarios }) => scenarios.map(({ name }) => name)));
    const quoted = [
      ...read('docs/lessons.md')
        .replace(/\s+/g, ' ')
        .matchAll(/"([^"]+)"/g),
    ].map(([, name]) => name!);
    expect(quoted.length).toBeGreaterThan(10);
    expect(quoted.filter((name) => !names.has(name))).toEqual([]);
  });

  it('docs/adr/0002-choices.md has every choice, once and in order', () => {
    const headings = [...read('docs/adr/0002-choices.md').matchAll(/^## (CHOICE-\d+)/gm)].map(([, id]) => id);
    expect(headings).toEqual(choices.map(({ id }) => id));
  });
});
