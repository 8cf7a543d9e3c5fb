import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExplainedReport } from '../engine/explain-delivery.js';
import { type Internet, startInternet, type World } from '../testing/index.js';
import {
  fileIn,
  inTurn,
  MESSAGE,
  makeFolder,
  optionsFor,
  removeFolder,
  resultsOf,
  waxseal,
} from './command.fixture.js';

/** dane.test proves itself by DANE, sts.test by its policy at the second host only; the others fail in a way of their own. */
const WORLD: World = {
  signedZones: ['dane.test'],
  dns: {
    'MX dane.test': ['10 mx.dane.test'],
    'A mx.dane.test': ['@mx.dane.test'],
    'TLSA mx.dane.test': ['3 1 1 @mx.dane.test'],
    'MX sts.test': ['10 bad.sts.test', '20 good.sts.test'],
    'A bad.sts.test': ['@bad.sts.test'],
    'A good.sts.test': ['@good.sts.test'],
    'TXT _mta-sts.sts.test': ['v=STSv1; id=1;'],
    'A mta-sts.sts.test': ['@mta-sts.sts.test'],
    'MX broken.test': ['10 mx.broken.test'],
    'A mx.broken.test': ['@mx.broken.test'],
    'MX refuses.test': ['10 mx.refuses.test'],
    'A mx.refuses.test': ['@mx.refuses.test'],
    'MX either.test': ['10 mx.dane.test', '10 good.sts.test'],
    'MX null.test': ['0 .'],
    'MX silent.test': ['10 mx.silent.test'],
    'A mx.silent.test': ['@mx.silent.test'],
  },
  mail: {
    'mx.dane.test': {},
    'bad.sts.test': { certificate: { issuer: 'private-ca' } },
    'good.sts.test': {},
    'mx.broken.test': { starttls: 'broken' },
    'mx.refuses.test': { replies: { rcpt: { '*': '550 5.1.1 \u001b[31mno\u001b[0m such user' } } },
    'mx.silent.test': { connect: 'silent' },
  },
  policy: { 'mta-sts.sts.test': { body: 'version: STSv1\nmode: enforce\nmx: *.sts.test\nmax_age: 86400\n' } },
};

/** In this order, and no others. */
const FIELDS = [
  'recipient',
  'domain',
  'outcome',
  'status',
  'command',
  'cause',
  'reply',
  'transport',
  'mx',
  'ip',
  'mxSecure',
  'tls',
  'authentication',
  'cleartextRetry',
  'requireTls',
  'handedOn',
  'decisions',
  'because',
  'change',
  'reports',
];

let internet: Internet;
let folder: string;
let message: string;
let options: readonly string[];

beforeAll(async () => {
  internet = await startInternet(WORLD);
  folder = await makeFolder();
  message = await fileIn(folder, 'message.eml', MESSAGE);
  options = await optionsFor(internet, folder);
});
afterAll(async () => {
  await internet.close();
  await removeFolder(folder);
});

function deliver(
  to: readonly string[],
  more: readonly string[] = [],
  settings: Parameters<typeof waxseal>[1] = {},
) {
  const recipients = to.flatMap((address) => ['--to', address]);
  return waxseal(['deliver', '--from', 's@s.test', ...recipients, ...options, ...more], settings);
}

describe('waxseal deliver', () => {
  it('prints the results as one JSON object, in the order of --to', async () => {
    const ended = await deliver(['a@dane.test', '<b@sts.test>', 'c@DANE.test'], ['--json', message]);
    expect(ended).toMatchObject({ exit: 0, stderr: '' });
    const results = resultsOf(ended);
    expect(Object.keys(JSON.parse(ended.stdout))).toEqual(['results', 'startedAt', 'endedAt']);
    expect(results.map((report) => Object.keys(report))).toEqual([FIELDS, FIELDS, FIELDS]);
    expect(results).toMatchObject([
      { recipient: 'a@dane.test', outcome: 'delivered', authentication: 'dane', mxSecure: true },
      { recipient: 'b@sts.test', outcome: 'delivered', authentication: 'pkix', mx: 'good.sts.test' },
      { recipient: 'c@dane.test', outcome: 'delivered', authentication: 'dane' },
    ]);
  });

  it('says what would have let a message through, and whose move it is', async () => {
    const json = resultsOf(
      await deliver(['c@refuses.test'], ['--json', message]),
    ) as readonly ExplainedReport[];
    const [change] = json[0]!.change;
    expect(change).toMatchObject({ by: 'sender', kind: 'repair', verdict: 'delivered' });
    expect(Object.keys(change!)).toEqual(['by', 'kind', 'what', 'all', 'verdict', 'assumed']);
    const text = await deliver(['c@refuses.test'], [message]);
    expect(text.stdout).toMatch(/what helps +the sender: Correct the address: mx\.refuses\.test/);
    const passed = resultsOf(
      await deliver(['a@dane.test'], ['--json', message]),
    ) as readonly ExplainedReport[];
    expect(passed[0]!.change.every(({ verdict }) => verdict !== 'delivered')).toBe(true);
    expect((await deliver(['a@dane.test'], [message])).stdout).not.toContain('what helps');
  });

  it('reads the message from standard input, with or without a dash, and its TLS-Required field', async () => {
    const input = `TLS-Required: No\r\n${MESSAGE}`;
    const before = internet.received('good.sts.test').length + internet.received('bad.sts.test').length;
    const ended = await Promise.all([
      deliver(['b@sts.test'], ['--json'], { input }),
      deliver(['b@sts.test'], ['--json', '-'], { input }),
    ]);
    for (const each of ended) {
      expect(each.exit).toBe(0);
      expect(resultsOf(each)).toMatchObject([
        { outcome: 'delivered', mx: 'bad.sts.test', authentication: 'none' },
      ]);
    }
    const received = internet.received('bad.sts.test');
    expect(received.length + internet.received('good.sts.test').length).toBe(before + 2);
    expect(received.at(-1)!.text).toContain('TLS-Required: No');
  });

  it('sends from the null sender', async () => {
    const ended = await inTurn([
      'deliver',
      '--from',
      '<>',
      '--to',
      'a@dane.test',
      ...options,
      '--json',
      message,
    ]);
    expect(ended.exit).toBe(0);
    expect(internet.received('mx.dane.test').at(-1)).toMatchObject({ sender: '' });
  });

  it('says by its exit code who must act: 75 before 69 before 0', async () => {
    const [bounced, both] = await Promise.all([
      deliver(['a@dane.test', 'n@null.test'], ['--json', message]),
      deliver(['a@dane.test', 'n@null.test', 'x@broken.test'], ['--json', '--no-cleartext-retry', message]),
    ]);
    expect(bounced.exit).toBe(69);
    expect(resultsOf(bounced).map(({ status }) => status)).toEqual(['2.0.0', '5.1.10']);
    expect(both.exit).toBe(75);
    expect(resultsOf(both)[2]).toMatchObject({ outcome: 'deferred', cleartextRetry: false });
  });

  it('lets the command line override the settings file', async () => {
    const policy = await fileIn(
      folder,
      'settings.json',
      JSON.stringify({ port: 1, cleartextRetry: 'never', helo: 'me.test' }),
    );
    const ended = await deliver(['x@broken.test', 'a@dane.test'], ['--json', '--policy', policy, message]);
    expect(ended.exit).toBe(75);
    expect(resultsOf(ended)).toMatchObject([{ outcome: 'deferred' }, { outcome: 'delivered' }]);
    const named = await deliver(
      ['a@dane.test'],
      ['--json', '--policy', policy, '--helo', 'you.test', '--journal', join(folder, 'helo.json'), message],
    );
    expect(named.exit).toBe(0);
    expect(await readFile(join(folder, 'helo.json'), 'utf8')).toContain('"name":"you.test"');
  });

  it('refuses loopback addresses unless they are allowed', async () => {
    const ended = await inTurn([
      ...['deliver', '--from', 's@s.test', '--to', 'a@dane.test', '--json'],
      ...options.filter((option) => option !== '--allow-loopback'),
      message,
    ]);
    expect(ended.exit).toBe(75);
    expect(resultsOf(ended)).toMatchObject([{ outcome: 'deferred', status: '4.4.4', ip: null }]);
  });

  it('has REQUIRETLS messages back from hosts that do not know it', async () => {
    const ended = await deliver(['a@dane.test'], ['--json', '--requiretls', message]);
    expect(ended.exit).toBe(69);
    expect(resultsOf(ended)).toMatchObject([{ outcome: 'bounced', status: '5.7.30', requireTls: true }]);
  });

  it('tells people what happened and why, by host, and leaves out what changed nothing', async () => {
    const short = await deliver(['b@sts.test'], [message]);
    const lines = short.stdout.split('\n');
    expect(lines[0]).toBe('b@sts.test  delivered  2.0.0');
    // What only says that nothing stood in the way comes behind.
    expect(short.stdout).toMatch(
      /\n {2}what happened {3}good\.sts\.test \[[0-9.]+\] presented a certificate for good\.sts\.test,\s+issued\s+by\s+"Waxseal\s+Test\s+Public\s+CA",\s+valid\s+from[\s\S]*\n {18}No TLSA record had to be matched\.\n {2}why/,
    );
    expect(short.stdout).toContain(
      '\n  why             The certificate is valid for the name that was asked for. (PEER-2 pkix)\n',
    );
    expect(short.stdout).toContain('\n  clause          STS-4.2-1, STS-4.2-2, RTLS-4.2.1-3\n');
    const where = lines.findIndex((line) => line.startsWith('  where'));
    expect(lines.slice(where, where + 6)).toEqual([
      `  where           good.sts.test [${internet.addressOf('good.sts.test')}]`,
      '  TLS             TLSv1.3  TLS_AES_256_GCM_SHA384',
      '  authentication  pkix',
      '  MX by DNSSEC    not secure',
      '  cleartext retry no',
      '  reply           250 2.0.0 Accepted (to the end of the message)',
    ]);
    expect(short.stdout).toMatch(
      /\n {2}bad\.sts\.test\n {4}STSD-3 .*\n(?: {4}.*\n)* {4}PEER-7 {2}refuse\n(?: {6}.*\n)* {6}\(STS-5-1, .*\)\n {2}good\.sts\.test\n/,
    );
    expect(short.stdout).toMatch(
      /certificate-not-trusted at bad\.sts\.test \[[0-9.]+\] \(SELF_SIGNED_CERT_IN_CHAIN\)/,
    );
    expect(short.stdout).not.toContain('no-demand');
    expect(short.stdout).not.toContain('\u001b');
    const full = await deliver(['b@sts.test'], ['--verbose', message]);
    expect(full.stdout).toMatch(/ {4}OPER-1 +no-demand\n/);
    expect(full.stdout).toMatch(/\nfrom [0-9T:.-]+Z to [0-9T:.-]+Z, [0-9.]+ s\n$/);
  });

  it('lets no server steer the terminal', async () => {
    const ended = await deliver(['x@refuses.test'], ['--attempt', '2', message]);
    expect(ended.exit).toBe(69);
    expect(ended.stdout).toMatch(/reply +550 5\.1\.1 .*no/);
    expect(ended.stdout).not.toContain('\u001b');
  });

  it('keeps policies in --state, so that a lookup that fails later changes nothing', async () => {
    const state = join(folder, 'state', 'below');
    const withState = ['--json', '--state', state, message];
    expect((await deliver(['b@sts.test'], withState)).exit).toBe(0);
    expect((await stat(state)).mode & 0o777).toBe(0o700);
    const { 'TXT _mta-sts.sts.test': record = null } = WORLD.dns;
    await internet.change({ dns: { 'TXT _mta-sts.sts.test': { fails: 'servfail' } } });
    try {
      expect(resultsOf(await deliver(['b@sts.test'], withState))).toMatchObject([
        { outcome: 'delivered', mx: 'good.sts.test' },
      ]);
      expect(resultsOf(await deliver(['b@sts.test'], ['--json', message]))).toMatchObject([
        { outcome: 'deferred' },
      ]);
    } finally {
      await internet.change({ dns: { 'TXT _mta-sts.sts.test': record } });
    }
  });

  it('defers in order when it is told to stop', async () => {
    const journal = join(folder, 'stopped.json');
    const ended = await deliver(['x@silent.test'], ['--json', '--journal', journal, message], {
      during(child) {
        const connected = setInterval(() => {
          if (internet.connections('mx.silent.test') === 0) return;
          clearInterval(connected);
          child.kill('SIGTERM');
        }, 20);
      },
    });
    expect(ended).toMatchObject({
      exit: 75,
      stderr: 'waxseal: SIGTERM: what is not delivered yet is deferred\n',
    });
    expect(resultsOf(ended)).toMatchObject([{ outcome: 'deferred', mx: 'mx.silent.test' }]);
    expect(await inTurn(['replay', journal, '--json'])).toEqual({
      exit: 75,
      stdout: ended.stdout,
      stderr: '',
    });
  });

  it('does not care whether anybody reads what it prints', async () => {
    const ended = await deliver(['a@dane.test', 'n@null.test'], ['--json', message], {
      during: (child) => void child.stdout?.destroy(),
    });
    expect(ended).toMatchObject({ exit: 69, stderr: '' });
  });

  it('loses nothing by a fault of ours', async () => {
    const clock = { NODE_OPTIONS: '--import=data:text/javascript,Date.now=()=>{throw(RangeError(`boom`))}' };
    expect(await deliver(['a@dane.test'], [message], { env: clock })).toMatchObject({
      exit: 75,
      stderr: 'waxseal: a fault of ours: RangeError: boom\n',
    });
    expect(await waxseal(['explain', 'dane.test', ...options], { env: clock })).toMatchObject({ exit: 70 });
  });

  it('prints results and writes the journal after a fault of the engine, too', async () => {
    const fault = await fileIn(
      folder,
      'fault.mjs',
      `import crypto from 'node:crypto';
       import { syncBuiltinESMExports } from 'node:module';
       const { randomBytes } = crypto;
       crypto.randomBytes = (size, ...more) => {
         if (size % 4 === 0) throw new Error('no randomness');
         return randomBytes(size, ...more);
       };
       syncBuiltinESMExports();`,
    );
    const journal = join(folder, 'fault.json');
    const ended = await deliver(['a@either.test'], ['--json', '--journal', journal, message], {
      env: { NODE_OPTIONS: `--import=${pathToFileURL(fault)}` },
    });
    expect(ended.exit).toBe(75);
    expect(ended.stderr).toMatch(/^waxseal: a fault of ours: the message is deferred: .*no randomness\n$/);
    expect(resultsOf(ended)).toMatchObject([{ outcome: 'deferred', status: '4.3.0', mx: null }]);
    expect(JSON.parse(await readFile(journal, 'utf8'))).toMatchObject({
      attempts: [{ result: { recipients: [{}] } }],
    });
    expect(await inTurn(['replay', journal])).toMatchObject({ exit: 1 });
  });
});

describe('waxseal explain', () => {
  it('goes as far as EHLO after TLS and sends nothing', async () => {
    const before = internet.received('good.sts.test').length;
    const ended = await inTurn(['explain', 'sts.test', ...options, '--json']);
    expect(ended.exit).toBe(0);
    expect(resultsOf(ended).map((report) => Object.keys(report))).toEqual([FIELDS]);
    expect(resultsOf(ended)).toMatchObject([
      { domain: 'sts.test', mx: 'good.sts.test', authentication: 'pkix' },
    ]);
    expect(internet.received('good.sts.test')).toHaveLength(before);
  });

  it('says what would become of a message', async () => {
    const [found, none] = await Promise.all([
      inTurn(['explain', 'dane.test', ...options]),
      inTurn(['explain', 'null.test', ...options]),
    ]);
    expect(found).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^dane\.test {2}would be delivered {2}2\.0\.0\n/),
    });
    expect(none).toMatchObject({
      exit: 69,
      stdout: expect.stringMatching(/^null\.test {2}would be bounced {2}5\.1\.10\n/),
    });
  });
});

describe('waxseal replay', () => {
  it('says the same again, byte for byte, with the same exit code', async () => {
    const journal = join(folder, 'journal.json');
    const to = ['a@dane.test', 'b@sts.test', 'n@null.test'];
    const ended = await deliver(to, ['--json', '--journal', journal, message]);
    expect((await stat(journal)).mode & 0o777).toBe(0o600);
    expect(await inTurn(['replay', journal, '--json'])).toEqual({
      exit: 69,
      stdout: ended.stdout,
      stderr: '',
    });
    const text = await inTurn(['replay', journal]);
    expect(text.stdout).toMatch(/^a@dane\.test {2}delivered/);
  });

  it('says where a journal tells another story', async () => {
    const path = join(folder, 'told.json');
    await deliver(['a@dane.test'], ['--json', '--journal', path, message]);
    const journal = await readFile(path, 'utf8');
    const otherResult = await fileIn(folder, 'result.json', journal.replace('"row":"MX-1"', '"row":"MX-2"'));
    const otherQuestion = await fileIn(
      folder,
      'question.json',
      journal.replace('"type":"dns.mx","name":"dane.test"', '"type":"dns.mx","name":"x.test"'),
    );
    expect(await inTurn(['replay', otherResult, '--json'])).toMatchObject({
      exit: 1,
      stdout: expect.stringContaining(
        '"differences":["attempt 1 (dane.test) ends otherwise: decisions[2].row was',
      ),
      stderr:
        'waxseal replay: attempt 1 (dane.test) ends otherwise: decisions[2].row was "MX-2", and is now "MX-1"\n',
    });
    expect(await inTurn(['replay', otherQuestion])).toMatchObject({
      exit: 1,
      stderr: expect.stringMatching(
        /^waxseal replay: attempt 1 \(dane\.test\) goes another way: question 1 was .*x\.test/,
      ),
    });
  });
});
