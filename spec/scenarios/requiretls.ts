/* REQUIRETLS and TLS-Required: No (RFC 8689): what a message itself says about TLS. */
import type { Scenario } from '../../src/adapters/scripted/index.js';
import {
  daneDomain,
  NO_SHA256,
  OTHER_NAME,
  plainDomain,
  policyFile,
  policyText,
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
  USUAL_KEYWORDS,
} from './worlds.js';

const requireTls = { requireTls: true } as const;
const tlsRequiredNo = { tlsRequiredNo: true } as const;

const promised = { outcome: 'delivered', status: '2.x', tls: 'yes', mailParameters: ['REQUIRETLS'] } as const;
const encrypted = { outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'none' } as const;
const inClear = { outcome: 'delivered', status: '2.x', tls: 'no', authentication: 'none' } as const;
const waits = { outcome: 'deferred', status: '4.7.5' } as const;
const returned = { outcome: 'bounced', status: '5.7.10' } as const;

const DANE_RECORD = ['3 1 1 @mx.a.example'] as const;
const WITHOUT_KEYWORD = { keywords: USUAL_KEYWORDS, keywordsAfterTls: USUAL_KEYWORDS } as const;

/** What validates the name of the host and the host. */
const validation: readonly Story[] = [
  {
    name: 'REQUIRETLS, insecure MX, listed by an enforced policy',
    refs: ['RTLS-2-4'],
    shows: ['RTLS-2-3', 'RTLS-4.2.1-2'],
    world: stsDomain('enforce', REQUIRETLS_HOST),
    steps: [send({ ...promised, authentication: 'pkix', rows: ['RTLS-3', 'KEY-1'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, the current policy does not list the host',
    refs: ['CHOICE-22'],
    shows: ['RTLS-2-3', 'RTLS-4.2.1-2'],
    world: together(plainDomain(REQUIRETLS_HOST), stsPolicy('enforce', ['elsewhere.example'])),
    steps: [
      send(
        { outcome: 'deferred', status: '4.7.5', rows: ['RTLS-19'], notConnected: ['mx.a.example'] },
        requireTls,
      ),
    ],
  },
  {
    name: 'REQUIRETLS, the enforced policy does not list the host that DNSSEC vouches for',
    refs: ['CHOICE-7', 'CHOICE-22'],
    shows: ['RTLS-2-3'],
    world: together(plainDomain(REQUIRETLS_HOST), SIGNED, stsPolicy('enforce', ['elsewhere.example'])),
    steps: [send({ ...returned, notConnected: ['mx.a.example'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, the policy lists the host and its certificate is bad',
    shows: ['RTLS-4.2.1-3', 'RTLS-4.2.1-10'],
    world: stsDomain('enforce', { ...REQUIRETLS_HOST, certificate: SELF_SIGNED }),
    steps: [send(returned, requireTls)],
  },
  {
    name: 'REQUIRETLS, a policy in testing promises nothing',
    shows: ['X-4', 'CHOICE-7'],
    world: stsDomain('testing', REQUIRETLS_HOST),
    steps: [send({ ...returned, notConnected: ['mx.a.example'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, a policy in testing that the operator accepts',
    shows: ['X-4', 'CHOICE-7'],
    world: stsDomain('testing', REQUIRETLS_HOST),
    settings: { requireTlsTestingPolicy: 'accept' },
    steps: [send({ ...promised, authentication: 'pkix' }, requireTls)],
  },
  {
    name: 'REQUIRETLS, a policy in testing that the operator accepts is held to in full',
    shows: ['X-4', 'RTLS-4.2.1-3'],
    world: stsDomain('testing', { ...REQUIRETLS_HOST, certificate: OTHER_NAME }),
    settings: { requireTlsTestingPolicy: 'accept' },
    steps: [send(returned, requireTls)],
  },
  {
    name: 'REQUIRETLS, a policy of mode none promises nothing, whatever the operator accepts',
    refs: ['STS-5-3'],
    shows: ['RTLS-2-3'],
    world: stsDomain('none', REQUIRETLS_HOST),
    settings: { requireTlsTestingPolicy: 'accept' },
    steps: [send({ ...returned, notConnected: ['mx.a.example'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, secure MX without TLSA, valid certificate',
    shows: ['RTLS-2-3', 'RTLS-2-4', 'CHOICE-7'],
    world: together(plainDomain(REQUIRETLS_HOST), SIGNED),
    steps: [send({ ...promised, authentication: 'pkix', mxSecure: true }, requireTls)],
  },
  {
    name: 'REQUIRETLS, secure MX without TLSA, self-signed certificate',
    shows: ['RTLS-2-4', 'RTLS-4.2.1-3'],
    world: together(plainDomain({ ...REQUIRETLS_HOST, certificate: SELF_SIGNED }), SIGNED),
    steps: [send(returned, requireTls)],
  },
  {
    name: 'REQUIRETLS, secure MX without TLSA, valid certificate, but the operator wants DANE or an enforced policy',
    shows: ['CHOICE-7', 'RTLS-2-4'],
    world: together(plainDomain(REQUIRETLS_HOST), SIGNED),
    settings: { requireTlsSecureMx: 'refuse' },
    steps: [send({ ...returned, notConnected: ['mx.a.example'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, only unusable TLSA, valid certificate: PKIX does what DANE cannot',
    refs: ['DOPS-10.3-2'],
    shows: ['RTLS-2-4'],
    world: daneDomain(['# 0301'], REQUIRETLS_HOST),
    steps: [send({ ...promised, authentication: 'pkix' }, requireTls)],
  },
  {
    name: 'REQUIRETLS, only unusable TLSA, self-signed certificate: encryption alone is not enough',
    refs: ['DOPS-10.3-2'],
    shows: ['RTLS-2-4'],
    world: daneDomain(['# 0301'], { ...REQUIRETLS_HOST, certificate: SELF_SIGNED }),
    steps: [send(returned, requireTls)],
  },
  {
    name: 'REQUIRETLS, half-DANE: a host that anybody could have named',
    refs: ['CHOICE-4', 'DANE-2.2.1-7'],
    shows: ['RTLS-2-3'],
    world: together(plainDomain(REQUIRETLS_HOST), tlsa(DANE_RECORD), { signedZones: ['mx.a.example'] }),
    steps: [send({ ...returned, notConnected: ['mx.a.example'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, DANE mismatch',
    refs: ['RTLS-4.2.1-3'],
    shows: ['RTLS-4.2.1-10'],
    world: daneDomain([`3 1 1 ${NO_SHA256}`], REQUIRETLS_HOST),
    steps: [send(returned, requireTls)],
  },
  {
    name: 'REQUIRETLS, no MX record but its secure denial: the domain itself is validated',
    shows: ['RTLS-4.2.1-3', 'RTLS-2-3', 'SMTP-5.1-5'],
    world: together(SIGNED, {
      dns: { 'A a.example': ['@a.example'] },
      mail: { 'a.example': REQUIRETLS_HOST },
    }),
    steps: [send({ ...promised, authentication: 'pkix' }, requireTls)],
  },
  {
    name: 'REQUIRETLS, no MX record and an alias into an unsigned zone: its target is no name to trust',
    shows: ['RTLS-2-3', 'DANE-2.2.2-5'],
    world: {
      signedZones: ['a.example'],
      dns: { 'CNAME a.example': ['host.provider.test'], 'A host.provider.test': ['@host.provider.test'] },
      mail: { 'host.provider.test': REQUIRETLS_HOST },
    },
    steps: [send({ ...returned, notConnected: ['host.provider.test'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS to an address: nothing to validate',
    shows: ['RTLS-4.2.1-3', 'CHOICE-7', 'CHOICE-15'],
    world: { dns: {} },
    steps: [send(returned, { ...requireTls, to: ['user@[192.0.2.1]'] })],
  },
];

/** What is final, and what may change. */
const finality: readonly Story[] = [
  {
    name: 'REQUIRETLS, no STARTTLS',
    shows: ['RTLS-4.2.1-10', 'CHOICE-7'],
    world: daneDomain(DANE_RECORD, { starttls: 'not-offered' }),
    steps: [send(returned, requireTls)],
  },
  {
    name: 'REQUIRETLS, STARTTLS refused for good',
    shows: ['RTLS-4.2.1-10', 'CHOICE-7'],
    world: daneDomain(DANE_RECORD, { starttls: '502 5.5.1 not implemented' }),
    steps: [send(returned, requireTls)],
  },
  {
    name: 'REQUIRETLS, STARTTLS refused for now',
    refs: ['X-18', 'CHOICE-7'],
    world: daneDomain(DANE_RECORD, { starttls: '454 4.7.0 TLS not available' }),
    steps: [send(waits, requireTls)],
  },
  {
    name: 'REQUIRETLS, handshake broken',
    refs: ['X-18'],
    shows: ['X-7'],
    world: daneDomain(DANE_RECORD, { starttls: 'broken' }),
    steps: [send({ ...waits, cleartextRetry: false }, requireTls)],
  },
  {
    name: 'REQUIRETLS, TLSA lookup failed',
    refs: ['X-18'],
    shows: ['CHOICE-3'],
    world: together(plainDomain(REQUIRETLS_HOST), SIGNED, {
      dns: { 'TLSA mx.a.example': { fails: 'bogus' } },
    }),
    steps: [send({ ...waits, notConnected: ['mx.a.example'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, the policy that would validate the host cannot be fetched',
    shows: ['CHOICE-5', 'X-18', 'X-19'],
    world: together(plainDomain(REQUIRETLS_HOST), policyFile(policyText('enforce'), { status: 500 })),
    steps: [send({ ...waits, notConnected: ['mx.a.example'], rows: ['RTLS-10'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, the TXT lookup fails',
    shows: ['X-19', 'CHOICE-5'],
    world: together(plainDomain(REQUIRETLS_HOST), {
      dns: { 'TXT _mta-sts.a.example': { fails: 'servfail' } },
    }),
    steps: [send({ outcome: 'deferred', status: '4.4.3', notConnected: ['mx.a.example'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, the certificate fails a kept policy whose currency is not known',
    refs: ['X-18'],
    shows: ['CHOICE-7'],
    world: stsDomain('enforce', REQUIRETLS_HOST),
    steps: [
      send({ ...promised, authentication: 'pkix' }, requireTls),
      {
        change: {
          dns: { 'TXT _mta-sts.a.example': null },
          mail: { 'mx.a.example': { ...REQUIRETLS_HOST, certificate: SELF_SIGNED } },
        },
        ...send({ ...waits, rows: ['STS-4', 'PEER-9'] }, requireTls),
      },
    ],
  },
  {
    name: 'REQUIRETLS, a kept policy whose currency is not known does not list the host',
    shows: ['CHOICE-7', 'X-18'],
    world: stsDomain('enforce', REQUIRETLS_HOST),
    steps: [
      send({ ...promised, authentication: 'pkix' }, requireTls),
      {
        change: {
          dns: {
            'TXT _mta-sts.a.example': null,
            'MX a.example': ['10 new.a.example'],
            'A new.a.example': ['@new.a.example'],
          },
          mail: { 'new.a.example': REQUIRETLS_HOST },
        },
        ...send({ ...waits, notConnected: ['new.a.example'] }, requireTls),
      },
    ],
  },
];

/** Several hosts: one that keeps the promise is enough, and only if all fail for good it is over. */
const hosts: readonly Story[] = [
  {
    name: 'REQUIRETLS, the keyword is missing on the first host and offered on the second',
    shows: ['RTLS-4.2.1-6', 'RTLS-4.2.1-11'],
    world: together(
      twoHosts(WITHOUT_KEYWORD, REQUIRETLS_HOST),
      SIGNED,
      tlsa(['3 1 1 @mx1.a.example'], 'mx1.a.example'),
      tlsa(['3 1 1 @mx2.a.example'], 'mx2.a.example'),
    ),
    steps: [send({ ...promised, authentication: 'dane', mx: 'mx2.a.example' }, requireTls)],
  },
  {
    name: 'REQUIRETLS, the keyword is missing on both hosts',
    shows: ['RTLS-4.2.1-10', 'RTLS-4.2.1-8'],
    world: together(
      twoHosts(WITHOUT_KEYWORD, WITHOUT_KEYWORD),
      SIGNED,
      tlsa(['3 1 1 @mx1.a.example'], 'mx1.a.example'),
      tlsa(['3 1 1 @mx2.a.example'], 'mx2.a.example'),
    ),
    steps: [send({ outcome: 'bounced', status: '5.7.30' }, requireTls)],
  },
  {
    name: 'REQUIRETLS, the keyword is missing on the first host, the second does not match',
    shows: ['RTLS-4.2.1-10', 'CHOICE-7'],
    world: together(
      twoHosts(WITHOUT_KEYWORD, REQUIRETLS_HOST),
      SIGNED,
      tlsa(['3 1 1 @mx1.a.example'], 'mx1.a.example'),
      tlsa([`3 1 1 ${NO_SHA256}`], 'mx2.a.example'),
    ),
    steps: [send({ outcome: 'bounced', status: '5.7.30' }, requireTls)],
  },
  {
    name: 'REQUIRETLS, the keyword is missing on the first host, the second is down: it may have it',
    refs: ['X-18', 'CHOICE-7'],
    shows: ['CHOICE-14'],
    world: together(
      twoHosts(WITHOUT_KEYWORD, { connect: 'refuse' }),
      SIGNED,
      tlsa(['3 1 1 @mx1.a.example'], 'mx1.a.example'),
      tlsa(['3 1 1 @mx2.a.example'], 'mx2.a.example'),
    ),
    steps: [send(waits, requireTls)],
  },
  {
    name: 'REQUIRETLS, one host without STARTTLS, the other with a TLSA lookup that fails',
    refs: ['X-18', 'CHOICE-7'],
    world: together(
      twoHosts({ starttls: 'not-offered' }, REQUIRETLS_HOST),
      SIGNED,
      tlsa(['3 1 1 @mx1.a.example'], 'mx1.a.example'),
      { dns: { 'TLSA mx2.a.example': { fails: 'servfail' } } },
    ),
    steps: [send({ ...waits, notConnected: ['mx2.a.example'] }, requireTls)],
  },
];

/** The keyword itself, and messages that say more than one thing. */
const words: readonly Story[] = [
  {
    name: 'REQUIRETLS, a common name stands in where there is no DNS name',
    refs: ['SID-9525-1'],
    shows: ['RTLS-2-4'],
    world: together(
      plainDomain({ ...REQUIRETLS_HOST, certificate: { names: [], commonName: 'mx.a.example' } }),
      SIGNED,
    ),
    steps: [send({ ...promised, authentication: 'pkix' }, requireTls)],
  },
  {
    name: 'REQUIRETLS, the keyword in small letters',
    refs: ['RTLS-2-1'],
    shows: ['SMTP-4.1.1.1-2'],
    world: daneDomain(DANE_RECORD, { ...REQUIRETLS_HOST, keywordsAfterTls: ['8bitmime', 'requiretls'] }),
    steps: [send(promised, requireTls)],
  },
  {
    name: 'the keyword is not used for messages that do not ask for it',
    refs: ['RTLS-2-2', 'RTLS-4.2.1-7'],
    world: stsDomain('enforce', REQUIRETLS_HOST),
    steps: [send({ outcome: 'delivered', authentication: 'pkix', requireTls: false, rows: ['KEY-7'] })],
  },
  {
    name: 'REQUIRETLS on a bounce: the keyword is used where it is offered',
    refs: ['RTLS-5-4'],
    shows: ['RTLS-5-1'],
    world: daneDomain(DANE_RECORD, REQUIRETLS_HOST),
    steps: [send({ ...promised, authentication: 'dane', rows: ['KEY-4'] }, { ...requireTls, from: '' })],
  },
  {
    name: 'REQUIRETLS on a bounce: a missing keyword is no reason to drop it',
    shows: ['RTLS-5-5', 'RTLS-4.2.1-1'],
    world: daneDomain(DANE_RECORD, WITHOUT_KEYWORD),
    steps: [
      send(
        { outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'dane', rows: ['MSG-2', 'KEY-5'] },
        { ...requireTls, from: '' },
      ),
    ],
  },
  {
    name: 'REQUIRETLS on a bounce: an unvalidated host in clear is still better than no bounce',
    shows: ['RTLS-5-5', 'RTLS-4.2.1-1'],
    world: plainDomain({ starttls: 'not-offered' }),
    steps: [send({ ...inClear, rows: ['MSG-2', 'KEY-6'] }, { ...requireTls, from: '' })],
  },
  {
    name: 'REQUIRETLS on a bounce sets no policy aside',
    shows: ['RTLS-5-5', 'STS-5-1'],
    world: stsDomain('enforce', { starttls: 'not-offered' }),
    steps: [send(waits, { ...requireTls, from: '' })],
  },
  {
    name: 'REQUIRETLS and TLS-Required: No on one message: the tag wins',
    shows: ['X-5', 'RTLS-4.1-3'],
    world: plainDomain(REQUIRETLS_HOST),
    steps: [send({ ...returned, notConnected: ['mx.a.example'] }, { ...requireTls, ...tlsRequiredNo })],
  },
];

/** TLS-Required: No sets the recipient's policies aside, and nothing else. */
const setAside: readonly Story[] = [
  {
    name: 'TLS-Required: No where all is well: TLS, and nobody asked who answers',
    shows: ['RTLS-3-3', 'CHOICE-9', 'CHOICE-13'],
    world: together(daneDomain(DANE_RECORD), stsPolicy('enforce')),
    steps: [send({ ...encrypted, rows: ['OPT-2'] }, tlsRequiredNo)],
  },
  {
    name: 'TLS-Required: No, no STARTTLS under an enforced policy',
    shows: ['RTLS-3-2', 'RTLS-4.2.2-1'],
    world: stsDomain('enforce', { starttls: 'not-offered' }),
    steps: [send({ ...inClear, cleartextRetry: false }, tlsRequiredNo)],
  },
  {
    name: 'TLS-Required: No, STARTTLS refused under DANE',
    refs: ['X-7'],
    shows: ['RTLS-3-2', 'RTLS-4.2.2-1'],
    world: daneDomain(DANE_RECORD, { starttls: '454 4.7.0 TLS not available' }),
    steps: [send({ ...inClear, cleartextRetry: true }, tlsRequiredNo)],
  },
  {
    name: 'TLS-Required: No, MX not listed',
    shows: ['RTLS-3-2', 'RTLS-8.4-1'],
    world: together(plainDomain(), stsPolicy('enforce', ['elsewhere.example'])),
    steps: [send(encrypted, tlsRequiredNo)],
  },
  {
    name: 'TLS-Required: No, TLSA lookup failed: it does not matter',
    shows: ['RTLS-8.4-1', 'CHOICE-9'],
    world: together(plainDomain(), SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'bogus' } } }),
    steps: [send(encrypted, tlsRequiredNo)],
  },
  {
    name: 'TLS-Required: No, TXT lookup failed: it does not matter',
    shows: ['RTLS-8.4-1', 'CHOICE-9'],
    world: together(plainDomain(), { dns: { 'TXT _mta-sts.a.example': { fails: 'servfail' } } }),
    steps: [send({ ...encrypted, rows: ['STS-10'] }, tlsRequiredNo)],
  },
  {
    name: 'TLS-Required: No, MX lookup failed: nobody knows where to go',
    refs: ['RTLS-4.2.2-1', 'SMTP-5.1-4'],
    world: { dns: { 'MX a.example': { fails: 'servfail' } } },
    steps: [send({ outcome: 'deferred', status: '4.4.3' }, tlsRequiredNo)],
  },
  {
    name: 'TLS-Required: No, octets injected: an attack is no configuration mistake',
    refs: ['RTLS-3-5'],
    shows: ['STLS-4-5', 'CHOICE-8'],
    world: plainDomain({ starttls: 'injected' }),
    steps: [send({ outcome: 'deferred', status: '4.7.x', cleartextRetry: false }, tlsRequiredNo)],
  },
  {
    name: 'TLS-Required: No, but the server itself insists on the TLS that it cannot do',
    refs: ['RTLS-4.2.2-2'],
    shows: ['STLS-4-6'],
    world: plainDomain({
      starttls: 'broken',
      replies: { mail: '530 5.7.0 must issue a STARTTLS command first' },
    }),
    steps: [send({ outcome: 'bounced', status: '5.7.0', cleartextRetry: true }, tlsRequiredNo)],
  },
  {
    name: 'TLS-Required: No, ignored by the operator',
    refs: ['CHOICE-9'],
    shows: ['RTLS-3-5'],
    world: daneDomain([`3 1 1 ${NO_SHA256}`]),
    settings: { tlsRequiredNo: 'ignore' },
    steps: [send({ ...waits, rows: ['MSG-4'] }, tlsRequiredNo)],
  },
  {
    name: 'TLS-Required: No, and a host that its policy would have kept away says the message is too large: the next one takes it',
    shows: ['RTLS-3-2', 'CHOICE-9', 'SIZE-7-1'],
    world: together(twoHosts({ keywords: ['SIZE 20'] }), stsPolicy('enforce', ['mx2.a.example'])),
    steps: [
      send(
        { outcome: 'delivered', status: '2.x', mx: 'mx2.a.example', rows: ['FIT-5'] },
        { tlsRequiredNo: true },
      ),
    ],
  },
];

export const requiretls: readonly Scenario[] = [...validation, ...finality, ...hosts, ...words, ...setAside];
