import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether a peer is at this host; "": it came over a socket of the file system. */
export function isLocal(address: string): boolean {
  if (address === '') return true;
  const plain = address.replace(/^::ffff:/i, '');
  return isIP(plain) !== 0 && LOOPBACK.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
}
