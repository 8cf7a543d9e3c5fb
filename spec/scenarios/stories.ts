/* The stories to begin with: every outcome that the engine knows, each for its most telling reason. */
import type { Scenario } from '../../src/adapters/scripted/index.js';
import {
  daneDomain,
  mailHosts,
  NO_SHA256,
  OTHER_NAME,
  plainDomain,
  REQUIRETLS_HOST,
  REQUIRETLS_KEYWORDS,
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

const all: readonly Story[] = [
  {
    name: 'no policy, self-signed certificate: encrypted all the same',
    shows: ['OS-3-2', 'X-20', 'STLS-6-2'],
    world: plainDomain({ certificate: SELF_SIGNED }),
    steps: [
      send({
        outcome: 'delivered',
        status: '2.x',
        tls: 'yes',
        authentication: 'none',
        cleartextRetry: false,
        reports: [{ policyType: 'no-policy-found', policyDomain: 'a.example', success: 1, failure: 0 }],
      }),
    ],
  },
  {
    name: 'no policy, no STARTTLS: delivered in clear',
    shows: ['DANE-2.2-3', 'RPT-4.3.1-1'],
    world: plainDomain({ starttls: 'not-offered' }),
    steps: [
      send({
        outcome: 'delivered',
        status: '2.x',
        tls: 'no',
        authentication: 'none',
        cleartextRetry: false,
        reports: [
          { policyType: 'no-policy-found', failure: 1, details: [{ resultType: 'starttls-not-supported' }] },
        ],
      }),
    ],
  },
  {
    name: 'no policy, handshake broken: delivered in clear over a second connection',
    shows: ['DANE-2.2-4', 'CHOICE-8', 'STLS-4-3', 'STLS-6-4'],
    world: plainDomain({ starttls: 'broken' }),
    steps: [
      send({
        outcome: 'delivered',
        status: '2.x',
        tls: 'no',
        authentication: 'none',
        cleartextRetry: true,
        reports: [
          { policyType: 'no-policy-found', failure: 1, details: [{ resultType: 'validation-failure' }] },
        ],
      }),
    ],
  },
  {
    name: 'no policy, STARTTLS refused for now (454): delivered in clear over a second connection',
    shows: ['STLS-4-2', 'CHOICE-8'],
    world: plainDomain({ starttls: '454 4.7.0 TLS not available' }),
    steps: [
      send({
        outcome: 'delivered',
        status: '2.x',
        tls: 'no',
        authentication: 'none',
        cleartextRetry: true,
        reports: [
          { policyType: 'no-policy-found', failure: 1, details: [{ resultType: 'starttls-not-supported' }] },
        ],
      }),
    ],
  },
  {
    name: 'no policy, STARTTLS refused for good (554): delivered in clear over a second connection',
    shows: ['STLS-4-2', 'CHOICE-8'],
    world: plainDomain({ starttls: '554 5.7.3 no TLS here' }),
    steps: [
      send({
        outcome: 'delivered',
        status: '2.x',
        tls: 'no',
        authentication: 'none',
        cleartextRetry: true,
        reports: [
          { policyType: 'no-policy-found', failure: 1, details: [{ resultType: 'starttls-not-supported' }] },
        ],
      }),
    ],
  },
  {
    name: 'octets injected behind the STARTTLS reply: deferred, never in clear',
    shows: ['STLS-4-5', 'CHOICE-8'],
    world: plainDomain({ starttls: 'injected' }),
    steps: [send({ outcome: 'deferred', status: '4.7.x', cleartextRetry: false, rows: ['TOUT-5'] })],
  },
  {
    name: 'MTA-STS enforced, all well',
    refs: ['RPT-4.2.1-1'],
    shows: ['STS-4-1', 'STS-4.2-1', 'STS-4.2-2'],
    world: stsDomain('enforce'),
    steps: [
      send({
        outcome: 'delivered',
        status: '2.x',
        tls: 'yes',
        authentication: 'pkix',
        reports: [
          { policyType: 'sts', policyDomain: 'a.example', mxHost: ['mx.a.example'], success: 1, failure: 0 },
        ],
      }),
    ],
  },
  {
    name: 'MTA-STS enforced, the only MX is not in the policy: not even connected to',
    refs: ['STS-5-5'],
    shows: ['STS-4.1-1', 'STS-5-1'],
    world: together(plainDomain(), stsPolicy('enforce', ['elsewhere.example'])),
    steps: [
      send({
        outcome: 'deferred',
        status: '4.7.5',
        notConnected: ['mx.a.example'],
        rows: ['STSD-4'],
        reports: [
          {
            policyType: 'sts',
            failure: 1,
            details: [{ resultType: 'validation-failure', failureReasonCode: 'sts-mx-mismatch' }],
          },
        ],
      }),
    ],
  },
  {
    name: 'MTA-STS enforced, the first MX has a wrong certificate, the second is good',
    shows: ['STS-5.1-2', 'STS-4.2-2'],
    world: together(
      twoHosts({ certificate: OTHER_NAME }),
      stsPolicy('enforce', ['mx1.a.example', 'mx2.a.example']),
    ),
    steps: [
      send({ outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'pkix', mx: 'mx2.a.example' }),
    ],
  },
  {
    name: 'MTA-STS enforced, no STARTTLS: waits, as under a stripping attack',
    shows: ['STS-5-1', 'STS-5-5', 'STS-6-3'],
    world: stsDomain('enforce', { starttls: 'not-offered' }),
    steps: [
      send({
        outcome: 'deferred',
        status: '4.7.5',
        rows: ['TLS-3'],
        reports: [{ policyType: 'sts', failure: 1, details: [{ resultType: 'starttls-not-supported' }] }],
      }),
    ],
  },
  {
    name: 'MTA-STS enforced and cached, then policy host and TXT record are gone: still enforced',
    shows: ['STS-3.3-12', 'STS-3.1-5'],
    world: stsDomain('enforce'),
    steps: [
      send({ outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'pkix' }),
      {
        change: { dns: { 'TXT _mta-sts.a.example': null }, policy: { 'mta-sts.a.example': null } },
        ...send({ outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'pkix', rows: ['STS-4'] }),
      },
    ],
  },
  {
    name: 'MTA-STS in testing, wrong certificate: delivered and reported',
    shows: ['STS-5-2', 'RPT-4.3.1-2'],
    world: stsDomain('testing', { certificate: OTHER_NAME }),
    steps: [
      send({
        outcome: 'delivered',
        status: '2.x',
        tls: 'yes',
        authentication: 'none',
        reports: [{ policyType: 'sts', failure: 1, details: [{ resultType: 'certificate-host-mismatch' }] }],
      }),
    ],
  },
  {
    name: 'DANE-EE matches; the certificate is expired, self-signed and of another name, and nobody cares',
    shows: ['DOPS-5.1-1', 'DANE-3.1.1-1', 'DANE-3.1.1-2', 'DANE-3.2.1-1'],
    world: daneDomain(['3 1 1 @mx.a.example'], {
      certificate: { issuer: 'self', validity: 'expired', names: ['other.example'] },
    }),
    steps: [
      send({
        outcome: 'delivered',
        status: '2.x',
        tls: 'yes',
        authentication: 'dane',
        mxSecure: true,
        reports: [{ policyType: 'tlsa', policyDomain: 'mx.a.example', success: 1, failure: 0 }],
      }),
    ],
  },
  {
    name: 'DANE-EE does not match; a valid certificate does not help',
    shows: ['DANE-2.2-1', 'DANE-3.2-1', 'DANE-9.1-2'],
    world: daneDomain([`3 1 1 ${NO_SHA256}`]),
    steps: [
      send({
        outcome: 'deferred',
        status: '4.7.5',
        rows: ['PEER-6'],
        reports: [
          {
            policyType: 'tlsa',
            policyDomain: 'mx.a.example',
            failure: 1,
            details: [{ resultType: 'certificate-not-trusted', failureReasonCode: 'tlsa-mismatch' }],
          },
        ],
      }),
    ],
  },
  {
    name: 'DANE-TA matches and the name is right, below a CA that nobody else trusts',
    refs: ['DANE-3.1.2-1', 'DANE-3.2.2-1'],
    shows: ['TLSA-2.1.1-1', 'DOPS-5.2.2-3'],
    world: daneDomain(['2 0 1 @mx.a.example:ca'], { certificate: { issuer: 'private-ca' } }),
    steps: [send({ outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'dane' })],
  },
  {
    name: 'DANE-TA matches, but the leaf is for another name',
    refs: ['DANE-1.1-1'],
    shows: ['DANE-3.2.2-1'],
    world: daneDomain(['2 0 1 @mx.a.example:ca'], { certificate: { issuer: 'private-ca', ...OTHER_NAME } }),
    steps: [
      send({
        outcome: 'deferred',
        status: '4.7.5',
        reports: [{ policyType: 'tlsa', failure: 1, details: [{ resultType: 'certificate-host-mismatch' }] }],
      }),
    ],
  },
  {
    name: 'only unusable TLSA records, self-signed: TLS with anybody',
    refs: ['DANE-3.1.3-2'],
    shows: ['DANE-2.2-2', 'CHOICE-2'],
    world: daneDomain(['1 1 1 @mx.a.example'], { certificate: SELF_SIGNED }),
    steps: [
      send({
        outcome: 'delivered',
        status: '2.x',
        tls: 'yes',
        authentication: 'none',
        reports: [{ policyType: 'tlsa', success: 1, details: [{ resultType: 'tlsa-invalid' }] }],
      }),
    ],
  },
  {
    name: 'only unusable TLSA records, no STARTTLS: TLS was promised',
    shows: ['DANE-2.2-2', 'DANE-2.2.3-6', 'DOPS-10.3-1'],
    world: daneDomain(['1 1 1 @mx.a.example'], { starttls: 'not-offered' }),
    steps: [
      send({
        outcome: 'deferred',
        status: '4.7.5',
        reports: [{ policyType: 'tlsa', failure: 1, details: [{ resultType: 'starttls-not-supported' }] }],
      }),
    ],
  },
  {
    name: 'the TLSA lookup fails for the first MX, which is never connected to; the second is well',
    shows: ['DANE-2.1.2-4', 'DANE-2.2-5', 'DANE-10-1', 'CHOICE-3'],
    world: together(twoHosts({}), SIGNED, tlsa(['3 1 1 @mx2.a.example'], 'mx2.a.example'), {
      dns: { 'TLSA mx1.a.example': { fails: 'servfail' } },
    }),
    steps: [
      send({
        outcome: 'delivered',
        status: '2.x',
        tls: 'yes',
        authentication: 'dane',
        mx: 'mx2.a.example',
        notConnected: ['mx1.a.example'],
      }),
    ],
  },
  {
    name: 'DANE is good, but enforced MTA-STS fails by the certificate',
    shows: ['X-1', 'CHOICE-1', 'STS-5-1'],
    world: together(daneDomain(['3 1 1 @mx.a.example'], { certificate: SELF_SIGNED }), stsPolicy('enforce')),
    steps: [
      send({
        outcome: 'deferred',
        status: '4.7.5',
        reports: [
          { policyType: 'tlsa', success: 1, failure: 0 },
          { policyType: 'sts', success: 0, failure: 1, details: [{ resultType: 'certificate-not-trusted' }] },
        ],
      }),
    ],
  },
  {
    name: 'TLSA in an insecure zone, mismatching: as if it were not there',
    refs: ['TLSA-4.1-1'],
    shows: ['DANE-2.2-3', 'DANE-2.2.2-2', 'TLSA-4.1-6'],
    world: together(plainDomain(), tlsa([`3 1 1 ${NO_SHA256}`])),
    steps: [
      send({
        ...{ outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'none', mxSecure: false },
        reports: [{ policyType: 'no-policy-found', policyString: [], success: 1, failure: 0, details: [] }],
      }),
    ],
  },
  {
    name: 'REQUIRETLS over DANE, the keyword is offered after TLS',
    refs: ['RTLS-4.2.1-4'],
    shows: ['RTLS-2-5', 'RTLS-4.2.1-11'],
    world: daneDomain(['3 1 1 @mx.a.example'], REQUIRETLS_HOST),
    steps: [
      send(
        {
          outcome: 'delivered',
          status: '2.x',
          tls: 'yes',
          authentication: 'dane',
          requireTls: true,
          mailParameters: ['REQUIRETLS'],
        },
        { requireTls: true },
      ),
    ],
  },
  {
    name: 'REQUIRETLS over DANE, the keyword is missing',
    shows: ['RTLS-4.2.1-4', 'RTLS-4.2.1-10'],
    world: daneDomain(['3 1 1 @mx.a.example'], {
      keywords: USUAL_KEYWORDS,
      keywordsAfterTls: USUAL_KEYWORDS,
    }),
    steps: [send({ outcome: 'bounced', status: '5.7.30', rows: ['KEY-2'] }, { requireTls: true })],
  },
  {
    name: 'REQUIRETLS over DANE, the keyword is offered only before TLS',
    shows: ['RTLS-2-5', 'STLS-4.2-1'],
    world: daneDomain(['3 1 1 @mx.a.example'], {
      keywords: REQUIRETLS_KEYWORDS,
      keywordsAfterTls: USUAL_KEYWORDS,
    }),
    steps: [send({ outcome: 'bounced', status: '5.7.30', rows: ['KEY-2'] }, { requireTls: true })],
  },
  {
    name: 'REQUIRETLS, insecure MX and no policy: anybody could have named this host',
    shows: ['RTLS-2-3', 'RTLS-4.2.1-2', 'RTLS-4.2.1-10'],
    world: plainDomain(REQUIRETLS_HOST),
    steps: [
      send({ outcome: 'bounced', status: '5.7.10', notConnected: ['mx.a.example'] }, { requireTls: true }),
    ],
  },
  {
    name: 'REQUIRETLS, the only host is down: that may change',
    refs: ['X-18', 'CHOICE-7'],
    world: daneDomain(['3 1 1 @mx.a.example'], { connect: 'refuse' }),
    steps: [send({ outcome: 'deferred', status: '4.4.x' }, { requireTls: true })],
  },
  {
    name: 'TLS-Required: No over a DANE mismatch: encrypted with whoever answers',
    shows: ['RTLS-3-2', 'RTLS-3-3', 'RTLS-8.4-1', 'CHOICE-9'],
    world: daneDomain([`3 1 1 ${NO_SHA256}`]),
    steps: [
      send(
        { outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'none', rows: ['OPT-2'] },
        { tlsRequiredNo: true },
      ),
    ],
  },
  {
    name: 'TLS-Required: No over a broken handshake under an enforced policy: delivered in clear',
    refs: ['X-7'],
    shows: ['RTLS-3-2', 'RTLS-4.2.2-1', 'CHOICE-9'],
    world: stsDomain('enforce', { starttls: 'broken' }),
    steps: [
      send(
        { outcome: 'delivered', status: '2.x', tls: 'no', authentication: 'none', cleartextRetry: true },
        { tlsRequiredNo: true },
      ),
    ],
  },
  {
    name: 'null MX',
    refs: ['NULLMX-4.1-1', 'NULLMX-4.1-2'],
    shows: ['NULLMX-3-1', 'CHOICE-14'],
    // The domain's own address must not be used instead.
    world: {
      dns: { 'MX a.example': ['0 .'], 'A a.example': ['@a.example'] },
      mail: { 'a.example': {} },
    },
    steps: [send({ outcome: 'bounced', status: '5.1.10', mx: null, notConnected: ['a.example'] })],
  },
  {
    name: '550 at RCPT for one of two recipients: each has an outcome of their own',
    refs: ['SMTP-4.2.1-2'],
    shows: ['CHOICE-15', 'DUAL-3-6'],
    world: mailHosts({
      'mx.a.example': { replies: { rcpt: { 'gone@a.example': '550 5.1.1 no such user' } } },
    }),
    steps: [
      send(
        [
          { outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'none' },
          { outcome: 'bounced', status: '5.1.1', tls: 'yes', authentication: 'none' },
        ],
        { to: ['user@a.example', 'gone@a.example'] },
      ),
    ],
  },
];

export const stories: readonly Scenario[] = all;
