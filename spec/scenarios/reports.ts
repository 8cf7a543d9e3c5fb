/* What attempts add to the tally of TLS reports (RFC 8460, Section 4): each session once under each policy that applied. */
import type { Expectation, Scenario } from '../../src/adapters/scripted/index.js';
import {
  announced,
  daneDomain,
  NO_SHA256,
  OTHER_NAME,
  plainDomain,
  policyFile,
  policyText,
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

type Tally = NonNullable<Expectation['reports']>;

const delivered = (...reports: Tally): Expectation => ({ outcome: 'delivered', reports });
const deferred = (...reports: Tally): Expectation => ({ outcome: 'deferred', reports });

/** No policy of the domain applied. */
const withoutPolicy: readonly Story[] = [
  {
    name: 'no policy, TLS: a success',
    shows: ['RPT-4-4', 'RPT-4.2.1-1'],
    world: plainDomain(),
    steps: [
      send(
        delivered({
          policyType: 'no-policy-found',
          policyDomain: 'a.example',
          policyString: [],
          mxHost: [],
          success: 1,
          failure: 0,
          details: [],
        }),
      ),
    ],
  },
  {
    name: 'no policy, STARTTLS refused: one failure with the reply code; the retry in clear is no session',
    refs: ['RPT-4.2.2-1'],
    shows: ['RPT-4.3.1-1'],
    world: plainDomain({ starttls: '454 4.7.0 TLS not available' }),
    steps: [
      send(
        delivered({
          policyType: 'no-policy-found',
          success: 0,
          failure: 1,
          details: [
            {
              resultType: 'starttls-not-supported',
              receivingMxHostname: 'mx.a.example',
              failedSessionCount: 1,
              failureReasonCode: '454',
            },
          ],
        }),
      ),
    ],
  },
  {
    name: 'no policy, handshake broken: a validation failure',
    refs: ['RPT-4.2.2-1'],
    shows: ['RPT-4.3.1-5'],
    world: plainDomain({ starttls: 'broken' }),
    steps: [
      send(
        delivered({
          policyType: 'no-policy-found',
          success: 0,
          failure: 1,
          details: [{ resultType: 'validation-failure', receivingMxHostname: 'mx.a.example' }],
        }),
      ),
    ],
  },
  {
    name: 'no policy, octets injected: a validation failure that says so',
    shows: ['STLS-4-5', 'RPT-4.3.1-5'],
    world: plainDomain({ starttls: 'injected' }),
    steps: [
      send(
        deferred({
          policyType: 'no-policy-found',
          failure: 1,
          details: [{ resultType: 'validation-failure', failureReasonCode: 'response-injection' }],
        }),
      ),
    ],
  },
  {
    name: 'a recipient refused over good TLS is a success',
    shows: ['X-10', 'RPT-4.2.1-1'],
    world: stsDomain('enforce', { replies: { rcpt: { '*': '550 5.1.1 no such user' } } }),
    steps: [send({ outcome: 'bounced', reports: [{ policyType: 'sts', success: 1, failure: 0 }] })],
  },
  {
    name: 'mode none is no policy',
    refs: ['STS-6-3', 'RPT-4-4'],
    world: stsDomain('none'),
    steps: [send(delivered({ policyType: 'no-policy-found', success: 1, failure: 0 }))],
  },
];

/** Under MTA-STS. */
const sts: readonly Story[] = [
  {
    name: 'the policy is named by its lines as received and its hosts',
    refs: ['RPT-1.1-1', 'RPT-4.4-4', 'RPT-4.4-6'],
    world: together(
      plainDomain(),
      policyFile(
        'version: STSv1\r\nmode: enforce\r\nx_note:  why not \r\nmx: *.A.Example\r\nmax_age: 86400\r\n',
      ),
    ),
    steps: [
      send(
        delivered({
          policyType: 'sts',
          policyDomain: 'a.example',
          policyString: [
            'version: STSv1',
            'mode: enforce',
            'x_note:  why not',
            'mx: *.A.Example',
            'max_age: 86400',
          ],
          mxHost: ['*.a.example'],
          success: 1,
          failure: 0,
          details: [],
        }),
      ),
    ],
  },
  {
    name: 'an expired certificate under testing',
    shows: ['STS-5-2', 'RPT-4.3.1-3'],
    world: stsDomain('testing', { certificate: { validity: 'expired' } }),
    steps: [
      send(
        delivered({
          policyType: 'sts',
          success: 0,
          failure: 1,
          details: [{ resultType: 'certificate-expired' }],
        }),
      ),
    ],
  },
  {
    name: 'a self-signed certificate under testing',
    shows: ['STS-5-2', 'RPT-4.3.1-4'],
    world: stsDomain('testing', { certificate: SELF_SIGNED }),
    steps: [
      send(
        delivered({
          policyType: 'sts',
          success: 0,
          failure: 1,
          details: [{ resultType: 'certificate-not-trusted', receivingMxHostname: 'mx.a.example' }],
        }),
      ),
    ],
  },
  {
    name: 'a common name alone under testing',
    refs: ['STS-4.2-2'],
    shows: ['RPT-4.3.1-2'],
    world: stsDomain('testing', { certificate: { names: [], commonName: 'mx.a.example' } }),
    steps: [
      send(
        delivered({ policyType: 'sts', failure: 1, details: [{ resultType: 'certificate-host-mismatch' }] }),
      ),
    ],
  },
  {
    name: 'two hosts, a failure and a success: one line for the policy',
    refs: ['RPT-4.2.1-1', 'RPT-4.2.2-1', 'RPT-4-5'],
    world: together(twoHosts({ certificate: OTHER_NAME }), stsPolicy('enforce', ['*.a.example'])),
    steps: [
      send(
        delivered({
          policyType: 'sts',
          success: 1,
          failure: 1,
          details: [{ resultType: 'certificate-host-mismatch', receivingMxHostname: 'mx1.a.example' }],
        }),
      ),
    ],
  },
  {
    name: 'a host that no session was made with, because the policy does not list it',
    refs: ['RPT-4.2.2-1'],
    shows: ['RPT-4.3.1-5'],
    world: together(plainDomain(), stsPolicy('enforce', ['elsewhere.example'])),
    steps: [
      send(
        deferred({
          policyType: 'sts',
          success: 0,
          failure: 1,
          details: [
            {
              resultType: 'validation-failure',
              receivingMxHostname: 'mx.a.example',
              failureReasonCode: 'sts-mx-mismatch',
            },
          ],
        }),
      ),
    ],
  },
  {
    name: 'a fetch that fails beside a kept policy: reported under that policy',
    refs: ['RPT-4.3.2.2-1'],
    shows: ['STS-6-2'],
    world: stsDomain('enforce'),
    steps: [
      send(delivered({ policyType: 'sts', success: 1, failure: 0 })),
      {
        change: { dns: announced('2').dns, policy: { 'mta-sts.a.example': { status: 404 } } },
        ...send(
          delivered({
            policyType: 'sts',
            mxHost: ['mx.a.example'],
            details: [{ resultType: 'sts-policy-fetch-error', failureReasonCode: 'http-status-404' }],
          }),
        ),
      },
    ],
  },
  {
    name: 'a file that is no policy says what is wrong with it',
    refs: ['STS-6-1'],
    shows: ['RPT-4.3.2.2-2'],
    world: together(plainDomain(), policyFile(policyText('enforce', []))),
    steps: [send(delivered({ details: [{ resultType: 'sts-policy-invalid', failureReasonCode: 'no-mx' }] }))],
  },
];

/** Under DANE. */
const dane: readonly Story[] = [
  {
    name: 'the records are named by their host, in capitals and sorted',
    refs: ['RPT-1.1-1', 'RPT-4.4-4'],
    world: daneDomain([`3 1 1 ${NO_SHA256}`, '1 1 1 cd']),
    steps: [
      send(
        deferred({
          policyType: 'tlsa',
          policyDomain: 'mx.a.example',
          policyString: ['1 1 1 CD', `3 1 1 ${NO_SHA256.toUpperCase()}`],
          mxHost: [],
          success: 0,
          failure: 1,
          details: [{ resultType: 'certificate-not-trusted', failureReasonCode: 'tlsa-mismatch' }],
        }),
      ),
    ],
  },
  {
    name: 'a domain that is its own mail host, with TLSA records: told of once, under them',
    refs: ['RPT-1.1-1'],
    world: together(SIGNED, tlsa(['3 1 1 @a.example'], 'a.example'), {
      dns: { 'A a.example': ['@a.example'] },
      mail: { 'a.example': {} },
    }),
    steps: [
      send(delivered({ policyType: 'tlsa', policyDomain: 'a.example', success: 1, failure: 0, details: [] })),
    ],
  },
  {
    name: 'an aliased host: the records are named by the base domain, the host by the MX record',
    refs: ['RPT-1.1-1', 'RPT-4.4-10'],
    world: together(
      {
        dns: {
          'MX a.example': ['10 mx.a.example'],
          'CNAME mx.a.example': ['mx.provider.test'],
          'A mx.provider.test': ['@mx.provider.test'],
        },
        mail: { 'mx.provider.test': {} },
      },
      SIGNED,
      tlsa([`3 1 1 ${NO_SHA256}`], 'mx.provider.test'),
    ),
    steps: [
      send(
        deferred({
          policyType: 'tlsa',
          policyDomain: 'mx.provider.test',
          failure: 1,
          details: [{ receivingMxHostname: 'mx.a.example' }],
        }),
      ),
    ],
  },
  {
    name: 'a bogus TLSA lookup',
    shows: ['RPT-4.3.2.1-2', 'EDE-4-1'],
    world: together(plainDomain(), SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'bogus' } } }),
    steps: [
      send(
        deferred({
          policyType: 'tlsa',
          policyDomain: 'mx.a.example',
          success: 0,
          failure: 1,
          details: [{ resultType: 'dnssec-invalid', receivingMxHostname: 'mx.a.example' }],
        }),
      ),
    ],
  },
  {
    name: 'only unusable records: TLS with anybody is a success, with a note',
    refs: ['RPT-4.3.2.1-1'],
    shows: ['DANE-2.2-2'],
    world: daneDomain(['0 0 1 @mx.a.example:ca']),
    steps: [
      send(
        delivered({
          policyType: 'tlsa',
          success: 1,
          failure: 0,
          details: [{ resultType: 'tlsa-invalid', failureReasonCode: 'all-unusable' }],
        }),
      ),
    ],
  },
  {
    name: 'no STARTTLS where TLSA promises it',
    shows: ['DANE-2.2-1', 'RPT-4.3.1-1'],
    world: daneDomain(['3 1 1 @mx.a.example'], { starttls: 'not-offered' }),
    steps: [
      send(
        deferred({
          policyType: 'tlsa',
          success: 0,
          failure: 1,
          details: [{ resultType: 'starttls-not-supported' }],
        }),
      ),
    ],
  },
  {
    name: 'a session that passes DANE and fails MTA-STS counts under both',
    refs: ['RPT-4-3', 'X-1'],
    world: together(daneDomain(['3 1 1 @mx.a.example'], { certificate: SELF_SIGNED }), stsPolicy('testing')),
    steps: [
      send(
        delivered(
          { policyType: 'tlsa', success: 1, failure: 0 },
          { policyType: 'sts', success: 0, failure: 1, details: [{ resultType: 'certificate-not-trusted' }] },
        ),
      ),
    ],
  },
  {
    name: 'two hosts, each with records of its own: a line for each',
    refs: ['RPT-4-5', 'RPT-1.1-1'],
    world: together(
      twoHosts({}),
      SIGNED,
      tlsa([`3 1 1 ${NO_SHA256}`], 'mx1.a.example'),
      tlsa(['3 1 1 @mx2.a.example'], 'mx2.a.example'),
    ),
    steps: [
      send(
        delivered(
          { policyType: 'tlsa', policyDomain: 'mx1.a.example', success: 0, failure: 1 },
          { policyType: 'tlsa', policyDomain: 'mx2.a.example', success: 1, failure: 0 },
        ),
      ),
    ],
  },
];

/** What is told of a kept policy whose discovery fails: beside the session, and once. */
const withoutRecord = (reason: string, change: NonNullable<Story['steps'][number]['change']>): Story => ({
  name: `a kept policy, ${reason}: told under that policy, beside the success`,
  refs: ['STS-6-2', 'RPT-4.3.2.2-1'],
  shows: ['CHOICE-24'],
  world: stsDomain('enforce'),
  steps: [
    send(delivered({ policyType: 'sts', success: 1, failure: 0 })),
    {
      change,
      ...send(
        delivered({
          policyType: 'sts',
          mxHost: ['mx.a.example'],
          success: 1,
          failure: 1,
          details: [
            { resultType: 'sts-policy-fetch-error', receivingMxHostname: '', failureReasonCode: reason },
          ],
        }),
      ),
    },
  ],
});

const linesOf = (text: string): readonly string[] => text.trimEnd().split('\n');

/** How a policy is looked for, and is not found. */
const discovery: readonly Story[] = [
  {
    name: 'a policy that has changed: reports show the lines of the new file',
    refs: ['RPT-4.2.1-1'],
    world: stsDomain('enforce'),
    steps: [
      send(delivered({ policyType: 'sts', policyString: linesOf(policyText('enforce')), success: 1 })),
      {
        change: {
          ...{ dns: announced('2').dns },
          policy: { 'mta-sts.a.example': { body: policyText('testing', ['*.a.example']) } },
        },
        ...send(
          delivered({
            policyType: 'sts',
            policyString: linesOf(policyText('testing', ['*.a.example'])),
            mxHost: ['*.a.example'],
            success: 1,
          }),
        ),
      },
    ],
  },
  withoutRecord('txt-lookup-failed', { dns: { 'TXT _mta-sts.a.example': { fails: 'servfail' } } }),
  withoutRecord('txt-lookup-failed: bogus ede-6', {
    dns: { 'TXT _mta-sts.a.example': { fails: 'bogus' } },
  }),
  withoutRecord('txt-record-absent', { dns: { 'TXT _mta-sts.a.example': [] } }),
  withoutRecord('txt-record-invalid', { dns: { 'TXT _mta-sts.a.example': ['v=STSv1; id=no-id;'] } }),
  withoutRecord('address-lookup-failed', {
    dns: { ...announced('2').dns, 'A mta-sts.a.example': { fails: 'servfail' } },
  }),
  {
    name: 'a kept policy under test, and its record fails: told as well',
    shows: ['CHOICE-24', 'STS-6-2'],
    world: stsDomain('testing'),
    steps: [
      send(delivered({ policyType: 'sts', success: 1, failure: 0 })),
      {
        change: { dns: { 'TXT _mta-sts.a.example': { fails: 'timeout' } } },
        ...send(delivered({ policyType: 'sts', success: 1, failure: 1 })),
      },
    ],
  },
  {
    name: 'a kept policy of mode none, and its record fails: nothing is missed',
    refs: ['STS-6-2'],
    world: stsDomain('none'),
    steps: [
      send(delivered({ policyType: 'no-policy-found', success: 1 })),
      {
        change: { dns: { 'TXT _mta-sts.a.example': { fails: 'servfail' } } },
        ...send(delivered({ policyType: 'no-policy-found', success: 1, failure: 0, details: [] })),
      },
    ],
  },
];

/** Lookups that fail before there is a session, or records, to be counted. */
const lookups: readonly Story[] = [
  {
    name: 'a secure MX names a host whose address is bogus',
    shows: ['CHOICE-24', 'RPT-4.3.2.1-2'],
    world: together(daneDomain(['3 1 1 @mx.a.example']), { dns: { 'A mx.a.example': { fails: 'bogus' } } }),
    steps: [
      send(
        deferred({
          policyType: 'tlsa',
          policyDomain: 'mx.a.example',
          policyString: [],
          success: 0,
          failure: 1,
          details: [
            {
              resultType: 'dnssec-invalid',
              receivingMxHostname: 'mx.a.example',
              failureReasonCode: 'address-bogus ede-6',
            },
          ],
        }),
      ),
    ],
  },
  {
    name: 'a secure MX names a host whose address cannot be looked up',
    shows: ['CHOICE-24', 'RPT-4.3.2.1-2'],
    world: together(daneDomain(['3 1 1 @mx.a.example']), {
      dns: { 'A mx.a.example': { fails: 'servfail' } },
    }),
    steps: [send(deferred({ policyType: 'tlsa', failure: 1, details: [{ resultType: 'dnssec-invalid' }] }))],
  },
  {
    name: 'a secure MX, and the address does not come in time: our own trouble',
    refs: ['RPT-4.3.4-1'],
    world: together(daneDomain(['3 1 1 @mx.a.example']), {
      dns: { 'A mx.a.example': { fails: 'timeout' } },
    }),
    steps: [send(deferred())],
  },
  {
    name: 'an insecure MX names a host whose address cannot be looked up: nothing speaks for DANE',
    refs: ['RPT-4.3.4-1'],
    world: together(plainDomain(), { dns: { 'A mx.a.example': { fails: 'servfail' } } }),
    steps: [send(deferred())],
  },
  {
    name: 'an insecure MX names a host that is in a signed zone and bogus',
    shows: ['CHOICE-24', 'RPT-4.3.2.1-2'],
    world: together(plainDomain(), { dns: { 'A mx.a.example': { fails: 'bogus' } } }),
    steps: [send(deferred({ policyType: 'tlsa', failure: 1, details: [{ resultType: 'dnssec-invalid' }] }))],
  },
  {
    name: 'half DANE is left alone: a bogus address behind an insecure MX is no failure of DANE',
    refs: ['RPT-1.1-1'],
    world: together(plainDomain(), { dns: { 'A mx.a.example': { fails: 'bogus' } } }),
    settings: { halfDane: 'ignore' },
    steps: [send(deferred())],
  },
  {
    name: 'bogus MX records: no host is known, and the domain hears of it',
    shows: ['RPT-4.3.2.1-2'],
    world: together(plainDomain(), SIGNED, { dns: { 'MX a.example': { fails: 'bogus' } } }),
    steps: [
      send(
        deferred({
          policyType: 'tlsa',
          policyDomain: 'a.example',
          success: 0,
          failure: 1,
          details: [
            { resultType: 'dnssec-invalid', receivingMxHostname: '', failureReasonCode: 'mx-bogus ede-6' },
          ],
        }),
      ),
    ],
  },
  {
    name: 'MX records that cannot be looked up say nothing about TLS',
    refs: ['RPT-4.3.4-1'],
    world: together(plainDomain(), { dns: { 'MX a.example': { fails: 'servfail' } } }),
    steps: [send(deferred())],
  },
];

/** What stopped a session, and what did not. */
const barred: readonly Story[] = [
  {
    name: 'REQUIRETLS forbids a host that a policy under test does not list: that policy stopped nothing',
    refs: ['STS-5-2', 'RPT-4.2.2-1'],
    shows: ['CHOICE-24'],
    world: together(plainDomain(), stsPolicy('testing', ['elsewhere.example'])),
    steps: [send({ outcome: 'bounced', notConnected: ['mx.a.example'], reports: [] }, { requireTls: true })],
  },
  {
    name: 'TLSA records that cannot be looked up stop it, and a policy under test has no part in it',
    refs: ['STS-5-2'],
    shows: ['CHOICE-24', 'RPT-4.3.2.1-2'],
    world: together(plainDomain(), SIGNED, stsPolicy('testing', ['elsewhere.example']), {
      dns: { 'TLSA mx.a.example': { fails: 'bogus' } },
    }),
    steps: [send(deferred({ policyType: 'tlsa', success: 0, failure: 1 }))],
  },
];

export const reports: readonly Scenario[] = [
  ...withoutPolicy,
  ...sts,
  ...discovery,
  ...dane,
  ...lookups,
  ...barred,
];
