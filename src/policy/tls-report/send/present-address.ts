import { addressOctets, ipv6Text } from '../../names/ip-address.js';

/**
 * An address as reports have it: dotted IPv4, IPv6 by RFC 5952, without zone; IPv4 in IPv6 as that IPv4 address. "" for what is
 * no address.
 */
export function presentAddress(address: string): string {
  const octets = addressOctets(address.replace(/%.*$/s, ''));
  if (octets === null) return '';
  if (octets.length === 8) return presentFour(octets);
  if (octets.startsWith(`${'0'.repeat(20)}ffff`)) return presentFour(octets.slice(24));
  return ipv6Text(octets.match(/.{4}/g)!.map((group) => Number.parseInt(group, 16)));
}

function presentFour(octets: string): string {
  return octets
    .match(/../g)!
    .map((octet) => Number.parseInt(octet, 16))
    .join('.');
}
