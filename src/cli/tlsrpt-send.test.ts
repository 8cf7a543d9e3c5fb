import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStores } from '../adapters/sqlite/index.js';
import { utcDay } from '../policy/tls-report/send/report-day.js';
import type { TlsReportPolicy } from '../policy/tls-report/tally.js';
import { ed25519Pem, keyOf, verifySignatures } from '../services/dkim/keys.fixture.js';
import { type Internet, startInternet } from '../testing/index.js';
import { fileIn, inTurn, MESSAGE, makeFolder, optionsFor, removeFolder, waxseal } from './command.fixture.js';

const DAY_MS = 86_400_000;
/** Over already when the tests begin, whenever they end. */
const YESTERDAY = utcDay(Date.now() - DAY_MS);
const pem = ed25519Pem();
const key = keyOf(pem, 'sel');

let folder: string;
let internet: Internet;
let reach: readonly string[];
let keyFile: string;
beforeAll(async () => {
  folder = await makeFolder();
  keyFile = await fileIn(folder, 'dkim.pem', pem);
  internet = await startInternet({
    dns: {
      'MX a.test': ['10 mx.a.test'],
      'A mx.a.test': ['@mx.a.test'],
      'TXT _smtp._tls.a.test': ['v=TLSRPTv1; rua=mailto:tls@a.test'],
      'TXT _smtp._tls.late.test': ['v=TLSRPTv1; rua=mailto:tls@late.test'],
      'MX late.test': ['10 mx.late.test'],
      'A mx.late.test': ['@mx.late.test'],
      'TXT _smtp._tls.no.test': ['v=TLSRPTv1; rua=mailto:tls@no.test'],
      'MX no.test': ['0 .'],
      'TXT sel._domainkey.s.test': [`v=DKIM1; k=ed25519; s=tlsrpt; p=${key.publicKey[0]}`],
    },
    mail: { 'mx.a.test': {}, 'mx.late.test': { connect: 'refuse' } },
  });
  reach = await optionsFor(internet, folder);
});
afterAll(async () => {
  await internet.close();
  await removeFolder(folder);
});

const line = (policyDomain: string): TlsReportPolicy => ({
  policyType: 'no-policy-found',
  policyDomain,
  policyString: [],
  mxHost: [],
  success: 3,
  failure: 2,
  details: [
    {
      resultType: 'starttls-not-supported',
      receivingMxHostname: `mx.${policyDomain}`,
      receivingIp: '192.0.2.1',
      sendingMtaIp: '192.0.2.2',
      failedSessionCount: 2,
      failureReasonCode: '',
    },
  ],
});

/** A state folder with tallies of those domains on the last day that is over. */
async function stateWith(...domains: readonly string[]): Promise<string> {
  const directory = join(folder, `state-${domains.join('-')}-${Math.trunc(performance.now())}`);
  const { reports, close } = sqliteStores({ directory });
  for (const domain of domains) await reports.add({ day: YESTERDAY, domain }, [line(domain)]);
  await close();
  return directory;
}

const send = (state: string, ...more: readonly string[]) =>
  inTurn(['tlsrpt', 'send', '--state', state, ...reach, ...NAME, '--now', ...more]);
const NAME = ['--from', 'tlsrpt@s.test', '--organization', 'Sender Inc.'];
const signed = () => ['--dkim-key', keyFile, '--dkim-selector', 'sel'];

describe('waxseal deliver --state', () => {
  it('counts, in a file that outlives the process (X-11)', async () => {
    const state = join(folder, 'counted');
    const deliver = () =>
      waxseal(['deliver', '--from', 's@s.test', '--to', 'u@a.test', '--state', state, ...reach], {
        input: MESSAGE,
      });
    const days = new Set([utcDay(Date.now())]);
    for (const { exit, stderr } of [await deliver(), await deliver()])
      expect([exit, stderr]).toEqual([0, '']);
    days.add(utcDay(Date.now()));
    const { exit, stdout } = await inTurn(['tlsrpt', 'show', '--state', state, '--json']);
    expect(exit).toBe(0);
    // Two of them where midnight came in between.
    const { tallies } = JSON.parse(stdout) as {
      tallies: readonly { day: string; lines: TlsReportPolicy[] }[];
    };
    expect(tallies.filter(({ day }) => !days.has(day))).toEqual([]);
    const lines = tallies.flatMap((tally) => tally.lines);
    expect(new Set(lines.map((each) => each.policyDomain))).toEqual(new Set(['a.test']));
    expect(lines.reduce((sum, { success }) => sum + success, 0)).toBe(2);
    expect(lines.filter(({ failure }) => failure > 0)).toEqual([]);
  });
});

describe('waxseal tlsrpt send', () => {
  it('makes no state folder where there is none, and says so', async () => {
    const state = join(folder, 'misspelt');
    const { exit, stdout, stderr } = await send(state);
    expect([exit, stdout]).toEqual([66, '']);
    expect(stderr).toContain(state);
    await expect(access(state)).rejects.toThrow();
  });
});

describe('waxseal tlsrpt show', () => {
  it('shows what was counted, for people and for programs', async () => {
    const state = await stateWith('a.test', 'b.test');
    const text = await inTurn(['tlsrpt', 'show', '--state', state, '--domain', 'B.test']);
    expect(text.stdout).toBe(
      `${YESTERDAY}  b.test  not sent yet\n  no-policy-found b.test: 3 succeeded, 2 failed\n` +
        '    2  starttls-not-supported at mx.b.test [192.0.2.1]\n',
    );
    const json = await inTurn(['tlsrpt', 'show', '--state', state, '--json', '--day', YESTERDAY]);
    expect(JSON.parse(json.stdout)).toEqual({
      tallies: ['a.test', 'b.test'].map((domain) => ({
        day: YESTERDAY,
        domain,
        state: { kind: 'open' },
        lines: [line(domain)],
      })),
    });
    const other = await inTurn(['tlsrpt', 'show', '--state', state, '--day', '2020-01-01']);
    expect([other.exit, other.stdout]).toEqual([0, 'Nothing has been counted.\n']);
  });

  it('makes no folder where there is none', async () => {
    const { exit, stderr } = await inTurn(['tlsrpt', 'show', '--state', join(folder, 'nowhere')]);
    expect([exit, stderr]).toEqual([66, expect.stringContaining('cannot be read')]);
    await expect(readFile(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('waxseal tlsrpt send', () => {
  it('shows beforehand what it would do', async () => {
    const state = await stateWith('a.test');
    const before = internet.received('mx.a.test').length;
    const { exit, stdout } = await send(state, ...signed(), '--dry-run');
    expect(exit).toBe(0);
    expect(stdout).toContain('  to tls@a.test\n');
    expect(stdout).toContain('"organization-name": "Sender Inc."');
    expect(stdout).toMatch(
      /\nSubject: Report Domain: a\.test\n Submitter: s\.test\n Report-ID: <\d{8}\.\w+@s\.test>\n/,
    );
    expect(internet.received('mx.a.test')).toHaveLength(before);
    expect((await inTurn(['tlsrpt', 'show', '--state', state])).stdout).toContain('not sent yet');
  });

  it('sends signed mail, says so, and warns of the key record (RPT-3-14, DKIM-6376-3.6.1-1)', async () => {
    const state = await stateWith('a.test');
    const { exit, stdout, stderr } = await send(state, ...signed());
    expect([exit, stdout]).toEqual([
      0,
      expect.stringContaining(`${YESTERDAY}  a.test  sent\n  accepted  tls@a.test  250 `),
    ]);
    expect(stderr).toContain('the key record at sel._domainkey.s.test: warn-tlsrpt-only: ');
    const mail = internet.received('mx.a.test').at(-1)!;
    expect(mail).toMatchObject({ sender: 'tlsrpt@s.test', recipients: ['tls@a.test'] });
    expect(verifySignatures(mail.text, [key])).toHaveLength(1);
    expect((await inTurn(['tlsrpt', 'show', '--state', state])).stdout).toContain('  a.test  sent\n');
    expect(await send(state, ...signed())).toMatchObject({
      exit: 0,
      stdout: 'There is no report to be sent.\n',
    });
  });

  it('ends as it went', async () => {
    const waiting = await send(await stateWith('late.test', 'no.test'), ...signed(), '--json');
    expect(waiting.exit).toBe(75);
    const { reports } = JSON.parse(waiting.stdout) as { reports: readonly { outcome: string }[] };
    expect(reports.map(({ outcome }) => outcome)).toEqual(['waiting', 'dropped']);
    expect(reports[0]).toMatchObject({ nextAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) });
    expect((await send(await stateWith('no.test'), ...signed())).exit).toBe(69);
    expect((await send(await stateWith('quiet.test'), ...signed())).exit).toBe(0);
    const unsigned = await send(await stateWith('a.test'));
    expect([unsigned.exit, unsigned.stdout]).toEqual([
      75,
      expect.stringMatching(/waits for another attempt.*\n {2}later {2}tls@a\.test {2}no DKIM key is given/),
    ]);
  });

  it.each([
    ['no sender', ['send', '--state', '/tmp', '--organization', 'x'], 64],
    ['a sender that is none', ['send', '--state', '/tmp', '--organization', 'x', '--from', '<>'], 64],
    ['no organization', ['send', '--state', '/tmp', '--from', 'a@b.test'], 64],
    ['no folder', ['send', '--from', 'a@b.test', '--organization', 'x'], 64],
    ['no such day', ['send', '--day', '2026-02-30'], 64],
    ['something else', ['send', 'it'], 64],
    ['show without a folder', ['show'], 64],
    ['run without a sender', ['run', '--state', '/tmp'], 64],
  ] as const)('is told: %s', async (_, args, exit) => {
    expect(await inTurn(['tlsrpt', ...args])).toMatchObject({ exit, stdout: '' });
  });

  it('refuses keys that cannot sign (DKIM-8301-3-1)', async () => {
    const state = await stateWith('a.test');
    const bad = await fileIn(folder, 'bad.pem', 'no key');
    const answered = await send(state, '--dkim-key', bad, '--dkim-selector', 'x');
    expect([answered.exit, answered.stderr]).toEqual([78, expect.stringContaining('no private key in PEM')]);
    expect((await send(state, '--dkim-key', keyFile)).exit).toBe(64);
    expect((await send(state, '--dkim-key', join(folder, 'none'), '--dkim-selector', 'x')).exit).toBe(66);
  });
});

describe('waxseal tlsrpt run', () => {
  it('goes on until it is told to end', async () => {
    const state = await stateWith('a.test');
    const ended = await waxseal(['tlsrpt', 'run', '--state', state, ...reach, ...NAME, ...signed()], {
      during: (child) => {
        // The warning about the key comes as soon as it has begun.
        child.stderr?.once('data', () => child.kill('SIGTERM'));
      },
    });
    expect(ended.exit).toBe(0);
    expect(ended.stderr).toContain('SIGTERM: ends when what is under way has ended');
  });
});
