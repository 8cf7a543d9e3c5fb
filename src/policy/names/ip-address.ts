/*
 * Addresses are vetted before anything is dialled: a name in someone else's zone must not make us talk to our own
 * network (server-side request forgery). Text in, octets compared; nothing is resolved.
 */

export type AddressFamily = 'ipv4' | 'ipv6';

/**
 * - `loopback`, `private`: this host, its link or its site (RFC 1122, 1918, 4193, 4291, 6598 and the like); also ranges for
 *   documentation (RFC 3849, 5737, 9637), and Teredo (RFC 4380), which leads to whatever IPv4 address is hidden in it.
 * - `unusable`: never a host to deliver to: unspecified, multicast, broadcast.
 */
export type AddressScope = 'public' | 'loopback' | 'private' | 'unusable';

type Range = readonly [prefix: readonly number[], bits: number, scope: AddressScope];

const IPV4: readonly Range[] = [
  [[0], 8, 'unusable'],
  [[10], 8, 'private'],
  [[100, 64], 10, 'private'],
  [[127], 8, 'loopback'],
  [[169, 254], 16, 'private'],
  [[172, 16], 12, 'private'],
  [[192, 0, 0], 24, 'private'],
  [[192, 0, 2], 24, 'private'],
  [[192, 168], 16, 'private'],
  [[198, 18], 15, 'private'],
  [[198, 51, 100], 24, 'private'],
  [[203, 0, 113], 24, 'private'],
  [[224], 4, 'unusable'],
  [[240], 4, 'unusable'],
];

const IPV6: readonly Range[] = [
  // Translators of a site's own (RFC 8215): the address inside may stand anywhere, and leads into that site.
  [[0, 0x64, 0xff, 0x9b, 0, 1], 48, 'private'],
  [[0x01, 0x00, 0, 0, 0, 0, 0, 0], 64, 'unusable'],
  [[0x20, 0x01, 0, 0], 32, 'private'],
  [[0x20, 0x01, 0x0d, 0xb8], 32, 'private'],
  [[0x3f, 0xff, 0x00], 20, 'private'],
  [[0xfc], 7, 'private'],
  [[0xfe, 0x80], 10, 'private'],
  [[0xfe, 0xc0], 10, 'private'],
  [[0xff], 8, 'unusable'],
];

/** The family of an address in text form, or null if it is none. */
export function familyOf(address: string): AddressFamily | null {
  if (parseIpv4(address) !== null) return 'ipv4';
  return parseIpv6(address) === null ? null : 'ipv6';
}

/** The octets of an address, lower-case hexadecimal, as an iPAddress of a certificate has them; null if it is none. */
export function addressOctets(address: string): string | null {
  const octets = parseIpv4(address) ?? parseIpv6(address);
  return octets?.map((octet) => octet.toString(16).padStart(2, '0')).join('') ?? null;
}

/** Where an address points. Text that is no address is `unusable`. IPv4 inside IPv6 is judged as that IPv4 address. */
export function scopeOf(address: string): AddressScope {
  const four = parseIpv4(address);
  if (four !== null) return scopeIn(IPV4, four);
  const six = parseIpv6(address);
  if (six === null) return 'unusable';
  if (six.every((octet) => octet === 0)) return 'unusable';
  if (six.slice(0, 15).every((octet) => octet === 0) && six[15] === 1) return 'loopback';
  const embedded = embeddedIpv4(six);
  return embedded === null ? scopeIn(IPV6, six) : scopeIn(IPV4, embedded);
}

/** The address of an address literal without its brackets, `192.0.2.1` or `IPv6:2001:db8::1` (RFC 5321, Section 4.1.3), or null. */
export function parseAddressLiteral(text: string): string | null {
  const isTagged = /^ipv6:/i.test(text);
  const address = isTagged ? text.slice(5).toLowerCase() : text;
  return familyOf(address) === (isTagged ? 'ipv6' : 'ipv4') ? address : null;
}

function scopeIn(ranges: readonly Range[], octets: readonly number[]): AddressScope {
  return ranges.find(([prefix, bits]) => isWithin(octets, prefix, bits))?.[2] ?? 'public';
}

function isWithin(octets: readonly number[], prefix: readonly number[], bits: number): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = 0xff & (0xff << Math.max(0, 8 - (bits - bit)));
    if ((octets[bit / 8]! & mask) !== ((prefix[bit / 8] ?? 0) & mask)) return false;
  }
  return true;
}

/** IPv4-mapped, IPv4-translated (RFC 2765), IPv4-compatible, NAT64 (RFC 6052), and 6to4. */
function embeddedIpv4(octets: readonly number[]): readonly number[] | null {
  const zeros = (from: number, to: number) => octets.slice(from, to).every((octet) => octet === 0);
  if (zeros(0, 10) && octets[10] === 0xff && octets[11] === 0xff) return octets.slice(12);
  if (zeros(0, 8) && octets[8] === 0xff && octets[9] === 0xff && zeros(10, 12)) return octets.slice(12);
  if (zeros(0, 12)) return octets.slice(12);
  if (octets[0] === 0 && octets[1] === 0x64 && octets[2] === 0xff && octets[3] === 0x9b && zeros(4, 12))
    return octets.slice(12);
  if (octets[0] === 0x20 && octets[1] === 0x02) return octets.slice(2, 6);
  return null;
}

function parseIpv4(text: string): number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const octets = parts.map((part) => (/^(0|[1-9][0-9]{0,2})$/.test(part) ? Number(part) : 256));
  return octets.every((octet) => octet < 256) ? octets : null;
}

function parseIpv6(text: string): number[] | null {
  if (text.length > 45) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(parseGroups);
  if (head === undefined || head === null || tail === null) return null;
  if (tail === undefined) return head.length === 16 ? head : null;
  const missing = 16 - head.length - tail.length;
  return missing >= 2 ? [...head, ...new Array<number>(missing).fill(0), ...tail] : null;
}

function parseGroups(text: string): number[] | null {
  if (text === '') return [];
  const octets: number[] = [];
  const groups = text.split(':');
  for (const [at, group] of groups.entries()) {
    const four = at === groups.length - 1 ? parseIpv4(group) : null;
    if (four !== null) octets.push(...four);
    else if (/^[0-9a-f]{1,4}$/i.test(group))
      octets.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else return null;
  }
  return octets;
}
