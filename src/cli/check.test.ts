import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finding, inOrder } from '../policy/check/finding.js';
import { raiseDane, raiseHost, raiseMx } from '../policy/check/findings.js';
import { type Internet, startInternet } from '../testing/index.js';
import { inTurn, makeFolder, optionsFor, removeFolder } from './command.fixture.js';
import { renderCheck } from './output/check-text.js';

let internet: Internet;
let folder: string;
let options: readonly string[];

beforeAll(async () => {
  folder = await makeFolder();
  internet = await startInternet({
    signedZones: ['a.test'],
    dns: {
      'MX a.test': ['10 mx.a.test'],
      'A mx.a.test': ['@mx.a.test'],
      'TLSA mx.a.test': ['3 1 1 @mx.a.test'],
      'MX bad.test': ['10 mx.bad.test'],
      'A mx.bad.test': ['@mx.bad.test'],
      'TLSA mx.bad.test': { security: 'secure', records: ['3 1 1 @mx.a.test'] },
      'MX unknown.test': { fails: 'servfail' },
    },
    mail: { 'mx.a.test': {}, 'mx.bad.test': { starttls: 'not-offered' } },
  });
  options = await optionsFor(internet, folder);
});
afterAll(async () => {
  await internet.close();
  await removeFolder(folder);
});

const check = (...args: readonly string[]) => inTurn(['check', ...args]);

describe('waxseal check', () => {
  it('ends with 0 where nothing is worse than a warning, and says so for people', async () => {
    const ended = await check('A.test.', ...options);
    expect(ended).toMatchObject({ exit: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^a\.test {2}\d notices, \d+ in order\n\nNOTICES\n/);
    expect(ended.stdout).toContain('  The TLSA records of mx.a.test match what it presents');
    expect(ended.stdout).toContain('    publish  _mta-sts.a.test. IN TXT "v=STSv1; id=1;"\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
    expect(ended.stdout).not.toMatch(/\u001b/);
  });

  it('ends with 69 for errors, and with 75 where it could not look', async () => {
    expect((await check('bad.test', ...options)).exit).toBe(69);
    const unknown = await check('unknown.test', ...options);
    expect(unknown).toMatchObject({ exit: 75, stdout: expect.stringContaining('could not be looked up') });
  });

  it('prints one JSON object', async () => {
    const before = Date.now();
    const { stdout } = await check('a.test', ...options, '--json');
    const report = JSON.parse(stdout) as { findings: Finding[]; checkedAt: string };
    expect(Object.keys(report)).toEqual(['domain', 'checkedAt', 'findings', 'hosts']);
    expect(Date.parse(report.checkedAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(report.checkedAt)).toBeLessThanOrEqual(Date.now());
    expect(report).toMatchObject({
      domain: 'a.test',
      hosts: [
        {
          host: 'mx.a.test',
          source: 'mx',
          addresses: [
            {
              address: internet.addressOf('mx.a.test'),
              outcome: 'secured',
              certificate: { names: ['mx.a.test'] },
            },
          ],
          tlsa: [{ secure: true, worth: 'recommended', unusable: null }],
        },
      ],
    });
    expect(report.findings.every(({ id, severity, refs }) => id && severity && Array.isArray(refs))).toBe(
      true,
    );
  });

  it.each([
    [[], 'the domain is missing'],
    [['a.test', 'b.test'], '"b.test" is a second'],
    [['u@a.test'], '"u@a.test" is not a domain'],
    [['192.0.2.1'], '"192.0.2.1" is not a domain'],
    [['a.test', '--port', '0'], '--port "0" is not a whole number'],
    [['a.test', '--from', 'x'], 'there is no option --from'],
  ] as const)('%j is misuse', async (args, says) => {
    expect(await check(...args)).toMatchObject({
      exit: 64,
      stdout: '',
      stderr: expect.stringContaining(says),
    });
  });

  it.concurrent.each(['check', 'tlsa'])('%s helps within 90 columns', async (name) => {
    const ended = await inTurn([name, '--help']);
    expect(ended).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(new RegExp(`^Usage: waxseal ${name}`)),
    });
    for (const line of ended.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});

describe('findings for people', () => {
  const record = `_25._tcp.mx.a.test. IN TLSA 3 1 1 ${'AB'.repeat(32)}`;
  const mismatch = (address: string) =>
    raiseDane('tlsa-mismatch', {
      host: 'mx.a.test',
      address,
      publish: record,
      values: { key: 'AB'.repeat(32) },
    });
  const findings = inOrder([
    raiseMx('mx-secure'),
    raiseHost('host-without-ipv6', { host: 'mx.a.test' }),
    mismatch('192.0.2.1'),
    mismatch('192.0.2.2'),
  ]);
  const text = renderCheck('a.test', findings, (_, plain) => plain);

  it('say once what to do about several addresses, and what to publish in one line', () => {
    expect(text).toMatch(/^a\.test {2}2 critical, 1 notice, 1 in order\n\nCRITICAL\n/);
    expect(text.match(/presents a certificate that no TLSA record/g)).toHaveLength(2);
    expect(text.match(/ why {6}Senders that use DANE take it/g)).toHaveLength(1);
    expect(text.split(`    publish  ${record}\n`)).toHaveLength(2);
    expect(text).toContain('; DANE-8.1-2 (tlsa-mismatch)\n');
  });

  it('are wrapped, apart from what is to be copied', () => {
    for (const line of text.split('\n'))
      if (!line.includes('IN TLSA')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('cannot steer a terminal', () => {
    const hostile = raiseMx('mx-bad-name', { values: { name: '\u001b[2J\u202eevil\nMORE' } });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(renderCheck('a.test', [hostile], (_, plain) => plain)).not.toMatch(/[\u001b\u202e]|^MORE/m);
  });
});
