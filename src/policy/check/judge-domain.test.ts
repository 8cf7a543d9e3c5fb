import { describe, expect, it } from 'vitest';
import type { TrustPath } from '../certificate/facts.js';
import { auditTable } from '../kernel/audit.js';
import { checkTables } from '../tables.js';
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
  USUAL_TLSA,
  visited,
} from './facts.fixture.js';
import type { DomainFacts } from './facts.js';
import { SEVERITIES, type Severity } from './finding.js';
import { FINDINGS, type FindingId } from './findings.js';
import { judgeDomain } from './judge-domain.js';

const NAME = 'mx.a.example';
const mx = (...exchanges: readonly string[]) =>
  answer(exchanges.map((exchange, at) => ({ preference: at * 10, exchange })));
const withHost = (more: Parameters<typeof host>[0], rest: Partial<DomainFacts> = {}) =>
  domain({ hosts: [host(more)], ...rest });
const withTlsa = (records: readonly string[], rest: Partial<DomainFacts> = {}) =>
  withHost({ tlsa: tlsaAt(NAME, records) }, rest);
const withPolicy = (body: string) => domain({ sts: sts({ fetch: served(body) }) });
const testing = sts({
  fetch: served('version: STSv1\nmode: testing\nmx: mx.a.example\nmax_age: 1209600\n'),
});
const withRecord = (...records: readonly string[]) => domain({ sts: sts({ record: answer(records) }) });
const noTls = visited({ kind: 'no-starttls' });
const broken = visited({ kind: 'tls-failed', outcome: 'handshake-failed', code: 'ECONNRESET' });
const unsigned = { tlsa: tlsaAt(NAME, []) };
const untrusted = visited(
  secured({
    peer: peer(certificate(), { path: { kind: 'untrusted', cause: 'unknown-issuer', code: 'NO_ISSUER' } }),
  }),
);
const other = (octet: string) =>
  secured({ peer: peer(certificate({ spkiSha256: hex(octet), certificateSha256: hex('c2') })) });
const rejected = (code: number) =>
  visited({ kind: 'rejected', stage: 'greeting', reply: { code, lines: ['no'] } });

/** For each finding a domain in which it is found. A finding without a domain does not compile. */
const REACHED: Readonly<Record<FindingId, DomainFacts>> = {
  'mx-hosts': domain(),
  'mx-secure': domain(),
  'mx-insecure': domain({ mx: { ...mx(NAME), kind: 'insecure' } as DomainFacts['mx'] }),
  'dnssec-not-seen': domain({ validation: 'not-believed' }),
  'mx-implicit': withHost({ host: 'a.example', source: 'implicit' }, { mx: mx() }),
  'mx-null': domain({ mx: mx(''), hosts: [] }),
  'mx-null-among-others': domain({ mx: mx('', NAME) }),
  'mx-null-but-sends': domain({ mx: mx(''), hosts: [], txt: answer(['v=spf1 ip4:192.0.2.0/24 -all']) }),
  'mx-address': domain({ mx: mx(NAME, FOUR) }),
  'mx-bad-name': domain({ mx: mx(NAME, 'mail box.example') }),
  'mx-no-host': domain({ mx: mx(FOUR), hosts: [] }),
  'domain-missing': domain({ mx: answer([], { denial: 'nxdomain' }) as DomainFacts['mx'], hosts: [] }),
  'mx-bogus': domain({ mx: failure('bogus', 7), hosts: [] }),
  'mx-unknown': domain({ mx: failure('timeout'), hosts: [] }),
  'hosts-left-out': domain({ hostsLeftOut: ['mx9.a.example'] }),

  'host-answers': domain(),
  'host-alias': withHost({
    addresses: { a: answer([FOUR], { aliases: ['mx.b.example'] }), aaaa: answer<string>([]) },
  }),
  'host-no-address': domain({
    hosts: [host(), host({ addresses: { a: answer<string>([]), aaaa: answer<string>([]) }, visits: [] })],
  }),
  'no-host-has-address': withHost({
    addresses: { a: answer<string>([]), aaaa: answer<string>([]) },
    visits: [],
  }),
  'host-unknown': withHost({
    addresses: { a: failure('servfail'), aaaa: answer<string>([]) },
    visits: [],
  }),
  'host-bogus': withHost({ addresses: { a: failure('bogus'), aaaa: failure('bogus') }, visits: [] }),
  'host-private-address': withHost({
    visits: [{ address: '10.0.0.1', visit: { kind: 'left-out', cause: 'private-address' } }],
  }),
  'host-addresses-left-out': withHost({
    visits: [{ address: FOUR, visit: { kind: 'left-out', cause: 'bound' } }],
  }),
  'host-without-ipv6': withHost({ addresses: { a: answer([FOUR]), aaaa: answer<string>([]) } }),
  'host-without-ipv4': withHost({ addresses: { a: answer<string>([]), aaaa: answer([SIX]) } }),
  'address-refuses': withHost(visited({ kind: 'not-connected', cause: 'refused' })),
  'address-silent': withHost(visited({ kind: 'not-connected', cause: 'timeout' })),
  'address-no-smtp': withHost(visited({ kind: 'lost', stage: 'greeting', cause: 'closed' })),
  'address-rejects': withHost(rejected(554)),
  'address-rejects-for-now': withHost(rejected(421)),

  'tls-works': domain(),
  'no-starttls-under-dane': withHost(noTls),
  'no-starttls-under-enforce': withHost({ ...noTls, ...unsigned }),
  'no-starttls-under-testing': withHost({ ...noTls, ...unsigned }, { sts: testing }),
  'no-starttls': withHost({ ...noTls, ...unsigned }, { sts: NO_STS }),
  'tls-fails-under-dane': withHost(broken),
  'tls-fails-under-enforce': withHost({ ...broken, ...unsigned }),
  'tls-fails-under-testing': withHost({ ...broken, ...unsigned }, { sts: testing }),
  'tls-fails': withHost({ ...broken, ...unsigned }, { sts: NO_STS }),
  'starttls-injected': withHost(visited({ kind: 'tls-failed', outcome: 'injected', code: '' })),
  'starttls-at-some-addresses': withHost({
    visits: [
      { address: SIX, visit: secured() },
      { address: FOUR, visit: { kind: 'tls-failed', outcome: 'refused-for-now', code: '454' } },
    ],
  }),
  'tls-old-protocol': withHost(visited(secured({ protocol: 'TLSv1.1' }))),
  'tls-no-forward-secrecy': withHost(visited(secured({ protocol: 'TLSv1.2', cipher: 'AES128-GCM-SHA256' }))),
  'sni-needed': withHost({
    probes: [
      {
        address: SIX,
        serverName: null,
        visit: { kind: 'tls-failed', outcome: 'handshake-failed', code: 'ALERT' },
      },
    ],
  }),
  'sni-other-certificate': withHost({
    probes: [{ address: SIX, serverName: 'x.invalid', visit: other('a2') }],
  }),
  'sni-not-needed': domain(),
  'requiretls-offered': domain(),
  'requiretls-missing': withHost(visited(secured({ requireTls: 'missing' }))),

  'tlsa-matches': domain(),
  'tlsa-mismatch': withTlsa([`3 1 1 ${hex('a2')}`]),
  'tlsa-name-mismatch': withHost({
    ...visited(secured({ peer: peer(certificate({ dnsNames: ['other.example'] })) })),
    tlsa: tlsaAt(NAME, [`2 0 1 ${hex('c9')}`]),
  }),
  'tlsa-expired': withHost({
    ...visited(secured({ peer: peer(certificate({ notAfter: NOW - DAY_MS })) })),
    tlsa: tlsaAt(NAME, [`2 0 1 ${hex('c9')}`]),
  }),
  'tlsa-weak': withHost({
    tlsa: tlsaAt(NAME, [`2 0 1 ${ISSUER.certificateSha256}`]),
    ...visited(secured({ peer: peer(certificate({ signatureDigest: 'sha-1' })) })),
  }),
  'tlsa-unfinished': withHost({
    tlsa: tlsaAt(NAME, [`2 0 1 ${hex('d9')}`]),
    ...visited(secured({ peer: peer(certificate(), { looked: 'in-part' }) })),
  }),
  'tlsa-kind-unmatched': withTlsa([`3 1 1 ${hex('a1')}`, `3 0 1 ${hex('c2')}`]),
  'tlsa-anchor-not-sent': withTlsa([`3 1 1 ${hex('a1')}`, `2 0 1 ${hex('c7')}`]),
  'tlsa-lookup-fails': withHost({ tlsa: [{ baseDomain: NAME, answer: failure('servfail') }] }),
  'tlsa-lookup-fails-unasked': withHost({
    addresses: { a: answer([FOUR], { kind: 'insecure' }), aaaa: answer([SIX], { kind: 'insecure' }) },
    tlsa: [{ baseDomain: NAME, answer: failure('timeout') }],
  }),
  'tlsa-insecure': withHost({ tlsa: tlsaAt(NAME, [USUAL_TLSA], { kind: 'insecure' }) }),
  'tlsa-behind-insecure-mx': domain({ mx: { ...mx(NAME), kind: 'insecure' } as DomainFacts['mx'] }),
  'tlsa-all-unusable': withTlsa([`1 1 1 ${hex('a1')}`]),
  'tlsa-unusable': withTlsa([`3 1 1 ${hex('a1')}`, '3 1 1 00ff']),
  'tlsa-meaningless': withTlsa([
    `3 1 1 ${hex('a1')}`,
    '3 1 1 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ]),
  'tlsa-wrong-numbers': withTlsa([`3 1 1 ${hex('a1')}`, `3 1 1 ${hex('c1')}`]),
  'tlsa-pkix-usage': withTlsa([`3 1 1 ${hex('a1')}`, `1 1 1 ${hex('a1')}`]),
  'tlsa-at-some-hosts': domain({ hosts: [host(), host({ host: 'mx2.a.example', ...unsigned })] }),
  'dane-ready': withHost(unsigned),
  'tlsa-without-3-1-1': withTlsa([`2 0 1 ${hex('c9')}`]),
  'tlsa-certificate-digest': withTlsa([`3 1 1 ${hex('a1')}`, `3 0 1 ${hex('c1')}`]),
  'tlsa-anchor-key': withTlsa([`3 1 1 ${hex('a1')}`, `2 1 1 ${hex('a9')}`]),
  'tlsa-full-data': withHost({
    tlsa: tlsaAt(NAME, [
      USUAL_TLSA,
      { ...tlsa('3 1 0 3059'), content: 'public-key', digest: hex('a1') } as typeof USUAL_TLSA,
    ]),
  }),
  'tlsa-large': withHost({
    tlsa: tlsaAt(NAME, [
      USUAL_TLSA,
      { ...tlsa(`2 0 0 ${hex('30', 1200)}`), content: 'certificate', digest: hex('c9') } as typeof USUAL_TLSA,
    ]),
  }),
  'tlsa-only-sha-512': withTlsa([`3 1 2 ${hex('a1', 64)}`]),
  'tlsa-digest-gap': withTlsa([`3 1 1 ${hex('a1')}`, `3 1 1 ${hex('a2')}`, `3 1 2 ${hex('a1', 64)}`]),
  'tlsa-ttl-long': withHost({ tlsa: tlsaAt(NAME, [USUAL_TLSA], { ttlSeconds: 86_401 }) }),
  'tlsa-shared': domain({ hosts: [host(), host({ host: 'mx2.a.example' })] }),
  'certificate-wildcard': withHost({
    ...visited(secured({ peer: peer(certificate({ dnsNames: ['m*.a.example', '*.example'] })) })),
    tlsa: tlsaAt(NAME, [`2 0 1 ${hex('c9')}`]),
  }),

  'certificate-passes': domain(),
  'certificate-fails-under-enforce': withHost(untrusted),
  'certificate-fails-under-testing': withHost(untrusted, { sts: testing }),
  'certificate-not-asked-for': withHost(untrusted, { sts: NO_STS }),
  'certificate-fails': withHost({ ...untrusted, ...unsigned }, { sts: NO_STS }),
  'certificate-expires-soon': withHost(
    visited(secured({ peer: peer(certificate({ notAfter: NOW + 13 * DAY_MS })) })),
  ),

  'sts-enforced': domain(),
  'sts-testing': domain({ sts: testing }),
  'sts-off': withPolicy('version: STSv1\nmode: none\nmax_age: 86400\n'),
  'sts-missing': domain({ sts: NO_STS }),
  'sts-record-missing': withRecord(),
  'sts-record-several': withRecord('v=STSv1; id=1;', 'v=STSv1; id=2;'),
  'sts-record-invalid': withRecord('v=STSv1; id=2026-06-01;'),
  'sts-record-not-ascii': withRecord('v=STSv1; id=\u201c1\u201d;'),
  'sts-record-bogus': domain({ sts: sts({ record: failure('bogus') }) }),
  'sts-record-unknown': domain({ sts: sts({ record: failure('servfail') }) }),
  'sts-host-missing': domain({
    sts: sts({ addresses: { a: answer<string>([]), aaaa: answer<string>([]) }, fetch: null }),
  }),
  'sts-host-unknown': domain({
    sts: sts({ addresses: { a: failure('timeout'), aaaa: answer<string>([]) }, fetch: null }),
  }),
  'sts-host-private': domain({
    sts: sts({ addresses: { a: answer(['10.0.0.1']), aaaa: answer<string>([]) }, fetch: null }),
  }),
  'sts-host-certificate': domain({
    sts: sts({ fetch: { kind: 'failed', cause: 'certificate', code: 'CERT_HAS_EXPIRED' } }),
  }),
  'sts-delegated-certificate': domain({
    sts: sts({
      addresses: { a: answer([FOUR], { aliases: ['sts.provider.example'] }), aaaa: answer<string>([]) },
      fetch: { kind: 'failed', cause: 'certificate', code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    }),
  }),
  'sts-fetch-unreachable': domain({
    sts: sts({ fetch: { kind: 'failed', cause: 'connect', code: 'ENETUNREACH' } }),
  }),
  'sts-fetch-slow': domain({ sts: sts({ fetch: { kind: 'failed', cause: 'timeout', code: '' } }) }),
  'sts-fetch-large': domain({ sts: sts({ fetch: { kind: 'failed', cause: 'too-large', code: '' } }) }),
  'sts-fetch-fails': domain({
    sts: sts({ fetch: { kind: 'response', status: 301, mediaType: '', body: '' } }),
  }),
  'sts-policy-invalid': withPolicy('version: STSv1\nmode: Enforce\n'),
  'sts-policy-line': withPolicy(
    'version: STSv1\nmode: enforce\nmx: mx.a.example\nthese are words\nmax_age: 1209600\n',
  ),
  'sts-policy-remark': withPolicy(
    '\uFEFFversion: STSv1\nmode: enforce\nmx: mx.a.example\nmax_age: 1209600\n',
  ),
  'sts-record-remark': withRecord('v=STSv1 ; id=2026;'),
  'sts-policy-mx-u-label': withPolicy('version: STSv1\nmode: enforce\nmx: m\u00fcx.a.example\nmax_age: 1\n'),
  'sts-policy-mx-list': withPolicy(
    'version: STSv1\nmode: enforce\nmx: mx.a.example, mx2.a.example\nmax_age: 1\n',
  ),
  'sts-max-age-short': withPolicy('version: STSv1\nmode: enforce\nmx: mx.a.example\nmax_age: 604799\n'),
  'sts-max-age-long': withPolicy('version: STSv1\nmode: enforce\nmx: mx.a.example\nmax_age: 31557601\n'),
  'sts-host-not-listed': withPolicy('version: STSv1\nmode: enforce\nmx: mx2.a.example\nmax_age: 1209600\n'),
  'sts-host-not-listed-yet': domain({
    sts: sts({
      record: answer<string>([]),
      fetch: served('version: STSv1\nmode: enforce\nmx: mx2.a.example\nmax_age: 1209600\n'),
    }),
  }),
  'sts-hosts-unknown': domain({ mx: failure('timeout'), hosts: [] }),
  'sts-host-not-listed-in-testing': withPolicy(
    'version: STSv1\nmode: testing\nmx: mx2.a.example\nmax_age: 1209600\n',
  ),
  'sts-host-unlistable': withHost({ host: 'mx_1.a.example' }, { mx: mx('mx_1.a.example'), sts: NO_STS }),
  'sts-pattern-unused': withPolicy(
    'version: STSv1\nmode: enforce\nmx: mx.a.example\nmx: old.a.example\nmax_age: 1209600\n',
  ),
  'sts-pattern-broad': withPolicy('version: STSv1\nmode: enforce\nmx: *.a.example\nmax_age: 1209600\n'),
  'dane-without-sts': domain({ sts: NO_STS }),

  'reports-asked-for': domain(),
  'reports-not-asked-for': domain({ tlsReport: answer<string>([]) }),
  'reports-record-several': domain({
    tlsReport: answer(['v=TLSRPTv1; rua=mailto:a@b.example', 'v=TLSRPTv1; rua=mailto:c@d.example']),
  }),
  'reports-record-invalid': domain({ tlsReport: answer(['v=TLSRPTv1; ruf=mailto:a@b.example']) }),
  'reports-record-remark': domain({ tlsReport: answer(['v=TLSRPTv1; rua=mailto:a@b.example ']) }),
  'reports-mailto-slashes': domain({ tlsReport: answer(['v=TLSRPTv1; rua=mailto://a@b.example']) }),
  'reports-destination-skipped': domain({
    tlsReport: answer(['v=TLSRPTv1; rua=http://b.example/,mailto:a@b.example']),
  }),
  'reports-destination-missing': domain({ tlsReport: answer(['v=TLSRPTv1; rua=http://b.example/']) }),
  'reports-record-unguarded': domain({
    tlsReport: answer(['v=TLSRPTv1; rua=mailto:a@b.example'], { kind: 'insecure', ttlSeconds: 60 }),
  }),
  'reports-unknown': domain({ tlsReport: failure('timeout') }),
};

const found = (facts: DomainFacts) => judgeDomain(facts, NOW);
const ids = (facts: DomainFacts) => found(facts).map(({ id }) => id);
/** Those that are worse than good. */
const faults = (facts: DomainFacts) =>
  found(facts).flatMap(({ id, severity }) => (severity === 'good' ? [] : [id]));

const texts = Object.values(FINDINGS).flatMap((of) => Object.entries(of)) as readonly (readonly [
  FindingId,
  { readonly severity: Severity },
])[];

describe('findings', () => {
  it.each(texts.map(([id]) => id))('%s is found where it should be, in finished words', (id) => {
    const finding = found(REACHED[id]).find((each) => each.id === id);
    expect(finding).toBeDefined();
    for (const text of [finding!.what, finding!.why, finding!.todo ?? ''])
      expect(text).not.toMatch(/\{\w+\}|undefined|\bnull\b(?! MX)/);
    expect(finding!.todo === null || finding!.severity !== 'good').toBe(true);
  });

  it('is what it says in found.txt, which somebody has read (`-u` writes it)', async () => {
    const told = texts.map(([id]) => {
      const {
        severity,
        host: at,
        address,
        what,
        todo,
        publish,
      } = found(REACHED[id]).find((each) => each.id === id)!;
      const place = [severity, at, address].filter((each) => each !== null).join(', ');
      return [`${id} (${place})`, what, todo, publish]
        .flatMap((text) => text?.split('\n') ?? [])
        .map((text, at) => `${at === 0 ? '' : '  '}${text}`.trimEnd())
        .join('\n');
    });
    await expect(`${told.join('\n\n')}\n`).toMatchFileSnapshot('found.txt');
  });

  it('names the addresses that answer, and no others', () => {
    const visits = [
      { address: SIX, visit: secured() },
      { address: FOUR, visit: { kind: 'not-connected', cause: 'timeout' } as const },
    ];
    const { what } = found(withHost({ visits })).find(({ id }) => id === 'host-answers')!;
    expect(what).toContain(SIX);
    expect(what).not.toContain(FOUR);
  });

  it.each(texts.filter(([, { severity }]) => severity !== 'good').map(([id]) => id))(
    '%s is not found where all is well',
    (id) => {
      expect(ids(domain())).not.toContain(id);
    },
  );

  it('finds nothing but good in a good domain', () => {
    expect(faults(domain())).toEqual([]);
    expect(ids(domain()).length).toBeGreaterThan(9);
  });

  it('has every name once', () => {
    expect(new Set(texts.map(([id]) => id)).size).toBe(texts.length);
  });

  it('puts the worst first', () => {
    for (const facts of Object.values(REACHED)) {
      const ranks = found(facts).map(({ severity }) => SEVERITIES.indexOf(severity));
      expect(ranks).toEqual([...ranks].sort((left, right) => left - right));
    }
  });

  it('advises whenever it blames', () => {
    for (const facts of Object.values(REACHED))
      for (const { id, severity, todo } of found(facts))
        if (severity === 'critical' || severity === 'error' || severity === 'warning')
          expect(todo, id).not.toBeNull();
  });

  it('stops at the MX records where no mail goes', () => {
    expect([...ids(REACHED['mx-null'])].sort()).toEqual(['mx-null', 'mx-secure']);
    expect(ids(REACHED['domain-missing'])).toEqual(['domain-missing']);
  });
});

describe('tables of a check', () => {
  it.each(checkTables.map((table) => [table.name, table] as const))(
    '%s has no hole and no overlap',
    (_, table) => {
      expect(auditTable(table)).toMatchObject({ holes: [], overlaps: [] });
    },
  );
});

describe('MX and null MX', () => {
  it('wants a null MX to stand alone (NULLMX-3-2)', () => {
    expect(faults(domain({ mx: mx('', NAME) }))).toEqual(['mx-null-among-others']);
    expect(faults(domain({ mx: mx(''), hosts: [] }))).toEqual([]);
  });

  it('wants no null MX where the domain sends mail by its SPF record (NULLMX-4.2-1)', () => {
    const spf = (...records: readonly string[]) =>
      faults(domain({ mx: mx(''), hosts: [], txt: answer(records) }));
    expect(spf('v=spf1 mx ~all')).toEqual(['mx-null-but-sends']);
    expect(spf('v=spf1 -all')).toEqual([]);
    expect(spf('v=spf10 mx', 'something else')).toEqual([]);
    expect(faults(domain({ mx: mx(''), hosts: [], txt: failure('timeout') }))).toEqual([]);
  });

  it('wants hosts themselves behind MX records, not aliases (DNS-2181-10.3-1)', () => {
    const aliased = { a: answer([FOUR], { aliases: ['x.b.example', 'mx.b.example'] }), aaaa: answer([SIX]) };
    expect(found(withHost({ addresses: aliased }))[0]).toMatchObject({
      id: 'host-alias',
      todo: 'Put mx.b.example into the MX record.',
    });
  });

  it('wants both address families (DUAL-4.1-1)', () => {
    expect(faults(REACHED['host-without-ipv6'])).toEqual(['host-without-ipv6']);
    expect(faults(REACHED['host-without-ipv4'])).toEqual(['host-without-ipv4']);
    const half = { a: answer([FOUR]), aaaa: failure('timeout') };
    expect(faults(withHost({ addresses: half }))).toEqual([]);
  });
});

describe('TLS', () => {
  it('calls TLSA records for a host without STARTTLS a promise that is broken (DANE-2.2-8, DANE-9.2-1)', () => {
    const [first, second] = found(withHost(noTls));
    expect([first, second]).toMatchObject([
      { id: 'no-starttls-under-dane', severity: 'critical', address: SIX },
      { id: 'no-starttls-under-dane', severity: 'critical', address: FOUR },
    ]);
    expect(first!.what).toContain('EHLO does not list STARTTLS');
  });

  it('expects STARTTLS at once, at every address (DANE-9.2-1)', () => {
    const facts = REACHED['starttls-at-some-addresses'];
    expect(faults(facts)).toEqual(['no-starttls-under-dane', 'starttls-at-some-addresses']);
    expect(found(facts)[0]!.what).toContain('the reply to STARTTLS is 454');
    expect(ids(facts)).not.toContain('tls-works');
  });

  it('expects a certificate without SNI and with a foreign one (DANE-8.1-2, STS-7.1-3)', () => {
    expect(faults(REACHED['sni-needed'])).toEqual(['sni-needed']);
    expect(found(REACHED['sni-needed'])[0]!.what).toContain('no server name');
    expect(found(REACHED['sni-other-certificate'])[0]!.what).toContain('the server name x.invalid');
    expect(ids(REACHED['sni-needed'])).not.toContain('sni-not-needed');
  });

  it('does not mind another certificate for another name where no TLSA record speaks', () => {
    const probes = [{ address: SIX, serverName: null, visit: other('a2') }];
    expect(ids(withHost({ ...unsigned, probes }))).not.toContain('sni-other-certificate');
  });
});

describe('DANE', () => {
  it('wants a chain that matches at least one record (DANE-8.1-2)', () => {
    const facts = withTlsa([`3 1 1 ${hex('a2')}`, `3 1 1 ${hex('a1')}`]);
    expect(faults(facts)).toEqual([]);
    expect(found(REACHED['tlsa-mismatch'])[0]).toMatchObject({
      severity: 'critical',
      publish: `_25._tcp.mx.a.example. IN TLSA 3 1 1 ${hex('A1')}`,
    });
  });

  it('has a key of an unauthenticated session compared first, and prints no record for it (DANE-8.1-2)', () => {
    const stranger = visited(
      secured({
        peer: peer(certificate({ spkiSha256: hex('ee') }), {
          path: { kind: 'untrusted', cause: 'self-signed', code: 'SELF' },
        }),
      }),
    );
    const misnamed = visited(secured({ peer: peer(certificate({ dnsNames: ['other.example'] })) }));
    const wrong = tlsaAt(NAME, [`3 1 1 ${hex('a2')}`]);
    const [mismatch] = found(withHost(stranger));
    expect(mismatch).toMatchObject({ id: 'tlsa-mismatch', publish: null });
    expect(mismatch!.what).toContain(`key: ${hex('EE')})`);
    expect(mismatch!.todo).toMatch(
      /^If this is the key of your server: compare with `waxseal tlsa CERT\.pem`/,
    );
    for (const facts of [
      withHost({ ...misnamed, tlsa: wrong }),
      withHost({ ...stranger, tlsa: [] }),
      withHost({ ...stranger, tlsa: tlsaAt(NAME, [`1 1 1 ${hex('a1')}`]) }),
    ])
      expect(found(facts).filter(({ subject, publish }) => subject === 'dane' && publish !== null)).toEqual(
        [],
      );
    expect(ids(withHost({ ...stranger, tlsa: [] }))).toContain('dane-ready');
  });

  it('prints a record for a key that only another record vouches for (DOPS-8-1)', () => {
    const facts = withHost({ ...untrusted, tlsa: tlsaAt(NAME, [`3 1 2 ${hex('a1', 64)}`]) });
    expect(found(facts).find(({ id }) => id === 'tlsa-without-3-1-1')!.publish).toBe(
      `_25._tcp.mx.a.example. IN TLSA 3 1 1 ${hex('A1')}`,
    );
  });

  it('prints the record of the very session that did not match', () => {
    const visits = [
      { address: SIX, visit: secured() },
      { address: FOUR, visit: other('a2') },
    ];
    expect(found(withHost({ visits }))[0]!.publish).toBe(`_25._tcp.mx.a.example. IN TLSA 3 1 1 ${hex('A2')}`);
  });

  it('looks at every address', () => {
    const visits = [
      { address: SIX, visit: secured() },
      { address: FOUR, visit: other('a2') },
    ];
    const [first, ...rest] = found(withHost({ visits }));
    expect(first).toMatchObject({ id: 'tlsa-mismatch', address: FOUR });
    expect(rest.map(({ id }) => id)).not.toContain('tlsa-matches');
  });

  it('wants a match for every kind that is published (DOPS-8-1)', () => {
    expect(found(REACHED['tlsa-kind-unmatched'])[0]).toMatchObject({
      id: 'tlsa-kind-unmatched',
      severity: 'error',
    });
    expect(found(REACHED['tlsa-kind-unmatched'])[0]!.what).toContain('"3 0 1"');
    // SHA-512 alone would be looked at by a sender that knows it, SHA-256 alone by one that does not.
    const stale = withTlsa([`3 1 1 ${hex('a1')}`, `3 1 2 ${hex('a2', 64)}`]);
    expect(faults(stale)).toContain('tlsa-mismatch');
    expect(faults(withTlsa([`3 1 1 ${hex('a2')}`, `3 1 2 ${hex('a1', 64)}`]))).toContain(
      'tlsa-kind-unmatched',
    );
  });

  it('takes the name that the domain is an alias of for one of its names, as senders do (RFC 7672, Section 3.2.2)', () => {
    const anchored = {
      ...visited(secured({ peer: peer(certificate({ dnsNames: ['b.example'] })) })),
      tlsa: tlsaAt(NAME, [`2 0 1 ${hex('c9')}`]),
    };
    const aliased = answer([{ preference: 10, exchange: NAME }], { aliases: ['c.example', 'b.example'] });
    expect(ids(withHost(anchored))).toContain('tlsa-name-mismatch');
    expect(ids(withHost(anchored, { mx: aliased }))).not.toContain('tlsa-name-mismatch');
    const unproven = { ...aliased, kind: 'insecure' } as DomainFacts['mx'];
    expect(ids(withHost(anchored, { mx: unproven }))).toContain('tlsa-name-mismatch');
    // Hosts that are looked at although nobody knows of them are judged all the same.
    expect(ids(withHost(anchored, { mx: failure('timeout') }))).toContain('tlsa-name-mismatch');
  });

  it('wants the issuer of usage 2 in the chain (DANE-3.1.2-1, DOPS-5.2.2-2)', () => {
    const leafOnly = visited(
      secured({ peer: peer(certificate(), { chain: [certificate()], signatures: [] }) }),
    );
    const records = tlsaAt(NAME, [`2 0 1 ${hex('c9')}`]);
    expect(faults(withHost({ ...leafOnly, tlsa: records }))).toEqual(
      expect.arrayContaining(['tlsa-mismatch', 'tlsa-anchor-not-sent']),
    );
    expect(faults(withHost({ tlsa: records }))).toEqual(['tlsa-without-3-1-1']);
    expect(ISSUER.certificateSha256).toBe(hex('c9'));
  });

  it('says which wildcard covers nothing (DANE-3.2.3-4)', () => {
    const wildcards = found(REACHED['certificate-wildcard']).filter(
      ({ id }) => id === 'certificate-wildcard',
    );
    expect(wildcards.map(({ what }) => /holds (\S+),/.exec(what)?.[1])).toEqual([
      ...['m*.a.example', '*.example'],
      ...['m*.a.example', '*.example'],
    ]);
    const fitting = visited(secured({ peer: peer(certificate({ dnsNames: ['*.a.example'] })) }));
    expect(faults(withHost({ ...fitting, tlsa: tlsaAt(NAME, [`2 0 1 ${hex('c9')}`]) }))).toEqual([
      'tlsa-without-3-1-1',
    ]);
  });

  it('does not mind dates and names under usage 3', () => {
    const odd = secured({ peer: peer(certificate({ notAfter: NOW - DAY_MS, dnsNames: [] })) });
    expect(ids(withHost(visited(odd), { sts: NO_STS }))).toContain('tlsa-matches');
  });

  it('wants TLSA queries answered even below unsigned names (DANE-2.2.2-9)', () => {
    expect(found(REACHED['tlsa-lookup-fails'])[0]).toMatchObject({
      id: 'tlsa-lookup-fails',
      severity: 'critical',
    });
    expect(faults(REACHED['tlsa-lookup-fails-unasked'])).toContain('tlsa-lookup-fails-unasked');
    expect(faults(withHost(unsigned))).toEqual(['dane-ready']);
  });

  it('advises 3 1 1 where DANE could be had, and names its record (DANE-3.1.1-3)', () => {
    expect(found(REACHED['dane-ready'])[0]).toMatchObject({
      publish: `_25._tcp.mx.a.example. IN TLSA 3 1 1 ${hex('A1')}`,
    });
    expect(faults(REACHED['tlsa-certificate-digest'])).toEqual(['tlsa-certificate-digest']);
  });

  it('does not take usage 0 and 1 for mail (DANE-3.1.3-1)', () => {
    expect(faults(REACHED['tlsa-pkix-usage'])).toEqual(['tlsa-pkix-usage']);
    expect(found(REACHED['tlsa-all-unusable'])[0]!.what).toContain('a usage that is not for mail');
  });

  it('prefers digests, and the certificate of an issuer to its key (DANE-3.1.2-3)', () => {
    expect(faults(REACHED['tlsa-full-data'])).toEqual(['tlsa-full-data']);
    expect(faults(REACHED['tlsa-anchor-key'])).toEqual(['tlsa-anchor-key']);
  });

  it('wants answers that fit a datagram (DOPS-10.1-1)', () => {
    expect(faults(REACHED['tlsa-large'])).toContain('tlsa-large');
    const many = Array.from({ length: 30 }, (_, at) => `3 1 1 ${hex(`${at + 10}`)}`);
    expect(faults(withTlsa([`3 1 1 ${hex('a1')}`, ...many.slice(0, 20)]))).toEqual([]);
    expect(faults(withTlsa([`3 1 1 ${hex('a1')}`, ...many]))).toEqual(['tlsa-large']);
  });

  it('wants every key under every digest (DOPS-8.3-1)', () => {
    expect(faults(REACHED['tlsa-digest-gap'])).toEqual(['tlsa-digest-gap']);
    expect(faults(withTlsa([`3 1 1 ${hex('a1')}`, `3 1 2 ${hex('a1', 64)}`]))).toEqual([]);
  });

  it('wants a TTL that is short enough for emergencies', () => {
    expect(faults(REACHED['tlsa-ttl-long'])).toEqual(['tlsa-ttl-long']);
    expect(faults(withHost({ tlsa: tlsaAt(NAME, [USUAL_TLSA], { ttlSeconds: 86_400 }) }))).toEqual([]);
  });

  it('notices one leaf record below several hosts (DANE-2.2.3-10)', () => {
    const [shared] = found(REACHED['tlsa-shared']).filter(({ id }) => id === 'tlsa-shared');
    expect(shared!.what).toContain('mx.a.example and mx2.a.example');
  });

  it('claims nothing about DNSSEC that it cannot see', () => {
    const facts = domain({
      validation: 'not-believed',
      mx: { ...mx(NAME), kind: 'insecure' } as DomainFacts['mx'],
      hosts: [
        host({
          addresses: { a: answer([FOUR], { kind: 'insecure' }), aaaa: answer([SIX], { kind: 'insecure' }) },
          tlsa: tlsaAt(NAME, [USUAL_TLSA], { kind: 'insecure' }),
        }),
      ],
    });
    expect(faults(facts)).toEqual(['dnssec-not-seen']);
  });
});

describe('certificates', () => {
  it('warns two weeks ahead where somebody minds', () => {
    const expiring = (days: number) =>
      visited(secured({ peer: peer(certificate({ notAfter: NOW + days * DAY_MS })) }));
    expect(faults(withHost(expiring(14)))).toEqual([]);
    expect(found(withHost(expiring(13)))[0]).toMatchObject({
      id: 'certificate-expires-soon',
      what: 'The certificate of mx.a.example expires on 2026-06-14, in 13 days.',
    });
    expect(faults(withHost(expiring(1), { sts: NO_STS }))).not.toContain('certificate-expires-soon');
  });

  it('tells what is wrong with a certificate', () => {
    const fault = (change: Parameters<typeof peer>[1], leaf = certificate()) =>
      found(withHost(visited(secured({ peer: peer(leaf, change) }))))[0]!.what;
    const untrustedBy = (cause: Extract<TrustPath, { kind: 'untrusted' }>['cause']) =>
      ({ path: { kind: 'untrusted', cause, code: 'CODE' } }) as const;
    expect(fault(untrustedBy('expired'), certificate({ notAfter: NOW - DAY_MS }))).toContain(
      'has expired on 2026-05-31',
    );
    expect(fault(untrustedBy('expired'))).toContain('has an issuer that has expired');
    expect(fault(untrustedBy('not-yet-valid'))).toContain('is not valid before 2026-05-02');
    expect(fault(untrustedBy('expired'), certificate({ notAfter: NOW }))).toContain('has an issuer that');
    expect(fault(untrustedBy('self-signed'))).toContain(
      'is signed by itself, or by a root that is not trusted here (CODE)',
    );
    expect(fault(untrustedBy('unknown-issuer'))).toContain('an intermediate is not sent (CODE)');
    expect(fault(untrustedBy('revoked'))).toContain('has been revoked');
    expect(fault(untrustedBy('other'))).toContain('is not trusted here (CODE)');
    expect(fault({}, certificate({ dnsNames: ['b.example'] }))).toContain(
      'does not hold that name, but b.example',
    );
    expect(fault({}, certificate({ dnsNames: [] }))).toContain('none at all');
  });
});

describe('MTA-STS', () => {
  it('wants the record in ASCII', () => {
    expect(faults(REACHED['sts-record-not-ascii'])).toEqual(['sts-record-not-ascii']);
    expect(faults(REACHED['sts-record-invalid'])).toEqual(['sts-record-invalid']);
  });

  it('wants names as they stand in DNS, a line each (STS-3.2-12, STS-3.2-13)', () => {
    expect(found(REACHED['sts-policy-mx-u-label'])[0]).toMatchObject({
      id: 'sts-policy-mx-u-label',
      what: expect.stringContaining('(line 3): mx: m\u00fcx.a.example'),
    });
    expect(faults(REACHED['sts-policy-mx-list'])).toEqual(['sts-policy-mx-list']);
  });

  it('wants the policy in time and within 64 KB (STS-3.3-16)', () => {
    expect(faults(REACHED['sts-fetch-slow'])).toEqual(['sts-fetch-slow']);
    expect(faults(REACHED['sts-fetch-large'])).toEqual(['sts-fetch-large']);
  });

  it('does not know whether a policy host that cannot be reached is at fault', () => {
    for (const id of ['sts-fetch-unreachable', 'sts-fetch-slow'] as const) {
      const grave = found(REACHED[id]).filter(({ severity }) => severity === 'error');
      expect(grave).toMatchObject([{ id, certainty: 'unknown' }]);
    }
    expect(found(REACHED['sts-fetch-fails'])[0]).toMatchObject({ certainty: 'known' });
  });

  describe('with more MX hosts than are visited', () => {
    const names = Array.from({ length: 18 }, (_, at) => `mx${at}.a.example`);
    const many = (listed: readonly string[], mode = 'enforce') =>
      domain({
        mx: mx(...names),
        hosts: names.slice(0, 16).map((name) => host({ host: name })),
        hostsLeftOut: names.slice(16),
        sts: sts({
          fetch: served(
            `version: STSv1\nmode: ${mode}\n${listed.map((name) => `mx: ${name}\n`).join('')}max_age: 1209600\n`,
          ),
        }),
      });

    it('wants all of them listed', () => {
      const judged = found(many(names.slice(0, 17))).filter(({ subject }) => subject === 'mta-sts');
      expect(judged).toMatchObject([
        { id: 'sts-host-not-listed', host: 'mx17.a.example', publish: 'mx: mx17.a.example' },
      ]);
      expect(ids(many(names))).toContain('sts-enforced');
    });

    it('lists all of them in the policy to begin with', () => {
      const { publish } = found({ ...many(names), sts: NO_STS }).find(({ id }) => id === 'sts-missing')!;
      expect(publish!.match(/^mx: .*$/gm)).toEqual(names.map((name) => `mx: ${name}`));
    });
  });

  describe('with an MX host whose name no policy can list', () => {
    const odd = 'mx_1.a.example';
    const both = { mx: mx(NAME, odd), hosts: [host(), host({ host: odd })] };

    it('leaves it out of the policy to begin with, and says so', () => {
      const judged = found(domain({ ...both, sts: NO_STS }));
      expect(judged.find(({ id }) => id === 'sts-host-unlistable')).toMatchObject({ host: odd });
      const [, policy] = judged.find(({ id }) => id === 'sts-missing')!.publish!.split('\n\n');
      expect(policy).toBe('version: STSv1\nmode: testing\nmx: mx.a.example\nmax_age: 604800');
      const invalid = found(
        domain({ ...both, sts: sts({ fetch: served('version: STSv1\nmode: Enforce\n') }) }),
      );
      expect(invalid.find(({ id }) => id === 'sts-policy-invalid')!.publish).toBe(policy);
      expect(invalid.map(({ id }) => id)).toContain('sts-host-unlistable');
    });

    it('gives no policy where there is nothing else to list', () => {
      expect(
        found(REACHED['sts-host-unlistable']).find(({ id }) => id === 'sts-missing')!.publish,
      ).toBeNull();
    });

    it('gives no line for it under a policy', () => {
      const judged = found(domain(both)).filter(({ id }) => id === 'sts-host-not-listed');
      expect(judged).toMatchObject([{ host: odd, publish: null }]);
      expect(judged[0]!.todo).toMatch(/^A policy cannot list this name \(RFC 8461, Section 3\.2\)/);
    });
  });

  it('wants a certificate for the policy host, also of whom it is delegated to (STS-3.3-17, STS-8.2-1)', () => {
    expect(faults(REACHED['sts-host-certificate'])).toEqual(['sts-host-certificate']);
    expect(found(REACHED['sts-delegated-certificate'])[0]!.what).toContain(
      'an alias of sts.provider.example',
    );
  });

  it('wants a policy that is kept for a week at least (STS-3.2-17, STS-10.2-3)', () => {
    expect(faults(REACHED['sts-max-age-short'])).toEqual(['sts-max-age-short']);
    expect(faults(withPolicy('version: STSv1\nmode: enforce\nmx: mx.a.example\nmax_age: 604800\n'))).toEqual(
      [],
    );
  });

  it('notices a wildcard over the whole domain (STS-10.4-1)', () => {
    expect(faults(REACHED['sts-pattern-broad'])).toEqual(['sts-pattern-broad']);
    expect(
      faults(
        withPolicy('version: STSv1\nmode: enforce\nmx: *.mx.a.example\nmx: mx.a.example\nmax_age: 1209600\n'),
      ),
    ).toEqual(['sts-pattern-unused']);
  });

  it('says of a file what the lint says, whatever the record is, and of hosts, too', () => {
    const file = served(
      '\uFEFFversion: STSv1\nmode: enforce\nmx: mx2.a.example\nmx: 192.0.2.1\nmax_age: 1209600\n',
    );
    const other = (...records: readonly string[]) =>
      ids(domain({ sts: sts({ record: answer(records), fetch: file }) }));
    const always = ['sts-policy-remark', 'sts-policy-remark', 'sts-pattern-unused', 'sts-pattern-unused'];
    const ofFile = (found: readonly string[]) => found.filter((id) => /^sts-(?:policy|pattern)/.test(id));
    for (const records of [
      [],
      ['v=STSv1; id=2026-01;'],
      ['V=STSv1; id=1'],
      ['v=STSv1; id=1;', 'v=STSv1; id=2;'],
    ]) {
      expect(ofFile(other(...records))).toEqual(always);
      expect(other(...records)).toContain('sts-host-not-listed-yet');
    }
    expect(ofFile(other('v=STSv1; id=1;'))).toEqual(always);
    const lone = found(domain({ sts: sts({ record: answer(['V=STSv1; id=1']), fetch: null }) }));
    expect(
      lone
        .filter(({ subject, severity }) => subject === 'mta-sts' && severity === 'error')
        .map(({ id }) => id),
    ).toEqual(['sts-record-invalid', 'sts-host-private']);
  });

  it('says in words why there is no policy', () => {
    const said = (fetch: Parameters<typeof sts>[0]) =>
      found(domain({ sts: sts(fetch) })).find(
        ({ id }) => id.startsWith('sts-fetch') || id === 'sts-host-certificate',
      )!.what;
    const response = { kind: 'response', status: 200, mediaType: 'text/plain', body: '' } as const;
    expect(said({ fetch: { ...response, status: 404 } })).toContain('answers with status 404');
    expect(said({ fetch: { ...response, mediaType: 'text/html' } })).toContain('"text/html"');
    expect(said({ fetch: { ...response, mediaType: '' } })).toContain('without a media type');
    expect(said({ fetch: { kind: 'failed', cause: 'connect', code: 'ECONNREFUSED' } })).toContain('refuses');
    expect(said({ fetch: { kind: 'failed', cause: 'certificate', code: 'CERT_HAS_EXPIRED' } })).toContain(
      'expired',
    );
    expect(said({ fetch: { kind: 'failed', cause: 'protocol', code: '' } })).toContain('HTTP');
  });

  it('looks at records and reports where the MX records cannot be looked up', () => {
    expect(ids(domain({ mx: failure('timeout'), hosts: [] }))).toEqual(
      expect.arrayContaining(['mx-unknown', 'sts-hosts-unknown', 'reports-asked-for']),
    );
  });

  it('gives a policy to begin with that reads as one and covers the hosts', () => {
    const { publish } = found(REACHED['sts-missing']).find(({ id }) => id === 'sts-missing')!;
    const [record, policy] = publish!.split('\n\n');
    const again = domain({
      sts: sts({ record: answer([/"(.*)"/.exec(record!)![1]!]), fetch: served(policy!) }),
    });
    expect(faults(again)).toEqual(['sts-testing']);
  });
});

describe('TLS reports', () => {
  it('reads the record as senders do, and shows where reports go (RPT-3.1-1)', () => {
    const two = domain({
      tlsReport: answer(['v=TLSRPTv1; rua=mailto:a@b.example,https://b.example/r']),
    });
    expect(found(two).find(({ id }) => id === 'reports-asked-for')!.what).toBe(
      'TLS reports go to mailto:a@b.example and https://b.example/r.',
    );
    expect(faults(domain({ tlsReport: answer(['v=tlsrptv1; rua=mailto:a@b.example']) }))).toEqual([
      'reports-record-invalid',
    ]);
    const { publish } = found(REACHED['reports-not-asked-for'])[0]!;
    expect(faults(domain({ tlsReport: answer([/"(.*)"/.exec(publish!)![1]!]) }))).toEqual([]);
  });

  it('wants the record signed, or with a long TTL (RPT-7-2)', () => {
    const record = ['v=TLSRPTv1; rua=mailto:a@b.example'];
    const judged = (more: Parameters<typeof answer>[1]) =>
      faults(domain({ tlsReport: answer(record, more) }));
    expect(judged({ kind: 'insecure', ttlSeconds: 3599 })).toEqual(['reports-record-unguarded']);
    expect(judged({ kind: 'insecure', ttlSeconds: 3600 })).toEqual([]);
    expect(judged({ kind: 'secure', ttlSeconds: 60 })).toEqual([]);
  });
});
