/* Which questions a delivery asks, and in which order: what a story does not show by its end. */
import { describe, expect, it } from 'vitest';
import type { MailHost, Scenario, World } from '../../src/adapters/scripted/index.js';
import type { Ask } from '../../src/effects/catalog.js';
import type { DestinationRule } from '../../src/policy/local/destination.js';
import { simulateScenario } from '../../src/testing/scenario/simulate-scenario.js';
import { daneDomain, plainDomain, SELF_SIGNED, SIGNED, stsDomain, tlsa, together } from './worlds.js';

type Asked = Exclude<Ask, { type: 'host.run' }>;

/** Every question of the first step, in order, and how it ended. */
function asked(
  world: World,
  settings: NonNullable<Scenario['settings']> = {},
  message: Scenario['steps'][0]['message'] = { to: ['user@a.example'] },
) {
  const { steps } = simulateScenario({
    name: '',
    world,
    settings,
    steps: [{ message, expect: [] }],
  });
  const { results, journal } = steps[0]!;
  const asks = journal.attempts.flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.kind === 'ask' ? [entry.ask] : [])),
  );
  return { asks, report: results[0]! };
}

function questions<K extends Asked['type']>(
  asks: readonly Asked[],
  type: K,
): readonly Extract<Asked, { type: K }>[] {
  return asks.filter((ask): ask is Extract<Asked, { type: K }> => ask.type === type);
}

const rule = (own: Partial<DestinationRule>) => ({
  destinations: [
    {
      destination: '*',
      demand: 'none',
      owner: 'postmaster',
      reason: 'a test',
      expiresAt: null,
      ...own,
    } as const,
  ],
});

describe('the questions about a domain', () => {
  it('are over where it takes no mail: no policy is fetched, and no TLSA record asked for (NULLMX-5-2)', () => {
    const world = together(stsDomain('enforce'), SIGNED, { dns: { 'MX a.example': ['0 .'] } });
    const { asks, report } = asked(world);
    expect(report).toMatchObject({ outcome: 'bounced', status: '5.1.10' });
    for (const type of ['policy.fetch', 'dns.addresses', 'dns.tlsa'] as const)
      expect(questions(asks, type)).toEqual([]);
  });

  it('ask for the policy of the name in the address, whatever it is an alias of (STS-3.4-4)', () => {
    const world = together(stsDomain('enforce'), { dns: { 'CNAME b.example': ['a.example'] } });
    const { asks, report } = asked(world, {}, { to: ['user@b.example'] });
    expect(questions(asks, 'dns.txt').map(({ name }) => name)).toEqual(['_mta-sts.b.example']);
    expect(report).toMatchObject({ outcome: 'delivered', mx: 'mx.a.example' });
  });
});

describe('the questions about a host', () => {
  it('keep its name where the TLSA record itself is an alias (DANE-2.2.3-5)', () => {
    const world = together(plainDomain({ certificate: { issuer: 'private-ca' } }), SIGNED, {
      dns: {
        'CNAME _25._tcp.mx.a.example': ['_dane.provider.test'],
        'TLSA _dane.provider.test': ['2 0 1 @mx.a.example:ca'],
      },
    });
    const { asks, report } = asked(world);
    expect(questions(asks, 'tls.handshake').map(({ serverName }) => serverName)).toEqual(['mx.a.example']);
    expect(report).toMatchObject({ outcome: 'delivered', authentication: 'dane' });
  });

  it('addresses before TLSA, and no TLSA without addresses (DANE-2.2.2-1, DANE-2.1.2-3)', () => {
    const whole = asked(daneDomain(['3 1 1 @mx.a.example'])).asks.map(({ type }) => type);
    expect(whole.indexOf('dns.addresses')).toBeLessThan(whole.indexOf('dns.tlsa'));
    expect(whole.indexOf('dns.tlsa')).toBeLessThan(whole.indexOf('smtp.connect'));
    const without = together(daneDomain(['3 1 1 @mx.a.example']), {
      dns: { 'A mx.a.example': { denial: 'nodata' } },
    });
    expect(questions(asked(without).asks, 'dns.tlsa')).toEqual([]);
  });

  it('the port is in the name that is asked for, and is the one that is connected to (DANE-2.2.3-1, TLSA-4-1)', () => {
    for (const port of [25, 587, 10025]) {
      const world = together(plainDomain({ certificate: SELF_SIGNED, port }), SIGNED, {
        dns: { [`TLSA _${port}._tcp.mx.a.example`]: ['3 1 1 @mx.a.example'] },
      });
      const { asks, report } = asked(world, { port });
      expect(questions(asks, 'dns.tlsa').map(({ name }) => name)).toEqual([`_${port}._tcp.mx.a.example`]);
      expect(questions(asks, 'smtp.connect').map((ask) => ask.port)).toEqual([port]);
      expect(report.authentication).toBe('dane');
    }
  });

  it('a relay has a port of its own, also in the TLSA name, and no MX records (DANE-2.2.3-1, TLSA-4-1, DANE-2.2.2-8)', () => {
    const world: World = {
      ...SIGNED,
      dns: {
        'A relay.test': ['@relay.test'],
        'TLSA _587._tcp.relay.test': ['3 1 1 @relay.test'],
        'TLSA _25._tcp.relay.test': ['# 00'],
      },
      mail: { 'relay.test': { port: 587, certificate: SELF_SIGNED } },
    };
    const { asks, report } = asked(world, rule({ relay: { host: 'relay.test', port: 587 }, demand: 'dane' }));
    expect(questions(asks, 'dns.mx')).toEqual([]);
    expect(questions(asks, 'dns.tlsa').map(({ name }) => name)).toEqual(['_587._tcp.relay.test']);
    expect(questions(asks, 'smtp.connect').map(({ port }) => port)).toEqual([587]);
    expect(questions(asks, 'tls.handshake').map(({ serverName }) => serverName)).toEqual(['relay.test']);
    expect(report).toMatchObject({ outcome: 'delivered', authentication: 'dane', mx: 'relay.test' });
  });

  it("a relay's policy is asked for, the recipient's is not (STS-3.4-1)", () => {
    const world = together(stsDomain('enforce'), {
      dns: { 'A relay.test': ['@relay.test'] },
      mail: { 'relay.test': {} },
    });
    const { asks } = asked(world, rule({ relay: { host: 'relay.test', port: 25 } }));
    expect(questions(asks, 'dns.txt').map(({ name }) => name)).toEqual(['_mta-sts.relay.test']);
    expect(questions(asks, 'policy-cache.read').map(({ domain }) => domain)).toEqual(['relay.test']);
  });

  it('names are A-labels, the service labels in lower case (TLSA-3-1)', () => {
    const host = 'xn--mx-zja.a.example';
    const world: World = {
      ...SIGNED,
      dns: { 'MX a.example': [`10 ${host.toUpperCase()}`], [`A ${host}`]: [`@${host}`] },
      mail: { [host]: {} },
    };
    expect(questions(asked(world).asks, 'dns.tlsa').map(({ name }) => name)).toEqual([`_25._tcp.${host}`]);
  });

  it('names between an alias and its end are not asked about (DANE-2.2.3-8)', () => {
    const world: World = {
      ...SIGNED,
      dns: {
        'MX a.example': ['10 mx.a.example'],
        'CNAME mx.a.example': ['middle.b.test'],
        'CNAME middle.b.test': ['end.c.test'],
        'A end.c.test': ['@end.c.test'],
        'TLSA middle.b.test': ['3 1 1 @end.c.test'],
      },
      mail: { 'end.c.test': {} },
    };
    expect(questions(asked(world).asks, 'dns.tlsa').map(({ name }) => name)).toEqual([
      '_25._tcp.end.c.test',
      '_25._tcp.mx.a.example',
    ]);
  });

  it('the name whose records judge the server is the one that is asked of it, expanded where that is secure (DOPS-7-2, DANE-8.1-1, DOPS-10.2-1, CHOICE-12)', () => {
    const world = (names: readonly string[]) =>
      together(SIGNED, tlsa(['2 0 1 @mx.b.test:ca'], 'mx.b.test'), {
        dns: {
          'MX a.example': ['10 mx.a.example'],
          'CNAME mx.a.example': ['mx.b.test'],
          'A mx.b.test': ['@mx.b.test'],
        },
        mail: { 'mx.b.test': { certificate: { issuer: 'private-ca', names } } },
      });
    const { asks, report } = asked(world(['mx.b.test']));
    expect(questions(asks, 'tls.handshake').map(({ serverName }) => serverName)).toEqual(['mx.b.test']);
    expect(report).toMatchObject({ outcome: 'delivered', authentication: 'dane' });
    // The name that the MX record holds is none of the reference identifiers any more.
    expect(asked(world(['mx.a.example'])).report).toMatchObject({ outcome: 'deferred', status: '4.7.5' });
  });
});

describe('an address literal', () => {
  const literal = (certificate: NonNullable<MailHost['certificate']>) =>
    asked(
      { dns: {}, mail: { mx: { certificate } } },
      { privateAddresses: 'allow', ...rule({ demand: 'verify' }) },
      { to: ['user@[127.0.0.2]'] },
    );

  it('is never named in the handshake, and nothing is looked up for it (TLS-6066-1, SID-7.4-1, DANE-2.2-7, SMTP-4.1.3-1)', () => {
    const { asks } = literal({});
    expect(questions(asks, 'smtp.connect').map(({ address }) => address)).toEqual(['127.0.0.2']);
    expect(questions(asks, 'tls.handshake').map(({ serverName }) => serverName)).toEqual([null]);
    expect(asks.filter(({ type }) => type.startsWith('dns.'))).toEqual([]);
  });

  it('is verified by an iPAddress of its octets, and by nothing else (SID-6.4-1)', () => {
    expect(literal({ names: [], addresses: ['127.0.0.2'] }).report).toMatchObject({
      outcome: 'delivered',
      authentication: 'pkix',
    });
    for (const certificate of [
      { names: ['127.0.0.2'] },
      { names: [], commonName: '127.0.0.2' },
      { addresses: ['127.0.0.3'] },
      { addresses: ['127.0.0.2'], issuer: 'self' },
    ] as const)
      expect(literal(certificate).report, JSON.stringify(certificate)).toMatchObject({
        outcome: 'deferred',
        status: '4.7.5',
      });
  });
});

it('suites without forward secrecy are offered where nobody relies on TLS, and nowhere else (TLS-5.2-1, OS-3-4)', () => {
  const offered = (world: World, own?: Parameters<typeof asked>[1]) =>
    questions(asked(world, own).asks, 'tls.handshake').map(({ suites }) => suites ?? 'recommended');
  expect(offered(plainDomain())).toEqual(['any']);
  expect(offered(stsDomain('testing'))).toEqual(['any']);
  expect(offered(stsDomain('enforce'))).toEqual(['recommended']);
  expect(offered(daneDomain(['3 1 1 @mx.a.example']))).toEqual(['recommended']);
  expect(offered(plainDomain(), rule({ demand: 'encrypt' }))).toEqual(['recommended']);
});

it('what is compared with a certificate is fixed before the server is heard (SID-6.1-1)', () => {
  const decided = (host: MailHost) => {
    const { asks, report } = asked(daneDomain(['2 0 1 @mx.a.example:ca'], host));
    const [handshake] = questions(asks, 'tls.handshake');
    return { serverName: handshake!.serverName, outcome: report.outcome };
  };
  const presents = (...names: readonly string[]) => decided({ certificate: { issuer: 'private-ca', names } });
  expect(presents('mx.a.example')).toEqual({ serverName: 'mx.a.example', outcome: 'delivered' });
  // Whatever a server calls itself, in its greeting or its certificate, is not what it is compared with.
  expect(presents('other.example')).toEqual({ serverName: 'mx.a.example', outcome: 'deferred' });
  expect(
    decided({
      greeting: '220 other.example',
      certificate: { issuer: 'private-ca', names: ['other.example'] },
    }),
  ).toEqual({ serverName: 'mx.a.example', outcome: 'deferred' });
});

describe('a session', () => {
  /** The questions to the server and their answers, in the order of the journal. */
  const dialogue = (world: World, message?: Scenario['steps'][0]['message']) => {
    const { steps } = simulateScenario({
      name: '',
      world,
      steps: [{ message: message ?? { to: ['user@a.example'] }, expect: [] }],
    });
    const entries = steps[0]!.journal.attempts.flatMap((attempt) => attempt.entries);
    return entries.flatMap((entry) => {
      const type =
        entry.kind === 'ask' ? entry.ask.type : entry.kind === 'answer' ? entry.event.type : 'host.run';
      return /^(?:smtp|tls)\./.test(type) ? [type] : [];
    });
  };
  const each = (...types: readonly string[]) => types.flatMap((type) => [type, `${type}.answered`]);

  it('begins with EHLO, and nothing is said before the reply to it is heard and judged (SMTP-4.1.1.1-1, PIPE-3.1-4)', () => {
    const clear = dialogue(plainDomain({ starttls: 'not-offered' }));
    expect(clear).toEqual(each('smtp.connect', 'smtp.hello', 'smtp.send', 'smtp.quit'));
    const demanding = dialogue(daneDomain(['3 1 1 @mx.a.example'], { keywordsAfterTls: ['REQUIRETLS'] }), {
      to: ['user@a.example'],
      requireTls: true,
    });
    expect(demanding).toEqual([
      ...each('smtp.connect', 'smtp.hello', 'smtp.starttls', 'tls.handshake'),
      ...each('smtp.hello', 'smtp.send', 'smtp.quit'),
    ]);
  });
});

describe('a transaction', () => {
  const sent = (world: World, message?: Scenario['steps'][0]['message']) =>
    questions(asked(world, {}, message).asks, 'smtp.send');

  it('is grouped only where the EHLO of this very channel offers it (PIPE-3.1-1)', () => {
    const grouped = (host: MailHost) => sent(plainDomain(host)).map(({ pipelining }) => pipelining);
    expect(grouped({ keywords: [], keywordsAfterTls: ['PIPELINING'] })).toEqual(['yes']);
    expect(grouped({ keywords: ['PIPELINING'], keywordsAfterTls: [] })).toEqual(['no']);
    expect(grouped({ starttls: 'not-offered', keywords: [] })).toEqual(['no']);
  });

  it('has all recipients that a host is to have (SMTP-4.5.4.1-7)', () => {
    const to = ['one@a.example', 'two@a.example', 'three@a.example'] as const;
    expect(sent(plainDomain(), { to }).map(({ recipients }) => recipients)).toEqual([to]);
  });

  it('leaves local parts as they are, and takes keywords and domains in any case (SMTP-2.4-1)', () => {
    const host = { keywords: ['size', 'pipelining'] };
    const [ask] = sent(plainDomain(host), { to: ['User.Name@A.Example'] });
    expect(ask).toMatchObject({
      recipients: ['User.Name@a.example'],
      parameters: [expect.stringMatching(/^SIZE=\d+$/)],
      pipelining: 'yes',
    });
  });

  it('of a bounce has no sender, under REQUIRETLS too (RTLS-5-4)', () => {
    const host = { keywordsAfterTls: ['REQUIRETLS'] };
    const [ask] = sent(stsDomain('enforce', host), { from: '', to: ['user@a.example'], requireTls: true });
    expect(ask).toMatchObject({ sender: '', parameters: expect.arrayContaining(['REQUIRETLS']) });
  });

  it('says nothing of REQUIRETLS in clear, whatever is offered there (RTLS-2-2)', () => {
    const world = plainDomain({ starttls: 'not-offered', keywords: ['REQUIRETLS'] });
    const signed = together(world, SIGNED);
    for (const [from, requireTls] of [
      ['', true],
      ['', false],
      ['s@b.example', false],
    ] as const)
      for (const { parameters } of sent(signed, { from, to: ['user@a.example'], requireTls }))
        expect(parameters).not.toContain('REQUIRETLS');
    expect(sent(signed, { from: '', to: ['user@a.example'] })).toHaveLength(1);
  });
});

describe('what is said of notices', () => {
  it('each parameter once, and to each recipient his own (DSN-3461-4.5-1)', () => {
    const { asks } = asked(
      plainDomain({ keywords: ['PIPELINING', 'DSN'] }),
      {},
      {
        to: ['a@a.example', 'b@a.example'],
        dsn: {
          ret: 'full',
          envelopeId: 'x',
          recipients: [
            { notify: ['success', 'delay'], original: 'rfc822;c@c.example' },
            { notify: 'never', original: null },
          ],
        },
      },
    );
    expect(questions(asks, 'smtp.send')).toMatchObject([
      {
        parameters: ['RET=FULL', 'ENVID=x'],
        recipientParameters: [['NOTIFY=SUCCESS,DELAY', 'ORCPT=rfc822;c@c.example'], ['NOTIFY=NEVER']],
      },
    ]);
  });
});
