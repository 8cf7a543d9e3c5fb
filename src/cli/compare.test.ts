import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInternet } from '../testing/index.js';
import { fileIn, inTurn, makeFolder, optionsFor, removeFolder } from './command.fixture.js';

const SCENARIO = {
  name: 'a policy that does not list the host',
  world: {
    dns: {
      'MX a.test': ['10 mx.a.test'],
      'A mx.a.test': ['@mx.a.test'],
      'TXT _mta-sts.a.test': ['v=STSv1; id=1;'],
      'A mta-sts.a.test': ['@mta-sts.a.test'],
    },
    mail: { 'mx.a.test': {} },
    policy: {
      'mta-sts.a.test': { body: 'version: STSv1\nmode: enforce\nmx: other.a.test\nmax_age: 86400\n' },
    },
  },
  steps: [
    { message: { to: ['u@a.test', 'v@a.test'] }, expect: [{ outcome: 'deferred' }, { outcome: 'deferred' }] },
  ],
} as const;

let folder: string;
let scenario: string;
let journal: string;
beforeAll(async () => {
  folder = await makeFolder();
  scenario = await fileIn(folder, 'scenario.json', JSON.stringify(SCENARIO));
  journal = join(folder, 'journal.json');
  await inTurn(['simulate', scenario, '--journal', journal]);
});
afterAll(() => removeFolder(folder));

describe('waxseal compare', () => {
  it('tells of a scenario what each would have made of it, in the order that was asked for', async () => {
    const { exit, stdout } = await inTurn(['compare', scenario, '--with', 'exim,maddy', '--json']);
    const { subject, recipients } = JSON.parse(stdout);
    expect([exit, subject]).toEqual([1, scenario]);
    expect(recipients.map(({ recipient }: { recipient: string }) => recipient)).toEqual([
      'u@a.test',
      'v@a.test',
    ]);
    expect(recipients[0].verdicts).toMatchObject([
      { mta: 'waxseal', outcome: 'deferred', status: '4.7.5', known: true },
      { mta: 'exim', outcome: 'delivered', status: '2.0.0', known: true, compared: 'laxer' },
      { mta: 'maddy', outcome: 'bounced', status: '5.7.0', known: true, compared: 'stricter' },
    ]);
    for (const { why, source } of recipients[0].verdicts)
      expect(Math.min(why.length, source.length)).toBeGreaterThan(5);
    expect(recipients[0].firstDifference).toMatchObject({
      mta: 'exim',
      table: 'sts-demand',
      ours: { row: 'STSD-4' },
      theirs: { row: 'EXIM-1' },
    });
  });

  it('says of a record where it does not reach', async () => {
    const { stdout } = await inTurn(['compare', journal, '--with', 'exim', '--json']);
    expect(JSON.parse(stdout).recipients[0].verdicts[1]).toMatchObject({
      outcome: 'unknown',
      status: null,
      known: false,
    });
    const text = await inTurn(['compare', journal]);
    expect(text.stdout).toMatch(/exim +unknown +not known/);
    expect(text.stdout).toMatch(/maddy +bounced {2}5\.7\.0 +stricter than ours/);
  });

  it('looks at a domain', async () => {
    const internet = await startInternet(SCENARIO.world);
    try {
      const options = await optionsFor(internet, folder);
      const { exit, stdout } = await inTurn([
        'compare',
        'a.test',
        '--with',
        'mox,postfix',
        '--json',
        ...options,
      ]);
      expect(exit).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        subject: 'a.test',
        recipients: [
          {
            verdicts: [
              { outcome: 'deferred' },
              { mta: 'mox', outcome: 'deferred' },
              { mta: 'postfix', status: '4.3.0' },
            ],
          },
        ],
      });
    } finally {
      await internet.close();
    }
  });

  it.each([
    [['compare'], 64, 'a domain, a scenario or a journal'],
    [
      ['compare', 'x', '--with', 'sendmail'],
      64,
      '--with "sendmail" is no profile; there is: rfc, mox, postfix',
    ],
    [['compare', '/nowhere/x.json'], 66, 'cannot be read'],
    [['compare', 'b\u00fccher.test', '--resolver', 'x'], 78, '--resolver'],
    [['replay', 'x', '--as', 'nobody'], 64, '--as "nobody" is no profile'],
    [['replay', 'x', '--as', 'mox', '--policy', 'y'], 64, 'two ways'],
    [['tables', 'diff', 'rfc'], 64, 'give two'],
    [['tables', 'diff', 'rfc', 'nobody'], 64, 'no profile and no file "nobody"'],
    [['tables', 'export', '--csv', '--json'], 64, 'one output'],
    [['tables', 'search'], 64, 'a word is missing'],
  ])('%j: %i', async (args, exit, said) => {
    const ended = await inTurn(args);
    expect(ended).toMatchObject({ exit, stdout: '' });
    expect(ended.stderr).toContain(said);
  });
});

describe('waxseal replay --as', () => {
  it('says row by row where a profile goes another way, and what comes of it', async () => {
    const { exit, stdout } = await inTurn(['replay', journal, '--as', 'exim', '--json']);
    expect(exit).toBe(1);
    const { as, attempts, recipients } = JSON.parse(stdout);
    expect(as).toBe('exim');
    expect(attempts[0]).toMatchObject({
      domain: 'a.test',
      unasked: expect.arrayContaining([expect.stringContaining('smtp.connect mx.a.test')]),
    });
    const root = attempts[0].differences.find(({ table }: { table: string }) => table === 'sts-demand');
    expect(root).toMatchObject({
      table: 'sts-demand',
      ours: { row: 'STSD-4' },
      theirs: { row: 'EXIM-1', verdict: 'no-demand' },
    });
    expect(recipients[0].verdicts).toHaveLength(2);
    const text = await inTurn(['replay', journal, '--as', 'exim']);
    expect(text.stdout).toContain('sts-demand at mx.a.test: unreachable (STSD-4) becomes no-demand (EXIM-1)');
    expect(text.stdout).toContain('The record does not reach further');
  });

  it('is the same where nothing differs, and takes a settings file', async () => {
    expect(await inTurn(['replay', journal, '--as', 'rfc'])).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('every row is the same'),
    });
    const settings = await fileIn(
      folder,
      'settings.json',
      JSON.stringify({ cleartextRetry: 'never', privateAddresses: 'allow' }),
    );
    const { stdout, exit } = await inTurn(['replay', journal, '--policy', settings, '--json']);
    expect([exit, JSON.parse(stdout).as]).toEqual([0, settings]);
  });
});

describe('waxseal tables', () => {
  it('diff: of profiles, settings and files', async () => {
    const settings = await fileIn(folder, 'half.json', JSON.stringify({ halfDane: 'ignore' }));
    const exported = await fileIn(folder, 'tables.json', (await inTurn(['tables', 'export'])).stdout);
    const { exit, stdout } = await inTurn(['tables', 'diff', exported, settings, '--json']);
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      a: exported,
      b: settings,
      same: false,
      changes: [{ table: 'dane-applies', inputs: 1 }],
    });
    expect(await inTurn(['tables', 'diff', exported, 'rfc'])).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('decide alike'),
    });
    const mox = await inTurn(['tables', 'diff', 'rfc', 'mox']);
    expect(mox.stdout).toContain('mox: stopped by TLS-3 or TOUT-4, it is bounced. Where TLS is demanded');
    const postfix = await inTurn(['tables', 'diff', 'rfc', 'postfix']);
    expect(postfix.stdout).toContain('stopped by TOUT-3 where outcome is refused-for-now, it is deferred. ');
    const text = await inTurn(['tables', 'diff', 'rfc', 'exim']);
    expect(text.stdout).toMatch(
      /sts-demand: where policy is enforce, host is listed, authenticate \(STSD-3\) becomes no-demand\s+\(EXIM-1\)\./,
    );
    const wrong = await fileIn(folder, 'wrong.json', '{"format":"waxseal-tables","version":7}');
    expect(await inTurn(['tables', 'diff', wrong, 'rfc'])).toMatchObject({
      exit: 65,
      stderr: expect.stringContaining('"version" is not 1'),
    });
  });

  it('search and export', async () => {
    const found = JSON.parse((await inTurn(['tables', 'search', 'injected', 'TOUT-5', '--json'])).stdout);
    expect(found.rows.map(({ row }: { row: string }) => row)).toEqual(['TOUT-5']);
    expect(await inTurn(['tables', 'search', 'no-such-word'])).toMatchObject({ exit: 1, stdout: '' });
    const csv = (await inTurn(['tables', 'export', '--csv'])).stdout.split('\n');
    expect(csv[0]).toBe('table,row,when,verdict,why,refs');
    expect(csv.find((line) => line.startsWith('"peer-authentication","PEER-6"'))).toContain(
      '"dane=failed; sts=fresh","refuse"',
    );
  });
});
