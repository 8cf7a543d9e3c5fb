/*
 * The facts that an operator can turn, in words: for each a closed list, and what each word makes of a world with one
 * recipient domain, its mail hosts, its policy, and a message to it. The first word of each list is the usual one.
 */
import type { MailHost, PolicyHost, World } from '../adapters/scripted/index.js';
import type { Step } from '../adapters/scripted/scenario.js';
import type { Settings } from '../policy/settings.js';

export const DOMAIN = 'recipient.example';
export const HOST = 'mx.provider.example';
export const OTHER_HOST = 'mx2.provider.example';
const POLICY_HOST = `mta-sts.${DOMAIN}`;

/** What one word adds to the story. Of equal keys the last counts; settings and hosts are merged. */
export interface Piece {
  readonly zones?: readonly string[];
  readonly dns?: World['dns'];
  readonly host?: MailHost;
  readonly otherHost?: MailHost;
  readonly policy?: PolicyHost;
  readonly message?: Partial<Step['message']>;
  readonly settings?: Partial<Settings>;
}

/** Who could make it otherwise. */
export type Owner = 'sender' | 'recipient' | 'operator' | 'network';

export interface Choice {
  readonly id: string;
  readonly about: string;
  /** Whose it is. */
  readonly owner: Owner;
  readonly words: readonly (Piece & { readonly word: string; readonly says: string })[];
}

const announced = (body: string, host: PolicyHost = {}): Piece => ({
  dns: { [`TXT _mta-sts.${DOMAIN}`]: ['v=STSv1; id=20260101;'], [`A ${POLICY_HOST}`]: [`@${POLICY_HOST}`] },
  policy: { body, ...host },
});

const policyText = (mode: string, mx: readonly string[]): string =>
  ['version: STSv1', `mode: ${mode}`, ...mx.map((name) => `mx: ${name}`), 'max_age: 604800', ''].join('\r\n');

const tlsa = (...records: readonly string[]): Piece => ({ dns: { [`TLSA ${HOST}`]: records } });

const demanding = (demand: 'encrypt' | 'verify' | 'dane'): Piece => ({
  settings: {
    destinations: [
      {
        ...{ destination: DOMAIN, demand, expiresAt: null },
        ...{ owner: 'postmaster@sender.example', reason: 'chosen in the explorer' },
      },
    ],
  },
});

export const CHOICES: readonly Choice[] = [
  {
    id: 'message',
    about: 'The message',
    owner: 'sender',
    words: [
      { word: 'ordinary', says: 'asks nothing of TLS' },
      { word: 'requiretls', says: 'asks for REQUIRETLS', message: { requireTls: true } },
      { word: 'tls-optional', says: 'says "TLS-Required: No"', message: { tlsRequiredNo: true } },
    ],
  },
  {
    id: 'dnssec',
    about: 'DNSSEC',
    owner: 'recipient',
    words: [
      { word: 'none', says: 'no zone is signed' },
      { word: 'all', says: 'all zones are signed', zones: ['.'] },
      {
        word: 'host-only',
        says: 'the zone of the mail host is signed, the domain’s is not',
        zones: ['provider.example'],
      },
    ],
  },
  {
    id: 'tlsa',
    about: 'TLSA records of the mail host',
    owner: 'recipient',
    words: [
      { word: 'none', says: 'there are none' },
      { word: 'key', says: 'the key of the certificate (3 1 1)', ...tlsa(`3 1 1 @${HOST}`) },
      { word: 'anchor', says: 'the CA of the certificate (2 0 1)', ...tlsa(`2 0 1 @${HOST}:ca`) },
      {
        word: 'stale',
        says: 'another key, as after a rollover that forgot them',
        ...tlsa(`3 1 1 ${'ab'.repeat(32)}`),
      },
      {
        word: 'unusable',
        says: 'only one that no mail sender can use (1 0 1)',
        ...tlsa(`1 0 1 ${'ab'.repeat(32)}`),
      },
      { word: 'servfail', says: 'the lookup fails', dns: { [`TLSA ${HOST}`]: { fails: 'servfail' } } },
      { word: 'bogus', says: 'the answer does not validate', dns: { [`TLSA ${HOST}`]: { fails: 'bogus' } } },
    ],
  },
  {
    id: 'sts',
    about: 'MTA-STS policy',
    owner: 'recipient',
    words: [
      { word: 'none', says: 'there is none' },
      {
        word: 'enforce',
        says: 'enforce, and it lists the host',
        ...announced(policyText('enforce', [HOST, OTHER_HOST])),
      },
      {
        word: 'enforce-other',
        says: 'enforce, and it lists another host',
        ...announced(policyText('enforce', ['mail.recipient.example'])),
      },
      {
        word: 'testing',
        says: 'testing, and it lists the host',
        ...announced(policyText('testing', [HOST, OTHER_HOST])),
      },
      {
        word: 'testing-other',
        says: 'testing, and it lists another host',
        ...announced(policyText('testing', ['mail.recipient.example'])),
      },
      { word: 'withdrawn', says: 'withdrawn (mode none)', ...announced(policyText('none', [])) },
      {
        word: 'unreachable',
        says: 'announced, and its host does not answer',
        ...announced('', { connect: 'refuse' }),
      },
      { word: 'unreadable', says: 'announced, and the file is none', ...announced('<html>It works!</html>') },
      {
        word: 'lookup-fails',
        says: 'whether there is one cannot be learned',
        dns: { [`TXT _mta-sts.${DOMAIN}`]: { fails: 'servfail' } },
      },
    ],
  },
  {
    id: 'mx',
    about: 'MX records',
    owner: 'recipient',
    words: [
      { word: 'one', says: `one host, ${HOST}` },
      {
        word: 'two',
        says: 'two hosts, and the second is well kept',
        dns: {
          [`MX ${DOMAIN}`]: [`10 ${HOST}`, `20 ${OTHER_HOST}`],
          [`A ${OTHER_HOST}`]: [`@${OTHER_HOST}`],
        },
        otherHost: {},
      },
      { word: 'null', says: 'the domain takes no mail (null MX)', dns: { [`MX ${DOMAIN}`]: ['0 .'] } },
      {
        word: 'no-domain',
        says: 'the domain does not exist',
        dns: { [`MX ${DOMAIN}`]: { denial: 'nxdomain' } },
      },
      { word: 'servfail', says: 'the lookup fails', dns: { [`MX ${DOMAIN}`]: { fails: 'servfail' } } },
    ],
  },
  {
    id: 'connect',
    about: 'Connections to the mail host',
    owner: 'network',
    words: [
      { word: 'accept', says: 'are accepted' },
      { word: 'refuse', says: 'are refused', host: { connect: 'refuse' } },
      { word: 'silent', says: 'are accepted, and nothing is said', host: { connect: 'silent' } },
    ],
  },
  {
    id: 'starttls',
    about: 'STARTTLS',
    owner: 'recipient',
    words: [
      { word: 'offered', says: 'is offered and works' },
      {
        word: 'not-offered',
        says: 'is not offered, or was stripped on the way',
        host: { starttls: 'not-offered' },
      },
      {
        word: 'refused-for-now',
        says: 'is refused for now (454)',
        host: { starttls: '454 4.7.0 TLS not available' },
      },
      { word: 'refused', says: 'is refused for good (502)', host: { starttls: '502 5.5.1 not implemented' } },
      { word: 'broken', says: 'is followed by no handshake', host: { starttls: 'broken' } },
      { word: 'old', says: 'speaks TLS 1.1 at most', host: { starttls: 'old' } },
      { word: 'injected', says: 'is answered with commands behind it', host: { starttls: 'injected' } },
      {
        word: 'late-alert',
        says: 'ends in an alert right behind the handshake',
        host: { starttls: 'late-alert' },
      },
    ],
  },
  {
    id: 'certificate',
    about: 'The certificate',
    owner: 'recipient',
    words: [
      { word: 'good', says: 'is from a public CA and for the host' },
      {
        word: 'other-name',
        says: 'is for another name',
        host: { certificate: { names: ['other.example'] } },
      },
      { word: 'self-signed', says: 'is signed by itself', host: { certificate: { issuer: 'self' } } },
      {
        word: 'private',
        says: 'is from a CA that nobody knows',
        host: { certificate: { issuer: 'private-ca' } },
      },
      { word: 'expired', says: 'has expired', host: { certificate: { validity: 'expired' } } },
    ],
  },
  {
    id: 'keyword',
    about: 'The keyword REQUIRETLS',
    owner: 'recipient',
    words: [
      { word: 'missing', says: 'is not offered by the server' },
      {
        word: 'offered',
        says: 'is offered by the server under TLS',
        host: {
          keywordsAfterTls: [
            'PIPELINING',
            '8BITMIME',
            'SIZE 10485760',
            'ENHANCEDSTATUSCODES',
            'SMTPUTF8',
            'REQUIRETLS',
          ],
        },
      },
    ],
  },
  {
    id: 'reply',
    about: 'The server’s word on the message',
    owner: 'recipient',
    words: [
      { word: 'accepts', says: 'accepts it' },
      {
        word: 'greylists',
        says: 'wants it again later (451 at RCPT)',
        host: { replies: { rcpt: { '*': '451 4.7.1 come back later' } } },
      },
      {
        word: 'unknown-user',
        says: 'knows no such user (550 at RCPT)',
        host: { replies: { rcpt: { '*': '550 5.1.1 no such user' } } },
      },
      {
        word: 'refuses',
        says: 'refuses the content (554 behind the message)',
        host: { replies: { end: '554 5.7.1 not wanted' } },
      },
      { word: 'busy', says: 'is busy (421 instead of a greeting)', host: { greeting: '421 4.3.2 too busy' } },
      {
        word: 'closes',
        says: 'is never heard: the connection closes behind the message',
        host: { replies: { end: 'close' } },
      },
    ],
  },
  {
    id: 'rule',
    about: 'The operator’s rule for the domain',
    owner: 'operator',
    words: [
      { word: 'none', says: 'there is none' },
      { word: 'encrypt', says: 'TLS, whoever answers', ...demanding('encrypt') },
      { word: 'verify', says: 'TLS with a verified certificate', ...demanding('verify') },
      { word: 'dane', says: 'DANE', ...demanding('dane') },
    ],
  },
  {
    id: 'profile',
    about: 'Settings after',
    owner: 'operator',
    words: [
      { word: 'rfc', says: 'the RFCs' },
      { word: 'mox', says: 'mox' },
      { word: 'postfix', says: 'Postfix' },
    ],
  },
];
