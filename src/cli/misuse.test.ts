import { truncate } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileIn, inTurn, MESSAGE, makeFolder, removeFolder, waxseal } from './command.fixture.js';

const ADDRESSES = ['--from', 's@s.test', '--to', 'u@a.test'];
let folder: string;

beforeAll(async () => {
  folder = await makeFolder();
  await fileIn(folder, 'message.eml', MESSAGE);
  await fileIn(folder, 'settings.json', JSON.stringify({ port: 'x', cleartextRetries: 'never' }));
  await fileIn(folder, 'octets.json', 'x');
  await fileIn(
    folder,
    'scenario.json',
    JSON.stringify({ name: 'x', world: { dns: {} }, steps: [], more: 1 }),
  );
  await fileIn(
    folder,
    'odd-settings.json',
    JSON.stringify(scenarioWith({ settings: { port: 'x' } }, 'u@a.test')),
  );
  await fileIn(folder, 'odd-address.json', JSON.stringify(scenarioWith({}, 'nobody')));
  await fileIn(folder, 'odd.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  await truncate(await fileIn(folder, 'vast', ''), 1_073_741_824);
});
afterAll(() => removeFolder(folder));

function scenarioWith(more: object, to: string) {
  return {
    name: 'x',
    world: { dns: {} },
    ...more,
    steps: [{ message: { to: [to] }, expect: [{ outcome: 'bounced' }] }],
  };
}

/** Arguments, where @ stands for the folder; exit code; what is said. */
type Case = readonly [args: readonly string[], exit: number, says: RegExp | string];

const CASES: readonly Case[] = [
  [
    ['explain', 'a.test', '--trust-anchor', '@/odd.pem'],
    64,
    'waxseal explain: --trust-anchor has a meaning only with --validate-dnssec\ntry "waxseal explain --help"\n',
  ],
  [
    ['check', 'a.test', '--validate-dnssec', '--trust-ad'],
    64,
    /^waxseal check: --trust-ad and --validate-dnssec exclude each other/,
  ],
  [
    ['explain', 'a.test', '--validate-dnssec', '--trust-anchor', '@/odd.pem'],
    78,
    /^waxseal explain: the DNSSEC trust anchors in .*odd\.pem: /,
  ],
  [
    ['compare', '@/scenario.json', '--requiretls'],
    64,
    /^waxseal compare: --requiretls has a meaning only with a domain: .*scenario\.json says how its own message was sent\n/,
  ],
  [['compare', 'a.test', '--step', '2'], 64, /^waxseal compare: --step has a meaning only with a scenario\n/],
  [
    ['serve', '--listen', '127.0.0.1:0', '--state', '@/state', '--admin-token-file', '@/message.eml'],
    64,
    /^waxseal serve: --admin-token-file has a meaning only with --admin, or /,
  ],
  [[], 64, 'waxseal: a command is missing\ntry "waxseal --help"\n'],
  [['send'], 64, 'waxseal: there is no command "send"\ntry "waxseal --help"\n'],
  [['toString'], 64, 'waxseal: there is no command "toString"\ntry "waxseal --help"\n'],
  [
    ['deliver', '--form', 'a'],
    64,
    'waxseal deliver: there is no option --form\ntry "waxseal deliver --help"\n',
  ],
  [['deliver', '-x'], 64, /there is no option -x\n/],
  [
    ['deliver', '--to', 'u@a.test'],
    64,
    /--from is missing; give the sender's address, or '<>' for the null sender\n/,
  ],
  [['deliver', '--from', 's@s.test'], 64, /--to is missing; give at least one recipient\n/],
  [['deliver', '--to', 'u@a.test', '--from'], 64, /--from needs a value\n/],
  [
    ['deliver', '--from', '--to', 'u@a.test'],
    64,
    /--from needs a value; one that begins with "-" is written --from=VALUE\n/,
  ],
  [['deliver', '--json=yes', ...ADDRESSES], 64, /--json takes no value\n/],
  [['deliver', '--from', 'x@x.test', ...ADDRESSES], 64, /--from is given twice\n/],
  [['deliver', '--from', 's', '--to', 'u@a.test'], 64, /the sender "s" is not a mail address; give one like/],
  [
    ['deliver', '--from', 's@s.test', '--to', '<>'],
    64,
    /the recipient "" is not a mail address; give one like/,
  ],
  [
    ['deliver', '--from', 's@s.test', '--to', 'u@a.test\r\nDATA'],
    64,
    /the recipient "u@a\.test\\r\\nDATA" is not a mail address/,
  ],
  [['deliver', ...ADDRESSES, 'one', 'two'], 64, /there can be one message only, and "two" is a second\n/],
  [['deliver', ...ADDRESSES, '--port', '0'], 64, /--port "0" is not a whole number from 1 to 65535\n/],
  [['deliver', ...ADDRESSES, '--https-port', '65536'], 64, /--https-port "65536" is not a whole number/],
  [['deliver', ...ADDRESSES, '--attempt', '1.5'], 64, /--attempt "1\.5" is not a whole number from 1/],
  [['deliver', ...ADDRESSES, '--attempt', '0'], 64, /--attempt "0" is not a whole number from 1/],
  [['deliver', ...ADDRESSES, '--helo', 'a b'], 64, /--helo "a b" is not a complete host name/],
  [['deliver', ...ADDRESSES, '--helo', 'localhost'], 64, /"localhost" is not a complete host name/],
  [
    ['deliver', ...ADDRESSES, '@/none.eml'],
    66,
    /the message in .*none\.eml cannot be read: there is no such file or folder\n$/,
  ],
  [['deliver', ...ADDRESSES, '@'], 66, /cannot be read: it is a folder\n$/],
  [['deliver', ...ADDRESSES, '@/vast'], 66, /the message in .*vast: larger than 100 MiB/],
  [['deliver', ...ADDRESSES, '--ca', '@/none.pem'], 66, /the trust anchors in .*none\.pem cannot be read/],
  [['deliver', ...ADDRESSES, '--ca', '@/message.eml'], 78, /there is no certificate in PEM\n$/],
  [['deliver', ...ADDRESSES, '--ca', '@/odd.pem'], 78, /certificate 1 cannot be read\n$/],
  [['deliver', ...ADDRESSES, '--ca', '@/vast'], 78, /larger than 1 MiB/],
  [
    ['deliver', ...ADDRESSES, '--resolver', 'dns.test'],
    78,
    /--resolver "dns\.test" is not an address; give one like/,
  ],
  [['deliver', ...ADDRESSES, '--policy', '@/none.json'], 66, /the settings in .*none\.json cannot be read/],
  [['deliver', ...ADDRESSES, '--policy', '@/octets.json'], 78, /as a whole: expected JSON/],
  [
    ['deliver', ...ADDRESSES, '--policy', '@/settings.json'],
    78,
    /are not valid:\n {2}port: expected a whole number from 1 to 65535, found "x"\n {2}cleartextRetries: expected no such key/,
  ],
  [['deliver', ...ADDRESSES, '--policy', '@/vast'], 78, /the settings in .*vast: larger than 1 MiB/],
  [
    ['deliver', ...ADDRESSES, '--state', '@/message.eml'],
    78,
    /--state .*message\.eml cannot be used: it is not a folder\n$/,
  ],
  [
    ['deliver', ...ADDRESSES, '--state', '@/message.eml/x'],
    78,
    /cannot be used: a part of the path is not a folder\n$/,
  ],
  [['deliver', ...ADDRESSES, '--state', '/proc/waxseal'], 78, /--state \/proc\/waxseal cannot be used/],
  [
    ['explain', 'a.test', '--journal', ''],
    73,
    'waxseal explain: the journal "" cannot be written: the path is empty\n',
  ],
  [
    ['deliver', ...ADDRESSES, '--journal', '@/none/journal.json', '@/message.eml'],
    73,
    /the journal .* cannot be written/,
  ],
  [['explain'], 64, /the domain is missing; give one like example\.org\ntry "waxseal explain --help"\n/],
  [['explain', 'a.test', 'b.test'], 64, /there can be one domain only, and "b\.test" is a second\n/],
  [['explain', 'u@a.test'], 64, /"u@a\.test" is not a domain/],
  [['explain', 'a.test', '--to', 'nobody'], 64, /the recipient "nobody" is not a mail address/],
  [['simulate'], 64, /the scenario is missing; give its file\n/],
  [['simulate', '@/none.json'], 66, /the scenario in .* cannot be read/],
  [['simulate', '@/vast'], 66, /larger than 1 MiB/],
  [
    ['simulate', '@/octets.json'],
    65,
    /octets\.json is not a valid scenario:\n {2}line 1, column 1, as a whole: expected JSON/,
  ],
  [
    ['simulate', '@/scenario.json'],
    65,
    /\n {2}line 1, column 40, steps: expected a list of at least one step, found .*\n {2}line 1, column 50, more: expected no such key, found .*; there is: .*, world, settings, /,
  ],
  [
    ['simulate', '@/odd-settings.json'],
    65,
    /\n {2}line 1, column 51, settings\.port: expected a whole number from 1 to 65535, found "x"\n/,
  ],
  [['simulate', '@/odd-address.json'], 65, /the recipient "nobody" is not a mail address/],
  [['simulate', '--step', '2', '@/odd-address.json'], 64, /there is no step 2; the scenario has 1\n/],
  [['replay'], 64, /the journal is missing; give its file\n/],
  [['replay', '@/none.json'], 66, /the journal in .* cannot be read/],
  [['replay', '@/vast'], 66, /larger than 16 MiB/],
  [
    ['replay', '@/settings.json'],
    65,
    /is not a valid journal:\n {2}format: expected "waxseal-journal", found nothing\n/,
  ],
  [
    ['tables', 'colour'],
    64,
    /there is no table and no row "colour"; "waxseal tables" lists the tables, and "waxseal tables search WORD" finds rows\n/,
  ],
  [['tables', '--check', '@/none.md'], 66, /cannot be read/],
];

describe('misuse and unreadable input', () => {
  it.concurrent.each(CASES)('%j ends with %i', async (args, exit, says) => {
    const ended = await inTurn(args.map((arg) => arg.replace(/^@/, folder)));
    expect(ended).toEqual({
      exit,
      stdout: '',
      stderr: typeof says === 'string' ? says : expect.stringMatching(says),
    });
  });

  it('reads no more of standard input than it may', async () => {
    const input = 'x'.repeat(104_857_601);
    const ended = await waxseal(['deliver', ...ADDRESSES], { input });
    expect(ended).toMatchObject({
      exit: 66,
      stderr: expect.stringContaining('the message in standard input: larger than 100 MiB'),
    });
  });
});
