import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summariseReports } from '../policy/tls-report/read/summarise.js';
import { readSource } from '../services/tls-report/read/read-source.js';
import {
  bigReport,
  gzipPart,
  messageOf,
  NOTE,
  officeReport,
  SLOPPY_TEXT,
  tidyReport,
} from '../services/tls-report/read/samples.fixture.js';
import { fileIn, inTurn, makeFolder, removeFolder, waxseal } from './command.fixture.js';
import { renderReportsPage } from './output/tlsrpt/page.js';
import { renderReportsText } from './output/tlsrpt/text.js';

let folder: string;
let box: string;
beforeAll(async () => {
  folder = await makeFolder();
  box = join(folder, 'box');
  await mkdir(box);
  await fileIn(box, '.hidden', '{');
  await fileIn(box, 'b-office.json', JSON.stringify(officeReport()));
  await fileIn(box, 'c-sloppy.json', SLOPPY_TEXT.slice(0, SLOPPY_TEXT.lastIndexOf('}') + 1));
  await writeFile(join(box, 'a-big.json.gz'), gzipSync(JSON.stringify(bigReport())));
  await writeFile(
    join(folder, 'tidy.eml'),
    messageOf({ parts: [NOTE, gzipPart(tidyReport(), 'r.json.gz')] }),
  );
  await fileIn(folder, 'other.json', '{}');
  await mkdir(join(folder, 'empty'));
  await truncate(await fileIn(folder, 'vast', ''), 1_073_741_824);
});
afterAll(() => removeFolder(folder));

interface Printed {
  readonly summary: { readonly reports: number; readonly senders: readonly { readonly submitter: string }[] };
  readonly reports: readonly { readonly file: string; readonly report: { readonly reportId: string } }[];
  readonly problems: readonly object[];
}

describe('waxseal tlsrpt read', () => {
  it('shows who fails and how, what to do, and the sums', async () => {
    const ended = await inTurn(['tlsrpt', 'read', join(folder, 'tidy.eml'), box]);
    expect(ended).toMatchObject({ exit: 0, stderr: '' });
    const text = ended.stdout.replaceAll('\u202f', ' ');
    expect(text).toContain(
      'tidy.example (Tidy Mail)  303 of 5 641 sessions failed, counted under each policy\n',
    );
    expect(text).toContain('\n  1 report with several kinds of policy, each of which counts its sessions: ');
    expect(text).toContain(
      '\n  200  starttls-not-supported  at mx2.mail.a.example [203.0.113.56]  a.example, 2026-05-01\n',
    );
    expect(text).toMatch(
      /\n {2}certificate-expired {2}109 sessions, 2 senders\n {4}.+ \(RFC 8460, Section 4\.3\.1\)\n/,
    );
    expect(text).toMatch(/\n {2}a\.example +sts +10 326 passed +319 failed {2}97\.0 %\n/);
    expect(text).toContain('\n  4 reports from 4 senders, 2026-05-01\n');
  });

  it('reads standard input, and prints JSON', async () => {
    const ended = await waxseal(['tlsrpt', 'read', '-', box, '--json'], {
      input: JSON.stringify(tidyReport()),
    });
    expect(ended).toMatchObject({ exit: 0, stderr: '' });
    const { summary, reports, problems } = JSON.parse(ended.stdout) as Printed;
    expect(summary.reports).toBe(4);
    expect(reports.map(({ file }) => file)).toEqual([
      '-',
      ...['a-big.json.gz', 'b-office.json', 'c-sloppy.json'].map((name) => join(box, name)),
    ]);
    expect(problems).toEqual([]);
  });

  it('shows the rest where a file cannot be read, and ends with 66', async () => {
    const [none, other, empty, vast] = ['none', 'other.json', 'empty', 'vast'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    const ended = await inTurn(['tlsrpt', 'read', none, other, empty, vast, join(folder, 'tidy.eml')]);
    expect(ended.exit).toBe(66);
    expect(ended.stdout).toContain('\n  1 report from 1 sender, 2026-05-01\n');
    expect(ended.stderr.split('\n')).toEqual([
      `waxseal tlsrpt: ${none}: the report in ${none} cannot be read: there is no such file or folder`,
      `waxseal tlsrpt: ${other}: it has no "policies", so it is no report (RFC 8460, Section 4.4)`,
      `waxseal tlsrpt: ${empty}: there is no file in the folder`,
      `waxseal tlsrpt: ${vast}: the report in ${vast}: larger than 128 MiB`,
      '',
    ]);
    expect(await inTurn(['tlsrpt', 'read', other])).toMatchObject({ exit: 66, stdout: 'no reports\n' });
  });

  it('shows reports that differ under one identifier, and policies without a domain', async () => {
    const unnamed = {
      policy: { 'policy-type': 'no-policy-found' },
      summary: { 'total-successful-session-count': 0, 'total-failure-session-count': 1 },
      'failure-details': [{ 'result-type': 'starttls-not-supported', 'failed-session-count': 1 }],
    };
    const one = await fileIn(
      folder,
      'one.json',
      JSON.stringify(tidyReport('2026-05-01', { policies: [unnamed] })),
    );
    const two = await fileIn(
      folder,
      'two.json',
      JSON.stringify(tidyReport('2026-05-01', { policies: [unnamed, unnamed] })),
    );
    const { exit, stdout } = await inTurn(['tlsrpt', 'read', one, two, one]);
    expect(exit).toBe(0);
    expect(stdout).toContain('\n  1 duplicate not counted\n');
    expect(stdout).toContain('\n  1 report under the identifier of another, and they differ; both count');
    expect(stdout).toMatch(/\n {2}3 {2}starttls-not-supported {2}unnamed domain, 2026-05-01\n/);
    expect(stdout).toMatch(/\n {2}unnamed domain +no-policy-found +0 passed +3 failed/);
  });

  it('says where a text is no report, and of what follows one, and ends with 66', async () => {
    const broken = await fileIn(folder, 'broken.json', '{\n  "policies": [\n  {} {}\n]}');
    const sloppy = await fileIn(folder, 'sloppy.json', SLOPPY_TEXT);
    const ended = await inTurn(['tlsrpt', 'read', broken, sloppy]);
    expect(ended.exit).toBe(66);
    expect(ended.stderr.split('\n')).toEqual([
      `waxseal tlsrpt: ${broken}: it is not JSON: line 3, column 6`,
      `waxseal tlsrpt: ${sloppy}: the report ends, and what follows was not read: line 33, column 1`,
      '',
    ]);
  });

  it('reads a Maildir, and says of which folders it does not', async () => {
    const maildir = join(folder, 'Maildir');
    for (const name of ['cur', 'new', 'tmp', '.Sent']) await mkdir(join(maildir, name), { recursive: true });
    const mail = messageOf({ parts: [NOTE, gzipPart(tidyReport(), 'r.json.gz')] }).toString('latin1');
    await fileIn(join(maildir, 'cur'), '1777650000.M1P1.host:2,S', mail);
    await fileIn(join(maildir, 'tmp'), '1777650001.M1P1.host', 'half a ');
    expect(await inTurn(['tlsrpt', 'read', maildir])).toMatchObject({ exit: 0, stderr: '' });
    const outer = join(folder, 'outer');
    await mkdir(join(outer, 'below'), { recursive: true });
    expect(await inTurn(['tlsrpt', 'read', outer])).toMatchObject({
      exit: 66,
      stderr: `waxseal tlsrpt: ${outer}: not read: the folders in it (below)\n`,
    });
  });

  it('writes a page, or says why not', async () => {
    const page = join(folder, 'page.html');
    expect(await inTurn(['tlsrpt', 'read', box, '--html', page])).toMatchObject({ exit: 0, stderr: '' });
    expect(await readFile(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    const nowhere = join(folder, 'none', 'page.html');
    expect(await inTurn(['tlsrpt', 'read', box, '--html', nowhere])).toMatchObject({
      exit: 73,
      stderr: expect.stringContaining('cannot be written: there is no such file or folder\n'),
    });
  });

  it.each([
    [[], 'what to do is missing; there is: read'],
    [['write'], 'there is no "tlsrpt write"; there is: read'],
    [['toString'], 'there is no "tlsrpt toString"; there is: read'],
    [['read'], 'the reports are missing; give their files'],
    [['read', '-', '-'], 'standard input can be read once only'],
    [['read', 'x', '--xml'], 'there is no option --xml'],
  ])('%j is misuse', async (args, says) => {
    const ended = await inTurn(['tlsrpt', ...args]);
    expect(ended).toMatchObject({ exit: 64, stdout: '' });
    expect(ended.stderr).toContain(`waxseal tlsrpt: ${says}`);
  });
});

async function viewOf(...reports: readonly object[]) {
  const sources = await Promise.all(
    reports.map((report) => readSource(Buffer.from(JSON.stringify(report)), '')),
  );
  const read = sources.flatMap((source) => source.reports);
  return {
    summary: summariseReports(read),
    reports: read.map((report) => ({ file: 'r.json', report })),
    problems: [{ file: '<file>', says: 'it is <not> JSON' }],
  };
}

/** Without the deviations, of which every text has its own number. */
async function tidied(report: object) {
  const view = await viewOf(report);
  const reports = view.reports.map((each) => ({ ...each, report: { ...each.report, deviations: [] } }));
  return { ...view, reports };
}

/** A report in which every text is that text. */
function reportSaying(text: string): object {
  const detail = {
    'result-type': text,
    'receiving-mx-hostname': text,
    'receiving-ip': text,
    'failed-session-count': 3,
    'failure-reason-code': text,
  };
  return {
    'organization-name': text,
    'date-range': { 'start-datetime': '2026-05-01T00:00:00Z', 'end-datetime': text },
    'contact-info': text,
    'report-id': text,
    [text]: text,
    policies: [
      {
        policy: { 'policy-type': text, 'policy-string': [text], 'policy-domain': text, 'mx-host': text },
        summary: { 'total-successful-session-count': 5, 'total-failure-session-count': 4 },
        'failure-details': [detail],
      },
    ],
  };
}

describe('the page', () => {
  it('loads nothing, runs nothing, and says so', async () => {
    const page = renderReportsPage(await viewOf(tidyReport(), bigReport('2026-05-04'), tidyReport()));
    expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-`);
    expect(page).not.toMatch(
      /<(script|link|img|iframe|object|base|form|a)\b|\b(src|href|style|on\w+)=|url\(|@import/i,
    );
    const titles = [...page.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) =>
      title!.replaceAll('\u202f', ' '),
    );
    expect(titles).toContain('2026-05-01: 5 338 succeeded, 303 failed (94.6 % passed)');
    expect(titles).toContain('2026-05-02: 0 succeeded, 0 failed (none passed)');
    expect(page).toContain('it is &#60;not&#62; JSON');
    expect(page).toContain('sent <code>2026-05-01.1@tidy.example</code> again');
  });

  it('has the same tags whatever the reports say: nothing of theirs becomes markup', async () => {
    const tags = (page: string) =>
      [...page.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""')).join('');
    const tame = tags(renderReportsPage(await tidied(reportSaying('tame'))));
    const aHostileText = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            '<script>',
            '"',
            "'",
            '>',
            '</td>',
            '&',
            '<!--',
            ']]>',
            '\u0000',
            '\u202e',
            'x',
            ' onload=',
            '<',
          ),
          fc.string({ unit: 'binary' }),
        ),
        { minLength: 1, maxLength: 8 },
      )
      .map((parts) => `x${parts.join('')}`);
    await fc.assert(
      fc.asyncProperty(aHostileText, async (text) => {
        const page = renderReportsPage(await tidied(reportSaying(text)));
        expect(tags(page)).toBe(tame);
        for (const bad of ['<script', '\u0000', '\u202e']) expect(page).not.toContain(bad);
      }),
      { numRuns: 40 },
    );
  });

  it('shows reports of nothing', async () => {
    expect(renderReportsPage(await viewOf())).toContain('There is no report to show.');
    const page = renderReportsPage(
      await viewOf(
        tidyReport('2026-05-01', {
          policies: [{ policy: { 'policy-type': 'sts', 'policy-domain': 'a.example' } }],
        }),
      ),
    );
    expect(page).toContain('Nothing: no report tells of a failure.');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('draws a few months at most, however far the days lie apart', async () => {
    const page = renderReportsPage(await viewOf(tidyReport('0001-01-01'), tidyReport('9999-12-31')));
    expect([...page.matchAll(/<g>/g)]).toHaveLength(2);
    const months = renderReportsPage(await viewOf(tidyReport('2026-01-01'), tidyReport('2026-03-01')));
    expect([...months.matchAll(/<g>/g)]).toHaveLength(60);
  });
});

describe('the text', () => {
  const plain = (_: string, text: string) => text;

  it('has as many lines whatever the reports say, and no control characters', async () => {
    const lines = (text: string) => text.split('\n').length;
    const tame = lines(renderReportsText(await viewOf(reportSaying('tame')), plain));
    const hostile = renderReportsText(await viewOf(reportSaying('\u001b[2J\nFrom: me\r\n\u202e<b>')), plain);
    expect(lines(hostile)).toBe(tame);
    for (const bad of ['\u001b', '\r', '\u202e']) expect(hostile).not.toContain(bad);
  });

  it('shows a few failures of a sender, and says how many there are, however many', async () => {
    const view = await viewOf(tidyReport());
    const { summary } = view;
    const failing = summary.senders.find(({ failures }) => failures.length > 0)!;
    const shownOf = (length: number) => {
      const failures = Array.from({ length }, () => failing.failures[0]!);
      const policies = Array.from({ length }, () => summary.policies[0]!);
      const text = renderReportsText(
        { ...view, summary: { ...summary, policies, senders: [{ ...failing, failures }] } },
        plain,
      );
      const section = text.slice(0, text.indexOf('\nWhat it means')).trimEnd().split('\n').slice(1);
      return section.map((line) => line.replaceAll('\u202f', ' '));
    };
    expect(shownOf(200)).toHaveLength(200);
    expect(shownOf(200).at(-1)).not.toContain('more');
    const many = shownOf(200_000);
    expect(many).toHaveLength(201);
    expect(many.at(-1)).toBe('  and 199 800 more kinds of failure; --json has all');
  });
});
