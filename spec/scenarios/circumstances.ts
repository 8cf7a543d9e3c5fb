/*
 * Stories in which what decides is not the internet but who sends: stopped, with a clock that was set back, with policies that it
 * cannot read, renewing one, only explaining, or shut out by its relay a moment ago.
 */
import type { Scenario, Step } from '../../src/adapters/scripted/index.js';
import {
  announced,
  plainDomain,
  policyFile,
  policyText,
  SIGNED,
  type Story,
  send,
  stsDomain,
  together,
  twoHosts,
} from './worlds.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const tlsRequiredNo = { tlsRequiredNo: true } as const;
const RECORD_GONE = { dns: { 'TXT _mta-sts.a.example': null } } as const;
const HOST_GONE = { policy: { 'mta-sts.a.example': null } } as const;
const RECORD_BACK = { dns: announced().dns } as const;
const delivered = { outcome: 'delivered', status: '2.x' } as const;
const enforced = { ...delivered, authentication: 'pkix' } as const;
/** What a sender waits with that was stopped: nobody is blamed and nothing is counted. */
const stopped = { outcome: 'deferred', reports: [] } as const;

/** What was seen of TLS before that was seen all the same. */
const established = {
  ...stopped,
  reports: [{ policyType: 'no-policy-found', success: 1, failure: 0 }],
} as const;

const stops: readonly Story[] = [
  {
    name: 'stopped while the domain is looked up: nobody is tried',
    shows: ['CHOICE-18'],
    world: twoHosts({}),
    steps: [
      {
        ...send({
          ...stopped,
          because: 'STOP-1',
          mx: null,
          notConnected: ['mx1.a.example', 'mx2.a.example'],
        }),
        stop: 'dns.mx',
      },
      send({ ...delivered, mx: 'mx1.a.example' }),
    ],
  },
  {
    name: 'stopped before the addresses of a host are known: neither it nor another one is tried',
    shows: ['CHOICE-18'],
    world: twoHosts({}),
    steps: [
      {
        ...send({
          ...{ ...stopped, because: 'STOP-1', rows: ['NEXT-5'] },
          notConnected: ['mx1.a.example', 'mx2.a.example'],
        }),
        stop: 'dns.addresses',
      },
    ],
  },
  {
    name: 'stopped in the handshake: the host is not blamed, and the next one is not tried',
    shows: ['CHOICE-18'],
    world: twoHosts({}),
    steps: [
      {
        ...send({
          ...{ ...stopped, because: 'STOP-2', rows: ['NEXT-5'] },
          ...{ mx: 'mx1.a.example', notConnected: ['mx2.a.example'] },
        }),
        stop: 'tls.handshake',
      },
    ],
  },
  {
    name: 'stopped when the message is to be sent: no reply, no blame',
    shows: ['CHOICE-18'],
    world: plainDomain(),
    steps: [{ ...send({ ...established, because: 'STOP-2' }), stop: 'smtp.send' }],
  },
  {
    name: 'stopped behind the final dot: it may have been taken, and is sent again',
    shows: ['CHOICE-18'],
    world: plainDomain(),
    steps: [
      { ...send({ ...established, because: 'STOP-3', mx: 'mx.a.example' }), stop: 'end-of-data' },
      { ...send(delivered), after: 8 * MINUTE, attempt: 2 },
    ],
  },
  {
    // Nobody of the small internet has such an address, so it is never dialled.
    name: 'stopped before a public address is dialled',
    refs: ['SMTP-5.1-9', 'CHOICE-18'],
    world: { dns: { 'MX a.example': ['10 mx.a.example'], 'A mx.a.example': ['198.41.0.10'] } },
    settings: { privateAddresses: 'refuse' },
    steps: [{ ...send({ ...stopped, because: 'STOP-2', mx: 'mx.a.example' }), stop: 'smtp.connect' }],
  },
  {
    name: 'an attempt with a deadline that it keeps',
    refs: ['CHOICE-17'],
    world: plainDomain(),
    steps: [{ ...send(delivered), deadlineMs: 10 * MINUTE }],
  },
];

const unreadable = (step: Step): Step => ({ ...step, policyCache: 'unreadable' });

const unreadablePolicies: readonly Story[] = [
  {
    name: 'kept policies cannot be read, and the domain announces none: there may be one',
    shows: ['STS-3.3-12', 'CHOICE-5'],
    world: plainDomain(),
    steps: [
      unreadable(
        send({
          ...{ outcome: 'deferred', status: '4.3.0', because: 'STS-11' },
          notConnected: ['mx.a.example'],
        }),
      ),
    ],
  },
  {
    name: 'kept policies cannot be read, and the sender does without them',
    shows: ['RTLS-8.4-1', 'CHOICE-9'],
    world: plainDomain(),
    steps: [unreadable(send({ ...delivered, rows: ['STS-12'] }, tlsRequiredNo))],
  },
  {
    name: 'kept policies cannot be read, and the current one can be had',
    shows: ['STS-5.1-1'],
    world: stsDomain('enforce'),
    steps: [unreadable(send({ ...enforced, rows: ['STS-13', 'STS-20'] }))],
  },
  {
    name: 'kept policies cannot be read, nor the current one be had',
    shows: ['STS-3.3-12', 'CHOICE-5'],
    world: together(plainDomain(), policyFile(policyText('enforce'), { status: 500 })),
    steps: [
      unreadable(
        send({
          ...{ outcome: 'deferred', status: '4.3.0', because: 'STS-23', rows: ['STS-13'] },
          notConnected: ['mx.a.example'],
        }),
      ),
    ],
  },
  {
    name: 'kept policies cannot be read, nor the current one be had, and the sender does without',
    shows: ['RTLS-8.4-1', 'CHOICE-9'],
    world: together(plainDomain(), policyFile(policyText('enforce'), { status: 500 })),
    steps: [unreadable(send({ ...delivered, rows: ['STS-13', 'STS-24'] }, tlsRequiredNo))],
  },
];

const clocks: readonly Story[] = [
  {
    name: 'a clock that is set back, and the policy is fetched again',
    shows: ['X-12'],
    world: stsDomain('enforce'),
    steps: [
      send(enforced),
      { ...send({ ...enforced, rows: ['STS-14', 'STS-20'] }), after: -2 * HOUR },
      // It is one of this time now.
      { ...send({ ...enforced, rows: ['STS-1'] }), after: MINUTE },
    ],
  },
  {
    name: 'a clock that is set back, and the policy cannot be fetched again: the kept one stands',
    shows: ['X-12', 'STS-3.3-12'],
    world: stsDomain('enforce', { certificate: { validity: 'valid' } }),
    steps: [
      send(enforced),
      { ...send({ ...enforced, rows: ['STS-14', 'STS-21'] }), change: HOST_GONE, after: -2 * HOUR },
      { ...send({ ...enforced, rows: ['STS-15'] }), after: MINUTE },
    ],
  },
];

const noneAnyMore: readonly Story[] = [
  {
    name: 'a policy in mode none is kept, and its successor cannot be fetched: nobody is told of that',
    refs: ['STS-6-2'],
    world: stsDomain('none'),
    steps: [
      send(delivered),
      {
        ...send({
          ...delivered,
          reports: [{ policyType: 'no-policy-found', success: 1, failure: 0, details: [] }],
        }),
        change: { dns: announced('2').dns, ...HOST_GONE },
        after: MINUTE,
      },
    ],
  },
];

const refresh = (...rows: readonly string[]): Step => ({
  message: { to: ['postmaster@a.example'] },
  purpose: 'refresh-policy',
  rows,
  expect: [],
});

const refreshes: readonly Story[] = [
  {
    name: 'a kept policy is renewed, although its record still names it',
    shows: ['STS-10.2-1', 'STS-3.3-13'],
    world: together(plainDomain(), policyFile(policyText('enforce', ['mx.a.example'], 86_400))),
    steps: [
      send(enforced),
      { ...refresh('STS-16', 'STS-20'), after: 23 * HOUR },
      // A day after it was learned it would have run out.
      {
        ...send({ ...enforced, rows: ['STS-4'] }),
        change: { ...RECORD_GONE, ...HOST_GONE },
        after: 2 * HOUR,
      },
    ],
  },
  {
    name: 'a kept policy cannot be renewed, and is not asked for again at once',
    shows: ['STS-3.3-8', 'STS-3.3-12'],
    world: stsDomain('enforce'),
    steps: [
      send(enforced),
      { ...refresh('STS-16', 'STS-21'), change: HOST_GONE, after: HOUR },
      { ...refresh('STS-17'), after: MINUTE },
      { ...send({ ...enforced, rows: ['STS-1'] }), after: MINUTE },
    ],
  },
  {
    name: 'a kept policy is renewed behind the back of who hides its record',
    shows: ['STS-10.2-1'],
    world: stsDomain('enforce'),
    steps: [send(enforced), { ...refresh('STS-18', 'STS-20'), change: RECORD_GONE, after: HOUR }],
  },
  {
    name: 'a kept policy whose record is hidden cannot be renewed, and is not asked for again at once',
    shows: ['STS-3.3-8', 'STS-3.3-12'],
    world: stsDomain('enforce'),
    steps: [
      send(enforced),
      { ...refresh('STS-18', 'STS-21'), change: { ...RECORD_GONE, ...HOST_GONE }, after: HOUR },
      { ...refresh('STS-19'), after: MINUTE },
      { ...send({ ...enforced, rows: ['STS-1'] }), change: RECORD_BACK, after: MINUTE },
    ],
  },
];

const explain = (step: Step): Step => ({ ...step, purpose: 'explain' });
const eightBit = { eightBit: true } as const;

const explained: readonly Story[] = [
  {
    name: 'explained: the whole way, and no mail',
    refs: ['STLS-4.1-1'],
    world: stsDomain('enforce', { replies: { mail: '550 5.7.1 no mail was to come' } }),
    steps: [explain(send({ ...delivered, authentication: 'pkix', rows: ['FIT-4'] }))],
  },
  {
    name: 'explained: a host that does not offer 8BITMIME, and an operator who would send',
    refs: ['8BIT-3-2'],
    world: plainDomain({ keywords: ['PIPELINING'] }),
    settings: { withoutEightBitMime: 'send' },
    steps: [explain(send({ ...delivered, rows: ['FIT-8'] }, eightBit))],
  },
];

const onceMore: readonly Story[] = [
  {
    name: "a refusal among replies of which one answers no command is nobody's last word",
    shows: ['PIPE-3.1-2'],
    world: plainDomain({
      replies: { rcpt: { 'gone@a.example': '550 5.1.1 no such user' }, data: '250 2.1.5 fine' },
    }),
    steps: [
      send(
        [
          { outcome: 'deferred', status: '4.1.1', because: 'REPLY-11' },
          // A status of success is none of a failure.
          { outcome: 'deferred', status: '4.0.0', because: 'REPLY-4' },
        ],
        { to: ['gone@a.example', 'user@a.example'] },
      ),
    ],
  },
  {
    name: 'a recipient who is answered as DATA is: whom the message would reach cannot be told, so it is not sent',
    shows: ['PIPE-3.1-2'],
    world: plainDomain({ replies: { rcpt: { 'odd@a.example': '354 go ahead' } } }),
    steps: [
      send(
        [
          { outcome: 'deferred', status: '4.4.2', because: 'REPLY-4' },
          { outcome: 'deferred', status: '4.0.0', because: 'REPLY-4' },
        ],
        { to: ['user@a.example', 'odd@a.example'] },
      ),
    ],
  },
  {
    name: 'a host that takes no second connection, and breaks the handshake of the first',
    refs: ['DUAL-3-5', 'CHOICE-8'],
    world: plainDomain({ starttls: 'broken', takes: { connections: 1 } }),
    steps: [send({ outcome: 'deferred', status: '4.4.2', rows: ['CONN-4'] })],
  },
  {
    name: 'an alias that is followed, and of which nobody says whether it is signed',
    shows: ['DANE-2.2.2-7'],
    world: {
      ...SIGNED,
      dns: {
        'MX a.example': ['10 mx.a.example'],
        'CNAME mx.a.example': { records: ['host.b.example'], askedAlone: 'servfail' },
        'A host.b.example': { records: ['@host.b.example'], security: 'insecure' },
        'TLSA mx.a.example': ['3 1 1 @host.b.example'],
      },
      mail: { 'host.b.example': {} },
    },
    steps: [
      send({ outcome: 'deferred', status: '4.7.5', rows: ['BASE-7'], notConnected: ['host.b.example'] }),
    ],
  },
  {
    name: 'a relay that did not let us in a moment ago is left alone, and asked again later',
    refs: ['CHOICE-42'],
    world: {
      dns: { 'A relay.b.example': ['@relay.b.example'] },
      mail: {
        'relay.b.example': {
          port: 2587,
          keywords: ['PIPELINING'],
          keywordsAfterTls: ['PIPELINING', 'AUTH PLAIN'],
          auth: { password: 'right' },
        },
      },
    },
    transports: {
      smart: {
        ...{ kind: 'relay', host: 'relay.b.example', port: 2587, tls: 'starttls', verify: 'pkix' },
        ...{ user: 'us', mechanisms: ['plain'] },
      },
    },
    passwords: { smart: 'wrong' },
    steps: [
      send({ outcome: 'deferred', status: '4.7.8', because: 'AOUT-4' }, { transport: 'smart' }),
      {
        ...send(
          { outcome: 'deferred', status: '4.7.8', because: 'HOP-5', notConnected: ['relay.b.example'] },
          { transport: 'smart' },
        ),
        after: MINUTE,
      },
      {
        ...send({ outcome: 'deferred', because: 'AOUT-4' }, { transport: 'smart' }),
        after: 5 * MINUTE,
      },
    ],
  },
];

export const circumstances: readonly Scenario[] = [
  ...stops,
  ...unreadablePolicies,
  ...clocks,
  ...noneAnyMore,
  ...refreshes,
  ...explained,
  ...onceMore,
];
