/*
 * The one reading of the record sets of a world. The simulation and the DNS server of the small internet both answer
 * from here, so that they cannot differ about aliases, absence or security.
 */
import type { RecordSet, World } from './world.js';

export type WorldRecordType = 'MX' | 'A' | 'AAAA' | 'TXT' | 'CNAME' | 'TLSA';
export type WorldSecurity = 'secure' | 'insecure';

/** A CNAME that was followed. */
export interface WorldAlias {
  readonly from: string;
  readonly to: string;
  readonly security: WorldSecurity;
}

export type WorldAnswer =
  | {
      readonly kind: 'records';
      /** Of the whole answer: secure only if every alias is. */
      readonly security: WorldSecurity;
      readonly aliases: readonly WorldAlias[];
      /** In presentation form, references unresolved. Empty if and only if `denial` is not null. */
      readonly records: readonly string[];
      readonly denial: null | 'nodata' | 'nxdomain';
    }
  | { readonly kind: 'fails'; readonly cause: 'bogus' | 'servfail' | 'refused' | 'timeout' | 'malformed' };

/** The TTL of every record, in seconds. */
export const WORLD_TTL_SECONDS = 300;

const ALIASES_MAX = 8;
const TLSA_PREFIX = '_25._tcp.';

type Sets = ReadonlyMap<string, SetForm>;
type SetForm = Exclude<RecordSet, readonly string[]>;

/**
 * What a world answers to a lookup; for TLSA, `name` is the whole owner name and `port` the port in use (prefixes
 * that the world writes as `_25._tcp.` stand for that port).
 */
export function lookup(world: World, type: WorldRecordType, name: string, port: number): WorldAnswer {
  const { sets: owners, existing, signed } = ownersOf(world, port);
  const securityOf = (at: string): WorldSecurity => (hasAtOrAbove(signed, at) ? 'secure' : 'insecure');
  const aliases: WorldAlias[] = [];
  let owner = name.toLowerCase();
  while (aliases.length <= ALIASES_MAX) {
    const own = owners.get(owner)?.get(type);
    // Of a CNAME alone, because other lookups are past their own set when they come to the alias.
    if (own?.askedAlone !== undefined) return { kind: 'fails', cause: own.askedAlone };
    if (own !== undefined) return answerFrom(own, securityOf(owner), aliases);

    const alias = type === 'CNAME' ? undefined : owners.get(owner)?.get('CNAME');
    if (alias?.fails !== undefined) return { kind: 'fails', cause: alias.fails };
    const target = alias?.denial === undefined ? alias?.records?.[0] : undefined;
    if (alias === undefined || target === undefined) {
      const denial = existing.has(owner) ? 'nodata' : 'nxdomain';
      return answerFrom({ denial }, securityOf(owner), aliases);
    }
    const to = withPort(plainName(target), port);
    aliases.push({ from: owner, to, security: alias.security ?? securityOf(owner) });
    owner = to;
  }
  return { kind: 'fails', cause: 'servfail' };
}

/** A name as the world writes names: lower-case, without the final dot. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function answerFrom(set: SetForm, security: WorldSecurity, aliases: readonly WorldAlias[]): WorldAnswer {
  if (set.fails !== undefined) return { kind: 'fails', cause: set.fails };
  const links = [set.security ?? security, ...aliases.map((alias) => alias.security)];
  const records = set.denial === undefined ? (set.records ?? []) : [];
  return {
    kind: 'records',
    security: links.every((link) => link === 'secure') ? 'secure' : 'insecure',
    aliases,
    records,
    denial: records.length > 0 ? null : (set.denial ?? 'nodata'),
  };
}

/** What is at each name, read once for a world and a port: worlds do not change, another one takes their place. */
interface Owners {
  readonly port: number;
  readonly sets: ReadonlyMap<string, Sets>;
  /** Names that exist, those included that have nothing but names below them (RFC 8020). */
  readonly existing: ReadonlySet<string>;
  /** Zones; the root is ''. */
  readonly signed: ReadonlySet<string>;
}

const known = new WeakMap<World, Owners>();

function ownersOf(world: World, port: number): Owners {
  const found = known.get(world);
  if (found?.port === port) return found;
  const owners = readOwners(world, port);
  known.set(world, owners);
  return owners;
}

function readOwners(world: World, port: number): Owners {
  const owners = new Map<string, Map<string, SetForm>>();
  for (const [key, set] of Object.entries(world.dns)) {
    const space = key.indexOf(' ');
    const type = key.slice(0, space);
    const name = plainName(key.slice(space + 1));
    // A TLSA name that begins with an underscore is an owner name already, such as the target of an alias.
    const whole = type === 'TLSA' && !name.startsWith('_') ? TLSA_PREFIX + name : name;
    const owner = withPort(whole, port);
    const sets = owners.get(owner) ?? new Map<string, SetForm>();
    owners.set(owner, sets.set(type, isList(set) ? { records: set } : set));
  }
  const existing = new Set<string>();
  for (const [owner, sets] of owners) {
    if ([...sets.values()].every((set) => set.denial === 'nxdomain')) continue;
    for (let name = owner; !existing.has(name); name = parentOf(name)) existing.add(name);
  }
  const signed = new Set((world.signedZones ?? []).map(plainName));
  return { port, sets: owners, existing, signed };
}

function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

function isList(set: RecordSet): set is readonly string[] {
  return Array.isArray(set);
}

function withPort(name: string, port: number): string {
  return name.startsWith(TLSA_PREFIX) ? `_${port}._tcp.${name.slice(TLSA_PREFIX.length)}` : name;
}

function hasAtOrAbove(names: ReadonlySet<string>, name: string): boolean {
  for (let at = name; ; at = parentOf(at)) {
    if (names.has(at)) return true;
    if (at === '') return false;
  }
}
