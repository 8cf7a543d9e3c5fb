/* Exim takes mail, as Postfix does in the other tests; and what it has taken is looked at. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  daneDomain,
  NO_SHA256,
  OTHER_NAME,
  plainDomain,
  SELF_SIGNED,
  send,
  stsDomain,
  together,
} from '../spec/scenarios/worlds.js';
import { type Exim, startExim } from './exim.js';
import { differences } from './judgement.js';
import { type PeerStory, type Peers, type Played, startPeers } from './peers.js';
import { inDomainsOfItsOwn } from './playable.js';

const delivered = { outcome: 'delivered', status: '2.x', tls: 'yes' } as const;

const stories = {
  daneMatch: {
    name: 'DANE-EE matches',
    world: daneDomain(['3 1 1 @mx.a.example'], { certificate: SELF_SIGNED }),
    steps: [send({ ...delivered, authentication: 'dane', mxSecure: true })],
  },
  daneAnchor: {
    name: 'DANE-TA matches',
    world: daneDomain(['2 0 1 @mx.a.example:ca'], { certificate: { issuer: 'private-ca' } }),
    steps: [send({ ...delivered, authentication: 'dane', mxSecure: true })],
  },
  daneMismatch: {
    name: 'DANE-EE does not match',
    world: daneDomain([`3 1 1 ${NO_SHA256}`]),
    steps: [send({ outcome: 'deferred', status: '4.7.5' })],
  },
  enforced: {
    name: 'MTA-STS, enforced',
    world: stsDomain('enforce'),
    steps: [send({ ...delivered, authentication: 'pkix' })],
  },
  enforcedOtherName: {
    name: 'MTA-STS, enforced, and the certificate is for another name',
    world: stsDomain('enforce', { certificate: OTHER_NAME }),
    steps: [send({ outcome: 'deferred', status: '4.7.5' })],
  },
  opportunistic: {
    name: 'no policy, self-signed certificate',
    world: together(plainDomain({ certificate: SELF_SIGNED })),
    steps: [send({ ...delivered, authentication: 'none' })],
  },
} as const satisfies Readonly<Record<string, PeerStory>>;

const names = Object.keys(stories) as (keyof typeof stories)[];
const told = Object.fromEntries(
  names.map((name, at) => [name, inDomainsOfItsOwn<PeerStory>(stories[name], at)]),
) as Record<keyof typeof stories, PeerStory>;
const domainOf = (name: keyof typeof stories) => `a-${names.indexOf(name)}.example`;

let peers: Peers;
let exim: Exim;
beforeAll(async () => {
  peers = await startPeers(Object.values(told), {
    startMail: async (hosts) => {
      exim = await startExim(hosts);
      return exim;
    },
  });
});
afterAll(() => peers?.stop());

/** Plays a story, which must go as told. */
async function play(name: keyof typeof stories): Promise<Played> {
  const played = await peers.play(told[name]);
  expect(differences(told[name], played)).toEqual([]);
  return played;
}

/** How often the mailbox holds the message to that domain's user, whole. */
async function copies(name: keyof typeof stories): Promise<number> {
  const messages = (await exim.mailbox()).split(/^From .*\n/m);
  const user = `user@${domainOf(name)}`;
  return messages.filter(
    (text) =>
      text.includes(`Envelope-to: ${user}\n`) &&
      text.includes('Return-path: <sender@sender.example>\n') &&
      text.includes(`\nTo: <${user}>\n`) &&
      text.includes('\n\nHello.\n'),
  ).length;
}

it.each(['daneMatch', 'daneAnchor'] as const)(
  'takes what DANE lets through: %s (DANE-2.2-1)',
  async (name) => {
    const { sessions } = await play(name);
    expect(sessions).toMatchObject([{ tls: 'yes', serverName: `mx.${domainOf(name)}` }]);
    expect(await copies(name)).toBe(1);
  },
);

it('takes what MTA-STS lets through (STS-4.2-1)', async () => {
  const { sessions } = await play('enforced');
  expect(sessions).toMatchObject([{ tls: 'yes' }]);
  expect(await copies('enforced')).toBe(1);
});

it('takes what nothing is demanded of, in TLS', async () => {
  const { sessions } = await play('opportunistic');
  expect(sessions).toMatchObject([{ tls: 'yes' }]);
  expect(await copies('opportunistic')).toBe(1);
});

it.each(['daneMismatch', 'enforcedOtherName'] as const)(
  'hears QUIT right after TLS from who must not send to it: %s (STLS-4.1-2)',
  async (name) => {
    const { sessions } = await play(name);
    expect(sessions).toMatchObject([{ tls: 'yes', commands: 'EHLO,STARTTLS,QUIT', taken: [] }]);
    expect(await copies(name)).toBe(0);
  },
);
