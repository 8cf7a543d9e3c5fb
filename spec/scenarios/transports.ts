/* Transports: relays with what they demand and prove, AUTH, and mail that is to go nowhere. */
import type { MailHost, Scenario, World } from '../../src/adapters/scripted/index.js';
import type { RelayTransport } from '../../src/policy/relay/transport.js';
import {
  NO_SHA256,
  OTHER_NAME,
  plainDomain,
  SELF_SIGNED,
  SIGNED,
  type Story,
  send,
  together,
} from './worlds.js';

const RELAY = 'relay.smart.test';
const PORT = 2587;
const USUAL = ['8BITMIME', 'ENHANCEDSTATUSCODES', 'PIPELINING'];

/** The relay beside a.example, whose own mail host nobody is to meet. */
const world = (host: MailHost = {}, ...more: readonly Partial<World>[]): World =>
  together(
    plainDomain(),
    { dns: { [`A ${RELAY}`]: [`@${RELAY}`] }, mail: { [RELAY]: { port: PORT, ...host } } },
    ...more,
  );

/** A route that speaks of all mail. */
const EVERYTHING = { to: [], from: [], account: [], attempts: null, transport: 'smart' } as const;

const relay = (own: Partial<RelayTransport> = {}): Pick<Scenario, 'transports' | 'routes'> => ({
  transports: { smart: { kind: 'relay', host: RELAY, port: PORT, tls: 'starttls', verify: 'none', ...own } },
  routes: [EVERYTHING],
});

const tlsa = (records: readonly string[]): Partial<World> => ({
  ...SIGNED,
  dns: { [`TLSA _${PORT}._tcp.${RELAY}`]: records },
});
const MATCH = [`3 1 1 @${RELAY}`];
const MISMATCH = [`3 1 1 ${NO_SHA256}`];

const delivered = {
  outcome: 'delivered',
  status: '2.x',
  tls: 'yes',
  mx: RELAY,
  notConnected: ['mx.a.example'],
  reports: [],
} as const;
const waits = { outcome: 'deferred', mx: RELAY, notConnected: ['mx.a.example'], reports: [] } as const;

/** A relay that knows one password. */
const knows = (mechanisms: string, own: MailHost = {}): MailHost => ({
  keywords: USUAL,
  keywordsAfterTls: [...USUAL, `AUTH ${mechanisms}`],
  auth: { password: 'pencil' },
  ...own,
});
const asUser = (own: Partial<RelayTransport> = {}) => ({
  ...relay({ verify: 'pkix', user: 'user', ...own }),
  passwords: { smart: 'pencil' },
});

const ways: readonly Story[] = [
  {
    name: 'transports: a relay takes all mail, and neither MX records nor a policy are asked for',
    shows: ['CHOICE-41'],
    world: world(),
    ...relay(),
    steps: [send({ ...delivered, authentication: 'none', rows: ['TRAN-3', 'HOP-4', 'OPER-2'] })],
  },
  {
    name: 'transports: also that to an address',
    shows: ['CHOICE-41'],
    world: world(),
    ...relay(),
    steps: [send(delivered, { to: ['user@[192.0.2.1]'] })],
  },
  {
    name: 'transports: asked for by name, and direct by its own',
    shows: ['CHOICE-41'],
    world: world(),
    ...relay(),
    steps: [
      send({ outcome: 'delivered', mx: 'mx.a.example', notConnected: [RELAY] }, { transport: 'direct' }),
      send({ ...delivered, rows: ['TRAN-1'] }, { transport: 'smart' }),
    ],
  },
  {
    name: 'transports: one that does not exist makes mail wait, and nobody is connected to',
    shows: ['CHOICE-41'],
    world: world(),
    steps: [
      send(
        {
          outcome: 'deferred',
          status: '4.3.5',
          because: 'HOP-6',
          notConnected: ['mx.a.example', RELAY],
        },
        { transport: 'gone' },
      ),
    ],
  },
  {
    name: 'transports: routes for other recipients, senders, accounts and attempts are passed by',
    shows: ['CHOICE-41'],
    world: world(),
    ...relay(),
    routes: [
      { ...EVERYTHING, to: ['other.example', '.a.example'] },
      { ...EVERYTHING, from: ['<>', 'other@sender.example'] },
      { ...EVERYTHING, account: ['app'] },
      { ...EVERYTHING, attempts: { atLeast: 2, atMost: 3 } },
      { ...EVERYTHING, attempts: { atLeast: 5, atMost: null }, transport: 'gone' },
    ],
    steps: [
      send({ outcome: 'delivered', mx: 'mx.a.example', rows: ['HOP-3'], notConnected: [RELAY] }),
      { ...send({ ...delivered, rows: ['TRAN-3'] }), attempt: 3 },
      send({ ...delivered, rows: ['TRAN-3'] }, { from: '' }),
      {
        ...send({ outcome: 'deferred', because: 'HOP-6', rows: ['TRAN-4'], notConnected: [RELAY] }),
        attempt: 5,
      },
    ],
  },
  {
    name: 'transports: one that fails returns mail in the words of the operator, and for now keeps it',
    shows: ['CHOICE-41'],
    world: world(),
    transports: {
      refused: { kind: 'fail', status: '5.7.1', text: 'not from here' },
      later: { kind: 'fail', status: '4.3.2', text: 'not today' },
    },
    steps: [
      send(
        { outcome: 'bounced', status: '5.7.1', because: 'HOP-7', notConnected: ['mx.a.example'] },
        { transport: 'refused' },
      ),
      send(
        { outcome: 'deferred', status: '4.3.2', because: 'HOP-8', notConnected: ['mx.a.example'] },
        { transport: 'later' },
      ),
    ],
  },
];

const demands: readonly Story[] = [
  {
    name: 'transports: TLS from the first octet, and the greeting under it',
    shows: ['AUTH-8314-1'],
    world: world({ implicitTls: true }),
    ...relay({ tls: 'implicit', verify: 'pkix' }),
    steps: [send({ ...delivered, authentication: 'pkix', rows: ['CONN-5', 'OPER-10', 'PKIX-19'] })],
  },
  {
    name: 'transports: a server in clear where TLS was to come first',
    shows: ['AUTH-8314-1'],
    world: world(),
    ...relay({ tls: 'implicit' }),
    steps: [send({ ...waits, status: '4.7.5', tls: 'no' })],
  },
  {
    name: 'transports: the greeting under TLS refuses',
    refs: ['RC-3-1'],
    world: world({ implicitTls: true, greeting: '554 no service' }),
    ...relay({ tls: 'implicit' }),
    steps: [send({ ...waits, status: '4.x' })],
  },
  {
    name: 'transports: STARTTLS that is not offered where it is demanded',
    refs: ['X-7'],
    world: world({ starttls: 'not-offered' }),
    ...relay(),
    steps: [send({ ...waits, status: '4.7.5', because: 'TLS-3' })],
  },
  {
    name: 'transports: STARTTLS where it is offered',
    refs: ['STLS-6-2'],
    world: world({ starttls: 'not-offered' }),
    ...relay({ tls: 'opportunistic' }),
    steps: [send({ ...delivered, tls: 'no' })],
  },
  {
    name: 'transports: no TLS where the operator wants none, and never where a message demands it',
    refs: ['X-7'],
    world: world(),
    ...relay({ tls: 'none' }),
    steps: [
      send({ ...delivered, tls: 'no', rows: ['TLS-7'] }),
      send({ outcome: 'bounced', status: '5.7.10', because: 'TLS-8' }, { requireTls: true }),
    ],
  },
  {
    name: 'transports: a certificate for another name, where one for the relay is demanded',
    refs: ['SID-7817-3-1'],
    world: world({ certificate: OTHER_NAME }),
    ...relay({ verify: 'pkix' }),
    steps: [send({ ...waits, status: '4.7.5', because: 'PEER-7' })],
  },
  {
    name: 'transports: DANE or nothing',
    shows: ['DANE-2.2.2-8'],
    world: world({ certificate: SELF_SIGNED }, tlsa(MATCH)),
    ...relay({ verify: 'dane' }),
    steps: [
      send({ ...delivered, authentication: 'dane' }),
      {
        change: { dns: { [`TLSA _${PORT}._tcp.${RELAY}`]: MISMATCH } },
        ...send({ ...waits, status: '4.7.5', because: 'PEER-6' }),
      },
      {
        change: { dns: { [`TLSA _${PORT}._tcp.${RELAY}`]: null } },
        ...send({ ...waits, status: '4.7.5', because: 'BAR-5' }),
      },
    ],
  },
  {
    name: 'transports: DANE or PKIX, of which the second counts only where there is nothing to match',
    refs: ['CHOICE-20'],
    world: world({}, tlsa(MATCH)),
    ...relay({ verify: 'dane-or-pkix' }),
    steps: [
      send({ ...delivered, authentication: 'dane' }),
      {
        change: { dns: { [`TLSA _${PORT}._tcp.${RELAY}`]: MISMATCH } },
        ...send({ ...waits, status: '4.7.5', because: 'PEER-6' }),
      },
      {
        change: { dns: { [`TLSA _${PORT}._tcp.${RELAY}`]: null } },
        ...send({ ...delivered, authentication: 'pkix' }),
      },
    ],
  },
  {
    name: 'transports: TLSA records of a relay bind beside the certificate that is demanded',
    refs: ['SID-7817-3-1', 'CHOICE-1'],
    world: world({}, tlsa(MATCH)),
    ...relay({ verify: 'pkix' }),
    steps: [send({ ...delivered, authentication: 'dane+pkix', rows: ['PKIX-20'] })],
  },
  {
    name: 'transports: TLSA records of a relay that do not match stop all mail that goes by it',
    shows: ['DANE-1.1-2'],
    world: world({}, tlsa(MISMATCH)),
    ...relay({ verify: 'pkix' }),
    steps: [send({ outcome: 'deferred', status: '4.7.5', notConnected: [] })],
  },
];

const scramWays = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1'] as const;

const auth: readonly Story[] = [
  {
    name: 'auth: the strongest mechanism that is offered, behind the EHLO that counts',
    shows: ['AUTH-4-1', 'AUTH-4-2', 'SCRAM-9-2', 'AUTH-5-1'],
    world: world(
      knows('PLAIN LOGIN SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS', {
        keywords: [...USUAL, 'AUTH PLAIN'],
      }),
    ),
    ...asUser(),
    steps: [
      send({
        ...delivered,
        authentication: 'pkix',
        rows: ['AMECH-3', 'ASTEP-2', 'AOUT-1'],
        mailParameters: ['AUTH=<>'],
      }),
    ],
  },
  ...scramWays.map(
    (mechanism): Story => ({
      name: `auth: by ${mechanism}, both sides with a proof`,
      shows: ['SCRAM-7677-3-1', 'SCRAM-5-1'],
      world: world(knows(mechanism)),
      ...asUser(),
      steps: [send({ ...delivered, rows: ['AMECH-3', 'AOUT-1'] })],
    }),
  ),
  ...(['plain', 'login', 'cram-md5', 'xoauth2', 'oauthbearer', 'external'] as const).map(
    (mechanism): Story => ({
      name: `auth: by ${mechanism}, to a relay that has proved who it is`,
      shows: ['AUTH-4-7'],
      world: world(knows(mechanism.toUpperCase())),
      ...asUser({ mechanisms: [mechanism] }),
      steps: [send({ ...delivered, rows: ['AMECH-5', 'AOUT-1'] })],
    }),
  ),
  {
    name: 'auth: under TLS from the first octet',
    shows: ['AUTH-8314-1'],
    world: world(knows('SCRAM-SHA-256-PLUS', { implicitTls: true })),
    ...asUser({ tls: 'implicit' }),
    steps: [send({ ...delivered, rows: ['AOUT-1'] })],
  },
  {
    name: 'auth: never in clear',
    shows: ['AUTH-14-1', 'SCRAM-9-2'],
    world: world(
      knows('PLAIN SCRAM-SHA-256', {
        starttls: 'not-offered',
        // A proof that is bound to TLS cannot be given without it, whatever is offered.
        keywords: [...USUAL, 'AUTH PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS'],
      }),
    ),
    ...asUser({ tls: 'opportunistic', verify: 'none' }),
    steps: [send({ ...waits, status: '4.7.8', because: 'ASTEP-3', rows: ['AMECH-2', 'END-11'] })],
  },
  {
    name: 'auth: no password for whoever answers, but a proof',
    shows: ['AUTH-14-1', 'SCRAM-9-2'],
    world: world(knows('PLAIN', { certificate: SELF_SIGNED })),
    ...asUser({ verify: 'none' }),
    steps: [
      send({ ...waits, status: '4.7.8', because: 'ASTEP-3', rows: ['AMECH-4'] }),
      {
        after: 300_000,
        change: {
          mail: { [RELAY]: { port: PORT, ...knows('SCRAM-SHA-256', { certificate: SELF_SIGNED }) } },
        },
        ...send({ ...delivered, authentication: 'none' }),
      },
    ],
  },
  {
    name: 'auth: nothing is said to a relay that is not who it must be',
    shows: ['SID-7817-3-1', 'AUTH-14-1'],
    world: world(knows('PLAIN', { certificate: OTHER_NAME })),
    ...asUser(),
    steps: [send({ ...waits, status: '4.7.5', because: 'PEER-7' })],
  },
  {
    name: 'auth: a relay that offers none of it',
    shows: ['AUTH-4-9'],
    world: world(knows('NTLM')),
    ...asUser(),
    steps: [send({ ...waits, status: '4.7.8', because: 'ASTEP-3', rows: ['AMECH-1'] })],
  },
  {
    name: 'auth: a refused password makes mail wait, whatever the message asks for',
    shows: ['AUTH-6-1'],
    world: world(knows('PLAIN', { auth: { password: 'other' } })),
    ...asUser(),
    steps: [send({ ...waits, status: '4.7.8', because: 'AOUT-4', rows: ['END-11'] })],
  },
  {
    name: 'auth: a refusal for now',
    shows: ['AUTH-6-1'],
    world: world(knows('PLAIN', { replies: { auth: '454 4.7.0 later' } })),
    ...asUser(),
    steps: [send({ ...waits, status: '4.7.0', because: 'AOUT-3' })],
  },
  {
    name: 'auth: a relay that hangs up instead',
    refs: ['SMTP-3.8-1'],
    world: world(knows('PLAIN', { replies: { auth: 'close' } })),
    ...asUser(),
    steps: [send({ ...waits, status: '4.4.2', because: 'AOUT-3' })],
  },
  {
    name: 'auth: who accepts a proof and gives none is not the relay',
    shows: ['SCRAM-5-1'],
    world: world(knows('SCRAM-SHA-256', { auth: { password: 'pencil', lies: 'no-signature' } })),
    ...asUser(),
    steps: [send({ ...waits, status: '4.7.8', because: 'AOUT-2' })],
  },
  {
    name: 'auth: nor is who gives a wrong one',
    shows: ['SCRAM-5-1'],
    world: world(knows('SCRAM-SHA-256', { auth: { password: 'pencil', lies: 'signature' } })),
    ...asUser(),
    steps: [send({ ...waits, status: '4.7.8', because: 'AOUT-4' })],
  },
  {
    name: 'auth: endless work is not begun',
    shows: ['SCRAM-9-1'],
    world: world(knows('SCRAM-SHA-256', { auth: { password: 'pencil', lies: 'iterations' } })),
    ...asUser(),
    steps: [send({ ...waits, status: '4.7.8', because: 'AOUT-4' })],
  },
  {
    name: 'auth: nobody is named, so nothing is said',
    refs: ['AUTH-4-1'],
    world: world(knows('PLAIN')),
    ...relay(),
    steps: [send({ ...delivered, rows: ['ASTEP-1'] })],
  },
  {
    name: 'auth: there is no password',
    refs: ['AUTH-4-9'],
    world: world(knows('PLAIN')),
    ...relay({ verify: 'pkix', user: 'user' }),
    steps: [send({ ...waits, status: '4.7.8', because: 'AOUT-4' })],
  },
];

export const transports: readonly Story[] = [...ways, ...demands, ...auth];
