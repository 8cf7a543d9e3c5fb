/*
 * Our validator and Unbound's, over the same zones: every name, every type. Unbound also carries our questions, with CD
 * set, so that it hands over what it would not believe itself.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scenarioGroups } from '../spec/scenarios/index.js';
import {
  type DnsPorts,
  nodeDns,
  parseTrustAnchors,
  type TrustAnchor,
  validatingDns,
} from '../src/adapters/node/index.js';
import type { Daemon } from './daemon.js';
import { startNsd } from './nsd.js';
import { inDomainsOfItsOwn, whyNot } from './playable.js';
import { startUnbound } from './unbound.js';
import { type Zone, zonesOf } from './zones.js';

const MAIL_PORT = 2525;
const SIDE_BY_SIDE = 8;
const tlsa = `3 1 1 ${'ab'.repeat(32)}`;
const plain = { servedBy: 'name-server', isIsland: false, spoilt: [] } as const;

/** The zones of all stories that can be played; what addresses and certificates they name does not matter here. */
const references = {
  address: (_: string, type: string) => (type === 'A' ? '192.0.2.1' : '2001:db8::1'),
  association: () => 'ab'.repeat(32),
};
const told = scenarioGroups
  .flatMap(({ scenarios }) => scenarios)
  .filter((scenario) => whyNot(scenario) === null)
  .map(inDomainsOfItsOwn);
const storyZones = zonesOf(
  told.map(({ world }) => ({ world, expired: [], records: [], references })),
  MAIL_PORT,
);

/** What no story has: wildcards, redirections, empty non-terminals, aliases that cross borders, in each kind of zone. */
function oddZone(name: string, signing: Zone['signing'], own: Partial<Zone> = {}): Zone {
  const records = [
    `${name}. 300 IN MX 10 mx.${name}.`,
    `mx.${name}. 300 IN A 192.0.2.1`,
    `_25._tcp.mx.${name}. 300 IN TLSA ${tlsa}`,
    `*.wild.${name}. 300 IN A 192.0.2.2`,
    `*._tcp.wild.${name}. 300 IN TLSA ${tlsa}`,
    `is.wild.${name}. 300 IN TXT "here"`,
    `*.aka.${name}. 300 IN CNAME mx.${name}.`,
    `deep.down.below.${name}. 300 IN A 192.0.2.3`,
    `old.${name}. 300 IN DNAME below.${name}.`,
    `alias.${name}. 300 IN CNAME mx.${name}.`,
    `loop.${name}. 300 IN CNAME pool.${name}.`,
    `pool.${name}. 300 IN CNAME loop.${name}.`,
    `away.${name}. 300 IN CNAME mx.odd-none.example.`,
    `into.${name}. 300 IN CNAME mx.odd-nsec.example.`,
    `lost.${name}. 300 IN CNAME no.odd-nsec3.example.`,
    `late.${name}. 300 IN CNAME mx.odd-expired.example.`,
  ];
  return { ...plain, name, signing, records, ...own };
}
const oddZones = [
  oddZone('odd-none.example', 'none'),
  oddZone('odd-nsec.example', 'nsec'),
  oddZone('odd-nsec3.example', 'nsec3'),
  oddZone('odd-opt-out.example', 'nsec3-opt-out'),
  oddZone('odd-expired.example', 'expired'),
  oddZone('odd-spoilt.example', 'nsec', {
    spoilt: [
      { owner: 'mx.odd-spoilt.example', type: 'A' },
      { owner: 'odd-spoilt.example', type: 'MX' },
    ],
  }),
  oddZone('sub.odd-nsec.example', 'nsec3'),
  oddZone('sub.odd-nsec3.example', 'none'),
  oddZone('sub.odd-opt-out.example', 'none'),
  oddZone('a.b.c.odd-nsec3.example', 'nsec'),
  oddZone('island.odd-none.example', 'nsec', { isIsland: true }),
];
const zones = [...storyZones, ...oddZones];

function namesIn({ name, records }: Zone): readonly string[] {
  const owners = records.map((line) => line.split(' ')[0]!.replace(/\.$/, ''));
  const below = (labels: readonly string[]) =>
    labels.map((label) => (name === '' ? label : `${label}.${name}`));
  const isOdd = name.includes('odd-');
  const invented = isOdd
    ? [...below(INVENTED), ...owners.map((owner) => `x.${owner}`)]
    : below(['no', 'x.no']);
  return [name, ...owners, ...invented].filter((each) => each !== '' && !each.includes('*'));
}

const INVENTED = [
  'no',
  'x.no',
  '_tcp.mx',
  'no.wild',
  'x.is.wild',
  '_25._tcp.wild',
  'x.aka',
  'down.below',
  'deep.down.old',
  'x.old',
];

const names = [...new Set(zones.flatMap(namesIn))].sort();
const types = ['mx', 'txt', 'cname', 'tlsa'] as const;
const never = new AbortController().signal;
const daemons: Daemon[] = [];
let theirs: DnsPorts;
let ours: DnsPorts;

beforeAll(async () => {
  const prefix = `127.${randomInt(1, 255)}.${randomInt(0, 256)}`;
  const nameServer = { address: `${prefix}.1`, port: 5321 };
  const resolver = { address: `${prefix}.1`, port: 5322 };
  const nsd = await startNsd(zones, nameServer);
  daemons.push(nsd);
  daemons.push(await startUnbound({ ...resolver, zones, nameServer, trustAnchors: nsd.trustAnchors }));
  const config = { servers: [resolver], timeoutMs: 10_000, attempts: 1 };
  theirs = nodeDns({ ...config, trustAd: true });
  ours = validatingDns(config, { now: Date.now, trustAnchors: anchorsOf(nsd.trustAnchors) });
}, 60_000);
afterAll(() => Promise.all(daemons.map((daemon) => daemon.stop())));

function anchorsOf(lines: readonly string[]): readonly TrustAnchor[] {
  const parsed = parseTrustAnchors(lines.join('\n'));
  if (parsed.kind === 'wrong') throw new Error(parsed.complaint);
  return parsed.anchors;
}

/** All that two resolvers must agree on. Records come in any order, and TTLs run down. */
async function verdicts(dns: DnsPorts, name: string): Promise<Readonly<Record<string, unknown>>> {
  const ask = { name, deadlineMs: 20_000 };
  const { a, aaaa } = await dns['dns.addresses'](ask, never);
  const answers: [string, Awaited<ReturnType<DnsPorts['dns.mx' | 'dns.txt' | 'dns.tlsa']>>][] = [
    ['a', a],
    ['aaaa', aaaa],
  ];
  for (const type of types) answers.push([type, await dns[`dns.${type}`](ask, never)]);
  return Object.fromEntries(
    answers.map(([type, answer]) => {
      if (answer.kind === 'failed') return [type, 'failed'];
      const { kind, denial, aliases } = answer;
      const records = answer.records.map((each) => JSON.stringify(each)).sort();
      return [type, { kind, denial, aliases, records }];
    }),
  );
}

describe('our validator and Unbound', () => {
  it('agree on every name and type of every zone', async () => {
    const differing: string[] = [];
    const seen = new Set<string>();
    const compare = async (name: string) => {
      const [their, our] = [await verdicts(theirs, name), await verdicts(ours, name)];
      for (const type of Object.keys(their)) {
        if (isUnboundsOwn(name, type)) continue;
        const [one, other] = [their[type], our[type]];
        seen.add(typeof one === 'string' ? one : kindOf(one));
        if (JSON.stringify(one) === JSON.stringify(other)) continue;
        differing.push(`${name} ${type}: Unbound ${JSON.stringify(one)}, ours ${JSON.stringify(other)}`);
      }
    };
    for (let at = 0; at < names.length; at += SIDE_BY_SIDE) {
      await Promise.all(names.slice(at, at + SIDE_BY_SIDE).map(compare));
    }
    expect(differing).toEqual([]);
    // A comparison of one sort of answers only would show nothing.
    expect([...seen].sort()).toEqual([
      'failed',
      'insecure',
      'insecure nodata',
      'insecure nxdomain',
      'secure',
      'secure nodata',
      'secure nxdomain',
    ]);
    console.log(
      `validating-dns: ${names.length} names in ${zones.length} zones, ${names.length * 6} answers compared`,
    );
  }, 600_000);
});

/**
 * What Unbound does in its own way. Asked for a CNAME that a DNAME makes, it answers NXDOMAIN beside it, or fails. Once it
 * knows that an alias leads nowhere, it denies what is below the alias with the proof for the target, which is none.
 */
function isUnboundsOwn(name: string, type: string): boolean {
  return name.startsWith('x.lost.') || (type === 'cname' && /\.old\./.test(name));
}

function kindOf(answer: unknown): string {
  const { kind, denial } = answer as { readonly kind: string; readonly denial: string | null };
  return denial === null ? kind : `${kind} ${denial}`;
}
