/* Stories of rows that no other story comes to, so that the reason of each is printed at least once beside what it was given for. */
import type { Scenario } from '../../src/adapters/scripted/index.js';
import {
  daneDomain,
  mailHosts,
  NO_SHA256,
  plainDomain,
  policyFile,
  policyText,
  REQUIRETLS_HOST,
  SIGNED,
  type Story,
  send,
  stsDomain,
  stsPolicy,
  tlsa,
  together,
  twoHosts,
} from './worlds.js';

const requireTls = { requireTls: true } as const;
const tlsRequiredNo = { tlsRequiredNo: true } as const;
const promised = { outcome: 'delivered', status: '2.x', tls: 'yes', mailParameters: ['REQUIRETLS'] } as const;
const waits = { outcome: 'deferred', status: '4.7.5' } as const;
const returned = { outcome: 'bounced', status: '5.7.10' } as const;
const DANE_RECORD = ['3 1 1 @mx.a.example'] as const;
const TLSA_FAILS = { dns: { 'TLSA mx.a.example': { fails: 'servfail' } } } as const;
const RECORD_GONE = { dns: { 'TXT _mta-sts.a.example': null } } as const;
/** An operator to whom a secure MX and a certificate are not enough for REQUIRETLS. */
const strict = { requireTlsSecureMx: 'refuse' } as const;
const MINUTE = 60_000;

const underRequireTls: readonly Story[] = [
  {
    name: 'REQUIRETLS, secure MX, an operator who accepts a policy in testing rather than the MX',
    refs: ['X-4', 'CHOICE-7'],
    world: together(stsDomain('testing', REQUIRETLS_HOST), SIGNED),
    settings: { ...strict, requireTlsTestingPolicy: 'accept' },
    steps: [send({ ...promised, authentication: 'pkix', rows: ['RTLS-7'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, a policy in testing that the operator accepts, and TLSA records: both are held to',
    refs: ['X-4', 'CHOICE-1'],
    world: together(stsDomain('testing', REQUIRETLS_HOST), tlsa(DANE_RECORD), {
      signedZones: ['mx.a.example'],
    }),
    settings: { requireTlsTestingPolicy: 'accept' },
    steps: [send({ ...promised, authentication: 'dane+pkix', rows: ['RTLS-6', 'PKIX-2'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, a policy in testing that the operator accepts, and DANE in place of its certificate',
    refs: ['X-4', 'CHOICE-1'],
    world: together(stsDomain('testing', REQUIRETLS_HOST), tlsa(DANE_RECORD), {
      signedZones: ['mx.a.example'],
    }),
    settings: { requireTlsTestingPolicy: 'accept', whenDanePasses: 'skip-pkix' },
    steps: [send({ ...promised, authentication: 'dane', rows: ['PKIX-13'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, secure MX, an operator who wants DANE or an enforced policy: one in testing is neither',
    refs: ['X-4', 'CHOICE-7'],
    world: together(stsDomain('testing', REQUIRETLS_HOST), SIGNED),
    settings: strict,
    steps: [send({ ...returned, rows: ['RTLS-12'], notConnected: ['mx.a.example'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, secure MX, an operator who wants DANE or an enforced policy, which cannot be fetched',
    refs: ['X-18', 'CHOICE-7'],
    world: together(plainDomain(REQUIRETLS_HOST), SIGNED, policyFile(policyText('enforce'), { status: 500 })),
    settings: strict,
    steps: [send({ ...waits, rows: ['RTLS-13'], notConnected: ['mx.a.example'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, secure MX, an operator who wants DANE or an enforced policy, and TLSA cannot be looked up',
    refs: ['X-18', 'CHOICE-7'],
    world: together(plainDomain(REQUIRETLS_HOST), SIGNED, TLSA_FAILS),
    settings: strict,
    steps: [send({ ...waits, rows: ['RTLS-14'], notConnected: ['mx.a.example'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, secure MX, a policy in testing is not enough, and TLSA cannot be looked up',
    refs: ['X-18', 'CHOICE-7'],
    world: together(stsDomain('testing', REQUIRETLS_HOST), SIGNED, TLSA_FAILS),
    settings: strict,
    steps: [send({ ...waits, rows: ['RTLS-15'], notConnected: ['mx.a.example'] }, requireTls)],
  },
  {
    name: 'REQUIRETLS, a kept policy in testing whose currency is not known may be enforced by now',
    refs: ['X-18', 'CHOICE-7'],
    world: stsDomain('testing', REQUIRETLS_HOST),
    steps: [
      send({ outcome: 'delivered' }),
      { change: RECORD_GONE, ...send({ ...waits, rows: ['RTLS-16'] }, requireTls) },
    ],
  },
  {
    name: 'REQUIRETLS, secure MX that is not enough, a kept policy in testing whose currency is not known',
    refs: ['X-18', 'CHOICE-7'],
    world: together(stsDomain('testing', REQUIRETLS_HOST), SIGNED),
    settings: strict,
    steps: [
      send({ outcome: 'delivered' }),
      { change: RECORD_GONE, ...send({ ...waits, rows: ['RTLS-17'] }, requireTls) },
    ],
  },
  {
    name: 'REQUIRETLS, insecure MX and no policy, and TLSA cannot be looked up: not final',
    refs: ['X-18', 'CHOICE-3'],
    world: together(plainDomain(REQUIRETLS_HOST), TLSA_FAILS, { signedZones: ['mx.a.example'] }),
    steps: [send({ ...waits, rows: ['RTLS-8', 'BAR-8'], notConnected: ['mx.a.example'] }, requireTls)],
  },
];

const underKeptPolicies: readonly Story[] = [
  {
    name: 'a kept policy whose currency is not known does not list the host: a newer one may',
    refs: ['STS-5.1-1', 'X-18'],
    world: stsDomain('enforce'),
    steps: [
      send({ outcome: 'delivered' }),
      {
        change: {
          dns: {
            'TXT _mta-sts.a.example': null,
            'MX a.example': ['10 new.a.example'],
            'A new.a.example': ['@new.a.example'],
          },
          mail: { 'new.a.example': {} },
        },
        ...send({ ...waits, rows: ['BAR-7'], notConnected: ['new.a.example'] }),
      },
    ],
  },
  {
    name: 'a new id, a fetch that fails, and within five minutes once more: the old policy stands, and nobody is asked',
    refs: ['STS-3.3-9'],
    world: stsDomain('enforce'),
    steps: [
      send({ outcome: 'delivered' }),
      {
        after: MINUTE,
        change: {
          dns: { 'TXT _mta-sts.a.example': ['v=STSv1; id=2;'] },
          policy: { 'mta-sts.a.example': { status: 500 } },
        },
        ...send({ outcome: 'delivered', authentication: 'pkix', rows: ['STS-2', 'STS-21'] }),
      },
      { after: MINUTE, ...send({ outcome: 'delivered', authentication: 'pkix', rows: ['STS-3'] }) },
    ],
  },
  {
    name: 'DANE mismatch, and the kept policy may be out of date',
    refs: ['DANE-3.2-1'],
    world: together(daneDomain(DANE_RECORD), stsPolicy('enforce')),
    steps: [
      send({ outcome: 'delivered', authentication: 'dane+pkix' }),
      {
        change: {
          dns: { 'TXT _mta-sts.a.example': null, 'TLSA mx.a.example': [`3 1 1 ${NO_SHA256}`] },
        },
        ...send({ ...waits, rows: ['PEER-8'], because: 'PEER-8' }),
      },
    ],
  },
];

/** The message set the policy aside that should have kept it from the host. */
const refusals: readonly Story[] = [
  {
    name: 'TLS-Required: No, refused for good by a host that its policy would have kept away: the next one takes it',
    refs: ['RTLS-3-2', 'X-5'],
    world: together(
      twoHosts({ replies: { rcpt: { '*': '550 5.1.1 no such user' } } }),
      stsPolicy('enforce', ['mx2.a.example']),
    ),
    steps: [send({ outcome: 'delivered', mx: 'mx2.a.example', rows: ['REPLY-9'] }, tlsRequiredNo)],
  },
  {
    name: 'TLS-Required: No, refused for good by the only host, which its policy would have kept away',
    refs: ['RTLS-3-2'],
    world: together(
      mailHosts({ 'mx.a.example': { replies: { rcpt: { '*': '550 5.1.1 no such user' } } } }),
      stsPolicy('enforce', ['elsewhere.example']),
    ),
    steps: [send({ outcome: 'bounced', status: '5.1.1', rows: ['REPLY-9'] }, tlsRequiredNo)],
  },
  {
    name: 'a message beyond the size that the host takes',
    refs: ['SMTP-4.2-1'],
    world: plainDomain({ keywords: ['SIZE 20'] }),
    steps: [send({ outcome: 'bounced', rows: ['FIT-2'], because: 'FIT-2' })],
  },
  {
    name: 'EHLO refused for now: the mail waits, and HELO is not tried',
    refs: ['SMTP-4.2-1'],
    world: plainDomain({ replies: { ehlo: '451 4.3.2 not now' } }),
    steps: [send({ outcome: 'deferred', rows: ['REPLY-7'], because: 'REPLY-7' })],
  },
  {
    name: 'a TLS report whose handshake fails at the first attempt does not wait, whatever others do',
    refs: ['CHOICE-8'],
    world: plainDomain({ starttls: 'broken' }),
    settings: { cleartextRetry: 'after' },
    steps: [
      send({ outcome: 'delivered', tls: 'no', cleartextRetry: true, rows: ['RETRY-7'] }, { report: 'tls' }),
    ],
  },
];

export const reasons: readonly Scenario[] = [...underRequireTls, ...underKeptPolicies, ...refusals];
