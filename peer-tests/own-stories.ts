/* What worlds cannot say, or what only other people's software can be asked about. */
import {
  daneDomain,
  mailHosts,
  NO_SHA256,
  plainDomain,
  REQUIRETLS_HOST,
  SELF_SIGNED,
  SIGNED,
  send,
  tlsa,
  together,
} from '../spec/scenarios/worlds.js';
import type { PeerStory } from './peers.js';

const delivered = { outcome: 'delivered', status: '2.x', tls: 'yes' } as const;

export const ownStories = {
  expired: {
    name: 'the signatures of the domain have expired',
    world: daneDomain(['3 1 1 @mx.a.example']),
    expired: ['a.example'],
    steps: [send({ outcome: 'deferred', status: '4.4.3', mx: null, notConnected: ['mx.a.example'] })],
  },
  spoiltMx: {
    name: 'the signature over the MX records is wrong',
    world: together(plainDomain(), SIGNED, { dns: { 'MX a.example': { fails: 'bogus' } } }),
    steps: [send({ outcome: 'deferred', status: '4.4.3', mx: null, notConnected: ['mx.a.example'] })],
  },
  spoiltTlsa: {
    name: 'the signature over the TLSA records is wrong',
    world: together(plainDomain(), SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'bogus' } } }),
    steps: [send({ outcome: 'deferred', status: '4.7.5', notConnected: ['mx.a.example'] })],
  },
  mismatch: {
    name: 'a mismatch',
    world: daneDomain([`3 1 1 ${NO_SHA256}`]),
    steps: [send({ outcome: 'deferred', status: '4.7.5', mxSecure: true })],
  },
  manyRecords: {
    name: 'more TLSA records than a datagram holds',
    world: daneDomain(
      [
        ...Array.from({ length: 40 }, (_, at) => `3 1 1 ${at.toString(16).padStart(64, '0')}`),
        '3 1 1 @mx.a.example',
      ],
      {
        certificate: SELF_SIGNED,
      },
    ),
    steps: [send({ ...delivered, authentication: 'dane' })],
  },
  dname: {
    name: 'the mail host stands below a DNAME',
    world: together(SIGNED, tlsa(['3 1 1 @mx.provider.test'], 'mx.provider.test'), {
      dns: { 'MX a.example': ['10 mx.old.a.example'], 'A mx.provider.test': ['@mx.provider.test'] },
      mail: { 'mx.provider.test': { certificate: SELF_SIGNED } },
    }),
    records: ['old.a.example. 300 IN DNAME provider.test.'],
    steps: [send({ ...delivered, authentication: 'dane', mx: 'mx.old.a.example', mxSecure: true })],
  },
  match: {
    name: 'a match',
    world: daneDomain(['3 1 1 @mx.a.example'], { certificate: SELF_SIGNED }),
    steps: [send({ ...delivered, authentication: 'dane' })],
  },
  noCertificate: {
    name: 'a server without a certificate',
    world: plainDomain({ starttls: 'broken' }),
    steps: [send({ outcome: 'delivered', tls: 'no', cleartextRetry: true })],
  },
  requireTls: {
    name: 'REQUIRETLS',
    world: daneDomain(['3 1 1 @mx.a.example'], { ...REQUIRETLS_HOST, certificate: SELF_SIGNED }),
    steps: [send({ ...delivered, authentication: 'dane', requireTls: true }, { requireTls: true })],
  },
  alias: {
    name: 'REQUIRETLS, the mail host is an alias',
    world: together(
      mailHosts({ 'mx.provider.test': REQUIRETLS_HOST }),
      SIGNED,
      tlsa(['3 1 1 @mx.provider.test'], 'mx.provider.test'),
      {
        dns: { 'MX a.example': ['10 mx.a.example'], 'CNAME mx.a.example': ['mx.provider.test'] },
      },
    ),
    steps: [send({ ...delivered, authentication: 'dane', mx: 'mx.a.example' }, { requireTls: true })],
  },
} as const satisfies Readonly<Record<string, PeerStory>>;
