import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../effects/journal.js';
import type { Adapters, SmtpSession } from '../../effects/ports.js';
import { nodeAdapters } from '../../node.js';
import { settingsOf } from '../../policy/settings.js';
import { type Internet, startInternet, type World } from '../../testing/index.js';
import { checkDomain } from './check-domain.js';
import type { CheckOptions } from './gather-domain.js';

const POLICY = (mx: string) => `version: STSv1\nmode: enforce\nmx: ${mx}\nmax_age: 1209600\n`;
const announced = (domain: string) => ({
  [`TXT _mta-sts.${domain}`]: ['v=STSv1; id=1;'],
  [`A mta-sts.${domain}`]: [`@mta-sts.${domain}`],
});
const hosted = (domain: string, ...tlsa: readonly string[]) => ({
  [`MX ${domain}`]: [`10 mx.${domain}`],
  [`A mx.${domain}`]: [`@mx.${domain}`],
  ...(tlsa.length === 0 ? {} : { [`TLSA mx.${domain}`]: tlsa }),
});

const WORLD: World = {
  signedZones: [
    'good.test',
    'anchor.test',
    'mismatch.test',
    'clear.test',
    'aliased.test',
    'half.test',
    'moved.test',
    'bare.test',
  ],
  dns: {
    ...hosted('good.test', '3 1 1 @mx.good.test', '2 0 1 @mx.good.test:ca'),
    ...announced('good.test'),
    'TXT _smtp._tls.good.test': ['v=TLSRPTv1; rua=mailto:tls@good.test'],
    ...hosted('anchor.test', '2 0 1 @mx.anchor.test:ca'),
    ...hosted('mismatch.test', `3 1 1 ${'ab'.repeat(32)}`),
    ...hosted('clear.test', '3 1 1 @mx.clear.test'),
    ...hosted('unlisted.test'),
    ...announced('unlisted.test'),
    ...hosted('expired.test'),
    ...announced('expired.test'),
    ...hosted('broken.test'),
    ...hosted('old.test'),
    ...hosted('injected.test'),
    ...hosted('late.test'),
    ...hosted('turned-away.test'),
    'MX refused.test': ['10 mx.refused.test'],
    'A mx.refused.test': ['@mx.refused.test'],
    'TLSA mx.refused.test': { fails: 'refused' },
    'MX null.test': ['0 .'],
    'TXT null.test': ['v=spf1 mx -all'],
    'A implicit.test': ['@implicit.test'],
    'MX aliased.test': ['10 mx.aliased.test'],
    'CNAME mx.aliased.test': ['mx.good.test'],
    // The name is in a signed zone, and what it leads to is not.
    'MX half.test': ['10 mx.half.test'],
    'CNAME mx.half.test': ['mx.unlisted.test'],
    'TLSA mx.half.test': ['3 1 1 @mx.unlisted.test'],
    // Where the name leads there are no records, and there are some where it stands.
    'MX moved.test': ['10 mx.moved.test'],
    'CNAME mx.moved.test': ['mx.bare.test'],
    'A mx.bare.test': ['@mx.bare.test'],
    'TLSA mx.moved.test': ['3 1 1 @mx.bare.test'],
    'MX many.test': Array.from({ length: 18 }, (_, at) => `${at} mx${at}.many.test`),
    'MX homeless.test': ['10 mx.homeless.test'],
    'MX bogus.test': { fails: 'bogus' },
  },
  mail: {
    'mx.good.test': { certificate: { sends: 'full' }, keywords: ['REQUIRETLS'] },
    'mx.anchor.test': { certificate: { issuer: 'private-ca' } },
    'mx.mismatch.test': {},
    'mx.clear.test': { starttls: 'not-offered' },
    'mx.unlisted.test': {},
    'mx.expired.test': { certificate: { validity: 'expired' } },
    'mx.broken.test': { starttls: 'broken' },
    'mx.old.test': { starttls: 'old' },
    'mx.injected.test': { starttls: 'injected' },
    'mx.late.test': { starttls: 'late-alert' },
    'mx.turned-away.test': { greeting: '421 4.7.0 Come back later' },
    'mx.refused.test': { connect: 'refuse' },
    'mx.bare.test': {},
    'implicit.test': {},
  },
  policy: {
    'mta-sts.good.test': { body: POLICY('mx.good.test') },
    'mta-sts.unlisted.test': { body: POLICY('mx.other.test') },
    'mta-sts.expired.test': { body: POLICY('mx.expired.test') },
  },
};

let internet: Internet;
beforeAll(async () => {
  internet = await startInternet(WORLD);
});
afterAll(() => internet.close());

interface Look extends Pick<CheckOptions, 'onEntry'> {
  readonly privateAddresses?: 'refuse';
  readonly around?: (adapters: Adapters) => Adapters;
}

function check(domain: string, { around = (adapters) => adapters, onEntry, ...more }: Look = {}) {
  const { port, httpsPort, resolver, caPem } = internet;
  const settings = settingsOf('rfc', {
    port,
    httpsPort,
    helo: 'me.test',
    privateAddresses: 'allow',
    ...more,
  });
  const adapters = nodeAdapters({ resolver: { servers: [resolver] }, ca: [caPem] });
  const look = { adapters: around(adapters), settings, clock: Date.now };
  return checkDomain(domain, { ...look, ...(onEntry !== undefined && { onEntry }) });
}

async function faultsOf(domain: string): Promise<readonly string[]> {
  const { findings } = await check(domain);
  return findings.flatMap(({ id, severity }) =>
    severity === 'critical' || severity === 'error' || severity === 'warning' ? [id] : [],
  );
}

describe('a check over real sockets', () => {
  it('finds nothing worse than a missing IPv6 address in a good domain', async () => {
    const { findings, facts } = await check('good.test');
    expect(findings.filter(({ severity }) => severity !== 'good').map(({ id }) => id)).toEqual([
      'host-without-ipv6',
    ]);
    expect(findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        ...['mx-secure', 'tls-works', 'tlsa-matches', 'certificate-passes', 'sts-enforced'],
        ...['reports-asked-for', 'requiretls-offered', 'sni-not-needed'],
      ]),
    );
    // One look with the right name, one with none, one with a foreign one (DANE-8.1-2, STS-7.1-3).
    expect(facts.hosts[0]!.probes.map(({ serverName, visit }) => [serverName, visit.kind])).toEqual([
      [null, 'secured'],
      ['waxseal-check.invalid', 'secured'],
    ]);
    expect(internet.received('mx.good.test')).toEqual([]);
  });

  it('tries signatures for every server name where an issuer is the anchor (DANE-3.1.2-1)', async () => {
    const { findings } = await check('anchor.test');
    const ids = findings.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['tlsa-matches', 'sni-not-needed']));
    expect(ids).not.toContain('sni-other-certificate');
  });

  it('finds TLSA records that do not match, and gives the one that does (DANE-8.1-2)', async () => {
    const { findings, facts } = await check('mismatch.test');
    const [worst] = findings;
    expect(worst).toMatchObject({ id: 'tlsa-mismatch', severity: 'critical', host: 'mx.mismatch.test' });
    const record = /3 1 1 ([0-9A-F]{64})$/.exec(worst!.publish!)![1]!;
    expect(facts.hosts[0]!.visits[0]!.visit).toMatchObject({
      peer: { chain: [{ spkiSha256: record.toLowerCase() }] },
    });
  });

  it('finds TLSA records without STARTTLS (DANE-2.2-8, DANE-9.2-1)', async () => {
    expect(await faultsOf('clear.test')).toContain('no-starttls-under-dane');
  });

  it('finds hosts that an enforced policy does not list, and certificates that fail it', async () => {
    expect(await faultsOf('unlisted.test')).toEqual(['sts-host-not-listed']);
    expect(await faultsOf('expired.test')).toEqual(['certificate-fails-under-enforce']);
  });

  it.each([
    ['broken.test', 'tls-fails'],
    ['old.test', 'tls-fails'],
    ['late.test', 'tls-fails'],
    ['injected.test', 'starttls-injected'],
    ['turned-away.test', 'address-rejects-for-now'],
    ['refused.test', 'address-refuses'],
    ['bogus.test', 'mx-bogus'],
    ['nowhere.test', 'domain-missing'],
  ])('%s: %s', async (domain, fault) => {
    expect(await faultsOf(domain)).toContain(fault);
  });

  it('says what became of a handshake that failed', async () => {
    const visited = async (domain: string) => (await check(domain)).facts.hosts[0]!.visits[0]!.visit;
    expect(await visited('broken.test')).toMatchObject({
      ...{ kind: 'tls-failed', outcome: 'handshake-failed', code: expect.stringMatching(/^E/) },
    });
    expect(await visited('late.test')).toMatchObject({ kind: 'tls-failed', code: 'tls-alert' });
  });

  it('finds name servers that refuse TLSA queries below unsigned names (DANE-2.2.2-9)', async () => {
    expect(await faultsOf('refused.test')).toContain('tlsa-lookup-fails-unasked');
  });

  it('finds a null MX of a domain that sends (NULLMX-4.2-1)', async () => {
    expect(await faultsOf('null.test')).toEqual(['mx-null-but-sends']);
  });

  it('goes to the domain itself without MX, and through aliases', async () => {
    expect((await check('implicit.test')).findings.map(({ id }) => id)).toContain('mx-implicit');
    const implicit = (await check('implicit.test')).facts.hosts;
    expect(implicit.map(({ host, source, visits }) => [host, source, visits.length])).toEqual([
      ['implicit.test', 'implicit', 1],
    ]);
    expect((await check('good.test')).facts.hosts).toMatchObject([{ host: 'mx.good.test', source: 'mx' }]);
    const { findings, facts } = await check('aliased.test');
    expect(findings.map(({ id }) => id)).toEqual(expect.arrayContaining(['host-alias', 'tlsa-matches']));
    expect(facts.hosts[0]!.tlsa.map(({ baseDomain }) => baseDomain)).toEqual([
      'mx.good.test',
      'mx.aliased.test',
    ]);
  });

  it('looks below the names that a sender would look below (DANE-2.2.2-5, DANE-2.2.2-6)', async () => {
    const plain = await check('good.test');
    expect(plain.facts.hosts[0]!.tlsa.map(({ baseDomain }) => baseDomain)).toEqual(['mx.good.test']);
    const { findings, facts } = await check('half.test');
    expect(facts.hosts[0]!.tlsa.map(({ baseDomain }) => baseDomain)).toEqual(['mx.half.test']);
    expect(findings.map(({ id }) => id)).toEqual(expect.arrayContaining(['host-alias', 'tlsa-matches']));
  });

  it('goes by the records where the name stands if there are none where it leads', async () => {
    const { findings, facts } = await check('moved.test');
    expect(facts.hosts[0]!.tlsa.map(({ baseDomain }) => baseDomain)).toEqual([
      'mx.bare.test',
      'mx.moved.test',
    ]);
    expect(findings.map(({ id }) => id)).toContain('tlsa-matches');
  });

  it('has something to say of a host that has no address', async () => {
    const { findings, facts } = await check('homeless.test');
    expect(findings.map(({ id }) => id)).toContain('no-host-has-address');
    expect(facts.hosts[0]!.visits).toEqual([]);
  });

  it('visits sixteen hosts, and names the others', async () => {
    const { facts } = await check('many.test');
    expect(facts.hosts.map(({ host }) => host)).toEqual(
      Array.from({ length: 16 }, (_, at) => `mx${at}.many.test`),
    );
    expect(facts.hostsLeftOut).toEqual(['mx16.many.test', 'mx17.many.test']);
  });

  it('visits eight addresses of a host, and names the others', async () => {
    const addresses = Array.from({ length: 10 }, (_, at) => `127.9.9.${at + 1}`);
    const { facts } = await check('good.test', {
      around: (adapters) => ({
        ...adapters,
        'dns.addresses': async (...asked) => {
          const found = await adapters['dns.addresses'](...asked);
          if (asked[0].name !== 'mx.good.test' || found.a.kind === 'failed') return found;
          return { ...found, a: { ...found.a, records: addresses } };
        },
      }),
    });
    const visits = facts.hosts[0]!.visits.map(({ address, visit }) => [
      ...[address, visit.kind, 'cause' in visit ? visit.cause : ''],
    ]);
    expect(visits).toEqual([
      ...addresses.slice(0, 8).map((address) => [address, 'not-connected', 'refused']),
      ...addresses.slice(8).map((address) => [address, 'left-out', 'bound']),
    ]);
  });

  it('tells what it asks, as it asks it', async () => {
    const told: JournalEntry[] = [];
    await check('clear.test', { onEntry: (entry) => told.push(entry) });
    const words = told.map((entry) =>
      entry.kind === 'ask' ? entry.ask.type : `host ${'host' in entry && entry.host}`,
    );
    const visit = words.indexOf('host mx.clear.test');
    expect(new Set(words.slice(0, visit))).toEqual(
      new Set(['dns.mx', 'dns.txt', 'dns.addresses', 'dns.tlsa']),
    );
    expect(words.slice(visit)).toEqual(['host mx.clear.test', 'smtp.connect', 'smtp.hello', 'smtp.quit']);
    const ids = told.map((entry) => (entry.kind === 'ask' ? entry.ask.id : 'id' in entry && entry.id));
    expect(ids).toEqual(Array.from(ids, (_, at) => at + 1));
    told.length = 0;
    await check('good.test', { onEntry: (entry) => told.push(entry) });
    const types = told.map((entry) => (entry.kind === 'ask' ? entry.ask.type : ''));
    expect(types.slice(types.indexOf('smtp.connect')).slice(0, 7)).toEqual([
      ...[
        'smtp.connect',
        'smtp.hello',
        'smtp.starttls',
        'tls.handshake',
        'peer.inspect',
        'smtp.hello',
        'smtp.quit',
      ],
    ]);
    expect(types).toContain('policy.fetch');
    const sessions = told.flatMap((entry) =>
      entry.kind === 'ask' && entry.ask.type === 'smtp.connect' ? [entry.ask.session] : [],
    );
    expect(sessions).toEqual([1, 2, 3]);
  });

  it.each(['good.test', 'clear.test', 'turned-away.test', 'refused.test', 'broken.test'])(
    'says farewell where it was greeted, hears the answer, and closes each connection: %s',
    async (domain) => {
      const said: string[] = [];
      await check(domain, {
        around: (adapters) => ({
          ...adapters,
          'smtp.session': () => {
            const own = adapters['smtp.session']();
            const { connect, greeting, hello, startTls, handshake, inspect, auth, send } = own;
            const methods = { connect, greeting, hello, startTls, handshake, inspect, auth, send };
            const bound = Object.fromEntries(
              Object.entries(methods).map(([name, method]) => [name, (method as () => unknown).bind(own)]),
            ) as unknown as SmtpSession;
            return {
              ...bound,
              quit: async (...asked) => {
                const answer = await own.quit(...asked);
                said.push('quit');
                return answer;
              },
              destroy: () => {
                said.push('closed');
                own.destroy();
              },
            };
          },
        }),
      });
      const visits = said.join(' ').split(/(?<=closed) /);
      const visit = domain === 'refused.test' ? 'closed' : 'quit closed';
      expect(visits).toEqual(Array(domain === 'good.test' ? 3 : 1).fill(visit));
    },
  );

  it('is not made with settings that are none', async () => {
    const adapters = nodeAdapters({ resolver: { servers: [internet.resolver] }, ca: [] });
    const settings = { ...settingsOf('rfc', {}), port: 0 };
    await expect(checkDomain('good.test', { adapters, settings, clock: Date.now })).rejects.toThrow(
      expect.objectContaining({ name: 'MisuseError', message: expect.stringContaining('port') }),
    );
  });

  it('does not connect to private addresses unless it may', async () => {
    const before = internet.connections('mx.good.test');
    const { findings } = await check('good.test', { privateAddresses: 'refuse' });
    expect(findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['host-private-address', 'sts-host-private']),
    );
    expect(internet.connections('mx.good.test')).toBe(before);
  });
});
