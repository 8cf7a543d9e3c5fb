/*
 * The DNS of stories as zones that a name server can load: a signed root, signed top-level domains with NSEC3 opt-out as
 * real ones have it, and below them a zone for each domain. An unsigned zone is a delegation without DS, which the
 * parent's signed denial proves. What shall fail, fails as it does in life: signatures that do not verify or have
 * expired, and delegations to where nobody answers.
 */
import { lookup, plainName, readMxText, readTlsaText, type World } from '../src/adapters/scripted/index.js';
import type { Zone as WorldZone } from '../src/testing/dns-zone.js';

export interface Zone {
  /** Without final dot; "" is the root. */
  readonly name: string;
  readonly signing: 'none' | 'nsec' | 'nsec3' | 'nsec3-opt-out' | 'expired';
  /** `nobody`: its name server is down. */
  readonly servedBy: 'name-server' | 'nobody';
  /** Signed below an unsigned zone: known by a trust anchor of its own. */
  readonly isIsland: boolean;
  /** In presentation form, absolute; SOA, NS, DS and DNSKEY apart. */
  readonly records: readonly string[];
  /** Record sets whose signatures are spoilt. */
  readonly spoilt: readonly OwnedType[];
  /** Record sets that are signed for, and then denied. */
  readonly withheld?: readonly OwnedType[];
}

/** A record set by the name of its owner, without final dot, and its type. */
export interface OwnedType {
  readonly owner: string;
  readonly type: string;
}

export interface StoryDns {
  readonly world: World;
  /** Domains whose signatures have expired. */
  readonly expired: readonly string[];
  /** Further records in presentation form. */
  readonly records: readonly string[];
  /** What addresses and references to certificates stand for. */
  readonly references: Pick<WorldZone, 'address' | 'association'>;
}

/** All zones of all stories, which must not share a domain. Throws a RangeError for failures that no zone can bring about. */
export function zonesOf(stories: readonly StoryDns[], port: number): readonly Zone[] {
  const told = stories.map((story) => ({ story, zones: zonesBelowTop(story, port) }));
  const zones = told.flatMap((each) => each.zones);
  const tops = [...new Set(zones.map(({ name }) => name.split('.').at(-1)!))];
  const top = (name: string): Zone => ({
    ...EMPTY,
    name,
    signing: 'nsec3-opt-out',
    records: told.flatMap((each) => recordsIn(name, each.zones, each.story, port)),
  });
  return [{ ...EMPTY, name: '', signing: 'nsec' }, ...tops.map(top), ...zones];
}

/** The zone with the longest name that a name is at or below. */
export function zoneOfName<Z extends { readonly name: string }>(
  name: string,
  zones: readonly Z[],
): Z | undefined {
  return zones
    .filter((zone) => isAtOrBelow(name, zone.name))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

export function isAtOrBelow(name: string, zone: string): boolean {
  return zone === '' || name === zone || name.endsWith(`.${zone}`);
}

const EMPTY = { servedBy: 'name-server', isIsland: false, records: [], spoilt: [] } as const;

// What stands in the place of records that shall not be had.
const DUMMIES: Readonly<Record<string, string>> = {
  MX: '10 mail.invalid',
  A: '192.0.2.1',
  TXT: 'dummy',
  TLSA: `3 1 1 ${'00'.repeat(32)}`,
};

interface Owned {
  readonly owner: string;
  readonly type: string;
  readonly records: readonly string[];
  readonly fails: 'bogus' | 'servfail' | null;
}

function zonesBelowTop(story: StoryDns, port: number): readonly Zone[] {
  const sets = setsOf(story.world, port);
  const signed = story.world.signedZones ?? [];
  const isSigned = (name: string) => signed.some((zone) => isAtOrBelow(name, zone === '.' ? '' : zone));
  const cuts = cutsOf(sets, signed);
  const isIsland = (name: string) =>
    cuts.some((above) => above.name !== name && isAtOrBelow(name, above.name) && !isSigned(above.name));
  return cuts.map(({ name, isDead }) => ({
    name,
    signing: isDead || !isSigned(name) ? 'none' : story.expired.includes(name) ? 'expired' : 'nsec',
    servedBy: isDead ? 'nobody' : 'name-server',
    isIsland: isSigned(name) && isIsland(name),
    records: recordsIn(name, cuts, story, port),
    spoilt: sets.filter(({ owner, fails }) => fails === 'bogus' && zoneOfName(owner, cuts)?.name === name),
  }));
}

/** Where zones begin: at every domain, at every name that is said to be signed, and where a lookup shall fail. */
function cutsOf(sets: readonly Owned[], signed: readonly string[]) {
  const domains = sets.map(({ owner }) => owner.split('.').slice(-2).join('.'));
  const dead = sets.filter(({ fails }) => fails === 'servfail').map(({ owner }) => owner);
  // An alias cannot stand at the top of a zone: such a domain is a name in its parent's.
  const aliases = new Set(sets.filter(({ type }) => type === 'CNAME').map(({ owner }) => owner));
  const names = new Set([...domains, ...signed.filter((zone) => zone !== '.'), ...dead]);
  return [...names]
    .filter((name) => !aliases.has(name))
    .map((name) => ({ name, isDead: dead.includes(name) }));
}

/** The records of a story that stand in a zone of that name, among zones of those names. */
function recordsIn(
  zone: string,
  zones: readonly { readonly name: string }[],
  story: StoryDns,
  port: number,
): readonly string[] {
  const lines = setsOf(story.world, port).flatMap(({ owner, type, records }) =>
    records.map((text) => `${owner}. 300 IN ${type} ${rdataOf(type, text, story, port)}`),
  );
  const ownerOf = (line: string) => plainName(line.split(' ')[0]!);
  return [...lines, ...story.records].filter(
    (line) => zoneOfName(ownerOf(line), [...zones, { name: zone }])?.name === zone,
  );
}

function setsOf(world: World, port: number): readonly Owned[] {
  return Object.entries(world.dns).map(([key, set]) => {
    const [type = '', name = ''] = key.split(' ');
    const owner = withPort(
      type === 'TLSA' && !name.startsWith('_') ? `_25._tcp.${name}` : plainName(name),
      port,
    );
    const answer = lookup(world, type as 'A', owner, port);
    const fails = answer.kind === 'fails' ? answer.cause : null;
    if (fails !== null && fails !== 'bogus' && fails !== 'servfail')
      throw new RangeError(`no zone makes a lookup end with ${fails}`);
    const records = Array.isArray(set) ? (set as readonly string[]) : [DUMMIES[type] ?? ''];
    return { owner, type, records, fails };
  });
}

function rdataOf(type: string, text: string, { references }: StoryDns, port: number): string {
  switch (type) {
    case 'MX': {
      const { preference, exchange } = readMxText(text)!;
      return `${preference} ${exchange}.`;
    }
    case 'CNAME':
      return `${withPort(plainName(text), port)}.`;
    case 'TXT':
      return (text.match(/.{1,255}/gs) ?? [''])
        .map((part) => `"${part.replace(/["\\]/g, '\\$&')}"`)
        .join(' ');
    case 'TLSA': {
      const record = readTlsaText(text)!;
      if (record.kind === 'rdata') return `\\# ${record.hex.length / 2} ${record.hex}`;
      const data = record.kind === 'literal' ? record.data : references.association(record);
      return `${record.usage} ${record.selector} ${record.matching} ${data}`;
    }
    default:
      return references.address(text, type as 'A') ?? '';
  }
}

function withPort(name: string, port: number): string {
  return name.startsWith('_25._tcp.') ? `_${port}._tcp.${name.slice('_25._tcp.'.length)}` : name;
}
