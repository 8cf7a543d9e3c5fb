import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Internet, startInternet } from '../testing/index.js';
import { makeFolder, removeFolder, waxseal } from './command.fixture.js';
import { worldArguments } from './world-arguments.js';

let folder: string;
let internet: Internet;
let resolver: string;

beforeAll(async () => {
  folder = await makeFolder();
  internet = await startInternet({
    signedZones: ['signed.test'],
    dns: {
      'MX signed.test': ['10 mx.signed.test'],
      'MX plain.test': ['10 mx.plain.test'],
      'MX weak.signed.test': { security: 'insecure', records: ['10 mx.signed.test'] },
      'CNAME bogus.signed.test': { fails: 'bogus' },
      'CNAME silent.signed.test': { fails: 'timeout' },
    },
  });
  resolver = `${internet.resolver.address}:${internet.resolver.port}`;
});
afterAll(async () => {
  await internet.close();
  await removeFolder(folder);
});

const checkOf = (...more: readonly string[]) =>
  waxseal(['resolver', 'check', '--resolver', resolver, ...more]);
const check = (...more: readonly string[]) => checkOf('--bogus', 'bogus.signed.test', ...more);

describe('waxseal resolver check', () => {
  it('says that a resolver validates, and how that was seen (SEC-SELF-1)', async () => {
    const ended = await check('--signed', 'signed.test', '--unsigned', 'plain.test');
    expect(ended).toMatchObject({ exit: 0, stderr: '' });
    expect(ended.stdout).toBe(`${resolver}
  AD bit                   believed  TRUST-3  Nobody stands between this host and itself.
  signed signed.test       NOERROR, AD
  bogus bogus.signed.test  SERVFAIL, extended error 6
  unsigned plain.test      NOERROR
  EDNS                     1232 octets
  TCP                      works
  letter case              kept
  validates  SELFTEST-5  It vouches for what is signed and withholds what is forged.
`);
  });

  it('takes all that leads into a world, and refuses of it what cannot be', async () => {
    const world = worldArguments(internet, await internet.writeCa(join(folder, 'world.pem')));
    expect(
      await waxseal([
        'resolver',
        'check',
        ...world,
        '--signed',
        'signed.test',
        '--bogus',
        'bogus.signed.test',
      ]),
    ).toMatchObject({ exit: 0 });
    expect(await check('--port', 'many')).toMatchObject({ exit: 64 });
  });

  it('prints the same as JSON', async () => {
    const ended = await check('--signed', 'signed.test', '--json');
    expect(JSON.parse(ended.stdout)).toMatchObject({
      verdict: 'validates',
      names: { signed: 'signed.test', bogus: 'bogus.signed.test', unsigned: null },
      servers: [{ decision: { row: 'SELFTEST-5' }, bogus: { rcode: 2, extendedErrors: [6] } }],
    });
  });

  it('ends with 69 where DANE would be off (SEC-SELF-1, DANE-2.1.1-1)', async () => {
    const stripped = await check('--signed', 'plain.test');
    expect(stripped).toMatchObject({
      exit: 69,
      stdout: expect.stringContaining('does-not-validate  SELFTEST-3'),
    });
    const answered = await checkOf('--signed', 'signed.test', '--bogus', 'plain.test');
    expect(answered).toMatchObject({ exit: 69, stdout: expect.stringContaining('SELFTEST-2') });
  });

  it('does not believe a forwarder such as that of Docker, and says why (DANE-2.1.1-4)', async () => {
    const { stdout } = await waxseal(['resolver', 'check', '--resolver', '127.0.0.11:9', '--timeout', '1']);
    expect(stdout).toMatch(
      /AD bit +ignored {2}TRUST-6 {2}A forwarder does not validate: it passes on the bit/,
    );
  });

  it('ends with 75 where it cannot tell', async () => {
    const silent = await check('--signed', 'silent.signed.test', '--timeout', '1');
    expect(silent).toMatchObject({ exit: 75, stdout: expect.stringContaining('cannot-tell  SELFTEST-7') });
    expect(silent.stdout).toContain('no answer: timeout');
  });

  it('looks at every resolver of a list', async () => {
    const tls = `tls://${internet.resolver.address}:${internet.httpsPort}#dns.test`;
    const ca = await internet.writeCa(join(folder, 'ca.pem'));
    const list = ['resolver', 'check', '--resolver', `${resolver},${tls}`, '--ca', ca, '--timeout', '1'];
    const ended = await waxseal([...list, '--signed', 'signed.test', '--bogus', 'bogus.signed.test']);
    expect(ended.exit).toBe(75);
    expect(ended.stdout).toContain(`\n${tls}\n  AD bit`);
    expect(ended.stdout).toMatch(/\ncannot-tell: all of them together\n$/);
  });

  it.concurrent.each([
    [[], 64, /what to do with the resolver is missing or unknown; it can be: check\n/],
    [['check', 'more'], 64, /it can be: check\n/],
    [
      ['check', '--signed', 'a b'],
      64,
      /--signed "a b" is not a domain name; give one like example\.org, or "\."\n/,
    ],
    [['check', '--timeout', '0'], 64, /--timeout "0" is not a whole number/],
    [['check', '--resolver', 'dns.test'], 78, /--resolver "dns\.test" is not an address; give one like/],
    [['check', '--resolver', '::1,,::1'], 78, /is not an address/],
  ] as const)('refuses %j', async (args, exit, says) => {
    expect(await waxseal(['resolver', ...args])).toEqual({
      exit,
      stdout: '',
      stderr: expect.stringMatching(says),
    });
  });
});
