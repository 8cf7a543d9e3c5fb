/*
 * What our profiles of Postfix and Exim say of some stories, and what those of this machine make of them: they send into one
 * small internet, with DANE, Postfix without a helper for MTA-STS.
 */
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  daneDomain,
  NO_SHA256,
  plainDomain,
  SELF_SIGNED,
  SIGNED,
  tlsa,
  together,
  twoHosts,
} from '../spec/scenarios/worlds.js';
import type { Scenario, World } from '../src/adapters/scripted/index.js';
import { compare } from '../src/audit/compare.js';
import { profileNamed } from '../src/audit/profiles/index.js';
import { type Internet, startInternet } from '../src/testing/index.js';
import { simulateScenario } from '../src/testing/scenario/simulate-scenario.js';
import { eximByMx } from './exim-by-mx.js';
import { inDomainsOfItsOwn } from './playable.js';
import { type HandedOver, type PostfixClient, startPostfixClient } from './postfix-client.js';

const WORLDS: readonly (readonly [string, World])[] = [
  ['no policy', plainDomain()],
  ['no policy, self-signed', plainDomain({ certificate: SELF_SIGNED })],
  ['no policy, no STARTTLS', plainDomain({ starttls: 'not-offered' })],
  ['TLSA matches', daneDomain(['3 1 1 @mx.a.example'], { certificate: SELF_SIGNED })],
  ['TLSA does not match', daneDomain([`3 1 1 ${NO_SHA256}`])],
  ['TLSA is unusable', daneDomain([`1 0 1 ${NO_SHA256}`], { certificate: SELF_SIGNED })],
  ['TLSA matches, no STARTTLS', daneDomain(['3 1 1 @mx.a.example'], { starttls: 'not-offered' })],
  ['TLSA of an unsigned zone does not match', together(plainDomain(), tlsa([`3 1 1 ${NO_SHA256}`]))],
  ['refused for good', plainDomain({ replies: { rcpt: { '*': '550 5.1.1 no such user' } } })],
  ['refused for now', plainDomain({ replies: { rcpt: { '*': '451 4.7.1 later' } } })],
  ['the handshake breaks', plainDomain({ starttls: 'broken' })],
  ['STARTTLS is refused for good', plainDomain({ starttls: '554 5.7.0 no TLS' })],
  [
    'TLSA matches, STARTTLS is refused for good',
    daneDomain(['3 1 1 @mx.a.example'], { starttls: '554 5.7.0 no TLS' }),
  ],
  [
    'TLSA matches, STARTTLS is refused for good by the first of two hosts',
    together(
      twoHosts({ starttls: '554 5.7.0 no TLS' }),
      SIGNED,
      tlsa(['3 1 1 @mx1.a.example'], 'mx1.a.example'),
    ),
  ],
  ['STARTTLS is refused for now', plainDomain({ starttls: '454 4.7.0 TLS not available' })],
  ['TLSA matches, the handshake breaks', daneDomain(['3 1 1 @mx.a.example'], { starttls: 'broken' })],
  [
    'TLSA matches, STARTTLS is refused for now',
    daneDomain(['3 1 1 @mx.a.example'], { starttls: '454 4.7.0 TLS not available' }),
  ],
  [
    'TLSA does not match at the first host',
    together(twoHosts({}), SIGNED, tlsa([`3 1 1 ${NO_SHA256}`], 'mx1.a.example')),
  ],
  [
    'the TLSA lookup fails',
    together(plainDomain(), SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'servfail' } } }),
  ],
  ['nobody listens', plainDomain({ connect: 'refuse' })],
  ['no mail is taken', { dns: { 'MX a.example': ['0 .'] } }],
  ['the MX lookup fails', { dns: { 'MX a.example': { fails: 'servfail' } } }],
  ['the MX answer is bogus', { signedZones: ['.'], dns: { 'MX a.example': { fails: 'bogus' } } }],
  ['the domain does not exist', { dns: { 'A b.example': ['192.0.2.1'] } }],
  ['the domain has no host', { dns: { 'TXT a.example': ['hello'] } }],
  ['the host has no address', { dns: { 'MX a.example': ['10 mx.a.example'] } }],
  [
    'the address lookup fails',
    { dns: { 'MX a.example': ['10 mx.a.example'], 'A mx.a.example': { fails: 'servfail' } } },
  ],
];

interface Told {
  readonly name: string;
  readonly story: Scenario;
  readonly recipient: string;
}

const stories = WORLDS.map(([name, world], number): Told => {
  const recipient = `user@a-${number}.example`;
  const steps = [{ message: { to: ['user@a.example'] }, expect: [] }] as const;
  return { name, recipient, story: inDomainsOfItsOwn<Scenario>({ name, world, steps }, number) };
});

/** All of them in one. What is signed throughout is so in its own zones. */
const everything = together(
  ...stories.map(({ story: { world } }, number) => ({
    ...world,
    signedZones: world.signedZones?.length ? [`a-${number}.example`] : [],
  })),
);

let internet: Internet;
let postfix: PostfixClient;
let outcomes: ReadonlyMap<string, HandedOver>;

beforeAll(async () => {
  // Neither of them knows another port of a resolver.
  internet = await startInternet(everything, { resolverPort: 53 });
  postfix = await startPostfixClient({
    resolverAddress: internet.resolver.address,
    settings: [
      `smtp_tcp_port = ${internet.port}`,
      'smtp_tls_security_level = dane',
      'smtp_dns_support_level = dnssec',
      'smtp_host_lookup = dns',
    ],
  });
  const transport = createTransport({ host: '127.0.0.1', port: postfix.port, ignoreTLS: true });
  for (const { recipient } of stories)
    await transport.sendMail({ from: 'me@sender.example', to: recipient, subject: 'Hello', text: 'Hello.' });
  transport.close();
  const handed = await postfix.handedOver(stories.length);
  outcomes = new Map(handed.map((each) => [each.recipient, each]));
});
afterAll(async () => {
  await postfix?.stop();
  await internet?.close();
});

const OUTCOMES = { sent: 'delivered', deferred: 'deferred', bounced: 'bounced' } as const;

function verdictOf(story: Scenario, profile: string) {
  const [compared] = compare(
    (settings) =>
      simulateScenario({ ...story, settings: { ...story.settings, ...settings } })
        .steps.at(-1)!
        .journal.attempts.map(({ result }) => ({ result, unasked: [] })),
    [profileNamed(profile)!],
  );
  return compared!.verdicts[1]!;
}

/** What a profile has no verdict on, and what the one of this machine does. */
const OPEN: Readonly<Record<'postfix-alone' | 'exim', Readonly<Record<string, string>>>> = {
  // It goes on in clear on the same connection, which nobody else would have heard.
  'postfix-alone': {
    'STARTTLS is refused for good': 'delivered',
    'STARTTLS is refused for now': 'delivered',
  },
  // Versions differ there; Exim 4.96 with GnuTLS delivers.
  exim: { 'TLSA is unusable': 'delivered' },
};

describe('the profile of Postfix without a helper, against Postfix', () => {
  it.each(stories.map((each) => [each.name, each] as const))('%s', (name, { story, recipient }) => {
    const verdict = verdictOf(story, 'postfix-alone');
    const handed = outcomes.get(recipient);
    const open = OPEN['postfix-alone'][name];
    expect(verdict.known).toBe(open === undefined);
    expect(OUTCOMES[handed!.status], JSON.stringify(handed)).toBe(open ?? verdict.outcome);
    if (verdict.status !== null && verdict.outcome !== 'delivered') expect(handed!.dsn).toBe(verdict.status);
  });
});

describe('the profile of Exim, against Exim', () => {
  it.each(stories.map((each) => [each.name, each] as const))('%s', async (name, { story, recipient }) => {
    const verdict = verdictOf(story, 'exim');
    const exim = await eximByMx(internet.port, internet.resolver.address);
    const { outcome, says } = await exim.send(recipient);
    await exim.stop();
    const open = OPEN.exim[name];
    expect(verdict.known).toBe(open === undefined);
    expect(outcome, says).toBe(open ?? verdict.outcome);
  });
});
