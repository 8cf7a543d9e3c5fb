/* Relays that the operator names: no MX records are asked for, the port is part of the TLSA name, the policy is the relay's. */
import type { MailHost, Scenario, World } from '../../src/adapters/scripted/index.js';
import type { DestinationRule } from '../../src/policy/local/destination.js';
import {
  NO_SHA256,
  OTHER_NAME,
  plainDomain,
  policyText,
  REQUIRETLS_HOST,
  SELF_SIGNED,
  SIGNED,
  type Story,
  send,
  stsDomain,
  together,
} from './worlds.js';

const RELAY = 'relay.smart.test';
const PORT = 2587;

const encrypted = {
  outcome: 'delivered',
  status: '2.x',
  tls: 'yes',
  authentication: 'none',
  mx: RELAY,
} as const;
const inClear = { ...encrypted, tls: 'no' } as const;
const byDane = { ...encrypted, authentication: 'dane' } as const;
const byPkix = { ...encrypted, authentication: 'pkix' } as const;
const waits = { outcome: 'deferred', status: '4.7.5', mx: RELAY } as const;

/** The relay beside a.example, whose own mail host nobody is to meet. */
const relay = (host: MailHost = {}): World =>
  together(plainDomain(), {
    dns: { [`A ${RELAY}`]: [`@${RELAY}`] },
    mail: { [RELAY]: { port: PORT, ...host } },
  });
const signedRelay = (records: readonly string[], host: MailHost = {}): World =>
  together(relay(host), SIGNED, { dns: { [`TLSA _${PORT}._tcp.${RELAY}`]: records } });

const MATCH = [`3 1 1 @${RELAY}`] as const;
const MISMATCH = [`3 1 1 ${NO_SHA256}`] as const;

const through = (
  demand: DestinationRule['demand'],
  destination = 'a.example',
  expiresAt: DestinationRule['expiresAt'] = null,
): { readonly destinations: readonly DestinationRule[] } => ({
  destinations: [
    {
      destination,
      demand,
      relay: { host: RELAY, port: PORT },
      owner: 'postmaster',
      reason: 'our provider lets no mail out but through its own server',
      expiresAt,
    },
  ],
});

const basics: readonly Story[] = [
  {
    name: 'relay: a name that does not exist is our own mistake, and the mail waits',
    shows: ['CHOICE-6'],
    world: plainDomain(),
    settings: through('none'),
    steps: [
      send({
        outcome: 'deferred',
        status: '4.4.3',
        notConnected: ['mx.a.example'],
        rows: ['HADR-3', 'END-8'],
      }),
    ],
  },
  {
    name: 'relay: takes the mail of a domain, whose own hosts are not asked for',
    refs: ['DANE-2.2.2-8'],
    world: relay({ certificate: SELF_SIGNED }),
    settings: through('none'),
    steps: [
      send({ ...encrypted, mxSecure: false, notConnected: ['mx.a.example'], rows: ['HOP-1', 'DAPP-5'] }),
    ],
  },
  {
    name: 'relay: in clear where nobody demands more',
    shows: ['DANE-2.2-3', 'STLS-6-2'],
    world: relay({ starttls: 'not-offered' }),
    settings: through('none'),
    steps: [send(inClear)],
  },
  {
    name: 'relay: never in clear where the rule demands TLS',
    refs: ['X-7'],
    shows: ['STLS-6-1'],
    world: relay({ starttls: 'not-offered' }),
    settings: through('encrypt'),
    steps: [send({ ...waits, notConnected: ['mx.a.example'] })],
  },
  {
    name: 'relay: out of order, and the hosts of the domain are no way around it',
    refs: ['DANE-2.2.2-8'],
    world: relay({ connect: 'refuse' }),
    settings: through('none'),
    steps: [send({ outcome: 'deferred', status: '4.4.1', mx: RELAY, notConnected: ['mx.a.example'] })],
  },
  {
    name: 'relay: for every destination, an address too',
    shows: ['DANE-2.2.2-8', 'CHOICE-15'],
    world: relay(),
    settings: through('encrypt', '*'),
    steps: [send({ ...encrypted, rows: ['HOP-1'] }, { to: ['user@[192.0.2.1]'] })],
  },
  {
    name: 'relay: an expired rule names none',
    shows: ['SMTP-5.1-2'],
    world: relay(),
    settings: through('none', 'a.example', 0),
    steps: [send({ ...encrypted, mx: 'mx.a.example', notConnected: [RELAY], rows: ['HOP-3'] })],
  },
  {
    name: 'relay: may stand on our own network, which strangers may not point at',
    shows: ['X-13', 'CHOICE-14'],
    world: relay(),
    settings: { ...through('none'), privateAddresses: 'refuse' },
    steps: [send(encrypted)],
  },
];

const dane: readonly Story[] = [
  {
    name: 'relay with DANE: the records below its port match',
    shows: ['DANE-2.2.2-8', 'DANE-2.2.3-1', 'DANE-2.2.3-2', 'TLSA-4-1'],
    world: signedRelay(MATCH, { certificate: SELF_SIGNED }),
    settings: through('none'),
    steps: [send({ ...byDane, mxSecure: false, rows: ['DANE-2'] })],
  },
  {
    name: 'relay with DANE: a mismatch waits',
    shows: ['DANE-2.2.2-8', 'TLSA-4.1-5'],
    world: signedRelay(MISMATCH),
    settings: through('none'),
    steps: [send(waits)],
  },
  {
    name: 'relay with DANE: the records of another port are none',
    shows: ['DANE-2.2.3-1', 'TLSA-4-1'],
    world: together(signedRelay([]), { dns: { [`TLSA ${RELAY}`]: MISMATCH } }),
    settings: through('none'),
    steps: [send({ ...encrypted, rows: ['DANE-4'] })],
  },
  {
    name: 'relay with DANE: half of a proven way is not asked about where there was no MX record',
    shows: ['DANE-2.2.2-8'],
    world: signedRelay(MATCH, { certificate: SELF_SIGNED }),
    settings: { ...through('none'), halfDane: 'ignore' },
    steps: [send({ ...byDane, rows: ['DAPP-5'] })],
  },
  {
    name: 'relay with DANE: in an unsigned zone there is none',
    shows: ['DANE-2.2.2-2', 'DANE-2.2.2-8'],
    world: together(relay(), { dns: { [`TLSA _${PORT}._tcp.${RELAY}`]: MISMATCH } }),
    settings: through('none'),
    steps: [send({ ...encrypted, rows: ['BASE-2'] })],
  },
  {
    name: 'relay with DANE: a lookup that fails waits',
    shows: ['DANE-2.1.2-4', 'DANE-2.2.2-8'],
    world: together(relay(), SIGNED, { dns: { [`TLSA _${PORT}._tcp.${RELAY}`]: { fails: 'servfail' } } }),
    settings: through('none'),
    steps: [send({ ...waits, notConnected: [RELAY, 'mx.a.example'] })],
  },
  {
    name: 'relay with mandatory DANE: the records match',
    shows: ['DANE-2.2-6', 'DANE-2.2.2-8'],
    world: signedRelay(MATCH, { certificate: SELF_SIGNED }),
    settings: through('dane'),
    steps: [send({ ...byDane, rows: ['OPER-4'] })],
  },
  {
    name: 'relay with mandatory DANE: there are no records',
    refs: ['DANE-2.2.2-8'],
    shows: ['DANE-2.2-6'],
    world: together(relay(), SIGNED),
    settings: through('dane'),
    steps: [send({ ...waits, notConnected: [RELAY], rows: ['OPER-5'] })],
  },
  {
    name: 'relay called by an alias: under DANE-TA a certificate for the name in the rule will do',
    shows: ['DANE-2.2.2-6', 'DANE-3.2.2-5'],
    world: together(plainDomain(), SIGNED, {
      dns: {
        [`CNAME ${RELAY}`]: ['host.smart.test'],
        'A host.smart.test': ['@host.smart.test'],
        [`TLSA _${PORT}._tcp.host.smart.test`]: ['2 0 1 @host.smart.test:ca'],
      },
      mail: {
        'host.smart.test': { port: PORT, certificate: { issuer: 'private-ca', names: [RELAY] } },
      },
    }),
    settings: through('none'),
    steps: [send(byDane)],
  },
  {
    name: 'relay under DANE-TA: a certificate for the recipient domain will not do',
    refs: ['DANE-3.2.2-5'],
    shows: ['DANE-3.2.2-1'],
    world: signedRelay([`2 0 1 @${RELAY}:ca`], {
      certificate: { issuer: 'private-ca', names: ['a.example'] },
    }),
    settings: through('none'),
    steps: [send(waits)],
  },
];

const certificates: readonly Story[] = [
  {
    name: 'relay to be verified: a certificate for its name',
    shows: ['STLS-6-1'],
    world: relay(),
    settings: through('verify'),
    steps: [send({ ...byPkix, rows: ['OPER-7', 'PKIX-15'] })],
  },
  {
    name: 'relay to be verified: a certificate for another name, the recipient domain included',
    shows: ['STLS-6-1', 'SID-6.6-1'],
    world: relay({ certificate: { names: ['a.example', ...OTHER_NAME.names] } }),
    settings: through('verify'),
    steps: [send(waits)],
  },
  {
    name: "relay: its own policy is looked for, the recipient's is not",
    refs: ['RPT-1.1-1'],
    shows: ['STS-3.4-1'],
    world: together(stsDomain('enforce'), relay()),
    settings: through('none'),
    steps: [
      send({ ...encrypted, reports: [{ policyType: 'no-policy-found', policyDomain: RELAY, success: 1 }] }),
    ],
  },
  {
    name: 'relay: its own enforced policy demands a certificate',
    shows: ['STS-3.4-1'],
    world: together(relay({ certificate: SELF_SIGNED }), {
      dns: {
        [`TXT _mta-sts.${RELAY}`]: ['v=STSv1; id=1;'],
        [`A mta-sts.${RELAY}`]: [`@mta-sts.${RELAY}`],
      },
      policy: { [`mta-sts.${RELAY}`]: { body: policyText('enforce', [RELAY]) } },
    }),
    settings: through('none'),
    steps: [send({ ...waits, reports: [{ policyType: 'sts', policyDomain: RELAY, failure: 1 }] })],
  },
  {
    name: 'relay under REQUIRETLS: the operator named it, so its certificate is all that is asked',
    shows: ['RTLS-2-6', 'RTLS-4.3-1'],
    world: relay(REQUIRETLS_HOST),
    settings: { ...through('none'), requireTlsSecureMx: 'refuse' },
    steps: [
      send(
        { ...byPkix, requireTls: true, mailParameters: ['REQUIRETLS'], rows: ['RTLS-18'] },
        { requireTls: true },
      ),
    ],
  },
  {
    name: 'relay under REQUIRETLS: a certificate that proves nothing ends it',
    shows: ['RTLS-4.3-1', 'RTLS-2-4'],
    world: relay({ ...REQUIRETLS_HOST, certificate: SELF_SIGNED }),
    settings: through('none'),
    steps: [send({ outcome: 'bounced', status: '5.7.10', requireTls: true }, { requireTls: true })],
  },
];

export const relays: readonly Scenario[] = [...basics, ...dane, ...certificates];
