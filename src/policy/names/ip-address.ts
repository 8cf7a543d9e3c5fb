/*
 * Addresses as text and as octets. Where they point is said in `address-scope.ts`; nothing is resolved.
 */

export type AddressFamily = 'ipv4' | 'ipv6';

/**
 * - `loopback`, `private`: this host, its link or its site, and whatever else the registries of special-purpose addresses do not
 *   call globally reachable, ranges for documentation among them (RFC 6890, RFC 8190).
 * - `unusable`: never a host to deliver to: unspecified, multicast, broadcast, reserved.
 */
export type AddressScope = 'public' | 'loopback' | 'private' | 'unusable';

/** The family of an address in text form, or null if it is none. */
export function familyOf(address: string): AddressFamily | null {
  return readAddress(address) === null ? null : familyWritten(address);
}

/** The family of what is known to be an address. */
export function familyWritten(address: string): AddressFamily {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** The 4 or 16 octets of an address; null if the text is none. */
export function readAddress(address: string): readonly number[] | null {
  return familyWritten(address) === 'ipv4' ? parseIpv4(address) : parseIpv6(address);
}

/** The octets of an address, lower-case hexadecimal, as an iPAddress of a certificate has them; null if it is none. */
export function addressOctets(address: string): string | null {
  return (
    readAddress(address)
      ?.map((octet) => octet.toString(16).padStart(2, '0'))
      .join('') ?? null
  );
}

/** The address of an address literal without its brackets, `192.0.2.1` or `IPv6:2001:db8::1` (RFC 5321, Section 4.1.3), or null. */
export function parseAddressLiteral(text: string): string | null {
  const isTagged = /^ipv6:/i.test(text);
  const address = isTagged ? text.slice(5).toLowerCase() : text;
  return familyOf(address) === (isTagged ? 'ipv6' : 'ipv4') ? address : null;
}

const OCTET = '(0|[1-9][0-9]{0,2})';
/** Most of what is asked about is a name, and is told by its first letter. */
const IPV4 = new RegExp(`^${OCTET}[.]${OCTET}[.]${OCTET}[.]${OCTET}$`);

function parseIpv4(text: string): number[] | null {
  const octets = IPV4.exec(text)?.slice(1).map(Number);
  return octets?.every((octet) => octet < 256) ? octets : null;
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

/** RFC 5952, Section 4: lower case, no leading zeros, the first of the longest runs of zeros as "::", but not of one group. */
export function ipv6Text(groups: readonly number[]): string {
  let start = 0;
  let length = 0;
  for (let at = 0; at < 8; at++) {
    const end = groups.findIndex((group, i) => i >= at && group !== 0);
    const run = (end < 0 ? 8 : end) - at;
    if (run > length) [start, length] = [at, run];
  }
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}
