/* Two addresses of one host, dialled side by side (RFC 8305): whoever answers is the one that counts, from then on. */
import type { MailHost, Scenario, World } from '../../src/adapters/scripted/index.js';
import { SELF_SIGNED, type Story, send } from './worlds.js';

const delivered = { outcome: 'delivered', status: '2.x', mx: 'mx.a.example' } as const;
const settings = { addressRacing: 'on', addressRacingDelayMs: 250 } as const;

/** The only mail host of a.example has these addresses, in this order; each is a server of its own. */
const addresses = (servers: Readonly<Record<string, MailHost>>): World => ({
  dns: {
    'MX a.example': ['10 mx.a.example'],
    'A mx.a.example': Object.keys(servers).map((id) => `@${id}`),
  },
  mail: servers,
});

const HERS: MailHost = { certificate: { names: ['mx.a.example'] } };

const stories: readonly Story[] = [
  {
    name: 'racing: the first address answers, and the second is left alone',
    shows: ['SMTP-5.1-9'],
    world: addresses({ one: HERS, two: HERS }),
    settings,
    steps: [send({ ...delivered, tls: 'yes', notConnected: ['two'] })],
  },
  {
    name: 'racing: the first address refuses, and the second takes the message',
    refs: ['SMTP-5.1-12'],
    shows: ['SMTP-5.1-9'],
    world: addresses({ one: { connect: 'refuse' }, two: HERS }),
    settings,
    steps: [send({ ...delivered, tls: 'yes', notConnected: ['one'] })],
  },
  {
    name: 'racing: both refuse, and a third address is left',
    shows: ['SMTP-5.1-12'],
    world: addresses({ one: { connect: 'refuse' }, two: { connect: 'refuse' }, three: HERS }),
    settings,
    steps: [send({ ...delivered, rows: ['CONN-2'] })],
  },
  {
    name: 'racing: both refuse, and none is left',
    shows: ['DUAL-3-5'],
    world: addresses({ one: { connect: 'refuse' }, two: { connect: 'refuse' } }),
    settings,
    steps: [send({ outcome: 'deferred', status: '4.4.1', rows: ['CONN-3'] })],
  },
  {
    name: 'racing: the winner hangs up, and the loser is still there',
    shows: ['SMTP-5.1-12'],
    world: addresses({ one: { greeting: 'close' }, two: HERS }),
    settings,
    steps: [send({ ...delivered, rows: ['CONN-2'] })],
  },
  {
    name: 'racing: the certificate that is judged is that of the winner',
    shows: ['STLS-6-1', 'SMTP-5.1-9'],
    world: addresses({ one: { connect: 'refuse' }, two: { certificate: SELF_SIGNED }, three: HERS }),
    settings: {
      ...settings,
      destinations: [
        { destination: '*', demand: 'verify', owner: 'postmaster', reason: 'a story', expiresAt: null },
      ],
    },
    steps: [send({ outcome: 'deferred', status: '4.7.5', notConnected: ['one', 'three'] })],
  },
  {
    name: 'racing: a retry in clear goes to the address whose TLS failed, and to no other',
    shows: ['CHOICE-8', 'OS-3-2'],
    world: addresses({ one: { connect: 'refuse' }, two: { starttls: 'broken' }, three: HERS }),
    settings,
    steps: [send({ ...delivered, tls: 'no', cleartextRetry: true, notConnected: ['three'] })],
  },
];

export const racing: readonly Scenario[] = stories;
