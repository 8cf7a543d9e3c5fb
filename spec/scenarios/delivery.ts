/* Where mail goes and what replies mean (RFC 5321, RFC 7505, RFC 3974): the walk through the hosts, with TLS in the background. */
import type { Expectation, MailHost, Scenario, World } from '../../src/adapters/scripted/index.js';
import {
  mailHosts,
  OTHER_NAME,
  plainDomain,
  SELF_SIGNED,
  type Story,
  send,
  stsPolicy,
  tlsa,
  together,
  twoHosts,
} from './worlds.js';

const delivered = { outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'none' } as const;
const second = { ...delivered, mx: 'mx2.a.example' } as const;

/** b.example leads to a.example by way of two others, all signed; the mail host has a certificate for that name, of its own authority. */
const aliasesTo = (certified: string): World =>
  together(
    plainDomain({ certificate: { issuer: 'private-ca', names: [certified] } }),
    { signedZones: ['a.example', 'b.example', 'c.example', 'd.example'] },
    tlsa(['2 0 1 @mx.a.example:ca']),
    {
      dns: {
        'CNAME b.example': ['c.example'],
        'CNAME c.example': ['d.example'],
        'CNAME d.example': ['a.example'],
      },
    },
  );

const NO_UTF8 = { keywords: ['8BITMIME', 'ENHANCEDSTATUSCODES'] } as const;

const NO_MIME = { keywords: ['PIPELINING', 'ENHANCEDSTATUSCODES'] } as const;
const NO_EHLO = { starttls: 'not-offered', replies: { ehlo: '500 5.5.2 what?' } } as const;

/** Texts with octets beyond ASCII (RFC 6152). */
const eightBit: readonly Story[] = [
  {
    name: 'a text beyond ASCII is sent as such where the host offers 8BITMIME',
    shows: ['8BIT-3-1'],
    world: plainDomain({ keywords: ['8BITMIME'] }),
    steps: [
      send({ ...delivered, mailParameters: ['BODY=8BITMIME'], rows: ['FIT-1'] }, { eightBit: true }),
      send({ ...delivered, mailParameters: [] }),
    ],
  },
  {
    name: 'a text beyond ASCII, and the first host has no 8BITMIME: the second one takes it',
    shows: ['8BIT-3-2'],
    world: twoHosts(NO_MIME),
    steps: [
      send({ ...second, mailParameters: ['BODY=8BITMIME'], rows: ['FIT-6'] }, { eightBit: true }),
      send({ ...delivered, mx: 'mx1.a.example' }),
    ],
  },
  {
    name: 'a text beyond ASCII, and no host has 8BITMIME: returned',
    shows: ['8BIT-3-2', 'SMTP-2.4-2'],
    world: twoHosts(NO_MIME, NO_EHLO),
    steps: [send({ outcome: 'bounced', status: '5.6.3', because: 'FIT-6' }, { eightBit: true })],
  },
  {
    name: 'a text beyond ASCII, one host has no 8BITMIME and the other is down: it waits',
    refs: ['8BIT-3-2'],
    world: twoHosts(NO_MIME, { connect: 'refuse' }),
    steps: [send({ outcome: 'deferred', status: '4.4.1' }, { eightBit: true })],
  },
  {
    name: 'a text beyond ASCII and a host without 8BITMIME, where the operator would have it sent',
    refs: ['8BIT-3-2'],
    world: plainDomain(NO_MIME),
    settings: { withoutEightBitMime: 'send' },
    steps: [send({ ...delivered, mailParameters: [], rows: ['FIT-7'] }, { eightBit: true })],
  },
];

/** Addresses beyond ASCII (RFC 6531). */
const beyondAscii: readonly Story[] = [
  {
    name: 'an address beyond ASCII, and the second host takes it',
    shows: ['U8-3.2-2', 'U8-3.4-1'],
    world: twoHosts(NO_UTF8),
    steps: [send({ ...second, mailParameters: ['SMTPUTF8'] }, { to: ['\u00fcser@a.example'] })],
  },
  {
    name: 'an address beyond ASCII, and no host takes it: returned',
    shows: ['U8-3.2-2', 'U8-3.2-3'],
    world: twoHosts(NO_UTF8, NO_UTF8),
    steps: [
      send({ outcome: 'bounced', status: '5.6.7', because: 'FIT-3' }, { to: ['\u00fcser@a.example'] }),
      send({ outcome: 'delivered' }),
    ],
  },
  {
    name: 'an address and a text beyond ASCII: both are said, and a host that has one of them alone will not do',
    shows: ['U8-3.6-1'],
    world: twoHosts({ keywords: ['SMTPUTF8'] }, { keywords: ['SMTPUTF8', '8BITMIME'] }),
    steps: [
      send(
        { ...second, mailParameters: ['BODY=8BITMIME', 'SMTPUTF8'] },
        { to: ['\u00fcser@a.example'], eightBit: true },
      ),
    ],
  },
  {
    name: 'an address beyond ASCII, and the host that may take it is down: it waits',
    refs: ['U8-3.2-2'],
    world: twoHosts(NO_UTF8, { connect: 'refuse' }),
    steps: [send({ outcome: 'deferred', status: '4.4.1' }, { to: ['\u00fcser@a.example'] })],
  },
];

/** Whom the DNS names. */
const targets: readonly Story[] = [
  {
    name: 'the lower preference comes first, wherever it stands in the answer',
    shows: ['SMTP-5.1-10'],
    world: together(twoHosts({}), { dns: { 'MX a.example': ['20 mx1.a.example', '10 mx2.a.example'] } }),
    steps: [send({ ...second, notConnected: ['mx1.a.example'] })],
  },
  {
    name: 'of two hosts of equal preference one is down: the other takes the mail, whatever the draw',
    refs: ['SMTP-5.1-11'],
    shows: ['DUAL-3-5'],
    world: together(twoHosts({ connect: 'refuse' }), {
      dns: { 'MX a.example': ['10 mx1.a.example', '10 mx2.a.example'] },
    }),
    steps: [send(second)],
  },
  {
    name: 'no MX record: the domain itself',
    shows: ['SMTP-5.1-5', 'DUAL-3-2'],
    world: { dns: { 'A a.example': ['@a.example'] }, mail: { 'a.example': {} } },
    steps: [send({ ...delivered, mx: 'a.example', rows: ['MX-4'] })],
  },
  {
    name: 'the recipient domain is an alias: the MX records of its target',
    shows: ['SMTP-5.1-2'],
    world: together(plainDomain(), { dns: { 'CNAME b.example': ['a.example'] } }),
    steps: [send({ ...delivered, mx: 'mx.a.example' }, { to: ['user@b.example'] })],
  },
  ...['b.example', 'a.example'].map(
    (name): Story => ({
      name: `the recipient domain is an alias of an alias of an alias: a certificate for ${name}, which is one end of them, will do`,
      shows: ['DANE-2.2.1-2'],
      world: aliasesTo(name),
      steps: [send({ ...delivered, authentication: 'dane' }, { to: ['user@b.example'] })],
    }),
  ),
  {
    name: 'the recipient domain is an alias of an alias of an alias: what stands between is no name to be known by',
    shows: ['DANE-2.2.1-2'],
    world: aliasesTo('c.example'),
    steps: [send({ outcome: 'deferred', status: '4.7.5', rows: ['PEER-6'] }, { to: ['user@b.example'] })],
  },
  {
    name: 'the mail host is an alias: followed, although it should not be one',
    refs: ['SMTP-5.1-8', 'DNS-2181-10.3-1'],
    shows: ['DANE-2.2.1-6'],
    world: {
      dns: {
        'MX a.example': ['10 mx.a.example'],
        'CNAME mx.a.example': ['mx.provider.test'],
        'A mx.provider.test': ['@mx.provider.test'],
      },
      mail: { 'mx.provider.test': {} },
    },
    steps: [send({ ...delivered, mx: 'mx.a.example' })],
  },
  {
    name: 'an underscore in the name of a mail host: used, as real ones have it',
    shows: ['SMTP-5.1-2'],
    world: {
      dns: { 'MX a.example': ['10 mx_1.a.example'], 'A mx_1.a.example': ['@host'] },
      mail: { host: {} },
    },
    steps: [send({ ...delivered, mx: 'mx_1.a.example' })],
  },
  {
    name: 'a host of our own among the MX records: only those that are preferred to it are tried',
    shows: ['SMTP-5.1-13', 'DUAL-3-3'],
    world: {
      dns: {
        'MX a.example': ['20 mx3.a.example', '10 Mail.Sender.Example', '10 mx2.a.example', '5 mx1.a.example'],
        ...Object.fromEntries(
          ['mx1', 'mx2', 'mx3'].map((host) => [`A ${host}.a.example`, [`@${host}.a.example`]]),
        ),
      },
      mail: { 'mx1.a.example': {}, 'mx2.a.example': {}, 'mx3.a.example': {} },
    },
    settings: { ownHosts: ['mail.sender.example'] },
    steps: [
      send({ ...delivered, mx: 'mx1.a.example' }),
      {
        change: { mail: { 'mx1.a.example': { connect: 'refuse' } } },
        ...send({
          ...{ outcome: 'deferred', status: '4.4.1' },
          notConnected: ['mx2.a.example', 'mx3.a.example'],
        }),
      },
    ],
  },
  {
    name: 'a host of our own is the best of the MX records: nobody else has the mail, and it goes back',
    shows: ['SMTP-5.1-14', 'SMTP-5.1-13', 'ESC-3463-3-1'],
    world: twoHosts({}),
    settings: { ownHosts: ['mx1.a.example'] },
    steps: [
      send({
        ...{ outcome: 'bounced', status: '5.4.6', because: 'MX-7' },
        notConnected: ['mx1.a.example', 'mx2.a.example'],
      }),
    ],
  },
  {
    name: 'a null MX among other records is left out',
    shows: ['NULLMX-3-3'],
    world: together(plainDomain(), { dns: { 'MX a.example': ['0 .', '10 mx.a.example'] } }),
    steps: [send({ ...delivered, mx: 'mx.a.example' })],
  },
  {
    name: 'a null MX of odd preference is still one',
    shows: ['NULLMX-3-1', 'NULLMX-5-1', 'NULLMX-4.1-1'],
    world: { dns: { 'MX a.example': ['10 .'] } },
    steps: [send({ outcome: 'bounced', status: '5.1.10', mx: null, rows: ['MX-2'] })],
  },
  {
    name: 'a bogus null MX is a lookup that failed',
    shows: ['DANE-2.1.1-6', 'DANE-2.1.2-1', 'NULLMX-5-2'],
    world: {
      dns: { 'MX a.example': { fails: 'bogus' }, 'A a.example': ['@a.example'] },
      mail: { 'a.example': {} },
    },
    steps: [send({ outcome: 'deferred', status: '4.4.3', mx: null, notConnected: ['a.example'] })],
  },
  {
    name: 'the domain does not exist',
    shows: ['DUAL-3-2', 'CHOICE-14', 'SMTP-5.1-3'],
    world: { dns: {} },
    steps: [send({ outcome: 'bounced', status: '5.4.4', mx: null, rows: ['MX-5'] })],
  },
  {
    name: 'the MX lookup fails',
    refs: ['CHOICE-14'],
    shows: ['DANE-2.1.2-1', 'DUAL-3-2', 'SMTP-5.1-4', 'ESC-3463-3-1'],
    world: {
      dns: { 'MX a.example': { fails: 'servfail' }, 'A a.example': ['@a.example'] },
      mail: { 'a.example': {} },
    },
    steps: [
      send({ outcome: 'deferred', status: '4.4.3', mx: null, notConnected: ['a.example'], rows: ['MX-6'] }),
    ],
  },
  {
    name: "no mail host has an address: not even the domain's own is used",
    shows: ['SMTP-5.1-6', 'CHOICE-14', 'SMTP-5.1-7', 'ESC-3463-3-1'],
    world: {
      dns: { 'MX a.example': ['10 mx1.a.example', '20 mx2.a.example'], 'A a.example': ['@a.example'] },
      mail: { 'a.example': {} },
    },
    steps: [send({ outcome: 'bounced', status: '5.4.4', notConnected: ['a.example'], rows: ['END-1'] })],
  },
  {
    name: 'one mail host has no address, the lookup for the other fails: who knows',
    refs: ['DUAL-3-2', 'DANE-2.1.2-4'],
    shows: ['CHOICE-14'],
    world: {
      dns: {
        'MX a.example': ['10 mx1.a.example', '20 mx2.a.example'],
        'A mx2.a.example': { fails: 'servfail' },
        'AAAA mx2.a.example': { fails: 'servfail' },
      },
    },
    steps: [send({ outcome: 'deferred', status: '4.4.3', rows: ['END-8'] })],
  },
  {
    name: 'an MX record that holds an address names no host',
    refs: ['SMTP-5.1-7', 'DANE-2.2-7'],
    shows: ['SMTP-5.1-6'],
    world: {
      dns: { 'MX a.example': ['10 192.0.2.1'], 'A a.example': ['@a.example'] },
      mail: { 'a.example': {} },
    },
    steps: [
      send({ outcome: 'bounced', status: '5.4.4', mx: null, notConnected: ['a.example'], rows: ['MX-3'] }),
    ],
  },
  {
    name: 'the lookup of one address family fails, the other has an address',
    refs: ['DUAL-3-1', 'DANE-2.1.2-4'],
    world: together(plainDomain(), { dns: { 'AAAA mx.a.example': { fails: 'servfail' } } }),
    steps: [send(delivered)],
  },
  {
    name: 'a host at a private address is left alone',
    shows: ['X-13', 'CHOICE-14'],
    world: { dns: { 'MX a.example': ['10 mx.a.example'], 'A mx.a.example': ['10.0.0.25', '127.0.0.1'] } },
    settings: { privateAddresses: 'refuse' },
    steps: [send({ outcome: 'deferred', status: '4.4.4', rows: ['ADDR-2'] })],
  },
  {
    name: 'a host at an address that no single host has is left alone, whatever the operator allows',
    refs: ['X-13'],
    world: { dns: { 'MX a.example': ['10 mx.a.example'], 'A mx.a.example': ['224.0.0.25', '0.0.0.0'] } },
    steps: [send({ outcome: 'deferred', status: '4.4.4', rows: ['ADDR-4'] })],
  },
];

/** Hosts that cannot be talked to. */
const connections: readonly Story[] = [
  {
    name: 'the first host is down',
    shows: ['DUAL-3-5', 'SMTP-5.1-9'],
    world: twoHosts({ connect: 'refuse' }),
    steps: [send(second)],
  },
  {
    name: 'all hosts are down',
    shows: ['DUAL-3-5', 'CHOICE-14', 'ESC-3463-3-1'],
    world: twoHosts({ connect: 'refuse' }, { connect: 'refuse' }),
    steps: [send({ outcome: 'deferred', status: '4.4.1', rows: ['END-7'] })],
  },
  {
    name: 'one address of a host is down, the next one answers',
    shows: ['SMTP-5.1-9', 'SMTP-5.1-12'],
    world: together(plainDomain(), {
      dns: { 'A mx.a.example': ['@down', '@mx.a.example'] },
      mail: { down: { connect: 'refuse' } },
    }),
    steps: [send({ ...delivered, mx: 'mx.a.example' })],
  },
  {
    name: 'one host does not exist, the other is down: it may come back',
    shows: ['DUAL-3-5', 'CHOICE-14'],
    world: {
      dns: {
        'MX a.example': ['10 mx1.a.example', '20 mx2.a.example'],
        'A mx2.a.example': ['@mx2.a.example'],
      },
      mail: { 'mx2.a.example': { connect: 'refuse' } },
    },
    steps: [send({ outcome: 'deferred', status: '4.4.1' })],
  },
  {
    name: 'the first host accepts connections and says nothing',
    refs: ['SMTP-4.5.3.2-1'],
    shows: ['DUAL-3-5'],
    world: twoHosts({ connect: 'silent' }),
    steps: [send(second)],
  },
  {
    name: 'the first host greets with 554',
    shows: ['SMTP-3.1-1'],
    world: twoHosts({ greeting: '554 no SMTP service here' }),
    steps: [send(second)],
  },
  {
    name: 'the only host greets with 554: that is said of the host, not of the message',
    shows: ['SMTP-3.1-1', 'DUAL-3-6'],
    world: plainDomain({ greeting: '554 no SMTP service here' }),
    steps: [send({ outcome: 'deferred', status: '4.0.0', rows: ['REPLY-3'] })],
  },
  {
    name: 'the first host never accepts mail (521)',
    shows: ['RC-3-1'],
    world: twoHosts({ greeting: '521 mx1.a.example does not accept mail' }),
    steps: [send(second)],
  },
  {
    name: 'the first host is busy (421)',
    refs: ['SMTP-3.8-2'],
    world: twoHosts({ greeting: '421 4.3.2 too busy' }),
    steps: [send(second)],
  },
  {
    name: 'the first host closes instead of a greeting',
    refs: ['SMTP-3.8-1'],
    world: twoHosts({ greeting: 'close' }),
    steps: [send(second)],
  },
  {
    name: 'the first host greets with a code that is no greeting',
    refs: ['SMTP-4.3.2-1'],
    shows: ['SMTP-4.2-1'],
    world: twoHosts({ greeting: '354 go ahead' }),
    steps: [send(second)],
  },
  {
    name: 'a greeting of several lines',
    refs: ['SMTP-4.2.1-3'],
    world: plainDomain({ greeting: '220-mx.a.example ESMTP\n220-No spam, please.\n220 Ready' }),
    steps: [send(delivered)],
  },
];

/** Replies to one transaction. */
const replies: readonly Story[] = [
  {
    name: '451 at RCPT: the next host takes the mail',
    shows: ['DUAL-3-6', 'CHOICE-15'],
    world: twoHosts({ replies: { rcpt: { '*': '451 4.7.1 come back later' } } }),
    steps: [send(second)],
  },
  {
    name: '451 at RCPT by the only host: waits with the words of the host',
    shows: ['DUAL-3-6', 'CHOICE-14', 'SMTP-4.2.1-1'],
    world: plainDomain({ replies: { rcpt: { '*': '451 4.7.1 come back later' } } }),
    steps: [send({ outcome: 'deferred', status: '4.7.1', rows: ['END-5'] })],
  },
  {
    name: '550 at RCPT: the next host is not bothered',
    shows: ['DUAL-3-6', 'SMTP-4.2.1-2'],
    world: twoHosts({ replies: { rcpt: { '*': '550 5.1.1 no such user' } } }),
    steps: [
      send({ outcome: 'bounced', status: '5.1.1', mx: 'mx1.a.example', notConnected: ['mx2.a.example'] }),
    ],
  },
  {
    name: 'two recipients, one served by each host',
    refs: ['SMTP-4.5.4.1-7'],
    shows: ['CHOICE-15'],
    world: twoHosts({ replies: { rcpt: { 'later@a.example': '451 4.2.1 mailbox busy' } } }),
    steps: [
      send([{ ...delivered, mx: 'mx1.a.example' }, second], { to: ['user@a.example', 'later@a.example'] }),
    ],
  },
  {
    name: 'three recipients: delivered, deferred and bounced',
    shows: ['CHOICE-15'],
    world: plainDomain({
      replies: {
        rcpt: { 'later@a.example': '451 4.2.1 mailbox busy', 'gone@a.example': '550 5.1.1 no such user' },
      },
    }),
    steps: [
      send([delivered, { outcome: 'deferred', status: '4.2.1' }, { outcome: 'bounced', status: '5.1.1' }], {
        to: ['user@a.example', 'later@a.example', 'gone@a.example'],
      }),
    ],
  },
  {
    name: 'all of two recipients refused: each bounces with the reply to it',
    refs: ['SMTP-4.2.1-2'],
    shows: ['CHOICE-15'],
    world: plainDomain({
      replies: {
        rcpt: { 'gone@a.example': '550 5.1.1 no such user', 'full@a.example': '552 5.2.2 mailbox full' },
      },
    }),
    steps: [
      send(
        [
          { outcome: 'bounced', status: '5.1.1' },
          { outcome: 'bounced', status: '5.2.2' },
        ],
        { to: ['gone@a.example', 'full@a.example'] },
      ),
    ],
  },
  {
    name: '552 at RCPT after one that was accepted means too many recipients; said again to the only one, it is final',
    refs: ['SIZE-6.4-1'],
    shows: ['SMTP-4.5.3.1.10-1'],
    world: plainDomain({ replies: { rcpt: { 'more@a.example': '552 5.2.2 mailbox full' } } }),
    steps: [
      send([delivered, { outcome: 'bounced', status: '5.2.2', rows: ['NTX-2'] }], {
        to: ['user@a.example', 'more@a.example'],
      }),
    ],
  },
  {
    name: '552 at the only RCPT is final, whether commands go in a group or one by one',
    refs: ['SMTP-4.2.1-2'],
    shows: ['SIZE-6.4-1'],
    world: plainDomain({ replies: { rcpt: { '*': '552 5.2.2 mailbox full' } } }),
    steps: [
      send({ outcome: 'bounced', status: '5.2.2' }),
      {
        change: {
          mail: { 'mx.a.example': { keywords: [], replies: { rcpt: { '*': '552 5.2.2 mailbox full' } } } },
        },
        ...send({ outcome: 'bounced', status: '5.2.2' }),
      },
    ],
  },
  {
    name: 'SIZE without a number, and SIZE 0: any size will do',
    shows: ['SIZE-6-1'],
    world: plainDomain({ keywords: ['SIZE 0'] }),
    steps: [
      send(delivered),
      { change: { mail: { 'mx.a.example': { keywords: ['SIZE'] } } }, ...send(delivered) },
      {
        change: { mail: { 'mx.a.example': { keywords: ['SIZE 3'] } } },
        ...send({ outcome: 'bounced', status: '5.3.4' }),
      },
    ],
  },
  {
    name: '550 at MAIL is final for the message',
    shows: ['DUAL-3-6', 'NULLMX-4.1-3'],
    world: twoHosts({ replies: { mail: '550 5.7.27 sender domain has a null MX' } }),
    steps: [send({ outcome: 'bounced', status: '5.7.27', notConnected: ['mx2.a.example'] })],
  },
  {
    name: '556 at RCPT is like any other permanent refusal',
    shows: ['RC-4-1'],
    world: plainDomain({ replies: { rcpt: { '*': '556 5.1.10 domain does not accept mail' } } }),
    steps: [send({ outcome: 'bounced', status: '5.1.10' })],
  },
  {
    name: '421 at MAIL: the next host takes the mail',
    shows: ['DUAL-3-6', 'SMTP-3.8-2'],
    world: twoHosts({ replies: { mail: '421 4.3.2 shutting down' } }),
    steps: [send(second)],
  },
  {
    name: '554 after the message is final',
    shows: ['SMTP-4.2.5-2'],
    world: twoHosts({ replies: { end: '554 5.7.1 looks like spam' } }),
    steps: [send({ outcome: 'bounced', status: '5.7.1', notConnected: ['mx2.a.example'] })],
  },
  {
    name: '451 after the message: the next host takes it',
    shows: ['DUAL-3-6'],
    world: twoHosts({ replies: { end: '451 4.3.0 no disk space' } }),
    steps: [send(second)],
  },
  {
    name: 'the connection breaks at DATA: the next host takes the mail',
    shows: ['SMTP-3.8-1'],
    world: twoHosts({ replies: { data: 'close' } }),
    steps: [send(second)],
  },
  {
    name: 'the only host closes instead of a greeting',
    shows: ['SMTP-3.8-1'],
    world: plainDomain({ greeting: 'close' }),
    steps: [send({ outcome: 'deferred', status: '4.4.2' })],
  },
  {
    name: 'the only host closes instead of an answer to RCPT',
    shows: ['SMTP-3.8-1'],
    world: plainDomain({ replies: { rcpt: { '*': 'close' } } }),
    steps: [send({ outcome: 'deferred', status: '4.4.2' })],
  },
  {
    name: 'the connection breaks after the message, and there is no other host',
    shows: ['SMTP-3.8-1', 'CHOICE-14', 'ESC-3463-3-1'],
    world: plainDomain({ replies: { end: 'close' } }),
    steps: [send({ outcome: 'deferred', status: '4.4.2', rows: ['END-6'] })],
  },
  {
    name: 'a reply without an enhanced code',
    refs: ['ESC-2034-4-1'],
    shows: ['CHOICE-14'],
    world: plainDomain({ replies: { end: '250 queued' } }),
    steps: [send({ ...delivered, status: '2.0.0' })],
  },
  {
    name: 'an enhanced code of another class than the reply is ignored',
    shows: ['ESC-2034-4-1', 'DSN-3461-6.3-5'],
    world: plainDomain({ replies: { rcpt: { '*': '550 2.1.1 what' } } }),
    steps: [send({ outcome: 'bounced', status: '5.0.0' })],
  },
  {
    name: 'a refusal for now without an enhanced code, and one with leading zeros, which is none',
    refs: ['ESC-2034-4-1'],
    shows: ['DSN-3461-6.3-5', 'ESC-3463-2-1'],
    world: plainDomain({ replies: { rcpt: { '*': '451 later' } } }),
    steps: [
      send({ outcome: 'deferred', status: '4.0.0' }),
      {
        change: { mail: { 'mx.a.example': { replies: { rcpt: { '*': '550 5.07.1 no' } } } } },
        ...send({ outcome: 'bounced', status: '5.0.0' }),
      },
    ],
  },
  {
    name: '452 at MAIL is for now, and 552 is final: the message is too large for anybody there',
    shows: ['SIZE-6.2-1'],
    world: plainDomain({ replies: { mail: '452 4.3.1 no room' } }),
    steps: [
      send({ outcome: 'deferred', status: '4.3.1' }),
      {
        change: { mail: { 'mx.a.example': { replies: { mail: '552 5.3.4 too large' } } } },
        ...send({ outcome: 'bounced', status: '5.3.4' }),
      },
    ],
  },
  {
    name: '455 waits, 555 is final: a parameter that is not to be had now, and one that is not known',
    refs: ['SMTP-4.1.1.11-1'],
    world: plainDomain({ replies: { mail: '455 4.5.4 not now' } }),
    steps: [
      send({ outcome: 'deferred', status: '4.5.4' }),
      {
        change: { mail: { 'mx.a.example': { replies: { mail: '555 5.5.4 what is SIZE' } } } },
        ...send({ outcome: 'bounced', status: '5.5.4' }),
      },
    ],
  },
  {
    name: 'a refusal for policy reasons on the first attempt, from a host with addresses of both families: once more',
    shows: ['CHOICE-10'],
    world: together(plainDomain({ replies: { rcpt: { '*': '550 5.7.1 your address is on a list' } } }), {
      dns: { 'AAAA mx.a.example': ['@mx.a.example'] },
    }),
    steps: [
      send({ outcome: 'deferred', status: '4.7.1', rows: ['REPLY-6'] }),
      { attempt: 2, ...send({ outcome: 'bounced', status: '5.7.1', rows: ['REPLY-5'] }) },
    ],
  },
  {
    name: 'a refusal for other reasons is final on the first attempt, whatever the addresses',
    refs: ['CHOICE-10'],
    shows: ['DUAL-3-6'],
    world: together(plainDomain({ replies: { rcpt: { '*': '550 5.1.1 no such user' } } }), {
      dns: { 'AAAA mx.a.example': ['@mx.a.example'] },
    }),
    steps: [send({ outcome: 'bounced', status: '5.1.1' })],
  },
  {
    name: 'a mailbox beyond ASCII: only a host with SMTPUTF8 will do',
    shows: ['U8-3.2-2', 'U8-3.4-1', 'SMTP-2.2.3-1'],
    world: twoHosts({ keywords: ['8BITMIME'], keywordsAfterTls: ['8BITMIME'] }),
    steps: [send({ ...second, mailParameters: ['SMTPUTF8'] }, { to: ['jörg@a.example'] })],
  },
];

const many = (count: number) =>
  Array.from({ length: count }, (_, at) => `user${at}@a.example`) as [string, ...string[]];
const announcing = (limits: string): MailHost => ({
  keywords: ['PIPELINING', '8BITMIME', `LIMITS ${limits}`],
});
const each = (count: number, expected: Expectation) => Array.from({ length: count }, () => expected);
const here = { ...delivered, mx: 'mx1.a.example' } as const;

/** More recipients than a server takes at a time (RFC 5321, Section 4.5.3.1.10; RFC 9422). */
const crowds: readonly Story[] = [
  {
    name: '452 behind accepted recipients: the rest goes in further transactions on the same connection',
    shows: ['SMTP-4.5.3.1.10-1'],
    world: twoHosts({ takes: { recipients: 2 } }),
    steps: [send(each(5, { ...here, rows: ['NTX-2'], notConnected: ['mx2.a.example'] }), { to: many(5) })],
  },
  {
    name: 'a hundred recipients and some more, and a server that takes a hundred',
    shows: ['SMTP-4.5.3.1.8-1'],
    world: plainDomain({ takes: { recipients: 100 } }),
    steps: [send(each(103, delivered), { to: many(103) })],
  },
  {
    name: 'a server without PIPELINING that takes one recipient at a time',
    shows: ['SMTP-4.5.3.1.10-1'],
    world: plainDomain({ keywords: ['SIZE'], takes: { recipients: 1 } }),
    steps: [send(each(3, delivered), { to: many(3) })],
  },
  {
    name: 'of those who were too many one is refused in the second transaction, and for it alone',
    shows: ['SMTP-4.5.3.1.10-1', 'CHOICE-15'],
    world: plainDomain({
      takes: { recipients: 1 },
      replies: { rcpt: { 'user1@a.example': '550 5.1.1 no such user', 'user2@a.example': '451 4.2.1 busy' } },
    }),
    steps: [
      send(
        [
          delivered,
          { outcome: 'bounced', status: '5.1.1' },
          { outcome: 'deferred', status: '4.2.1' },
          delivered,
        ],
        { to: many(4) },
      ),
    ],
  },
  {
    name: '452 at a recipient before others that are accepted is about itself',
    refs: ['SMTP-4.5.3.1.10-1'],
    world: plainDomain({ replies: { rcpt: { 'user1@a.example': '452 4.2.2 mailbox full' } } }),
    steps: [send([delivered, { outcome: 'deferred', status: '4.2.2' }, delivered], { to: many(3) })],
  },
  {
    name: '452 at every recipient is no matter of how many they are: the next host takes the mail',
    refs: ['SMTP-4.5.3.1.10-1'],
    world: twoHosts({ replies: { rcpt: { '*': '452 4.3.1 no room' } } }),
    steps: [send(each(2, second), { to: many(2) })],
  },
  {
    name: 'the message is refused for those who came first: the rest is told the same',
    shows: ['CHOICE-15'],
    world: plainDomain({ ...announcing('RCPTMAX=2'), replies: { end: '554 5.7.1 looks like spam' } }),
    steps: [send(each(3, { outcome: 'bounced', status: '5.7.1', rows: ['NTX-4'] }), { to: many(3) })],
  },
  {
    name: 'the sender is refused for now, and so for all recipients, named or not',
    refs: ['CHOICE-15'],
    world: plainDomain({ ...announcing('RCPTMAX=2'), replies: { mail: '451 4.7.1 come back later' } }),
    steps: [send(each(3, { outcome: 'deferred', status: '4.7.1' }), { to: many(3) })],
  },
  {
    name: 'the connection breaks with the first of two transactions: the next host has all recipients',
    refs: ['SMTP-3.8-1'],
    world: twoHosts({ ...announcing('RCPTMAX=2'), replies: { data: 'close' } }),
    steps: [send(each(3, second), { to: many(3) })],
  },
  {
    name: 'a server that says how many recipients it takes is given no more',
    shows: ['LIMITS-4.2-1', 'SMTP-4.1.4-1'],
    world: twoHosts({
      ...announcing('RCPTMAX=2'),
      replies: { rcpt: { 'user2@a.example': '550 5.1.1 no such user', 'user3@a.example': '550 5.1.1 who?' } },
    }),
    steps: [
      send(
        [
          ...each(2, { ...here, rows: ['NTX-2'] }),
          ...each(2, { outcome: 'bounced', status: '5.1.1', mx: 'mx1.a.example' }),
          here,
        ],
        { to: many(5) },
      ),
    ],
  },
  {
    name: 'a server that takes one message on a connection gets another connection for the rest',
    shows: ['LIMITS-4.1-1'],
    world: plainDomain({ ...announcing('MAILMAX=1 RCPTMAX=2'), takes: { recipients: 2, mails: 1 } }),
    steps: [send(each(5, { ...delivered, rows: ['NTX-3'] }), { to: many(5) })],
  },
  {
    name: 'a server that has enough of a connection without a word before: the same on a fresh one',
    shows: ['SMTP-3.8-1'],
    world: plainDomain({ takes: { recipients: 2, mails: 1 } }),
    steps: [send(each(5, { ...delivered, rows: ['USED-3'] }), { to: many(5) })],
  },
  {
    name: 'limits that break the grammar are none',
    refs: ['LIMITS-3-1'],
    world: plainDomain(announcing('RCPTMAX=1 RCPTMAX=2')),
    steps: [send(each(2, delivered), { to: many(2) })],
  },
  {
    name: 'a server that takes one recipient at a time gets a hundred of them, and the rest waits',
    refs: ['SMTP-4.5.3.1.10-1'],
    world: plainDomain(announcing('RCPTMAX=1')),
    steps: [
      send([...each(100, delivered), { outcome: 'deferred', status: '4.5.3', because: 'NTX-5' }], {
        to: many(101),
      }),
    ],
  },
];

/** Hosts that fail in different ways: the most telling one is named. */
const mixtures: readonly Story[] = [
  {
    name: 'policy before a reply',
    shows: ['CHOICE-14'],
    world: together(
      twoHosts({ replies: { rcpt: { '*': '451 4.2.1 mailbox busy' } } }, { certificate: SELF_SIGNED }),
      stsPolicy('enforce', ['*.a.example']),
    ),
    steps: [
      send({ outcome: 'deferred', status: '4.7.5', because: 'PEER-7', mx: 'mx2.a.example', rows: ['END-4'] }),
    ],
  },
  {
    name: 'policy before the network',
    shows: ['CHOICE-14'],
    world: together(
      twoHosts({ certificate: OTHER_NAME }, { connect: 'refuse' }),
      stsPolicy('enforce', ['*.a.example']),
    ),
    steps: [send({ outcome: 'deferred', status: '4.7.5', because: 'PEER-7', rows: ['END-4'] })],
  },
  {
    name: 'a reply before the network',
    shows: ['CHOICE-14'],
    world: twoHosts({ connect: 'refuse' }, { replies: { rcpt: { '*': '451 4.2.1 mailbox busy' } } }),
    steps: [send({ outcome: 'deferred', status: '4.2.1', because: 'REPLY-4', rows: ['END-5'] })],
  },
  {
    name: 'the network before the DNS',
    shows: ['CHOICE-14'],
    world: together(twoHosts({ connect: 'refuse' }), {
      dns: { 'A mx2.a.example': { fails: 'servfail' }, 'AAAA mx2.a.example': { fails: 'servfail' } },
    }),
    steps: [send({ outcome: 'deferred', status: '4.4.1', because: 'CONN-3', rows: ['END-7'] })],
  },
  {
    name: 'more hosts than may be tried: the rest is left out',
    shows: ['X-16'],
    world: mailHosts({
      'mx1.a.example': { connect: 'refuse' },
      'mx2.a.example': { connect: 'refuse' },
      'mx3.a.example': {},
    }),
    settings: { candidatesMax: 2 },
    steps: [send({ outcome: 'deferred', status: '4.4.1', notConnected: ['mx3.a.example'] })],
  },
  {
    name: 'more hosts than may be tried, and those that were have no address: nothing is definitive',
    shows: ['CHOICE-14', 'X-16'],
    world: {
      dns: {
        'MX a.example': ['10 mx1.a.example', '20 mx2.a.example', '30 mx3.a.example'],
        'A mx3.a.example': ['@mx3.a.example'],
      },
      mail: { 'mx3.a.example': {} },
    },
    settings: { candidatesMax: 2 },
    steps: [send({ outcome: 'deferred', status: '4.4.3', notConnected: ['mx3.a.example'] })],
  },
];

export const delivery: readonly Scenario[] = [
  ...eightBit,
  ...beyondAscii,
  ...targets,
  ...connections,
  ...replies,
  ...crowds,
  ...mixtures,
];
