import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileIn, inTurn, makeFolder, removeFolder, waxseal } from './command.fixture.js';

const HOSTILE = '550 5.1.1 <bob@a.test> </td><script>alert(1)</script>';
const SCENARIO = {
  name: 'two ends',
  world: {
    dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] },
    mail: { 'mx.a.test': { replies: { rcpt: { 'bob@a.test': HOSTILE } } } },
  },
  steps: [{ message: { to: ['u@a.test', 'bob@a.test'] }, expect: [] }],
};

let folder: string;
let journal: string;
beforeAll(async () => {
  folder = await makeFolder();
  const scenario = await fileIn(folder, 'scenario.json', JSON.stringify(SCENARIO));
  const path = join(folder, 'journal.json');
  await inTurn(['simulate', scenario, '--journal', path]);
  journal = await readFile(path, 'utf8');
});
afterAll(() => removeFolder(folder));

describe('waxseal audit', () => {
  it('sums up files, folders, gzip and streams, and goes on behind what is broken', async () => {
    const week = join(folder, 'week');
    await mkdir(week);
    await fileIn(week, 'one.json', journal.repeat(3));
    await fileIn(week, 'broken.json', `${journal}{"format":"other"} nonsense`);
    await writeFile(join(week, 'two.json.gz'), Buffer.concat([gzipSync(journal), gzipSync(journal)]));
    const { exit, stdout, stderr } = await waxseal(['audit', week, '-', '--json'], { input: journal });
    expect(exit).toBe(65);
    expect(stderr).toContain('broken.json: no valid journal');
    const report = JSON.parse(stdout);
    expect(report.sources).toMatchObject({ files: 4, journals: 7, attempts: 7 });
    expect(report.totals).toMatchObject({ recipients: 14, delivered: 7, encrypted: 7, bounced: 7 });
    expect(report.repairs).toMatchObject([{ by: 'sender', domain: 'a.test', row: 'REPLY-5', recipients: 7 }]);
    expect(stdout).toContain('bob@a.test');
  });

  it('says of a file that it is empty, and no shares of nothing', async () => {
    const { exit, stdout, stderr } = await inTurn(['audit', await fileIn(folder, 'empty', '')]);
    expect([exit, stdout]).toEqual([66, 'No attempt was recorded.\n']);
    expect(stderr).toContain('empty: the file is empty');
    const none = await fileIn(folder, 'none.json', journal.replaceAll('"delivered"', '"bounced"'));
    const html = join(folder, 'none.html');
    const { stdout: text } = await inTurn(['audit', none, '--html', html]);
    expect(text).toContain('0 delivered (0 %)');
    expect(text).not.toContain('Of what was delivered');
    expect(await readFile(html, 'utf8')).toContain('<b>\u2013</b><span>of those authenticated</span>');
  });

  it('says first what happened most, how often, and whose move it is; of reasons that are as frequent it prefers none', async () => {
    const { stdout: one } = await inTurn(['audit', await fileIn(folder, 'first.json', journal)]);
    expect(one.replace(/\s+/g, ' ')).toMatch(
      /The most frequent reason is REPLY-5 \(1 of 1 recipient\): .* What would help is for the sender to do in 1 of 1 case\./,
    );
    const { stdout: two } = await inTurn([
      'audit',
      await fileIn(folder, 'second.json', `${journal}${journal.replaceAll('REPLY-5', 'REPLY-4')}`),
    ]);
    expect(two.replace(/\s+/g, ' ')).toContain('No reason is more frequent than all others; one of the most');
  });

  it('says what happened before why, and of several that it is an example', async () => {
    const one = await inTurn(['audit', await fileIn(folder, 'single.json', journal)]);
    expect(one.stdout.replace(/\s+/g, ' ')).toMatch(
      /REPLY-5 \(bounced, 1 recipient, 1 domain\): mx\.a\.test .+ answered .+ The server has refused it for good/,
    );
    const two = await inTurn(['audit', await fileIn(folder, 'double.json', journal.repeat(2))]);
    expect(two.stdout.replace(/\s+/g, ' ')).toContain(
      'REPLY-5 (bounced, 2 recipients, 1 domain): For example: mx.a.test ',
    );
  });

  it('ends with 65 for what can be read and is no journal', async () => {
    const { exit, stderr } = await inTurn(['audit', await fileIn(folder, 'stranger', 'Subject: hello\n')]);
    expect(stderr).toContain('stranger: ');
    expect(exit).toBe(65);
  });

  it('leaves out local parts, always on the page, where nothing of strangers runs', async () => {
    const path = await fileIn(folder, 'some.json', journal);
    const page = join(folder, 'audit.html');
    const { exit, stdout } = await inTurn(['audit', path, '--redact', '--html', page]);
    expect(exit).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      '1 attempt for 2 recipients: 1 delivered (50 %), 0 had to wait, 1 refused.',
    );
    expect(stdout).not.toContain('bob');
    const html = await readFile(page, 'utf8');
    expect(html).not.toContain('bob');
    expect(html).not.toMatch(/<script/i);
    expect(html).toContain('&#60;script&#62;');
    expect(html).toContain('default-src &#39;none&#39;; style-src &#39;sha256-');
    expect(html).toContain('<svg class="chart"');
    expect(html).not.toMatch(/https?:|style=/);
  });

  it('prints a line for each domain, and what changed since a report', async () => {
    const path = await fileIn(folder, 'some.json', journal);
    const csv = (await inTurn(['audit', path, '--csv'])).stdout.split('\n');
    expect(csv[0]).toMatch(/^domain,recipients,delivered,authenticated,encrypted,clear,deferred,bounced/);
    expect(csv[1]).toMatch(/^"a\.test",2,1,0,1,0,0,1,"encrypted","encrypted",/);
    const before = await fileIn(folder, 'before.json', (await inTurn(['audit', path, '--json'])).stdout);
    const { stdout } = await inTurn(['audit', path, '--since', before, '--json']);
    expect(JSON.parse(stdout).changes).toMatchObject({ newReasons: [], goneReasons: [], fell: [], rose: [] });
  });

  it.each([
    [['audit'], 64, 'the journals are missing'],
    [['audit', '-', '-'], 64, 'once only'],
    [['audit', 'x', '--csv', '--json'], 64, 'one output'],
    [['audit', '/nowhere'], 66, '/nowhere: there is no such file'],
  ])('%j: %i', async (args, exit, said) => {
    const ended = await inTurn(args);
    expect(ended.exit).toBe(exit);
    expect(ended.stderr).toContain(said);
  });

  it('takes no other file for a report of before', async () => {
    const path = await fileIn(folder, 'some.json', journal);
    expect(await inTurn(['audit', path, '--since', path])).toMatchObject({
      exit: 65,
      stderr: expect.stringContaining('is no report'),
    });
  });
});
