/* Postfix's probe and we look at the same domains, through the same Unbound, at the same servers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { send } from '../spec/scenarios/worlds.js';
import type { RecipientReport } from '../src/engine/recipient-report.js';
import type { Issued } from '../src/testing/pki.js';
import { type PeerStory, type Peers, SMTP_PORT, startPeers } from './peers.js';
import { inDomainsOfItsOwn } from './playable.js';
import { type Fingered, type PosttlsFinger, posttlsFinger } from './posttls-finger.js';
import { type Ending, groups, type Row } from './posttls-rows.js';

interface Placed {
  readonly row: Row;
  readonly domain: string;
  readonly story: PeerStory;
}

/** Posttls-finger knows no resolver's port but this one. */
const DNS_PORT = 53;

const placed = groups
  .flatMap(([, rows]) => rows)
  .map((row, number): Placed => {
    const { name, world, expired = [], records = [] } = row;
    const steps = [send([])] as const;
    const story = inDomainsOfItsOwn<PeerStory>({ name, world, expired, records, steps }, number);
    return { row, domain: `a-${number}.example`, story };
  });

let peers: Peers;
let finger: PosttlsFinger;
const seen: string[] = [];

beforeAll(async () => {
  const issued = new Map<string, Issued>();
  for (const { row, domain } of placed)
    if (row.issue !== undefined) issued.set(`mx.${domain}`, await row.issue(`mx.${domain}`));
  peers = await startPeers(
    placed.map(({ story }) => story),
    { issued, resolverPort: DNS_PORT },
  );
  finger = await posttlsFinger(peers.resolver.address);
});
afterAll(async () => {
  console.log(['how it ends for us | for posttls-finger', ...seen].join('\n'));
  await finger?.remove();
  await peers?.stop();
});

describe.concurrent.each(groups)('Postfix and we: %s', (_, rows) => {
  const own = placed.filter(({ row }) => rows.includes(row));
  it.each(own.map((each) => [each.row.name, each] as const))('%s', async (name, { row, domain, story }) => {
    const [{ results }, fingered] = await Promise.all([peers.play(story), finger.ask(domain, SMTP_PORT)]);
    const ours = endingOf(results[0]!);
    const theirs = endingIn(fingered);
    const because = row.differs === undefined ? '' : `: ${row.differs.why}`;
    seen.push(`${ours.padEnd(11)} | ${theirs.padEnd(11)} | ${name}${because}`);
    const expected = { ours: row.ours, theirs: row.differs?.finger ?? row.ours };
    expect({ ours, theirs }, fingered.output).toEqual(expected);
  });
});

/** What the report of our engine comes down to. */
function endingOf({ outcome, tls, authentication, ip, decisions }: RecipientReport): Ending {
  if (outcome !== 'delivered') return ip === null ? 'unreachable' : 'refused';
  if (tls === null) return 'clear';
  if (authentication !== 'none') return 'verified';
  const demand = decisions.findLast(({ table }) => table === 'dane-demand')?.verdict;
  return demand === 'encrypt' ? 'encrypted' : 'unverified';
}

/** What Postfix would do, having seen this. */
function endingIn({ connected, demand, tls }: Fingered): Ending {
  if (connected === 'no') return 'unreachable';
  if (tls === 'none') return demand === 'none' ? 'clear' : 'refused';
  if (demand !== 'dane') return demand === 'encrypt' ? 'encrypted' : 'unverified';
  return tls === 'Verified' || tls === 'Trusted' ? 'verified' : 'refused';
}
