import { describe, expect, it } from 'vitest';
import {
  answer,
  certificate,
  DAY_MS,
  domain,
  FOUR,
  failure,
  hex,
  host,
  ISSUER,
  NO_STS,
  NOW,
  peer,
  SIX,
  secured,
  served,
  sts,
  tlsa,
  tlsaAt,
  visited,
} from './facts.fixture.js';
import type { DomainFacts, HostFacts, Visit } from './facts.js';
import type { Finding } from './finding.js';
import type { FindingId } from './findings.js';
import { judgeDomain } from './judge-domain.js';
import { surveyOf } from './survey.js';

const NAME = 'mx.a.example';
const found = (facts: DomainFacts) => judgeDomain(facts, NOW);
const ids = (facts: DomainFacts) => found(facts).map(({ id }) => id);
const withHost = (more: Partial<HostFacts>, rest: Partial<DomainFacts> = {}) =>
  domain({ hosts: [host(more)], ...rest });
const findingsOf = (id: FindingId, facts: DomainFacts): readonly Finding[] =>
  found(facts).filter((each) => each.id === id);
const wordsOf = (id: FindingId, facts: DomainFacts) => findingsOf(id, facts).map(({ what }) => what);

describe('the visit to a host', () => {
  it.each<[Visit, FindingId | null, string]>([
    [{ kind: 'not-connected', cause: 'refused' }, 'address-refuses', 'the connection is refused'],
    [{ kind: 'not-connected', cause: 'reset' }, 'address-refuses', 'the connection is broken off'],
    [{ kind: 'not-connected', cause: 'timeout' }, 'address-silent', 'no answer in time'],
    [{ kind: 'not-connected', cause: 'unreachable' }, 'address-silent', 'there is no way to it'],
    [{ kind: 'not-connected', cause: 'proxy' }, 'address-silent', 'the proxy does not lead there'],
    [{ kind: 'not-connected', cause: 'other' }, 'address-silent', 'the system gives no usual reason'],
    [{ kind: 'lost', stage: 'greeting', cause: 'closed' }, 'address-no-smtp', 'a connection'],
    [{ kind: 'lost', stage: 'hello', cause: 'reset' }, 'address-no-smtp', 'EHLO'],
    [
      { kind: 'rejected', stage: 'hello', reply: { code: 550, lines: ['no', 'way'] } },
      'address-rejects',
      '550 no way',
    ],
    [
      { kind: 'rejected', stage: 'greeting', reply: { code: 450, lines: ['x'] } },
      'address-rejects-for-now',
      '450 x',
    ],
    [{ kind: 'left-out', cause: 'private-address' }, 'host-private-address', FOUR],
    [{ kind: 'left-out', cause: 'bound' }, 'host-addresses-left-out', FOUR],
  ])('is told as it went: %j', (visit, id, words) => {
    const facts = withHost({ visits: [{ address: FOUR, visit }], probes: [] });
    const own = found(facts).filter(({ subject }) => subject === 'host');
    expect(own.map((each) => each.id)).toEqual([id]);
    expect(own[0]!.what).toContain(words);
    // Nobody who did not come so far says anything of TLS.
    expect(found(facts).filter(({ subject }) => subject === 'tls')).toEqual([]);
  });

  it.each<[string, Visit]>([
    ['without STARTTLS', { kind: 'no-starttls' }],
    ['with TLS that breaks', { kind: 'tls-failed', outcome: 'handshake-failed', code: 'X' }],
    ['with TLS', secured()],
  ])('is an answer %s', (_, visit) => {
    expect(wordsOf('host-answers', withHost(visited(visit)))).toEqual([
      expect.stringContaining(`${SIX} and ${FOUR}`),
    ]);
  });

  it('is of a host that MX records name, or of the domain itself, which may be an alias', () => {
    const aliased = { a: answer([FOUR], { aliases: ['x.example'] }), aaaa: answer<string>([]) };
    expect(ids(withHost({ addresses: aliased }))).toContain('host-alias');
    const implicit = withHost(
      { addresses: aliased, host: 'a.example', source: 'implicit' },
      { mx: answer<{ preference: number; exchange: string }>([]) },
    );
    expect(ids(implicit)).not.toContain('host-alias');
  });

  it('was not possible where the addresses could not be learned, and says why', () => {
    const fails = (a: 'timeout' | 'bogus', aaaa: 'timeout' | 'bogus') =>
      found(withHost({ addresses: { a: failure(a), aaaa: failure(aaaa) }, visits: [] })).filter(
        ({ subject }) => subject === 'host',
      );
    expect(fails('timeout', 'timeout').map(({ id }) => id)).toEqual(['host-unknown']);
    expect(fails('timeout', 'bogus').map(({ id }) => id)).toEqual(['host-bogus']);
    expect(fails('bogus', 'timeout').map(({ id }) => id)).toEqual(['host-bogus']);
  });

  it('finds no host with an address only where none has one', () => {
    const none = host({ addresses: { a: answer<string>([]), aaaa: answer<string>([]) }, visits: [] });
    const unknown = host({ addresses: { a: failure('timeout'), aaaa: failure('timeout') }, visits: [] });
    expect(ids(domain({ hosts: [none, none] }))).toContain('no-host-has-address');
    expect(ids(domain({ hosts: [none, unknown] }))).not.toContain('no-host-has-address');
    expect(ids(domain({ hosts: [] }))).not.toContain('no-host-has-address');
  });
});

describe('TLS at a host', () => {
  const unsigned = { tlsa: tlsaAt(NAME, []) };
  const mixed = (visit: Visit) =>
    withHost({
      ...unsigned,
      visits: [
        { address: SIX, visit: secured() },
        { address: FOUR, visit },
      ],
    });
  const failed = (outcome: 'injected' | 'refused' | 'refused-for-now' | 'handshake-failed'): Visit => ({
    ...{ kind: 'tls-failed', outcome, code: 'CODE' },
  });

  it('is at some addresses where others do not offer it or refuse it, and not where it breaks', () => {
    const some = (visit: Visit) => ids(mixed(visit)).includes('starttls-at-some-addresses');
    expect(
      [{ kind: 'no-starttls' } as const, failed('refused'), failed('refused-for-now')].map(some),
    ).toEqual([...[true, true, true]]);
    expect([failed('handshake-failed'), failed('injected'), secured()].map(some)).toEqual([
      false,
      false,
      false,
    ]);
    expect(ids(withHost({ ...visited({ kind: 'no-starttls' }), ...unsigned }))).not.toContain(
      'starttls-at-some-addresses',
    );
  });

  it('is said to work where it works everywhere, under which protocols', () => {
    expect(wordsOf('tls-works', mixed(secured({ protocol: 'TLSv1.2', cipher: 'ECDHE-X' })))).toEqual([
      expect.stringContaining('TLSv1.3 and TLSv1.2'),
    ]);
    expect(wordsOf('tls-works', mixed(secured()))).toEqual([expect.not.stringContaining(' and ')]);
    expect(wordsOf('tls-works', mixed(failed('handshake-failed')))).toEqual([]);
    expect(wordsOf('tls-works', withHost(visited({ kind: 'not-connected', cause: 'timeout' })))).toEqual([]);
  });

  it('fails for a reason', () => {
    const reason = (visit: Visit) =>
      found(withHost(visited(visit))).find(({ subject }) => subject === 'tls')!.what;
    expect(reason(failed('handshake-failed'))).toContain('CODE');
    expect(reason(failed('handshake-failed'))).not.toContain('the reply to STARTTLS');
    expect(reason(failed('refused'))).toContain('the reply to STARTTLS is CODE');
    expect(reason({ kind: 'no-starttls' })).toContain('EHLO does not list STARTTLS');
  });

  it.each([
    ['TLSv1.3', 'TLS_AES_256_GCM_SHA384', null],
    ['TLSv1.2', 'ECDHE-RSA-AES128-GCM-SHA256', null],
    ['TLSv1.2', 'DHE-RSA-AES128-GCM-SHA256', null],
    ['TLSv1.2', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', null],
    ['TLSv1.2', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', null],
    ['TLSv1.2', 'AES128-GCM-SHA256', 'tls-no-forward-secrecy'],
    ['TLSv1.2', 'TLS_RSA_WITH_AES_128_GCM_SHA256', 'tls-no-forward-secrecy'],
    ['TLSv1.2', 'PSK-ECDHE-X', 'tls-no-forward-secrecy'],
    ['TLSv1.2', 'DHEX', 'tls-no-forward-secrecy'],
    ['TLSv1.1', 'ECDHE-RSA-AES128-SHA', 'tls-old-protocol'],
    ['SSLv3', 'AES128-SHA', 'tls-old-protocol'],
  ])('is of a strength: %s %s', (protocol, cipher, id) => {
    const weak = ids(withHost(visited(secured({ protocol, cipher })))).filter((each) =>
      /^tls-(old|no)-/.test(each),
    );
    expect(weak).toEqual(id === null ? [] : [id, id]);
  });

  it('is the same with another server name, at the address that was asked twice', () => {
    const other = secured({
      peer: peer(certificate({ spkiSha256: hex('a2'), certificateSha256: hex('c2') })),
    });
    const probes = [{ address: FOUR, serverName: 'x.invalid', visit: other }];
    const visits = (six: Visit, four: Visit) => [
      { address: SIX, visit: six },
      { address: FOUR, visit: four },
    ];
    expect(ids(withHost({ probes, visits: visits(other, secured()) }))).toContain('sni-other-certificate');
    // There the usual certificate does not match either, which is told by itself.
    expect(ids(withHost({ probes, visits: visits(secured(), other) }))).not.toContain(
      'sni-other-certificate',
    );
    expect(
      ids(withHost({ probes: [{ address: FOUR, serverName: null, visit: { kind: 'no-starttls' } }] })),
    ).not.toContain('sni-not-needed');
    expect(ids(withHost({ probes: [] }))).not.toContain('sni-not-needed');
    const asUsual = { address: FOUR, serverName: 'x.invalid', visit: secured() };
    const unheard = { address: SIX, serverName: null, visit: { kind: 'no-starttls' } } as const;
    expect(ids(withHost({ probes: [asUsual] }))).toContain('sni-not-needed');
    expect(ids(withHost({ probes: [asUsual, unheard] }))).not.toContain('sni-not-needed');
  });

  it('has REQUIRETLS everywhere, or names where it is missing', () => {
    const second = host({ host: 'mx2.a.example', ...visited(secured({ requireTls: 'missing' })) });
    const silent = host({ host: 'mx3.a.example', ...visited({ kind: 'no-starttls' }) });
    expect(wordsOf('requiretls-missing', domain({ hosts: [host(), second, silent] }))).toEqual([
      expect.stringMatching(/^(?!.*mx\.a)(?!.*mx3).*mx2\.a\.example/),
    ]);
    expect(ids(domain({ hosts: [host(), silent] }))).toContain('requiretls-offered');
    expect(ids(domain({ hosts: [silent] })).filter((id) => id.startsWith('requiretls'))).toEqual([]);
  });
});

describe('TLSA records of a host', () => {
  it('count below secure names alone; others are asked for, or lie idle', () => {
    const insecure = { a: answer([FOUR], { kind: 'insecure' as const }), aaaa: answer<string>([]) };
    const dane = (more: Partial<HostFacts>) => surveyOf(withHost(more), NOW).hosts[0]!.dane;
    const lost = [{ baseDomain: NAME, answer: failure('servfail') }];
    expect(dane({ tlsa: lost })).toMatchObject({ kind: 'failed', baseDomain: NAME, asked: 'yes' });
    expect(dane({ tlsa: lost, addresses: insecure })).toMatchObject({ kind: 'failed', asked: 'no' });
    expect(dane({ addresses: insecure })).toEqual({ kind: 'absent', way: 'not-secure', idle: 'records' });
    expect(dane({ tlsa: tlsaAt(NAME, []) })).toEqual({ kind: 'absent', way: 'possible', idle: 'none' });
    const gone = { addresses: { a: answer<string>([]), aaaa: answer<string>([]) } };
    expect(dane({ ...gone, tlsa: [] })).toEqual({ kind: 'absent', way: 'not-secure', idle: 'none' });
    expect(dane({})).toMatchObject({ kind: 'present', references: [NAME, 'a.example'] });
  });

  it('count at the first name that has some (RFC 7672, Section 2.2.3)', () => {
    const at = (base: string, octets: readonly string[], kind: 'secure' | 'insecure' = 'secure') =>
      tlsaAt(
        base,
        octets.map((octet) => `3 1 1 ${hex(octet)}`),
        { kind },
      )[0]!;
    const aliased = { a: answer([FOUR], { aliases: ['x.example'] }), aaaa: answer<string>([]) };
    const base = (...answers: HostFacts['tlsa']) =>
      surveyOf(withHost({ addresses: aliased, tlsa: answers }), NOW).hosts[0]!.dane;
    expect(base(at('x.example', ['a1']), at(NAME, ['a2']))).toMatchObject({ baseDomain: 'x.example' });
    expect(base(at('x.example', []), at(NAME, ['a2']))).toMatchObject({ baseDomain: NAME });
    expect(base(at('x.example', ['a1'], 'insecure'), at(NAME, ['a2']))).toMatchObject({ baseDomain: NAME });
    expect(base(at('x.example', ['a1'], 'insecure'))).toMatchObject({ kind: 'absent', idle: 'records' });
  });

  it('are advised where the key is vouched for, and by nobody whose common name alone fits', () => {
    const named = (leaf: Parameters<typeof certificate>[0]) =>
      findingsOf(
        'dane-ready',
        withHost({ tlsa: [], ...visited(secured({ peer: peer(certificate(leaf)) })) }),
      )[0]!.publish;
    expect(named({})).toBe(`_25._tcp.mx.a.example. IN TLSA 3 1 1 ${hex('A1')}`);
    expect(named({ dnsNames: [], commonNames: [NAME] })).toBeNull();
    const unread = visited(secured({ peer: { kind: 'unreadable', code: 'X' } }));
    expect(ids(withHost({ tlsa: [], ...unread }))).not.toContain('dane-ready');
  });

  it('under wrong numbers are told with the right ones', () => {
    const wrong = (record: string) =>
      wordsOf('tlsa-wrong-numbers', withHost({ tlsa: tlsaAt(NAME, [record]) }));
    expect(wrong(`3 0 1 ${hex('a1')}`)[0]).toContain("the public key of the server's certificate");
    expect(wrong(`3 0 1 ${hex('a1')}`)[0]).toContain('3 1 1');
    expect(wrong(`3 1 1 ${hex('c1')}`)[0]).toContain("the server's certificate as a whole");
    expect(wrong(`3 1 2 ${hex('c1', 64)}`)[0]).toContain('3 0 2');
    expect(wrong(`3 1 1 ${ISSUER.spkiSha256}`)[0]).toContain('the public key of an issuer');
    expect(wrong(`3 1 1 ${ISSUER.certificateSha256}`)[0]).toContain("an issuer's certificate as a whole");
    expect(wrong(`3 1 1 ${ISSUER.certificateSha256}`)[0]).toContain('2 0 1');
    for (const right of [
      `3 1 1 ${hex('a1')}`,
      `2 0 1 ${hex('c9')}`,
      `2 1 1 ${hex('a1')}`,
      `1 0 1 ${hex('a1')}`,
      `4 0 1 ${hex('a1')}`,
      `3 0 3 ${hex('a1')}`,
      `3 0 1 ${hex('ee')}`,
    ])
      expect(wrong(right), right).toEqual([]);
  });

  it('that name no name of the host have their wildcards looked at', () => {
    const futile = (...dnsNames: readonly string[]) =>
      findingsOf(
        'certificate-wildcard',
        withHost({
          ...visited(secured({ peer: peer(certificate({ dnsNames })) })),
          tlsa: tlsaAt(NAME, [`2 0 1 ${hex('c9')}`]),
        }),
      ).map(({ what }) => /holds (\S+),/.exec(what)?.[1]);
    expect(futile('*.EXAMPLE')).toEqual(['*.EXAMPLE', '*.EXAMPLE']);
    expect(futile('m*.a.example', 'x.a.example', '*.b.example', '*', '*.')).toEqual([
      'm*.a.example',
      'm*.a.example',
    ]);
    expect(futile('x.example')).toEqual([]);
  });

  it('are the same at several hosts only where the key itself is (RFC 7672, Section 2.2.3)', () => {
    const at = (name: string, ...records: readonly string[]) =>
      host({ host: name, tlsa: tlsaAt(name, records) });
    const shared = (...hosts: readonly HostFacts[]) => wordsOf('tlsa-shared', domain({ hosts }));
    const [one, two] = [`3 1 1 ${hex('a1')}`, `3 1 1 ${hex('a2')}`];
    expect(shared(at('x.a.example', one, one), at('y.a.example', two))).toEqual([]);
    expect(shared(at('x.a.example', one), at('y.a.example', one, two), at('z.a.example', two))).toEqual([
      expect.stringContaining('x.a.example and y.a.example'),
      expect.stringContaining('y.a.example and z.a.example'),
    ]);
    const anchor = `2 0 1 ${hex('c9')}`;
    expect(shared(at('x.a.example', anchor), at('y.a.example', anchor))).toEqual([]);
  });
});

describe('TLSA records by themselves', () => {
  const about = (records: readonly string[], more: Parameters<typeof tlsaAt>[2] = {}) =>
    found(withHost({ tlsa: tlsaAt(NAME, [`3 1 1 ${hex('a1')}`, ...records], more) }));
  it.each([
    [{ ...tlsa(`3 2 1 ${hex('a1')}`) }, 'a selector that nobody knows'],
    [{ ...tlsa(`3 1 7 ${hex('a1')}`) }, 'a matching type that nobody knows'],
    [{ ...tlsa(`3 1 1 ${hex('a1', 31)}`) }, 'a digest of the wrong length'],
    [{ ...tlsa(`4 1 1 ${hex('a1')}`) }, 'a usage that is not for mail'],
    [{ ...tlsa('2 0 0 30'), digest: hex('d1') }, 'its data is no certificate'],
    [{ ...tlsa('2 1 0 30'), digest: hex('d1') }, 'its data is no public key'],
    [{ kind: 'malformed', rdata: '0301' } as const, 'it is cut short'],
  ])('say why one of them cannot be used: %j', (record, why) => {
    const facts = withHost({ tlsa: tlsaAt(NAME, [`3 1 1 ${hex('a1')}`, record]) });
    expect(wordsOf('tlsa-unusable', facts)).toEqual([expect.stringContaining(why)]);
    const alone = withHost({ tlsa: tlsaAt(NAME, [record]) });
    expect(wordsOf('tlsa-all-unusable', alone)).toEqual([expect.stringContaining(why)]);
    expect(wordsOf('tlsa-unusable', alone)).toEqual([]);
  });

  it('live a day at most', () => {
    const long = (ttlSeconds: number) => about([], { ttlSeconds }).some(({ id }) => id === 'tlsa-ttl-long');
    expect([86_400, 86_401].map(long)).toEqual([false, true]);
  });

  it('have every key under every digest that is used', () => {
    const gap = (...records: readonly string[]) => about(records).some(({ id }) => id === 'tlsa-digest-gap');
    expect(gap(`3 1 2 ${hex('a1', 64)}`)).toBe(false);
    expect(gap(`3 1 2 ${hex('a1', 64)}`, `3 1 1 ${hex('a2')}`)).toBe(true);
    expect(gap(`3 1 1 ${hex('a2')}`)).toBe(false);
    expect(gap(`3 0 2 ${hex('c1', 64)}`)).toBe(false);
  });

  it('fit into a datagram, to the octet', () => {
    // 12 and 4 octets, the name and its two ends, and 15 octets beside each digest.
    const rest = 1232 - (12 + 4 + '_25._tcp.mx.a.example'.length + 2) - (15 + 32);
    const filled = (octets: number) => `2 0 0 ${'30'.repeat(octets - 15)}`;
    const large = (octets: number) => about([filled(octets)]).some(({ id }) => id === 'tlsa-large');
    expect([rest, rest + 1].map(large)).toEqual([false, true]);
  });
});

describe('the dates of a certificate', () => {
  const until = (notAfter: number, more: Partial<HostFacts> = {}) =>
    withHost(
      { ...visited(secured({ peer: peer(certificate({ notAfter })) })), tlsa: tlsaAt(NAME, []), ...more },
      more.tlsa === undefined ? {} : { sts: NO_STS },
    );
  const soon = (facts: DomainFacts) => wordsOf('certificate-expires-soon', facts)[0] ?? null;

  it('are told from two weeks before the end until the end', () => {
    expect(soon(until(NOW + 14 * DAY_MS))).toBeNull();
    expect(soon(until(NOW + 14 * DAY_MS - 1))).toContain('in 13 days');
    expect(soon(until(NOW + DAY_MS))).toContain('in 1 day.');
    expect(soon(until(NOW + DAY_MS - 1))).toContain('in less than a day');
    expect(soon(until(NOW))).toContain('in less than a day');
    expect(soon(until(NOW - 1))).toBeNull();
  });

  it('matter without a policy only where a record names an issuer', () => {
    const near = NOW + DAY_MS;
    expect(soon(until(near, { tlsa: tlsaAt(NAME, [`3 1 1 ${hex('a1')}`]) }))).toBeNull();
    expect(soon(until(near, { tlsa: tlsaAt(NAME, [`2 0 1 ${hex('c9')}`]) }))).toContain('in 1 day.');
    expect(
      soon(until(near, { tlsa: tlsaAt(NAME, [`3 1 1 ${hex('a1')}`, { kind: 'malformed', rdata: '' }]) })),
    ).toBeNull();
  });

  it('are the earliest of all addresses, and told beside a certificate that passes', () => {
    const visits = [60, 5].map((days, at) => ({
      address: [SIX, FOUR][at]!,
      visit: secured({ peer: peer(certificate({ notAfter: NOW + days * DAY_MS })) }),
    }));
    const facts = withHost({ visits });
    expect(soon(facts)).toContain('in 5 days');
    expect(wordsOf('certificate-passes', facts)).toEqual([expect.stringContaining('2026-06-06')]);
    const unread = withHost(visited(secured({ peer: { kind: 'unreadable', code: 'CODE' } })));
    expect(wordsOf('certificate-fails-under-enforce', unread)).toEqual(
      Array.from({ length: 2 }, () => expect.stringContaining('cannot be read (CODE)')),
    );
    expect(soon(unread)).toBeNull();
  });
});

describe('the policy of a domain', () => {
  it('is not judged as a file where none was served', () => {
    const refused = domain({
      sts: sts({ fetch: { kind: 'response', status: 404, mediaType: 'text/plain', body: 'x' } }),
    });
    expect(ids(refused).filter((id) => id.startsWith('sts-policy'))).toEqual([]);
    const lost = domain({ sts: sts({ fetch: { kind: 'failed', cause: 'connect', code: '' } }) });
    expect(ids(lost).filter((id) => id.startsWith('sts-policy'))).toEqual([]);
  });

  it('is meant where the file looks like one, and not where a web server answers with any text', () => {
    const none = { record: answer<string>([]) };
    const meant = (body: string) =>
      !ids(domain({ sts: sts({ ...none, fetch: served(body) }) })).includes('sts-missing');
    expect(['version: x', '  mode : enforce', 'a\nMX: b', 'max_age:'].map(meant)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['', 'hello', 'the version: x', 'mxs: y', '<html>'].map(meant)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('of no host that it could list is no example', () => {
    const odd = domain({
      hosts: [host({ host: 'mx_1.a.example' })],
      sts: sts({ fetch: served('version: STSv1\nmode: x\n') }),
    });
    expect(findingsOf('sts-policy-invalid', odd).map(({ publish }) => publish)).toEqual(
      findingsOf('sts-policy-invalid', odd).map(() => null),
    );
    expect(findingsOf('sts-policy-invalid', odd).length).toBeGreaterThan(0);
  });
});

describe('MX records', () => {
  it('of the root alone mean no mail, and beside others are a fault', () => {
    const mx = (...exchanges: readonly string[]) =>
      answer(exchanges.map((exchange) => ({ preference: 0, exchange })));
    expect(ids(domain({ mx: mx(''), hosts: [] }))).not.toContain('mx-null-among-others');
    expect(ids(domain({ mx: mx('', ''), hosts: [] }))).toContain('mx-null-among-others');
  });
});
