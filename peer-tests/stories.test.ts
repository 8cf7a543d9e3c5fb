import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scenarioGroups } from '../spec/scenarios/index.js';
import { differences } from './judgement.js';
import { type Peers, startPeers } from './peers.js';
import { inDomainsOfItsOwn, whyNot } from './playable.js';

const told = scenarioGroups
  .flatMap(({ scenarios }) => scenarios)
  .filter((scenario) => whyNot(scenario) === null)
  .map(inDomainsOfItsOwn);

// Stories without which this would prove little.
const indispensable = [
  'no policy, self-signed certificate: encrypted all the same',
  'no policy, no STARTTLS: delivered in clear',
  'no policy, handshake broken: delivered in clear over a second connection',
  'no policy, STARTTLS refused for now (454): delivered in clear over a second connection',
  'DANE-EE matches; the certificate is expired, self-signed and of another name, and nobody cares',
  'DANE-EE does not match; a valid certificate does not help',
  'DANE-TA matches and the name is right, below a CA that nobody else trusts',
  'TLSA in an insecure zone, mismatching: as if it were not there',
  'the TLSA lookup fails for the first MX, which is never connected to; the second is well',
  'bogus TLSA: never connected to',
  'half-DANE: an unsigned domain names a host in a signed zone, and its records are used',
  'a secure alias into an unsigned zone: the original name keeps its records',
  'REQUIRETLS over DANE, the keyword is offered after TLS',
  'REQUIRETLS over DANE, the keyword is missing',
];

let peers: Peers;
beforeAll(async () => {
  peers = await startPeers(told);
});
afterAll(() => peers?.stop());

it('the stories that real peers can play include those that matter', () => {
  const names = told.map(({ name }) => name);
  expect(indispensable.filter((name) => !names.includes(name))).toEqual([]);
});

describe('a story of the table ends with real peers as it does in the table', () => {
  it.each(told.map((story) => [story.name, story] as const))('%s', async (_, story) => {
    expect(differences(story, await peers.play(story))).toEqual([]);
  });
});
