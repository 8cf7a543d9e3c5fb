/* Opportunistic TLS (RFC 3207, RFC 7435): where nobody demands anything, TLS with anybody, and in clear what cannot be had otherwise. */
import type { Scenario } from '../../src/adapters/scripted/index.js';
import { plainDomain, type Story, send, stsDomain, twoHosts } from './worlds.js';

const encrypted = { outcome: 'delivered', status: '2.x', tls: 'yes', authentication: 'none' } as const;
const inClear = { outcome: 'delivered', status: '2.x', tls: 'no', authentication: 'none' } as const;

/** Certificates that nobody asked for. */
const certificates: readonly Story[] = [
  {
    name: 'a valid certificate that nobody asked for is not called authentication',
    refs: ['TLS-7.1-1'],
    shows: ['CHOICE-13', 'OS-3-2', 'OS-3-3'],
    world: plainDomain(),
    steps: [send({ ...encrypted, rows: ['PKIX-12', 'PEER-1'] })],
  },
  {
    name: 'an expired certificate is no reason to lose the encryption',
    shows: ['OS-3-2', 'X-20'],
    world: plainDomain({ certificate: { validity: 'expired' } }),
    steps: [send(encrypted)],
  },
  {
    name: 'a certificate for another name is no reason to lose the encryption',
    shows: ['X-20'],
    world: plainDomain({ certificate: { names: ['other.example'], issuer: 'private-ca' } }),
    steps: [send(encrypted)],
  },
];

/** TLS that fails in one way or another. */
const failures: readonly Story[] = [
  {
    name: 'the connection closes behind the STARTTLS reply',
    shows: ['DANE-2.2-4', 'CHOICE-8'],
    world: plainDomain({ starttls: 'closes' }),
    steps: [send({ ...inClear, cleartextRetry: true })],
  },
  {
    name: 'only TLS 1.0 and 1.1: in clear, rather than below TLS 1.2',
    refs: ['TLS-8996-1'],
    shows: ['CHOICE-8', 'TLS-3.1.3-1'],
    world: plainDomain({ starttls: 'old' }),
    steps: [send({ ...inClear, cleartextRetry: true })],
  },
  {
    name: 'the handshake ends well and an alert follows: the handshake has failed all the same',
    shows: ['DANE-2.2-4', 'CHOICE-8'],
    world: plainDomain({ starttls: 'late-alert' }),
    steps: [send({ ...inClear, cleartextRetry: true })],
  },
  {
    name: 'STARTTLS refused by the first of two hosts: in clear to the first, at once',
    shows: ['STLS-4-2', 'CHOICE-8'],
    world: twoHosts({ starttls: '454 4.7.0 TLS not available' }),
    steps: [send({ ...inClear, cleartextRetry: true, mx: 'mx1.a.example', notConnected: ['mx2.a.example'] })],
  },
  {
    name: 'handshake broken with the first of two hosts: in clear to the first, at once',
    shows: ['DANE-2.2-4', 'CHOICE-8'],
    world: twoHosts({ starttls: 'broken' }),
    steps: [send({ ...inClear, cleartextRetry: true, mx: 'mx1.a.example', notConnected: ['mx2.a.example'] })],
  },
  {
    name: 'octets injected by the first of two hosts: only the second is used',
    shows: ['STLS-4-5', 'CHOICE-8'],
    world: twoHosts({ starttls: 'injected' }),
    steps: [send({ ...encrypted, mx: 'mx2.a.example' })],
  },
  {
    name: 'STARTTLS answered with 501: as any other refusal',
    shows: ['STLS-4-2'],
    world: plainDomain({ starttls: '501 5.5.4 syntax error' }),
    steps: [send({ ...inClear, cleartextRetry: true })],
  },
  {
    name: "in clear after broken TLS, the server's own refusal counts",
    refs: ['SMTP-4.2.1-2'],
    shows: ['CHOICE-8'],
    world: plainDomain({ starttls: 'broken', replies: { rcpt: { '*': '550 5.1.1 no such user' } } }),
    steps: [send({ outcome: 'bounced', status: '5.1.1', cleartextRetry: true })],
  },
];

/** What a server announces before TLS says nothing about what comes after. */
const announcements: readonly Story[] = [
  {
    name: 'a small SIZE before TLS and a large one after it: the message fits',
    refs: ['SIZE-7-1'],
    shows: ['STLS-4.2-1'],
    world: plainDomain({ keywords: ['SIZE 10'], keywordsAfterTls: ['SIZE 10485760'] }),
    steps: [send(encrypted)],
  },
  {
    name: 'SIZE before TLS and not after it: the parameter is not used',
    shows: ['SMTP-4.1.1.2-1', 'STLS-4.2-1'],
    world: plainDomain({ keywords: ['SIZE 10485760', '8BITMIME'], keywordsAfterTls: [] }),
    steps: [send(encrypted)],
  },
  {
    name: 'SIZE 0 means no limit',
    refs: ['SIZE-7-1'],
    world: plainDomain({ keywords: ['SIZE 0'], keywordsAfterTls: ['SIZE 0'] }),
    steps: [send(encrypted)],
  },
  {
    name: 'STARTTLS offered once more after TLS: never TLS inside TLS',
    shows: ['STLS-4.2-3'],
    world: plainDomain({ keywords: [], keywordsAfterTls: ['STARTTLS'] }),
    steps: [send(encrypted)],
  },
  {
    name: 'a server that offers nothing at all',
    shows: ['SMTP-4.1.1.2-1', 'STLS-6-2'],
    world: plainDomain({ starttls: 'not-offered', keywords: [] }),
    steps: [send(inClear)],
  },
  {
    name: 'EHLO not known: HELO, and so in clear',
    shows: ['SMTP-2.2.1-1'],
    world: plainDomain({ starttls: 'not-offered', replies: { ehlo: '502 5.5.1 not implemented' } }),
    steps: [send({ ...inClear, cleartextRetry: false })],
  },
];

/** Reports made by software. */
const reports: readonly Story[] = [
  {
    name: 'a DMARC report is never repeated in clear',
    shows: ['CHOICE-8'],
    world: plainDomain({ starttls: 'broken' }),
    steps: [
      send(
        { outcome: 'deferred', status: '4.7.x', cleartextRetry: false, rows: ['RETRY-2'] },
        { report: 'dmarc' },
      ),
    ],
  },
  {
    name: 'a DMARC report goes to a host without STARTTLS as other mail does',
    refs: ['CHOICE-8'],
    shows: ['DANE-2.2-3'],
    world: plainDomain({ starttls: 'not-offered' }),
    steps: [send(inClear, { report: 'dmarc' })],
  },
  {
    name: 'a TLS report is delivered whatever is wrong with TLS, even under an enforced policy',
    refs: ['RPT-3-10', 'X-6'],
    world: stsDomain('enforce', { starttls: 'broken' }),
    steps: [send({ ...inClear, cleartextRetry: true }, { report: 'tls', tlsRequiredNo: true })],
  },
];

export const opportunistic: readonly Scenario[] = [
  ...certificates,
  ...failures,
  ...announcements,
  ...reports,
];
