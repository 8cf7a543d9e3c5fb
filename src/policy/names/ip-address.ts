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

const DOT = 0x2e;
const COLON = 0x3a;
/** No IPv6 address is written longer than with eight groups of four digits, or six and an IPv4 address. */
const IPV6_CHARS_MAX = 45;

/** What stands from there to the end as four octets in decimal, without leading zeros (RFC 6943, Section 3.1.1). */
function parseIpv4(text: string, from = 0): number[] | null {
  const octets: number[] = [];
  for (let at = from; octets.length < 4; at++) {
    const start = at;
    let octet = 0;
    for (let digit = digitAt(text, at); digit < 10 && octet < 256; digit = digitAt(text, at)) {
      octet = octet * 10 + digit;
      at++;
    }
    const isPadded = at > start + 1 && digitAt(text, start) === 0;
    if (at === start || octet > 255 || isPadded) return null;
    octets.push(octet);
    if (octets.length < 4 ? text.charCodeAt(at) !== DOT : at < text.length) return null;
  }
  return octets;
}

/** RFC 4291, Section 2.2: groups, of which "::" leaves out at least one; the last two may be an IPv4 address. */
function parseIpv6(text: string): number[] | null {
  if (text.length > IPV6_CHARS_MAX) return null;
  const octets: number[] = [];
  /** How many octets stand before "::", once it was met. */
  let gapAt = text.startsWith('::') ? 0 : null;
  let at = gapAt === null ? 0 : 2;
  while (at < text.length) {
    const start = at;
    let group = 0;
    for (let digit = digitAt(text, at); digit < 16 && at < start + 4; digit = digitAt(text, at)) {
      group = group * 16 + digit;
      at++;
    }
    if (at === start) return null;
    if (text.charCodeAt(at) === DOT) {
      const last = parseIpv4(text, start);
      if (last === null) return null;
      octets.push(...last);
      break;
    }
    octets.push(group >> 8, group & 0xff);
    if (at === text.length) break;
    if (text.charCodeAt(at) !== COLON || ++at === text.length) return null;
    if (text.charCodeAt(at) === COLON) {
      if (gapAt !== null) return null;
      gapAt = octets.length;
      at++;
    }
  }
  if (gapAt === null) return octets.length === 16 ? octets : null;
  const missing = 16 - octets.length;
  if (missing < 2) return null;
  return [...octets.slice(0, gapAt), ...new Array<number>(missing).fill(0), ...octets.slice(gapAt)];
}

/** Of a digit of up to sixteen values; 16 or more of anything else, and behind the end. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = (code | 0x20) - 0x61;
  return letter >= 0 ? letter + 10 : 16;
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
