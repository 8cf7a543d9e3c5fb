import { BlockList, isIP } from 'node:net';
import { readAddress } from '../../policy/names/ip-address.js';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether a peer is at this host; "": it came over a socket of the file system. */
export function isLocal(address: string): boolean {
  if (address === '') return true;
  const plain = address.replace(/^::ffff:/i, '');
  return isIP(plain) !== 0 && LOOPBACK.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
}

/** Octets of an IPv6 address that are one customer's: whoever has one address has as many as he likes (RFC 4291, Section 2.5.4). */
const NETWORK_OCTETS = 8;

/** Whom a peer is counted with: an IPv4 address by itself, of an IPv6 address all of its network. */
export function countedAs(address: string): string {
  const octets = readAddress(address) ?? [];
  return octets.length === 16 ? `${octets.slice(0, NETWORK_OCTETS).join('.')}::` : address;
}
