/* What the operator demands or allows: rules for destinations, patience before cleartext, and whole profiles. */
import type { MailHost, Scenario } from '../../src/adapters/scripted/index.js';
import type { DestinationRule } from '../../src/policy/local/destination.js';
import { PROFILES } from '../../src/policy/settings.js';
import {
  daneDomain,
  NO_SHA256,
  plainDomain,
  REQUIRETLS_HOST,
  SELF_SIGNED,
  SIGNED,
  type Story,
  send,
  stsDomain,
  stsPolicy,
  tlsa,
  together,
  twoHosts,
} from './worlds.js';

const encrypted = { outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'none' } as const;
const inClear = { outcome: 'delivered', status: '2.x', tls: 'no', authentication: 'none' } as const;
const waits = { outcome: 'deferred', status: '4.7.5' } as const;
const byPkix = { ...encrypted, authentication: 'pkix' } as const;
const byDane = { ...encrypted, authentication: 'dane' } as const;

const DANE_RECORD = ['3 1 1 @mx.a.example'] as const;
const MISMATCH = [`3 1 1 ${NO_SHA256}`] as const;

const rule = (
  destination: string,
  demand: DestinationRule['demand'],
  expiresAt: DestinationRule['expiresAt'] = null,
): DestinationRule => ({ destination, demand, owner: 'postmaster', reason: 'a story', expiresAt });
const rules = (...destinations: readonly DestinationRule[]) => ({ destinations });

const encrypt: readonly Story[] = [
  {
    name: "encrypt: anybody's certificate will do",
    refs: ['TLS-3.2-1'],
    shows: ['STLS-6-1'],
    world: plainDomain({ certificate: SELF_SIGNED }),
    settings: rules(rule('a.example', 'encrypt')),
    steps: [send({ ...encrypted, rows: ['OPER-2'] })],
  },
  {
    name: 'encrypt: no STARTTLS',
    refs: ['X-7'],
    shows: ['STLS-6-1', 'TLS-3.2-1'],
    world: plainDomain({ starttls: 'not-offered' }),
    settings: rules(rule('a.example', 'encrypt', Date.UTC(2999, 0, 1))),
    steps: [send(waits)],
  },
  {
    name: 'encrypt: no STARTTLS on the first host, the second is tried',
    shows: ['STLS-6-1', 'CHOICE-6'],
    world: twoHosts({ starttls: 'not-offered' }),
    settings: rules(rule('a.example', 'encrypt')),
    steps: [send({ ...encrypted, mx: 'mx2.a.example' })],
  },
  {
    name: 'encrypt: EHLO refused on the first host, the second is tried',
    refs: ['SMTP-2.2.1-1'],
    shows: ['STLS-6-1'],
    world: twoHosts({ starttls: 'not-offered', replies: { ehlo: '502 5.5.1 not implemented' } }),
    settings: rules(rule('a.example', 'encrypt')),
    steps: [send({ ...encrypted, mx: 'mx2.a.example' })],
  },
  {
    name: 'encrypt: handshake broken, never in clear',
    shows: ['X-7', 'OS-3-1'],
    world: plainDomain({ starttls: 'broken' }),
    settings: rules(rule('a.example', 'encrypt')),
    steps: [send({ ...waits, cleartextRetry: false })],
  },
  {
    name: 'encrypt: a sender cannot lower it',
    refs: ['X-7'],
    shows: ['CHOICE-9'],
    world: plainDomain({ starttls: 'not-offered' }),
    settings: rules(rule('a.example', 'encrypt')),
    steps: [send(waits, { tlsRequiredNo: true })],
  },
];

/** The domain's MX records are signed, and so vouch for the names of its hosts. */
const named = (host: MailHost = {}) => together(plainDomain(host), SIGNED);
/** Nobody vouches for the MX records, and the host has TLSA records of its own. */
const halfDane = (records: readonly string[], host: MailHost) =>
  together(plainDomain(host), tlsa(records), { signedZones: ['mx.a.example'] });
const FOR_DOMAIN = { names: ['a.example'] } as const;
const FOR_HOST = { names: ['mx.a.example'] } as const;

const verify: readonly Story[] = [
  {
    name: 'verify: a valid certificate for a host that a signed MX record names',
    shows: ['STLS-6-1', 'CHOICE-20'],
    world: named(),
    settings: rules(rule('a.example', 'verify')),
    steps: [send({ ...byPkix, rows: ['OPER-7', 'PKIX-15'] })],
  },
  {
    name: 'verify: a valid certificate for the domain will do there as well',
    shows: ['CHOICE-20'],
    world: named({ certificate: FOR_DOMAIN }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send(byPkix)],
  },
  {
    name: 'verify: a valid certificate for a host that anybody could have named',
    shows: ['TLS-7.1-1', 'CHOICE-20'],
    world: plainDomain({ certificate: FOR_HOST }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send({ ...waits, rows: ['OPER-9', 'PKIX-17'] })],
  },
  {
    name: 'verify: a valid certificate for the domain, whoever named the host',
    shows: ['TLS-7.1-1', 'CHOICE-20'],
    world: plainDomain({ certificate: FOR_DOMAIN }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send(byPkix)],
  },
  {
    name: 'verify: a host that anybody could have named has TLSA records, and matches them',
    shows: ['TLS-7.1-1', 'CHOICE-20'],
    world: halfDane(DANE_RECORD, { certificate: FOR_HOST }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send({ ...waits, rows: ['OPER-9', 'PKIX-18'] })],
  },
  {
    name: 'verify: such a host matches its records, and its certificate is for the domain',
    refs: ['CHOICE-4'],
    shows: ['CHOICE-20'],
    world: halfDane(DANE_RECORD, { certificate: FOR_DOMAIN }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send({ ...encrypted, authentication: 'dane+pkix' })],
  },
  {
    name: 'verify and TLS-Required: No: the records of a host that anybody could have named are no evidence',
    refs: ['CHOICE-9'],
    shows: ['CHOICE-20'],
    world: halfDane(DANE_RECORD, { certificate: SELF_SIGNED }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send({ ...waits, rows: ['MATCH-7'] }, { tlsRequiredNo: true })],
  },
  {
    name: 'verify: an enforced policy vouches for the name of the host',
    shows: ['CHOICE-20'],
    world: stsDomain('enforce', { certificate: FOR_HOST }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send({ ...byPkix, rows: ['OPER-8'] })],
  },
  {
    name: 'verify: a policy under test vouches for nothing',
    refs: ['STS-5-2'],
    shows: ['CHOICE-20'],
    world: stsDomain('testing', { certificate: FOR_HOST }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send({ ...waits, rows: ['OPER-9'] })],
  },
  {
    name: 'verify and REQUIRETLS by a policy under test: both names',
    refs: ['CHOICE-7'],
    shows: ['CHOICE-20'],
    world: stsDomain('testing', {
      ...REQUIRETLS_HOST,
      certificate: { names: ['mx.a.example', 'a.example'] },
    }),
    settings: { requireTlsTestingPolicy: 'accept', ...rules(rule('a.example', 'verify')) },
    steps: [send(byPkix, { requireTls: true })],
  },
  {
    name: 'verify and REQUIRETLS by a policy under test: one name is not both',
    refs: ['CHOICE-7'],
    shows: ['CHOICE-20'],
    world: stsDomain('testing', { ...REQUIRETLS_HOST, certificate: FOR_HOST }),
    settings: { requireTlsTestingPolicy: 'accept', ...rules(rule('a.example', 'verify')) },
    steps: [send({ outcome: 'bounced', status: '5.7.10' }, { requireTls: true })],
  },
  {
    name: 'verify: a domain without MX records is its own host',
    refs: ['DANE-2.2.2-8'],
    shows: ['CHOICE-20'],
    world: { dns: { 'A a.example': ['@a.example'] }, mail: { 'a.example': {} } },
    settings: rules(rule('a.example', 'verify')),
    steps: [send({ ...byPkix, rows: ['OPER-7'] })],
  },
  {
    name: 'verify: a self-signed certificate',
    shows: ['STLS-6-1', 'SID-6.6-1'],
    world: named({ certificate: SELF_SIGNED }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send(waits)],
  },
  {
    name: 'verify: a common name is no name of a server',
    shows: ['SID-9525-1'],
    world: named({ certificate: { names: [], commonName: 'mx.a.example' } }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send(waits)],
  },
  {
    name: 'verify: DANE will do, whatever the certificate',
    shows: ['STLS-6-1', 'DOPS-5.1-1'],
    world: daneDomain(DANE_RECORD, { certificate: SELF_SIGNED }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send(byDane)],
  },
  {
    name: 'verify: a valid certificate does not rescue a DANE mismatch',
    refs: ['STLS-6-1'],
    shows: ['DANE-3.2-1'],
    world: daneDomain(MISMATCH),
    settings: rules(rule('a.example', 'verify')),
    steps: [send(waits)],
  },
  {
    name: 'verify: unusable TLSA leaves it to the certificate',
    shows: ['DANE-2.2-2', 'STLS-6-1'],
    world: daneDomain(['# 0301']),
    settings: rules(rule('a.example', 'verify')),
    steps: [send(byPkix)],
  },
  {
    name: 'verify: a policy in testing does not lower it',
    refs: ['STS-5-2'],
    shows: ['STLS-6-1'],
    world: together(stsDomain('testing', { certificate: SELF_SIGNED }), SIGNED),
    settings: rules(rule('a.example', 'verify')),
    steps: [send(waits)],
  },
  {
    name: 'verify and TLS-Required: No: DANE is set aside as a demand, and still good as evidence',
    shows: ['CHOICE-9', 'STLS-6-1'],
    world: daneDomain(DANE_RECORD, { certificate: SELF_SIGNED }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send({ ...byDane, rows: ['MATCH-3', 'PEER-5'] }, { tlsRequiredNo: true })],
  },
  {
    name: 'verify and TLS-Required: No: a DANE mismatch leaves it to the certificate',
    shows: ['CHOICE-9', 'STLS-6-1'],
    world: daneDomain(MISMATCH),
    settings: rules(rule('a.example', 'verify')),
    steps: [send({ ...byPkix, rows: ['MATCH-3'] }, { tlsRequiredNo: true })],
  },
  {
    name: 'verify and TLS-Required: No: neither DANE nor certificate',
    shows: ['CHOICE-9', 'STLS-6-1'],
    world: daneDomain(MISMATCH, { certificate: SELF_SIGNED }),
    settings: rules(rule('a.example', 'verify')),
    steps: [send(waits, { tlsRequiredNo: true })],
  },
];

const mandatoryDane: readonly Story[] = [
  {
    name: 'dane: a match',
    shows: ['DANE-2.2-6'],
    world: daneDomain(DANE_RECORD, { certificate: SELF_SIGNED }),
    settings: rules(rule('a.example', 'dane')),
    steps: [send({ ...byDane, rows: ['OPER-4'] })],
  },
  {
    name: 'dane: no TLSA records, and so nothing',
    shows: ['DANE-2.2-6', 'RPT-4.3.2.1-3'],
    world: together(plainDomain(), SIGNED),
    settings: rules(rule('a.example', 'dane')),
    steps: [
      send({
        ...waits,
        notConnected: ['mx.a.example'],
        rows: ['OPER-5'],
        reports: [{ policyType: 'tlsa', failure: 1, details: [{ resultType: 'dane-required' }] }],
      }),
    ],
  },
  {
    name: 'dane: only unusable TLSA records, and so nothing',
    shows: ['DANE-2.2-6', 'DOPS-10.3-2'],
    world: daneDomain(['# 0301']),
    settings: rules(rule('a.example', 'dane')),
    steps: [send({ ...waits, notConnected: ['mx.a.example'] })],
  },
  {
    name: 'dane: half of it is not enough',
    shows: ['DANE-2.2.1-3'],
    world: together(plainDomain(), tlsa(DANE_RECORD), { signedZones: ['mx.a.example'] }),
    settings: rules(rule('a.example', 'dane')),
    steps: [send({ ...waits, notConnected: ['mx.a.example'], rows: ['OPER-6'] })],
  },
  {
    name: 'dane: the first host has none, the second has',
    shows: ['DANE-2.2-6', 'CHOICE-6'],
    world: together(twoHosts({}), SIGNED, tlsa(['3 1 1 @mx2.a.example'], 'mx2.a.example')),
    settings: rules(rule('a.example', 'dane')),
    steps: [send({ ...byDane, mx: 'mx2.a.example', notConnected: ['mx1.a.example'] })],
  },
  {
    name: 'dane and TLS-Required: No: the sender cannot lower it',
    shows: ['CHOICE-9', 'DANE-2.2-6'],
    world: daneDomain(MISMATCH),
    settings: rules(rule('a.example', 'dane')),
    steps: [send({ ...waits, rows: ['MATCH-2'] }, { tlsRequiredNo: true })],
  },
  {
    name: 'dane and an enforced policy: both',
    shows: ['X-1', 'DANE-2.2-6'],
    world: together(daneDomain(DANE_RECORD), stsPolicy('enforce')),
    settings: rules(rule('a.example', 'dane')),
    steps: [send({ ...encrypted, authentication: 'dane+pkix' })],
  },
];

/** Which rule is in force. */
const choice: readonly Story[] = [
  {
    name: 'a rule for another domain is none',
    shows: ['STLS-6-2'],
    world: plainDomain({ starttls: 'not-offered' }),
    settings: rules(
      rule('b.example', 'encrypt'),
      rule('.sub.a.example', 'encrypt'),
      rule('example', 'encrypt'),
    ),
    steps: [send({ ...inClear, rows: ['OPER-1'] })],
  },
  {
    name: 'a rule for everything below a domain',
    shows: ['STLS-6-1'],
    world: plainDomain({ starttls: 'not-offered' }),
    settings: rules(rule('.example', 'encrypt')),
    steps: [send(waits)],
  },
  {
    name: 'the first rule that names the domain counts',
    refs: ['STLS-6-1'],
    shows: ['STLS-6-2'],
    world: plainDomain({ starttls: 'not-offered' }),
    settings: rules(rule('a.example', 'none'), rule('*', 'encrypt')),
    steps: [send({ ...inClear, rows: ['OPER-1'] })],
  },
  {
    name: 'an expired rule is ignored',
    shows: ['STLS-6-2'],
    world: plainDomain({ starttls: 'not-offered' }),
    settings: rules(rule('a.example', 'encrypt', 0)),
    steps: [send({ ...inClear, rows: ['OPER-1'] })],
  },
  {
    name: 'an expired exception gives way to the next rule',
    shows: ['STLS-6-1'],
    world: plainDomain({ starttls: 'not-offered' }),
    settings: rules(rule('a.example', 'none', 0), rule('*', 'encrypt')),
    steps: [send(waits)],
  },
];

/** Patience before cleartext. */
const patience: readonly Story[] = [
  {
    name: 'cleartextRetry never: a broken handshake waits',
    shows: ['OS-3-5', 'CHOICE-8'],
    world: plainDomain({ starttls: 'broken' }),
    settings: { cleartextRetry: 'never' },
    steps: [send({ outcome: 'deferred', status: '4.7.x', cleartextRetry: false, rows: ['RETRY-3'] })],
  },
  {
    name: 'cleartextRetry never: the next host is tried',
    shows: ['OS-3-5', 'CHOICE-8'],
    world: twoHosts({ starttls: '454 4.7.0 TLS not available' }),
    settings: { cleartextRetry: 'never' },
    steps: [send({ ...encrypted, mx: 'mx2.a.example' })],
  },
  {
    name: 'cleartextRetry never: where TLS is not offered, nothing has failed',
    refs: ['CHOICE-8'],
    shows: ['DANE-2.2-3'],
    world: plainDomain({ starttls: 'not-offered' }),
    settings: { cleartextRetry: 'never' },
    steps: [send({ ...inClear, cleartextRetry: false })],
  },
  {
    name: 'cleartextRetry after: on the second attempt',
    shows: ['CHOICE-8', 'DANE-2.2-4'],
    world: plainDomain({ starttls: 'broken' }),
    settings: { cleartextRetry: 'after' },
    steps: [
      send({ outcome: 'deferred', status: '4.7.x', cleartextRetry: false, rows: ['RETRY-5'] }),
      { attempt: 2, ...send({ ...inClear, cleartextRetry: true, rows: ['RETRY-6'] }) },
    ],
  },
];

/** Profiles: other systems' choices as data. */
const profiles: readonly Story[] = [
  {
    name: 'profile mox: half-DANE is not looked for',
    shows: ['CHOICE-4', 'DANE-2.2.1-4'],
    world: together(plainDomain(), tlsa(MISMATCH), { signedZones: ['mx.a.example'] }),
    settings: PROFILES.mox,
    steps: [send(encrypted)],
  },
  {
    name: 'profile mox: REQUIRETLS wants DANE or an enforced policy',
    shows: ['CHOICE-7'],
    world: together(plainDomain(REQUIRETLS_HOST), SIGNED),
    settings: PROFILES.mox,
    steps: [send({ outcome: 'bounced', status: '5.7.10' }, { requireTls: true })],
  },
  {
    name: 'profile mox: DANE and PKIX are both demanded',
    shows: ['CHOICE-1'],
    world: together(daneDomain(DANE_RECORD, { certificate: SELF_SIGNED }), stsPolicy('enforce')),
    settings: PROFILES.mox,
    steps: [send(waits)],
  },
  {
    name: 'profile postfix: DANE replaces the certificate check of MTA-STS',
    shows: ['CHOICE-1'],
    world: together(daneDomain(DANE_RECORD, { certificate: SELF_SIGNED }), stsPolicy('enforce')),
    settings: PROFILES.postfix,
    steps: [send(byDane)],
  },
  {
    name: 'profile postfix: a TXT lookup that fails is no reason to wait',
    shows: ['CHOICE-5'],
    world: together(plainDomain(), { dns: { 'TXT _mta-sts.a.example': { fails: 'servfail' } } }),
    settings: PROFILES.postfix,
    steps: [send(encrypted)],
  },
  {
    name: 'profile postfix: a broken handshake gets a second chance before cleartext',
    shows: ['CHOICE-8'],
    world: plainDomain({ starttls: 'broken' }),
    settings: PROFILES.postfix,
    steps: [
      send({ outcome: 'deferred', status: '4.7.x', cleartextRetry: false }),
      { attempt: 2, ...send({ ...inClear, cleartextRetry: true }) },
    ],
  },
];

const several: readonly Story[] = [
  {
    name: 'the rule for a domain stands above the rule for all, whichever comes first',
    shows: ['STLS-6-1'],
    world: plainDomain({ starttls: 'not-offered' }),
    settings: rules(rule('*', 'none'), rule('a.example', 'encrypt')),
    steps: [send(waits)],
  },
  {
    name: 'the rule for a longer suffix stands above the rule for a shorter one',
    refs: ['STLS-6-1'],
    world: plainDomain({ starttls: 'not-offered' }),
    settings: rules(rule('.example', 'dane'), rule('.a.example', 'none')),
    steps: [send(inClear)],
  },
  {
    name: 'of two rules for the same domain the stricter one counts',
    shows: ['STLS-6-1'],
    world: plainDomain({ starttls: 'not-offered' }),
    settings: rules(rule('a.example', 'none'), rule('a.example', 'encrypt')),
    steps: [send(waits)],
  },
];

export const operator: readonly Scenario[] = [
  ...encrypt,
  ...verify,
  ...mandatoryDane,
  ...choice,
  ...patience,
  ...profiles,
  ...several,
];
