import { createSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sqliteStores } from '../adapters/sqlite/index.js';
import { utcDay } from '../policy/tls-report/send/report-day.js';
import { ed25519Pem } from '../services/dkim/keys.fixture.js';
import { type Internet, startInternet } from '../testing/index.js';
import { fileIn, makeFolder, optionsFor, removeFolder, waxseal } from './command.fixture.js';
import { handIn, helloTo, Served } from './serve.fixture.js';

let internet: Internet;
let silent: Server;
let folder: string;
let options: readonly string[];
const open = new Set<Socket>();

beforeAll(async () => {
  folder = await makeFolder();
  internet = await startInternet({
    dns: {
      'MX slow.test': ['10 mx.slow.test'],
      'A mx.slow.test': ['@mx.slow.test'],
      'TXT _mta-sts.slow.test': ['v=STSv1; id=1;'],
      'A mta-sts.slow.test': ['@mx.slow.test'],
      'TXT _smtp._tls.slow.test': ['v=TLSRPTv1; rua=mailto:tls@slow.test'],
    },
    mail: { 'mx.slow.test': { connect: 'silent' } },
  });
  options = await optionsFor(internet, folder);
  // Where policies are to be, somebody takes connections and says nothing.
  silent = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((done) => {
    silent.listen(internet.httpsPort, internet.addressOf('mx.slow.test'), done);
  });
});
afterAll(async () => {
  for (const socket of open) socket.destroy();
  silent.close();
  await internet.close();
  await removeFolder(folder);
});

// On a busy machine even the first answer may be late.
const NAMED =
  /still waited for: (?:(?:MX|TXT|TLSA|addresses|aliases) of \S*slow\.test|the policy at mta-sts\.slow\.test|a greeting of 127\.)/;

it.each([
  ['check', ['check', 'slow.test']],
  ['tlsa', ['tlsa', 'mx.slow.test']],
  ['sts lint', ['sts', 'lint', 'slow.test']],
  ['sts get', ['sts', 'get', 'slow.test']],
])('%s ends with what was not learned when its time is up', async (_, command) => {
  const own = command[0] === 'sts' ? withoutPort(options) : options;
  const shown = command[0] === 'tlsa' ? withoutHttpsPort(own) : own;
  const { exit, stderr } = await waxseal([...command, ...shown, '--deadline', '2s']);
  expect(stderr).toContain('not everything could be learned before --deadline 2s was up');
  expect(stderr).toMatch(NAMED);
  expect(exit).toBe(75);
});

it('sts refresh leaves what is kept as it is when its time is up (STS-3.3-12)', async () => {
  const state = `${folder}/policies`;
  const fetchedAt = Date.now() - 2 * 86_400_000;
  const policy = { mode: 'enforce', mx: ['mx.slow.test'], maxAgeSeconds: 2_419_200, lines: [] } as const;
  const change = { kind: 'store', entry: { id: '0', policy, fetchedAt } } as const;
  const before = sqliteStores({ directory: state });
  const { signal } = new AbortController();
  await before.policies['policy-cache.write']({ domain: 'slow.test', change }, signal);
  await before.close();
  for (const domains of [[], ['slow.test']]) {
    const ended = await waxseal([
      ...['sts', 'refresh', ...domains, '--state', state, ...withoutPort(options), '--deadline', '2s'],
    ]);
    expect(ended.stderr).toContain('not everything could be learned before --deadline 2s was up');
    expect(ended.stderr).toMatch(NAMED);
    expect(ended.exit).toBe(75);
  }
  const after = sqliteStores({ directory: state });
  const kept = await after.policies['policy-cache.read']({ domain: 'slow.test' }, signal);
  await after.close();
  expect(kept).toMatchObject({ kind: 'read', cached: { id: '0', policy: { mode: 'enforce' }, fetchedAt } });
});

it('tlsrpt send keeps a report that nobody took when its time is up (RPT-5.5-1)', async () => {
  const state = `${folder}/reports`;
  const day = utcDay(Date.now() - 86_400_000);
  const tally = {
    ...({ policyType: 'no-policy-found', policyDomain: 'slow.test', policyString: [], mxHost: [] } as const),
    ...{ success: 1, failure: 0, details: [] },
  };
  const before = sqliteStores({ directory: state });
  await before.reports.add({ day, domain: 'slow.test' }, [tally]);
  await before.close();
  const key = await fileIn(folder, 'dkim.pem', ed25519Pem());
  const ended = await waxseal([
    ...['tlsrpt', 'send', '--state', state, ...options, '--from', 'tls@s.test', '--organization', 'S'],
    ...['--dkim-key', key, '--dkim-selector', 'x', '--now', '--deadline', '2s'],
  ]);
  expect(ended.stderr).toContain('not everything could be learned before --deadline 2s was up');
  expect(ended.exit).toBe(75);
  const after = sqliteStores({ directory: state });
  const listed = await after.reports.list({ after: null, entriesMax: 10 });
  await after.close();
  expect(JSON.stringify(listed)).toContain('slow.test');
});

it('no time at all is a mistake, and so is what is no time', async () => {
  for (const text of ['0s', 'soon'])
    expect(await waxseal(['check', 'slow.test', ...options, '--deadline', text])).toMatchObject({
      exit: 64,
      stderr: expect.stringContaining('--deadline'),
    });
});

const without = (name: string) => (given: readonly string[]) =>
  given.filter((each, at) => each !== name && given[at - 1] !== name);
const withoutPort = without('--port');
const withoutHttpsPort = without('--https-port');

it('resolver check ends when its time is up', async () => {
  const deaf = createSocket('udp4');
  await new Promise<void>((done) => {
    deaf.bind(0, '127.0.0.1', done);
  });
  const command = ['resolver', 'check', '--resolver', `127.0.0.1:${deaf.address().port}`, '--timeout', '600'];
  const { exit, stderr } = await waxseal([...command, '--deadline', '2s']);
  deaf.close();
  expect(stderr).toContain('not everything could be learned before --deadline 2s was up');
  expect(exit).toBe(75);
});

it('serve ends each attempt when its time is up, and the message waits as for who cannot be reached (CHOICE-18)', async () => {
  const served = await Served.start([
    ...['--listen', '127.0.0.1:0', '--state', `${folder}/served`, '--deadline', '2s', '--json'],
    ...withoutHttpsPort(options),
  ]);
  const { client } = await helloTo(served.address('smtp'));
  await handIn(client, ['u@slow.test']);
  const told = await served.outcome('u@slow.test', 'deferred');
  // Whose servers are slow is not tried again at once, for ever.
  expect(told).toMatchObject({ attempt: 1, status: '4.3.0', table: 'stopped' });
  client.close();
  expect(await served.end()).toBe(0);
});
