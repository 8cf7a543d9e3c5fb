/*
 * What our profiles of Postfix and Exim say of some stories, and what those of this machine make of them: they send to the
 * same servers, through the same Unbound, with DANE, Postfix without a helper for MTA-STS.
 */
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daneDomain, NO_SHA256, plainDomain, SELF_SIGNED, tlsa, together } from '../spec/scenarios/worlds.js';
import type { World } from '../src/adapters/scripted/index.js';
import { compare } from '../src/audit/compare.js';
import { profileNamed } from '../src/audit/profiles/index.js';
import { simulateScenario } from '../src/testing/scenario/simulate-scenario.js';
import { eximByMx } from './exim-by-mx.js';
import { type PeerStory, type Peers, SMTP_PORT, startPeers } from './peers.js';
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
];

interface Told {
  readonly name: string;
  readonly story: PeerStory;
  readonly recipient: string;
}

const stories = WORLDS.map(([name, world], number): Told => {
  const recipient = `user@a-${number}.example`;
  const steps = [{ message: { to: ['user@a.example'] }, expect: [] }] as const;
  return { name, recipient, story: inDomainsOfItsOwn<PeerStory>({ name, world, steps }, number) };
});

/** Posttls-finger and Postfix know no resolver's port but this one. */
const DNS_PORT = 53;

let peers: Peers;
let postfix: PostfixClient;
let outcomes: ReadonlyMap<string, HandedOver>;

beforeAll(async () => {
  peers = await startPeers(
    stories.map(({ story }) => story),
    { resolverPort: DNS_PORT },
  );
  postfix = await startPostfixClient({
    resolverAddress: peers.resolver.address,
    settings: [
      `smtp_tcp_port = ${SMTP_PORT}`,
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
  await peers?.stop();
});

const OUTCOMES = { sent: 'delivered', deferred: 'deferred', bounced: 'bounced' } as const;

function verdictOf(story: PeerStory, profile: string) {
  const [compared] = compare(
    (settings) =>
      simulateScenario({ ...story, settings: { ...story.settings, ...settings } })
        .steps.at(-1)!
        .journal.attempts.map(({ result }) => ({ result, unasked: [] })),
    [profileNamed(profile)!],
  );
  return compared!.verdicts[1]!;
}

describe('the profile of Postfix without a helper, against Postfix', () => {
  it.each(stories.map((each) => [each.name, each] as const))('%s', (_, { story, recipient }) => {
    const verdict = verdictOf(story, 'postfix-alone');
    const handed = outcomes.get(recipient);
    expect(verdict.known).toBe(true);
    expect(OUTCOMES[handed!.status], JSON.stringify(handed)).toBe(verdict.outcome);
    if (verdict.status !== null && verdict.outcome !== 'delivered') expect(handed!.dsn).toBe(verdict.status);
  });
});

describe('the profile of Exim, against Exim', () => {
  it.each(stories.map((each) => [each.name, each] as const))('%s', async (name, { story, recipient }) => {
    const verdict = verdictOf(story, 'exim');
    const exim = await eximByMx(SMTP_PORT, peers.resolver.address);
    const { outcome, says } = await exim.send(recipient);
    await exim.stop();
    // Versions differ there, and so the profile has no verdict; Exim 4.96 with GnuTLS delivers.
    const isOpen = name === 'TLSA is unusable';
    expect(verdict.known).toBe(!isOpen);
    expect(outcome, says).toBe(isOpen ? 'delivered' : verdict.outcome);
  });
});
