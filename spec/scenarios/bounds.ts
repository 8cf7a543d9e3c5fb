/* More hosts and addresses than an attempt tries: no bound may leave out the same ones for ever, or a whole family. */
import type { MailHost, Scenario } from '../../src/adapters/scripted/index.js';
import { plainDomain, policyText, type Story, send, together, twoHosts } from './worlds.js';

const delivered = { outcome: 'delivered', status: '2.x', tls: 'yes' } as const;
const HERS: MailHost = { certificate: { names: ['mx.a.example'] } };
const DEAD: MailHost = { connect: 'refuse' };

const dead = Array.from({ length: 10 }, (_, at) => `dead${at}`);
const deadHosts = Object.fromEntries(dead.map((id) => [id, DEAD]));

const stories: readonly Story[] = [
  {
    name: 'ten addresses of one family where nobody listens, and one of the other where somebody does: both are tried',
    refs: ['SMTP-5.1-12', 'DUAL-3-5'],
    world: {
      dns: {
        'MX a.example': ['10 mx.a.example'],
        'AAAA mx.a.example': dead.map((id) => `@${id}`),
        'A mx.a.example': ['@alive'],
      },
      mail: { ...deadHosts, alive: HERS },
    },
    steps: [send(delivered)],
  },
  {
    name: 'more addresses than an attempt tries, and those that it tries are dead: the next attempt begins with the others',
    refs: ['SMTP-5.1-12', 'DUAL-3-5'],
    world: {
      dns: {
        'MX a.example': ['10 mx.a.example'],
        'A mx.a.example': ['@dead0', '@dead1', '@dead2', '@alive'],
      },
      mail: { dead0: DEAD, dead1: DEAD, dead2: DEAD, alive: HERS },
    },
    settings: { addressesMax: 2 },
    steps: [
      send({ outcome: 'deferred', status: '4.4.1', notConnected: ['alive'] }),
      { attempt: 2, ...send(delivered) },
    ],
  },
  {
    name: 'more mail hosts than an attempt tries, and those that it tries are dead: the next attempt comes to the others',
    refs: ['SMTP-5.1-9', 'DUAL-3-5'],
    world: twoHosts(DEAD),
    settings: { candidatesMax: 1 },
    steps: [
      send({ outcome: 'deferred', notConnected: ['mx2.a.example'] }),
      { attempt: 2, ...send({ ...delivered, mx: 'mx2.a.example' }) },
      { attempt: 3, ...send({ outcome: 'deferred', mx: 'mx1.a.example' }) },
    ],
  },
  {
    name: 'more mail hosts than an attempt tries, and those that it comes to have no address: the next one comes to the others',
    refs: ['SMTP-5.1-9', 'DUAL-3-5'],
    world: together(twoHosts({}), { dns: { 'A mx1.a.example': { denial: 'nodata' } } }),
    settings: { candidatesMax: 1 },
    steps: [
      send({ outcome: 'deferred', status: '4.4.3' }),
      { attempt: 2, ...send({ ...delivered, mx: 'mx2.a.example' }) },
    ],
  },
  {
    name: 'a policy host with more dead addresses of one family than are tried, and one of the other: the policy is learned',
    refs: ['STS-3.3-1', 'DUAL-3-5'],
    world: together(plainDomain(), {
      dns: {
        'TXT _mta-sts.a.example': ['v=STSv1; id=1;'],
        'AAAA mta-sts.a.example': ['@gone1', '@gone2', '@gone3'],
        'A mta-sts.a.example': ['@mta-sts.a.example'],
      },
      policy: {
        gone1: DEAD,
        gone2: DEAD,
        gone3: DEAD,
        'mta-sts.a.example': { body: policyText('enforce') },
      },
    }),
    settings: { addressesMax: 2 },
    steps: [send({ ...delivered, authentication: 'pkix', rows: ['STS-20'] })],
  },
];

export const bounds: readonly Scenario[] = stories;
