import { addressOctets } from '../../names/ip-address.js';

/**
 * An address as reports have it: dotted IPv4, IPv6 by RFC 5952, without zone; IPv4 in IPv6 as that IPv4 address. "" for what is
 * no address.
 */
export function presentAddress(address: string): string {
  const octets = addressOctets(address.replace(/%.*$/s, ''));
  if (octets === null) return '';
  if (octets.length === 8) return presentFour(octets);
  if (octets.startsWith(`${'0'.repeat(20)}ffff`)) return presentFour(octets.slice(24));
  return presentSix(octets.match(/.{4}/g)!.map((group) => Number.parseInt(group, 16)));
}

function presentFour(octets: string): string {
  return octets
    .match(/../g)!
    .map((octet) => Number.parseInt(octet, 16))
    .join('.');
}

/** RFC 5952, Section 4: lower case, no leading zeros, the first of the longest runs of zeros as "::", but not of one group. */
function presentSix(groups: readonly number[]): string {
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
