import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type NodeAdapters, nodeAdapters, settingsOf } from '../../node.js';
import type { PostfixVersion } from '../../policy/postfix/postfix-version.js';
import type { Settings } from '../../policy/settings.js';
import { type Internet, startInternet, type World } from '../../testing/index.js';
import { lookUp } from './look-up.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const NO_MATCH = `3 1 1 ${'00'.repeat(32)}`;
const NOT_USABLE = `1 1 1 ${'00'.repeat(32)}`;

interface Domain {
  /** Hosts by their first label, each with its TLSA records. */
  readonly hosts?: Readonly<Record<string, NonNullable<World['dns']>[string] | null>>;
  readonly mx?: NonNullable<World['dns']>[string];
  readonly signed?: 'all' | 'hosts';
  readonly enforce?: readonly string[];
  readonly testing?: readonly string[];
}

const DOMAINS: Readonly<Record<string, Domain>> = {
  plain: {},
  dane: { signed: 'all', hosts: { mx: [NO_MATCH] } },
  'dane-and-plain': { signed: 'all', hosts: { mx: [NO_MATCH], mx2: null } },
  'dane-unusable': { signed: 'all', hosts: { mx: [NOT_USABLE] } },
  'unusable-and-plain': { signed: 'all', hosts: { mx: [NOT_USABLE], mx2: null } },
  'dane-fails': { signed: 'all', hosts: { mx: { fails: 'servfail' } } },
  'one-of-two-fails': { signed: 'all', hosts: { mx: { fails: 'servfail' }, mx2: null } },
  sts: { enforce: ['mx.sts.test'] },
  'sts-wildcard': { hosts: { mx: null, a: null }, enforce: ['*.sts-wildcard.test'] },
  'sts-other-mx': { enforce: ['elsewhere.test'] },
  'sts-one-listed': { hosts: { mx: null, mx2: null }, enforce: ['mx2.sts-one-listed.test'] },
  'sts-testing': { testing: ['elsewhere.test'] },
  both: { signed: 'all', hosts: { mx: [NO_MATCH] }, enforce: ['mx.both.test'] },
  'both-other-mx': { signed: 'all', hosts: { mx: [NO_MATCH] }, enforce: ['elsewhere.test'] },
  'both-and-sts': { signed: 'all', hosts: { mx: [NO_MATCH], mx2: null }, enforce: ['*.both-and-sts.test'] },
  'sts-and-unlisted-dane': {
    ...{ signed: 'all', hosts: { mx: [NO_MATCH], mx2: null } },
    enforce: ['mx2.sts-and-unlisted-dane.test'],
  },
  'sts-and-failed-dane': {
    ...{ signed: 'all', hosts: { mx: { fails: 'bogus' }, mx2: null } },
    enforce: ['*.sts-and-failed-dane.test'],
  },
  'half-dane': { signed: 'hosts', hosts: { mx: [NO_MATCH] } },
  'half-dane-sts': { signed: 'hosts', hosts: { mx: [NO_MATCH] }, enforce: ['mx.half-dane-sts.test'] },
  'null-mx': { mx: ['0 .'] },
  'mx-fails': { mx: { fails: 'servfail' } },
};

function worldOf(): World {
  const dns: Record<string, NonNullable<World['dns']>[string]> = {};
  const policy: Record<string, NonNullable<World['policy']>[string]> = {};
  const signedZones: string[] = [];
  for (const [name, { hosts = { mx: null }, mx, signed, enforce, testing }] of Object.entries(DOMAINS)) {
    const domain = `${name}.test`;
    const records = Object.keys(hosts).map((host, at) => `${at} ${host}.${domain}`);
    dns[`MX ${domain}`] = mx ?? (signed === 'hosts' ? { security: 'insecure', records } : records);
    for (const [host, tlsa] of Object.entries(hosts)) {
      dns[`A ${host}.${domain}`] = ['192.0.2.1'];
      if (tlsa !== null) dns[`TLSA ${host}.${domain}`] = tlsa;
    }
    if (signed !== undefined) signedZones.push(domain);
    const patterns = enforce ?? testing;
    if (patterns === undefined) continue;
    dns[`TXT _mta-sts.${domain}`] = ['v=STSv1; id=1;'];
    dns[`A mta-sts.${domain}`] = [`@mta-sts.${domain}`];
    const mode = enforce === undefined ? 'testing' : 'enforce';
    const lines = patterns.map((pattern) => `mx: ${pattern}\n`).join('');
    policy[`mta-sts.${domain}`] = { body: `version: STSv1\nmode: ${mode}\n${lines}max_age: 86400\n` };
  }
  dns['A implicit.test'] = ['192.0.2.1'];
  dns['MX txt-fails.test'] = ['10 mx.plain.test'];
  dns['TXT _mta-sts.txt-fails.test'] = { fails: 'servfail' };
  dns['MX no-address.test'] = ['10 nowhere.test'];
  return { signedZones, dns, policy };
}

let internet: Internet;
let adapters: NodeAdapters;

beforeAll(async () => {
  internet = await startInternet(worldOf());
  adapters = nodeAdapters({ resolver: internet.resolver, ca: [internet.caPem] });
});
afterAll(async () => {
  await adapters.close();
  await internet.close();
});

async function ask(key: string, own: Partial<Settings> = {}, version: PostfixVersion = 'from-3.4') {
  const { port, httpsPort } = internet;
  const settings = settingsOf('rfc', { port, httpsPort, privateAddresses: 'allow', ...own });
  const faults: string[] = [];
  const ports = {
    adapters,
    settings,
    version,
    clock: Date.now,
    onFault: (fault: string) => faults.push(fault),
  };
  const answer = await lookUp(key, ports, new AbortController().signal);
  expect(faults).toEqual([]);
  return answer;
}

const rule = (demand: 'encrypt' | 'verify' | 'dane'): Partial<Settings> => ({
  destinations: [{ destination: '*', demand, owner: 'o', reason: 'r', expiresAt: null }],
});

describe('what Postfix is told of a domain', () => {
  it.each([
    ['plain', 'NOTFOUND ', 'PFL-5'],
    ['implicit', 'NOTFOUND ', 'PFL-5'],
    ['dane', 'OK dane-only', 'PFL-17'],
    ['dane-and-plain', 'OK dane', 'PFL-18'],
    ['dane-unusable', 'OK encrypt', 'PFL-6'],
    ['unusable-and-plain', 'OK dane', 'PFL-7'],
    ['dane-fails', 'TEMP ', 'PFL-4'],
    ['one-of-two-fails', 'OK dane', 'PFL-8'],
    ['sts', 'OK secure match=mx.sts.test servername=hostname', 'PFL-12'],
    [
      'sts-wildcard',
      'OK secure match=mx.sts-wildcard.test:a.sts-wildcard.test servername=hostname',
      'PFL-12',
    ],
    ['sts-other-mx', 'TEMP ', 'PFL-4'],
    ['sts-one-listed', 'OK secure match=mx2.sts-one-listed.test servername=hostname', 'PFL-12'],
    ['sts-testing', 'NOTFOUND ', 'PFL-5'],
    ['both', 'OK dane-only', 'PFL-17'],
    ['both-other-mx', 'TEMP ', 'PFL-4'],
    ['both-and-sts', 'OK dane-only', 'PFL-17'],
    ['sts-and-unlisted-dane', 'OK secure match=mx2.sts-and-unlisted-dane.test servername=hostname', 'PFL-11'],
    ['sts-and-failed-dane', 'OK secure match=mx2.sts-and-failed-dane.test servername=hostname', 'PFL-11'],
    ['half-dane', 'OK dane', 'PFL-21'],
    ['half-dane-sts', 'OK secure match=mx.half-dane-sts.test servername=hostname', 'PFL-20'],
    ['null-mx', 'NOTFOUND ', 'PFL-3'],
    ['nobody', 'NOTFOUND ', 'PFL-3'],
    ['no-address', 'NOTFOUND ', 'PFL-3'],
    ['mx-fails', 'TEMP ', 'PFL-1'],
    ['txt-fails', 'TEMP ', 'PFL-1'],
  ])('%s.test: %s', async (name, reply, row) => {
    const answer = await ask(`${name}.test`);
    expect(answer.reply.startsWith('TEMP ') ? 'TEMP ' : answer.reply).toBe(reply);
    expect(answer.decisions.map((decision) => decision.row)).toContain(row);
    expect(answer.reason).toContain(`(${row})`);
    expect(answer.reply).toMatch(/^[\x20-\x7e]*$/);
  });

  it('says first what happened where mail waits, and nothing of connections that nobody made', async () => {
    const reasons = async (name: string) => (await ask(`${name}.test`)).reason;
    expect(await reasons('mx-fails')).toMatch(
      /^mx-fails\.test: The MX lookup of mx-fails\.test failed: .+ \(PFL-1\) /,
    );
    expect(await reasons('dane-fails')).toMatch(
      /^dane-fails\.test: The TLSA records at _\d+\._tcp\.\S+ could not be learned: .+ \(PFL-4\) /,
    );
    const refused = await ask('half-dane.test', rule('dane'));
    expect(refused.reply).toMatch(/^TEMP /);
    expect(refused.reason).not.toContain('connect');
  });

  it.each([
    ['encrypt', 'plain', 'OK encrypt'],
    ['encrypt', 'dane-and-plain', 'OK dane-only'],
    ['encrypt', 'sts', 'OK secure match=mx.sts.test servername=hostname'],
    ['verify', 'plain', 'OK secure match=plain.test servername=hostname'],
    ['verify', 'dane-unusable', 'OK secure match=mx.dane-unusable.test servername=hostname'],
    ['verify', 'dane', 'OK dane-only'],
    ['verify', '[192.0.2.1]', 'TEMP '],
    ['dane', 'plain', 'TEMP '],
    ['dane', 'dane', 'OK dane-only'],
    ['dane', 'dane-and-plain', 'OK dane-only'],
    ['dane', 'half-dane', 'TEMP '],
  ] as const)('a rule that demands %s, of %s: %s', async (demand, name, reply) => {
    const key = name.startsWith('[') ? name : `${name}.test`;
    const answer = await ask(key, rule(demand));
    expect(answer.reply.startsWith('TEMP ') ? 'TEMP ' : answer.reply).toBe(reply);
  });

  it('looks a host in brackets up by itself, a port in the names of records, and nobody up for an address or a parent', async () => {
    expect(await ask('[mx.dane.test]')).toMatchObject({ reply: 'OK dane-only', key: '[mx.dane.test]' });
    expect(await ask(`DANE.test:${internet.port}`)).toMatchObject({ reply: 'OK dane-only' });
    expect(await ask('dane.test:24')).toMatchObject({ reply: 'NOTFOUND ' });
    expect(await ask('[192.0.2.1]')).toMatchObject({ reply: 'NOTFOUND ' });
    expect(await ask('.dane.test')).toMatchObject({ reply: 'NOTFOUND ', found: null });
    expect(await ask('private/filter')).toMatchObject({ reply: 'NOTFOUND ', found: null });
  });

  it('connects to nobody', async () => {
    const { found } = await ask('dane.test');
    const asked = found!.journal.attempts[0]!.entries.flatMap((entry) =>
      entry.kind === 'ask' ? [entry.ask.type] : [],
    );
    expect(asked).toContain('dns.tlsa');
    expect(asked.filter((type) => type.startsWith('smtp.') && type !== 'smtp.connect')).toEqual([]);
  });

  it('goes by the patterns of the policy for reports, but by names where a host is left out', async () => {
    const whole = await ask('sts-wildcard.test', {}, 'from-3.10');
    expect(whole.reply).toContain(
      'policy_type=sts policy_domain=sts-wildcard.test { policy_string = version: STSv1 }',
    );
    expect(whole.reply).toContain('mx_host_pattern=*.sts-wildcard.test');
    const cut = await ask('sts-and-failed-dane.test', {}, 'from-3.10');
    expect(cut.reply).toMatch(/ mx_host_pattern=mx2\.sts-and-failed-dane\.test$/);
    expect((await ask('sts.test', {}, 'before-3.4')).reply).toBe('OK secure match=mx.sts.test');
  });

  it('says what is lost, and what it supposes', async () => {
    const both = await ask('both.test');
    expect(both.loses[0]).toMatch(
      /^The certificate that the MTA-STS policy of both\.test asks of mx\.both\.test/,
    );
    expect((await ask('both.test', { whenDanePasses: 'skip-pkix' })).loses.join(' ')).not.toContain(
      'certificate',
    );
    expect((await ask('both-and-sts.test')).loses.join(' ')).toContain('mx2.both-and-sts.test: not used');
    expect((await ask('half-dane-sts.test')).loses.join(' ')).toContain(
      'The TLSA records of mx.half-dane-sts.test',
    );
    expect((await ask('sts-testing.test')).loses.join(' ')).toContain('in testing mode');
    expect((await ask('sts.test', {}, 'from-3.10')).loses).toEqual([]);
    expect((await ask('plain.test')).loses).toEqual([]);
    expect((await ask('half-dane.test')).supposes).toEqual([
      'smtp_dns_support_level = dnssec, and a resolver that validates',
      'smtp_tls_dane_insecure_mx_policy = dane',
    ]);
    const relay = { host: 'relay.test', port: 25 };
    const relayed = await ask('plain.test', {
      destinations: [{ ...rule('encrypt').destinations![0]!, relay }],
    });
    expect(relayed).toMatchObject({ reply: 'OK encrypt', loses: [expect.stringContaining('relay.test')] });
  });

  it.each([
    ['anybody could have said', 'insecure', 'PFL-1'],
    ['only the domain can have said', 'secure', 'PFL-2'],
  ] as const)(
    'holds to a policy that is kept where no host is found any more, as %s',
    async (_, security, row) => {
      await ask('sts.test');
      await internet.change({ dns: { 'MX sts.test': { records: ['0 .'], security } } });
      const fresh = nodeAdapters({ resolver: internet.resolver, ca: [internet.caPem] });
      const { port, httpsPort } = internet;
      const settings = settingsOf('rfc', { port, httpsPort, privateAddresses: 'allow' });
      const ports = { settings, version: 'from-3.4', clock: Date.now, onFault: () => undefined } as const;
      const kept = { ...fresh, 'policy-cache.read': adapters['policy-cache.read'] };
      const signal = new AbortController().signal;
      const answer = await lookUp('sts.test', { ...ports, adapters: kept }, signal);
      expect(answer.decisions.map((decision) => decision.row)).toContain(row);
      expect(answer.reply).toMatch(/^TEMP /);
      await fresh.close();
      await internet.change({ dns: { 'MX sts.test': ['0 mx.sts.test'] } });
    },
  );

  it('does not know what it did not look at, and what it was stopped at', async () => {
    const cut = await ask('sts-one-listed.test', { candidatesMax: 1 });
    expect(cut.reply).toMatch(/^TEMP /);
    const stopped = AbortSignal.abort();
    const settings = settingsOf('rfc', { port: internet.port, httpsPort: internet.httpsPort });
    const ports = {
      adapters,
      settings,
      version: 'from-3.4',
      clock: Date.now,
      onFault: () => undefined,
    } as const;
    expect((await lookUp('plain.test', ports, stopped)).reply).toMatch(/^TEMP /);
  });
});
