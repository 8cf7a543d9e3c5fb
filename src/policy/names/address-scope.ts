/*
 * Addresses are vetted before anything is dialled: a name in someone else's zone must not make us talk to our own
 * network (server-side request forgery). What IANA has registered decides, and every IPv4 address that an IPv6 address
 * leads to is judged as well: whoever translates or tunnels may stand in our own network.
 */
import { type AddressScope, readAddress } from './ip-address.js';
import { SPECIAL_PURPOSE, type SpecialPurpose } from './special-purpose.js';

/** Mildest first: of several scopes the last one counts. */
const SCOPES: readonly AddressScope[] = ['public', 'private', 'loopback', 'unusable'];

/** Longest prefix first, so that the first range that holds an address is the one that speaks of it. */
const RANGES = [...SPECIAL_PURPOSE].sort((a, b) => b.bits - a.bits);
const IPV4 = RANGES.filter(({ family }) => family === 'ipv4');
const IPV6 = RANGES.filter(({ family }) => family === 'ipv6');

/** All that has been given out for global unicast (RFC 4291, Section 2.4). */
const GLOBAL_UNICAST = { prefix: [0x20], bits: 3 };

/** Where an address points: the address itself, and each one within it. Text that is no address is `unusable`. */
export function scopeOf(address: string): AddressScope {
  const octets = readAddress(address);
  if (octets === null) return 'unusable';
  if (octets.length === 4) return scopeOfIpv4(octets);
  let scope = scopeOfIpv6(octets);
  for (const inner of embeddedIn(octets)) scope = harsher(scope, scopeOfIpv4(inner));
  return scope;
}

function scopeOfIpv4(octets: readonly number[]): AddressScope {
  return rangeOf(octets, IPV4)?.scope ?? 'public';
}

function scopeOfIpv6(octets: readonly number[]): AddressScope {
  return rangeOf(octets, IPV6)?.scope ?? (isWithin(octets, GLOBAL_UNICAST) ? 'public' : 'private');
}

function rangeOf(octets: readonly number[], ranges: readonly SpecialPurpose[]): SpecialPurpose | undefined {
  for (const range of ranges) if (isWithin(octets, range)) return range;
  return undefined;
}

function harsher(one: AddressScope, other: AddressScope): AddressScope {
  return SCOPES.indexOf(one) < SCOPES.indexOf(other) ? other : one;
}

function isWithin(
  octets: readonly number[],
  { prefix, bits }: Pick<SpecialPurpose, 'prefix' | 'bits'>,
): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = 0xff & (0xff << Math.max(0, 8 - (bits - bit)));
    if ((octets[bit / 8]! & mask) !== (prefix[bit / 8]! & mask)) return false;
  }
  return true;
}

/** How an IPv6 address begins, and what IPv4 addresses are in it then. */
const EMBEDDINGS: readonly {
  readonly prefix: readonly number[];
  readonly find: (octets: readonly number[]) => readonly (readonly number[])[];
}[] = [
  // IPv4-mapped (RFC 4291, Section 2.5.5.2), IPv4-translated (RFC 2765, Section 2.1), and NAT64 (RFC 6052, Section 2.1).
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], find: lastFour },
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0], find: lastFour },
  { prefix: [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], find: lastFour },
  // 6to4 (RFC 3056, Section 2), and both ends of a Teredo tunnel, of which the client's is veiled (RFC 4380, Section 4).
  { prefix: [0x20, 0x02], find: (octets) => [octets.slice(2, 6)] },
  {
    prefix: [0x20, 0x01, 0, 0],
    find: (octets) => [octets.slice(4, 8), octets.slice(12).map((octet) => octet ^ 0xff)],
  },
];
/** IPv4-compatible (RFC 4291, Section 2.5.5.1): the unspecified and the loopback address begin like it. */
const COMPATIBLE = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

function embeddedIn(octets: readonly number[]): readonly (readonly number[])[] {
  const found: (readonly number[])[] = [];
  for (const { prefix, find } of EMBEDDINGS) if (startsWith(octets, prefix)) found.push(...find(octets));
  const isCompatible = startsWith(octets, COMPATIBLE) && octets.slice(12, 15).some((octet) => octet !== 0);
  if (isCompatible || isIsatap(octets)) found.push(...lastFour(octets));
  return found;
}

/** Under whatever prefix (RFC 5214, Section 6.1). */
function isIsatap(octets: readonly number[]): boolean {
  return (octets[8]! & 0xfd) === 0 && octets[9] === 0 && octets[10] === 0x5e && octets[11] === 0xfe;
}

function lastFour(octets: readonly number[]): readonly (readonly number[])[] {
  return [octets.slice(12)];
}

function startsWith(octets: readonly number[], prefix: readonly number[]): boolean {
  for (let at = 0; at < prefix.length; at++) if (octets[at] !== prefix[at]) return false;
  return true;
}
