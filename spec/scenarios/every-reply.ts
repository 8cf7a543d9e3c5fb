/*
 * Every kind of reply at every stage of a session, and what it comes to where there is no other host. Written as what is expected:
 * delivered, or the outcome with its status.
 */
import type { Expectation, MailHost, Scenario } from '../../src/adapters/scripted/index.js';
import { plainDomain, type Story, send, together } from './worlds.js';

const REPLIES = [
  '299 fine',
  '399 odd',
  '421 4.3.2 closing',
  '451 4.3.0 later',
  '530 5.7.0 first',
  '550 5.3.0 no',
  '599 odd',
  '250-fine\nwhat?',
  'close',
] as const;
type Reply = (typeof REPLIES)[number];

/** `delivered`, or an outcome and a status, for each of these replies in turn. */
type Ends = readonly [string, string, string, string, string, string, string, string, string];

const LATER = ['deferred 4.0.0', 'deferred 4.3.2', 'deferred 4.3.0'] as const;
const LOST = ['deferred 4.4.2', 'deferred 4.4.2'] as const;
/** What is said of the host alone is never the end of a message. */
const HOST_NO = ['deferred 4.7.0', 'deferred 4.3.0', 'deferred 4.0.0'] as const;
/** What is said of the message is. */
const MESSAGE_NO = ['bounced 5.7.0', 'bounced 5.3.0', 'bounced 5.0.0'] as const;
const SAY_HELO = ['delivered', 'delivered', 'delivered'] as const;

const STAGES: readonly (readonly [stage: string, host: (reply: Reply) => MailHost, ends: Ends])[] = [
  ['the greeting', (greeting) => ({ greeting }), ['delivered', ...LATER, ...HOST_NO, ...LOST]],
  ['EHLO', (ehlo) => ({ replies: { ehlo } }), ['delivered', ...LATER, ...SAY_HELO, ...LOST]],
  [
    'HELO',
    (helo) => ({ replies: { ehlo: '500 what?', helo } }),
    ['delivered', ...LATER, ...HOST_NO, ...LOST],
  ],
  [
    'EHLO under TLS',
    (ehloAfterTls) => ({ replies: { ehloAfterTls } }),
    ['delivered', ...LATER, ...HOST_NO, ...LOST],
  ],
  ['MAIL', (mail) => ({ replies: { mail } }), ['delivered', ...LATER, ...MESSAGE_NO, ...LOST]],
  ['RCPT', (rcpt) => ({ replies: { rcpt: { '*': rcpt } } }), ['delivered', ...LATER, ...MESSAGE_NO, ...LOST]],
  // Only 354 asks for the message: another 3yz leaves it unsaid, and the end unanswered.
  [
    'DATA',
    (data) => ({ replies: { data } }),
    ['deferred 4.0.0', 'deferred 4.4.2', ...LATER.slice(1), ...MESSAGE_NO, ...LOST] as unknown as Ends,
  ],
  [
    'the end of the message',
    (end) => ({ replies: { end } }),
    ['delivered', ...LATER, ...MESSAGE_NO, ...LOST],
  ],
];

function expected(end: string): Expectation {
  const [outcome, status] = end.split(' ') as ['delivered' | 'deferred' | 'bounced', string?];
  return { outcome, ...(status === undefined ? {} : { status }) };
}

const inSession: readonly Story[] = STAGES.flatMap(([stage, host, ends]) =>
  REPLIES.map(
    (reply, at): Story => ({
      name: `every reply: ${JSON.stringify(reply)} at ${stage}`,
      refs: ['SMTP-4.3.2-1', 'SMTP-3.8-2'],
      world: plainDomain(host(reply)),
      steps: [send(expected(ends[at]!))],
    }),
  ),
);

/** Nobody demands TLS, so that whatever is not 220 leads to the message in clear. */
const toStartTls: readonly Story[] = [
  '250 fine',
  '399 odd',
  '421 4.3.2 closing',
  '454 4.7.0 later',
  '501 5.5.4 no',
  '599 odd',
].map(
  (reply): Story => ({
    name: `every reply: "${reply}" at STARTTLS`,
    refs: ['STLS-4-2', 'SMTP-3.8-2'],
    world: plainDomain({ starttls: reply as `${number} ${string}` }),
    steps: [send({ outcome: 'delivered', tls: 'no', cleartextRetry: true })],
  }),
);

const RELAY = 'relay.smart.test';
const AUTH_ENDS: Readonly<Record<string, string>> = {
  '235 2.7.0 welcome': 'delivered',
  '299 fine': 'delivered',
  '334 dGhlbj8=': 'deferred 4.7.8',
  '399 odd': 'deferred 4.0.0',
  '421 4.3.2 closing': 'deferred 4.3.2',
  '454 4.7.0 later': 'deferred 4.7.0',
  '530 5.7.0 first': 'deferred 4.7.8',
  '535 5.7.8 who?': 'deferred 4.7.8',
  '554 5.7.0 no': 'deferred 4.7.8',
  '599 odd': 'deferred 4.7.8',
  '235-fine\nwhat?': 'deferred 4.4.2',
  close: 'deferred 4.4.2',
};

/** A name or a password that is wrong is a matter of the operator; no mail is returned for it. */
function atRelay(name: string, replies: NonNullable<MailHost['replies']>, end: string): Story {
  return {
    name,
    refs: ['AUTH-6-1', 'SMTP-3.8-2'],
    world: together(plainDomain(), {
      dns: { [`A ${RELAY}`]: [`@${RELAY}`] },
      mail: { [RELAY]: { port: 2587, keywords: ['AUTH PLAIN'], auth: { password: 'pencil' }, replies } },
    }),
    transports: {
      smart: {
        kind: 'relay',
        host: RELAY,
        port: 2587,
        tls: 'starttls',
        verify: 'pkix',
        user: 'user',
        mechanisms: ['plain'],
      },
    },
    routes: [{ to: [], from: [], account: [], attempts: null, transport: 'smart' }],
    passwords: { smart: 'pencil' },
    steps: [send(expected(end))],
  };
}

const toAuth: readonly Story[] = Object.entries(AUTH_ENDS).map(([auth, end]) =>
  atRelay(`every reply: ${JSON.stringify(auth)} at AUTH`, { auth }, end),
);

const LOGIN_FIRST = '530 5.7.0 Authentication required';
/** The same words of somebody else's host are a refusal. */
const afterAuth: readonly Story[] = [
  atRelay('a relay that wants a login at MAIL', { mail: LOGIN_FIRST }, 'deferred 4.7.0'),
  atRelay('a relay that wants a login at RCPT', { rcpt: { '*': LOGIN_FIRST } }, 'deferred 4.7.0'),
  atRelay('a relay that wants a login at DATA', { data: LOGIN_FIRST }, 'deferred 4.7.0'),
];

export const everyReply: readonly Scenario[] = [...inSession, ...toStartTls, ...toAuth, ...afterAuth];
