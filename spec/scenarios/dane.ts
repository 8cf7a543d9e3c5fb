/* DANE for SMTP (RFC 7672, RFC 7671): which records count, below which names they stand, and who matches them. */
import type { Scenario, World } from '../../src/adapters/scripted/index.js';
import {
  daneDomain,
  NO_SHA256,
  NO_SHA512,
  OTHER_NAME,
  plainDomain,
  SELF_SIGNED,
  SIGNED,
  type Story,
  send,
  tlsa,
  together,
  twoHosts,
} from './worlds.js';

const passes = { outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'dane' } as const;
const encrypted = { outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'none' } as const;
const waits = { outcome: 'deferred', status: '4.7.5' } as const;

const MISMATCH = `3 1 1 ${NO_SHA256}`;

/** The only mail host of a.example is called by an alias of a host of provider.test. */
const aliasedHost: World = {
  dns: {
    'MX a.example': ['10 mx.a.example'],
    'CNAME mx.a.example': ['mx.provider.test'],
    'A mx.provider.test': ['@mx.provider.test'],
  },
  mail: { 'mx.provider.test': { certificate: SELF_SIGNED } },
};

/** Which records count: usable first, then the strongest digest of each usage and selector. */
const records: readonly Story[] = [
  {
    name: 'signed zones without TLSA records: opportunistic TLS',
    shows: ['DANE-2.2-3', 'DANE-2.2.3-9'],
    world: together(plainDomain({ certificate: SELF_SIGNED }), SIGNED),
    steps: [send({ ...encrypted, mxSecure: true, rows: ['DANE-4'] })],
  },
  {
    name: 'two records, for the present key and for the next',
    refs: ['DANE-4-1', 'DOPS-8.1-1'],
    world: daneDomain([MISMATCH, '3 1 1 @mx.a.example'], { certificate: SELF_SIGNED }),
    steps: [send(passes)],
  },
  {
    name: 'the whole certificate by SHA-512',
    refs: ['TLSA-2.1.2-1'],
    shows: ['TLSA-2.1.3-1', 'TLSA-6-1'],
    world: daneDomain(['3 0 2 @mx.a.example'], { certificate: SELF_SIGNED }),
    steps: [send(passes)],
  },
  {
    name: 'the whole certificate, undigested',
    refs: ['TLSA-2.1.3-1', 'DANE-3.1.2-3'],
    world: daneDomain(['3 0 0 @mx.a.example'], { certificate: SELF_SIGNED }),
    steps: [send(passes)],
  },
  {
    name: 'digest agility: a wrong SHA-512 outweighs a right SHA-256',
    refs: ['DOPS-9-1', 'DOPS-9-3'],
    shows: ['DANE-5-1'],
    world: daneDomain([`3 1 2 ${NO_SHA512}`, '3 1 1 @mx.a.example']),
    steps: [send(waits)],
  },
  {
    name: 'digest agility: a right SHA-512 beside a SHA-256 that nobody updated',
    refs: ['DANE-5-1', 'DOPS-9-1'],
    world: daneDomain([MISMATCH, '3 1 2 @mx.a.example']),
    steps: [send(passes)],
  },
  {
    name: 'digest agility: a SHA-512 of another selector does not count against SHA-256',
    refs: ['DOPS-9-5'],
    world: daneDomain([`3 0 2 ${NO_SHA512}`, '3 1 1 @mx.a.example']),
    steps: [send(passes)],
  },
  {
    name: 'digest agility: a SHA-512 that is too short is out before digests are compared',
    refs: ['DOPS-9-2'],
    shows: ['TLSA-4.1-3'],
    world: daneDomain([`3 1 2 ${NO_SHA256}`, '3 1 1 @mx.a.example']),
    steps: [send(passes)],
  },
  {
    name: 'digest agility: an undigested key always stays in play',
    shows: ['DOPS-9-4'],
    world: daneDomain([`3 1 2 ${NO_SHA512}`, '3 1 0 @mx.a.example']),
    steps: [send(passes)],
  },
  {
    name: 'usages 0 and 1 are unusable, even where they would match a trusted certificate',
    refs: ['DANE-3.1.3-2'],
    shows: ['CHOICE-13', 'DOPS-4-1', 'DOPS-4.1-1'],
    world: daneDomain(['0 0 1 @mx.a.example:ca', '1 1 1 @mx.a.example'], { certificate: { sends: 'full' } }),
    steps: [send({ ...encrypted, rows: ['DANE-3'] })],
  },
  {
    name: 'a matching usage 1 does not rescue a mismatching usage 3',
    refs: ['DANE-3.1.3-2'],
    shows: ['DANE-9.1-2', 'TLSA-4.1-5'],
    world: daneDomain(['1 1 1 @mx.a.example', MISMATCH]),
    steps: [send(waits)],
  },
  {
    name: 'unknown selectors and matching types match nothing, and promise TLS',
    refs: ['TLSA-4.1-3'],
    shows: ['DANE-2.2.3-6'],
    world: daneDomain([`3 7 1 ${NO_SHA256}`, `3 1 9 ${NO_SHA256}`], { certificate: SELF_SIGNED }),
    steps: [send({ ...encrypted, rows: ['DANE-3'] })],
  },
  {
    name: 'octets that are no TLSA record at all are unusable, and promise TLS',
    refs: ['TLSA-2.1-1', 'TLSA-4.1-3'],
    shows: ['DANE-2.2-2'],
    world: daneDomain(['#', '# 0301', '# 030101'], { certificate: SELF_SIGNED }),
    steps: [send({ ...encrypted, rows: ['DANE-3'] })],
  },
  {
    name: 'an undigested key that is no key is unusable: no reason to bounce',
    refs: ['TLSA-4.1-3'],
    shows: ['DANE-2.2-2'],
    world: daneDomain(['3 1 0 beef'], { certificate: SELF_SIGNED }),
    steps: [send({ ...encrypted, rows: ['DANE-3'] })],
  },
  {
    name: 'a broken record beside a good one changes nothing',
    refs: ['TLSA-4.1-3'],
    world: daneDomain(['# 0301', '3 1 1 @mx.a.example'], { certificate: SELF_SIGNED }),
    steps: [send(passes)],
  },
];

/** TLS that cannot be had, and lookups that fail. */
const failures: readonly Story[] = [
  {
    name: 'usable TLSA, handshake broken: never in clear',
    shows: ['DANE-2.2-1', 'X-7', 'STLS-6-4'],
    world: daneDomain(['3 1 1 @mx.a.example'], { starttls: 'broken' }),
    steps: [send({ ...waits, cleartextRetry: false })],
  },
  {
    name: 'unusable TLSA, handshake broken: never in clear',
    shows: ['DANE-2.2-2', 'X-7'],
    world: daneDomain(['# 0301'], { starttls: 'broken' }),
    steps: [send({ ...waits, cleartextRetry: false })],
  },
  {
    name: 'usable TLSA, STARTTLS refused for good by the only host: waits, does not bounce',
    shows: ['DANE-2.2-1', 'CHOICE-6'],
    world: daneDomain(['3 1 1 @mx.a.example'], { starttls: '502 5.5.1 not implemented' }),
    steps: [send({ ...waits, cleartextRetry: false })],
  },
  {
    name: 'usable TLSA, STARTTLS refused for good by the first host: the second is tried',
    shows: ['DANE-2.2-1', 'CHOICE-6'],
    world: together(
      twoHosts({ starttls: '502 5.5.1 not implemented' }),
      SIGNED,
      tlsa(['3 1 1 @mx1.a.example'], 'mx1.a.example'),
      tlsa(['3 1 1 @mx2.a.example'], 'mx2.a.example'),
    ),
    steps: [send({ ...passes, mx: 'mx2.a.example' })],
  },
  {
    name: 'usable TLSA, only TLS 1.0 and 1.1',
    refs: ['TLS-8996-1'],
    shows: ['DANE-2.2-1'],
    world: daneDomain(['3 1 1 @mx.a.example'], { starttls: 'old' }),
    steps: [send({ ...waits, cleartextRetry: false })],
  },
  {
    name: 'bogus TLSA: never connected to',
    refs: ['TLSA-4.1-1'],
    shows: ['DANE-2.1.2-4', 'DANE-10-1'],
    world: together(plainDomain(), SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'bogus' } } }),
    steps: [send({ ...waits, notConnected: ['mx.a.example'], rows: ['DANE-1', 'BAR-4'] })],
  },
  {
    name: 'TLSA lookup refused: never connected to',
    refs: ['DANE-2.1.1-6'],
    shows: ['DANE-2.1.2-4'],
    world: together(plainDomain(), SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'refused' } } }),
    steps: [send({ ...waits, notConnected: ['mx.a.example'], rows: ['DANE-1', 'BAR-4'] })],
  },
  {
    name: 'TLSA answer malformed: never connected to',
    refs: ['DANE-2.1.1-6'],
    shows: ['DANE-2.1.2-4'],
    world: together(plainDomain(), SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'malformed' } } }),
    steps: [send({ ...waits, notConnected: ['mx.a.example'], rows: ['DANE-1', 'BAR-4'] })],
  },
  {
    name: 'TLSA lookup unanswered: never connected to',
    refs: ['DANE-2.1.1-6'],
    shows: ['DANE-2.1.2-4'],
    world: together(plainDomain(), SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'timeout' } } }),
    steps: [send({ ...waits, notConnected: ['mx.a.example'], rows: ['DANE-1', 'BAR-4'] })],
  },
  {
    name: 'the addresses are unsigned: name servers that choke on TLSA are not even asked',
    shows: ['DANE-2.2.2-2'],
    world: together(plainDomain(), {
      signedZones: ['a.example'],
      dns: {
        'A mx.a.example': { security: 'insecure', records: ['@mx.a.example'] },
        'TLSA mx.a.example': { fails: 'servfail' },
      },
    }),
    steps: [send({ ...encrypted, mxSecure: true })],
  },
  {
    name: 'an unsigned TLSA answer in a signed zone counts as none',
    refs: ['TLSA-4.1-6'],
    shows: ['DANE-2.2-3', 'TLSA-4.1-1'],
    world: together(plainDomain(), SIGNED, {
      dns: { 'TLSA mx.a.example': { security: 'insecure', records: [MISMATCH] } },
    }),
    steps: [send(encrypted)],
  },
];

/** Several hosts, each judged for itself. */
const hosts: readonly Story[] = [
  {
    name: 'the TLSA lookups of both hosts fail: the message waits, and goes to neither',
    shows: ['DANE-2.1.2-4', 'DANE-2.1.2-5'],
    world: together(twoHosts({}), SIGNED, {
      dns: { 'TLSA mx1.a.example': { fails: 'servfail' }, 'TLSA mx2.a.example': { fails: 'timeout' } },
    }),
    steps: [send({ ...waits, notConnected: ['mx1.a.example', 'mx2.a.example'] })],
  },
  {
    name: 'TLSA records do not promote a worse host',
    shows: ['DANE-2.2.1-1'],
    world: together(twoHosts({}), SIGNED, tlsa(['3 1 1 @mx2.a.example'], 'mx2.a.example')),
    steps: [send({ ...encrypted, mx: 'mx1.a.example', notConnected: ['mx2.a.example'] })],
  },
  {
    name: 'the first host does not match, the second has no records: opportunistic delivery to it',
    shows: ['DANE-2.2.1-8', 'DANE-2.2-1'],
    world: together(twoHosts({}), SIGNED, tlsa([MISMATCH], 'mx1.a.example')),
    steps: [send({ ...encrypted, mx: 'mx2.a.example' })],
  },
  {
    name: 'half-DANE: an unsigned domain names a host in a signed zone, and its records are used',
    shows: ['DANE-2.2.1-5', 'DANE-2.2.1-7', 'CHOICE-4'],
    world: together(plainDomain({ certificate: SELF_SIGNED }), tlsa(['3 1 1 @mx.a.example']), {
      signedZones: ['mx.a.example'],
    }),
    steps: [send({ ...passes, mxSecure: false, rows: ['DAPP-3'] })],
  },
  {
    name: 'half-DANE: a mismatch is refused',
    shows: ['DANE-2.2.1-5', 'CHOICE-4'],
    world: together(plainDomain(), tlsa([MISMATCH]), { signedZones: ['mx.a.example'] }),
    steps: [send({ ...waits, mxSecure: false })],
  },
  {
    name: 'half-DANE, ignored by the operator',
    shows: ['DANE-2.2.1-4', 'CHOICE-4'],
    world: together(plainDomain(), tlsa([MISMATCH]), { signedZones: ['mx.a.example'] }),
    settings: { halfDane: 'ignore' },
    steps: [send({ ...encrypted, rows: ['DAPP-4'] })],
  },
  {
    name: 'the addresses of the first host cannot be looked up: the second takes the message',
    refs: ['DANE-2.1.1-6'],
    shows: ['DANE-2.1.2-2'],
    world: together(twoHosts({}), SIGNED, tlsa(['3 1 1 @mx2.a.example'], 'mx2.a.example'), {
      dns: { 'A mx1.a.example': { fails: 'servfail' }, 'AAAA mx1.a.example': { fails: 'servfail' } },
    }),
    steps: [send({ ...passes, mx: 'mx2.a.example', notConnected: ['mx1.a.example'] })],
  },
  {
    name: 'the first host has no addresses: it is out of reach, and the second takes the message',
    shows: ['DANE-2.2.2-3'],
    world: together(twoHosts({}), SIGNED, tlsa(['3 1 1 @mx2.a.example'], 'mx2.a.example'), {
      dns: { 'A mx1.a.example': { denial: 'nodata' } },
    }),
    steps: [send({ ...passes, mx: 'mx2.a.example', notConnected: ['mx1.a.example'] })],
  },
  {
    name: 'no MX record, and a secure alias into an unsigned zone: the address records decide, also for who insists on DANE',
    shows: ['DANE-2.2.2-8', 'DANE-2.2.2-5', 'DANE-2.2-6'],
    world: {
      signedZones: ['a.example'],
      dns: {
        'CNAME a.example': ['host.provider.test'],
        'A host.provider.test': ['@host.provider.test'],
        'TLSA a.example': ['3 1 1 @host.provider.test'],
      },
      mail: { 'host.provider.test': { certificate: SELF_SIGNED } },
    },
    settings: {
      halfDane: 'ignore',
      destinations: [
        { destination: 'a.example', demand: 'dane', owner: 'postmaster', reason: 'a story', expiresAt: null },
      ],
    },
    steps: [send({ ...passes, mxSecure: false, rows: ['DAPP-5', 'BASE-5', 'OPER-4'] })],
  },
  {
    name: 'no MX record: the domain is its own mail host and has its own TLSA records',
    shows: ['SMTP-5.1-5', 'DANE-2.2.2-4'],
    world: together(SIGNED, {
      dns: { 'A a.example': ['@a.example'], 'TLSA a.example': ['3 1 1 @a.example'] },
      mail: { 'a.example': { certificate: SELF_SIGNED } },
    }),
    steps: [send({ ...passes, mxSecure: true })],
  },
];

/** Which name the records stand below, where the mail host is called by an alias. */
const aliases: readonly Story[] = [
  {
    name: 'a secure alias all the way: the records of the host it leads to',
    shows: ['DANE-2.2.2-6', 'DOPS-7-1'],
    world: together(aliasedHost, SIGNED, tlsa(['3 1 1 @mx.provider.test'], 'mx.provider.test')),
    steps: [send({ ...passes, mx: 'mx.a.example', rows: ['BASE-3'] })],
  },
  {
    name: 'a secure alias all the way: records below the original name only',
    shows: ['DANE-2.2.3-7', 'DANE-2.2.2-6'],
    world: together(aliasedHost, SIGNED, tlsa(['3 1 1 @mx.provider.test'])),
    steps: [send(passes)],
  },
  {
    name: 'records below both names: those of the expanded name win',
    shows: ['DANE-2.2.3-3'],
    world: together(
      aliasedHost,
      SIGNED,
      tlsa(['3 1 1 @mx.provider.test'], 'mx.provider.test'),
      tlsa([MISMATCH], 'mx.a.example'),
    ),
    steps: [send(passes)],
  },
  {
    name: 'records below both names: a match below the original name does not help',
    shows: ['DANE-2.2.3-3'],
    world: together(
      aliasedHost,
      SIGNED,
      tlsa([MISMATCH], 'mx.provider.test'),
      tlsa(['3 1 1 @mx.provider.test'], 'mx.a.example'),
    ),
    steps: [send(waits)],
  },
  {
    name: 'the lookup below the expanded name fails: the original name is no way around it',
    shows: ['DANE-2.1.2-4', 'DANE-2.2.2-7'],
    world: together(aliasedHost, SIGNED, tlsa(['3 1 1 @mx.provider.test'], 'mx.a.example'), {
      dns: { 'TLSA mx.provider.test': { fails: 'servfail' } },
    }),
    steps: [send({ ...waits, notConnected: ['mx.provider.test'] })],
  },
  {
    name: 'a secure alias into an unsigned zone: the original name keeps its records',
    shows: ['DANE-2.2.2-5', 'DANE-2.1.3-3'],
    world: together(aliasedHost, tlsa(['3 1 1 @mx.provider.test']), { signedZones: ['a.example'] }),
    steps: [send({ ...passes, rows: ['BASE-5'] })],
  },
  {
    name: 'a secure alias into an unsigned zone: a mismatch below the original name is refused',
    shows: ['DANE-2.2.2-5'],
    world: together(aliasedHost, tlsa([MISMATCH]), { signedZones: ['a.example'] }),
    steps: [send({ ...waits, rows: ['BASE-5'] })],
  },
  {
    name: 'an insecure alias into a signed zone: nothing about the host is proven',
    shows: ['DANE-2.2.2-5'],
    world: together(aliasedHost, tlsa([MISMATCH], 'mx.provider.test'), {
      signedZones: ['.'],
      dns: { 'CNAME mx.a.example': { security: 'insecure', records: ['mx.provider.test'] } },
    }),
    steps: [send({ ...encrypted, rows: ['BASE-6'] })],
  },
  {
    name: 'three aliases in a row: the names between the first and the last have no say',
    refs: ['DANE-2.2.3-8'],
    world: together(SIGNED, tlsa([MISMATCH], 'one.provider.test'), tlsa([MISMATCH], 'two.provider.test'), {
      dns: {
        'MX a.example': ['10 mx.a.example'],
        'CNAME mx.a.example': ['one.provider.test'],
        'CNAME one.provider.test': ['two.provider.test'],
        'CNAME two.provider.test': ['mx.provider.test'],
        'A mx.provider.test': ['@mx.provider.test'],
      },
      mail: { 'mx.provider.test': { certificate: SELF_SIGNED } },
    }),
    steps: [send({ ...encrypted, rows: ['BASE-3', 'DANE-4'] })],
  },
  {
    name: 'the domain is an alias: under DANE-TA a certificate for the name that it leads to will do',
    shows: ['DANE-3.2.2-3'],
    world: together(SIGNED, tlsa(['2 0 1 @mx.b.test:ca'], 'mx.b.test'), {
      dns: {
        'CNAME a.example': ['other.test'],
        'MX other.test': ['10 mx.b.test'],
        'A mx.b.test': ['@mx.b.test'],
      },
      mail: { 'mx.b.test': { certificate: { issuer: 'private-ca', names: ['other.test'] } } },
    }),
    steps: [send({ ...passes, mx: 'mx.b.test' })],
  },
  {
    name: 'no MX record and a secure alias: records below the domain itself count too',
    shows: ['DANE-2.2.2-6', 'DANE-2.2.3-7', 'SMTP-5.1-2'],
    world: together(SIGNED, {
      dns: {
        'CNAME a.example': ['host.provider.test'],
        'A host.provider.test': ['@host.provider.test'],
        'TLSA a.example': ['3 1 1 @host.provider.test'],
      },
      mail: { 'host.provider.test': { certificate: SELF_SIGNED } },
    }),
    steps: [send(passes)],
  },
  {
    name: 'no MX record and a secure alias: under DANE-TA a certificate for the original domain will do',
    shows: ['DANE-3.2.2-5'],
    world: together(SIGNED, {
      dns: {
        'CNAME a.example': ['host.provider.test'],
        'A host.provider.test': ['@host.provider.test'],
        'TLSA host.provider.test': ['2 0 1 @host.provider.test:ca'],
      },
      mail: { 'host.provider.test': { certificate: { issuer: 'private-ca', names: ['a.example'] } } },
    }),
    steps: [send(passes)],
  },
  {
    name: 'the TLSA record itself is an alias: names are still those of the host',
    refs: ['DANE-2.2.3-4', 'DANE-2.2.3-5'],
    world: together(plainDomain({ certificate: { issuer: 'private-ca' } }), SIGNED, {
      dns: {
        'CNAME _25._tcp.mx.a.example': ['_dane.provider.test'],
        'TLSA _dane.provider.test': ['2 0 1 @mx.a.example:ca'],
      },
    }),
    steps: [send(passes)],
  },
  {
    name: 'the TLSA record is an alias into an unsigned zone: as if there were none',
    shows: ['DANE-2.2.3-4'],
    world: together(plainDomain(), {
      signedZones: ['a.example'],
      dns: {
        'CNAME _25._tcp.mx.a.example': ['_dane.provider.test'],
        'TLSA _dane.provider.test': [MISMATCH],
      },
    }),
    steps: [send({ ...encrypted, mxSecure: true })],
  },
];

/** DANE-TA: a path to the anchor, its dates, and a name. */
const anchors: readonly Story[] = [
  {
    name: 'the anchor stands two steps above the leaf',
    refs: ['DANE-3.1.2-1'],
    shows: ['DOPS-5.2-4'],
    world: daneDomain(['2 0 1 @mx.a.example:ca'], { certificate: { issuer: 'intermediate', sends: 'full' } }),
    steps: [send(passes)],
  },
  {
    name: 'the anchor is in our trust store but was not sent: a digest alone finds nothing',
    refs: ['DANE-3.1.2-1', 'DOPS-5.2.2-2', 'DOPS-5.2.2-3'],
    world: daneDomain(['2 0 1 @mx.a.example:ca'], { certificate: { issuer: 'ca', sends: 'leaf-only' } }),
    steps: [send(waits)],
  },
  {
    name: 'the whole anchor stands in DNS and need not be sent',
    shows: ['DOPS-5.2.2-1'],
    world: daneDomain(['2 0 0 @mx.a.example:ca'], {
      certificate: { issuer: 'private-ca', sends: 'leaf-only' },
    }),
    steps: [send(passes)],
  },
  {
    name: 'the whole anchor stands in DNS: names are compared all the same',
    refs: ['DOPS-5.2.2-1'],
    shows: ['DANE-3.2.2-1'],
    world: daneDomain(['2 0 0 @mx.a.example:ca'], {
      certificate: { issuer: 'private-ca', sends: 'leaf-only', ...OTHER_NAME },
    }),
    steps: [send(waits)],
  },
  {
    name: 'the whole key of the anchor stands in DNS and its certificate is not sent',
    refs: ['DOPS-5.2.3-1'],
    world: daneDomain(['2 1 0 @mx.a.example:ca'], {
      certificate: { issuer: 'private-ca', sends: 'leaf-only' },
    }),
    steps: [send(passes)],
  },
  {
    name: 'below a trust anchor dates do count',
    shows: ['DOPS-5.2-5', 'RPT-4.3.1-3'],
    world: daneDomain(['2 0 1 @mx.a.example:ca'], {
      certificate: { issuer: 'private-ca', validity: 'expired' },
    }),
    steps: [
      send({
        ...waits,
        reports: [{ policyType: 'tlsa', failure: 1, details: [{ resultType: 'certificate-expired' }] }],
      }),
    ],
  },
  {
    name: 'secure MX: a certificate for the recipient domain will do',
    shows: ['DANE-3.2.2-2'],
    world: daneDomain(['2 0 1 @mx.a.example:ca'], {
      certificate: { issuer: 'private-ca', names: ['a.example'] },
    }),
    steps: [send(passes)],
  },
  {
    name: 'insecure MX: a certificate for the recipient domain will not do',
    refs: ['DANE-3.2.2-4'],
    world: together(
      plainDomain({ certificate: { issuer: 'private-ca', names: ['a.example'] } }),
      tlsa(['2 0 1 @mx.a.example:ca']),
      { signedZones: ['mx.a.example'] },
    ),
    steps: [send(waits)],
  },
  {
    name: 'a wildcard stands for one label',
    refs: ['DANE-3.2.3-4'],
    shows: ['DANE-3.2.3-2'],
    world: daneDomain(['2 0 1 @mx.a.example:ca'], {
      certificate: { issuer: 'private-ca', names: ['*.a.example'] },
    }),
    steps: [send(passes)],
  },
  {
    name: 'a wildcard does not stand for two labels',
    refs: ['DANE-3.2.3-3', 'DANE-3.2.3-4'],
    // The host is outside a.example, lest the wildcard cover the recipient domain.
    world: together(SIGNED, tlsa(['2 0 1 @mx.b.test:ca'], 'mx.b.test'), {
      dns: { 'MX a.example': ['10 mx.b.test'], 'A mx.b.test': ['@mx.b.test'] },
      mail: { 'mx.b.test': { certificate: { issuer: 'private-ca', names: ['*.test'] } } },
    }),
    steps: [send(waits)],
  },
  {
    name: 'a common name stands in where there is no DNS name',
    refs: ['DANE-3.2.3-1', 'SID-6125-6.4.4-1'],
    world: daneDomain(['2 0 1 @mx.a.example:ca'], {
      certificate: { issuer: 'private-ca', names: [], commonName: 'mx.a.example' },
    }),
    steps: [send(passes)],
  },
  {
    name: 'a common name does not count beside a DNS name',
    shows: ['DANE-1.1-1', 'DANE-3.2.3-1', 'SID-6125-6.4.4-1'],
    world: daneDomain(['2 0 1 @mx.a.example:ca'], {
      certificate: { issuer: 'private-ca', ...OTHER_NAME, commonName: 'mx.a.example' },
    }),
    steps: [send(waits)],
  },
  {
    name: 'a common name stands in beside addresses, which are no DNS names',
    refs: ['DANE-3.2.3-1', 'SID-6125-6.4.4-1'],
    world: daneDomain(['2 0 1 @mx.a.example:ca'], {
      certificate: { issuer: 'private-ca', names: [], addresses: ['192.0.2.1'], commonName: 'mx.a.example' },
    }),
    steps: [send(passes)],
  },
  {
    name: 'a wildcard for all of a top-level domain covers nothing',
    refs: ['SID-6125-6.4.3-1'],
    world: together(SIGNED, tlsa(['2 0 1 @mxhost.test:ca'], 'mxhost.test'), {
      dns: { 'MX a.example': ['10 mxhost.test'], 'A mxhost.test': ['@mxhost.test'] },
      mail: { 'mxhost.test': { certificate: { issuer: 'private-ca', names: ['*.test'] } } },
    }),
    steps: [send(waits)],
  },
  {
    name: 'a certificate in no log of Certificate Transparency, by a private authority, will do under DANE-TA',
    shows: ['DOPS-4.2-1'],
    world: daneDomain(['2 1 1 @mx.a.example:ca'], { certificate: { issuer: 'private-ca' } }),
    steps: [send(passes)],
  },
  {
    name: 'DANE-EE: a certificate above the leaf that matches does not count',
    shows: ['TLSA-2.1.1-2'],
    world: daneDomain(['3 0 1 @mx.a.example:ca'], {
      certificate: { issuer: 'intermediate', sends: 'full' },
    }),
    steps: [send(waits)],
  },
  {
    name: 'DANE-EE beside DANE-TA: a leaf that matches needs no name',
    refs: ['DANE-3.1-1'],
    shows: ['DANE-3.1.1-1'],
    world: daneDomain(['2 0 1 @mx.a.example:ca', '3 1 1 @mx.a.example'], {
      certificate: { issuer: 'private-ca', ...OTHER_NAME },
    }),
    steps: [send(passes)],
  },
];

export const dane: readonly Scenario[] = [...records, ...failures, ...hosts, ...aliases, ...anchors];
