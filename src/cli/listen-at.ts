/* Where a command serves: addresses as they are given, and what is in the way where nobody can listen. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type InheritedSocket,
  type ListenAddress,
  listenAddressText,
  parseListenAddress,
} from '../hosts/listen-address.js';
import { misuse } from './arguments.js';
import { CommandError, EXIT } from './exit.js';
import { reasonOf } from './read-file.js';

/** Throws a CommandError for what is none. */
export function readListenAddress(option: string, text: string): ListenAddress {
  const address = parseListenAddress(text);
  if (address !== null) return address;
  throw misuse(
    `${option} ${JSON.stringify(text)} is none of HOST:PORT, [IPV6]:PORT (a port is from 0 to 65535) and unix:PATH`,
  );
}

/** Rejects with a CommandError that says where it was, what was in the way, and what to do. */
export async function listenAt<A extends ListenAddress | InheritedSocket>(
  address: A,
  listen: (address: A) => Promise<ListenAddress>,
): Promise<ListenAddress> {
  try {
    return await listen(address);
  } catch (error) {
    const where =
      address.kind === 'inherited' ? `the socket ${address.fd} of systemd` : listenAddressText(address);
    throw new CommandError(EXIT.badSettings, `cannot listen at ${where}: ${await problemAt(address, error)}`);
  }
}

const PRIVILEGED_BELOW = 1024;

async function problemAt(address: ListenAddress | InheritedSocket, error: unknown): Promise<string> {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'EADDRINUSE':
      return 'somebody else listens there; stop that, or give another address';
    case 'EADDRNOTAVAIL':
      return 'this host has no such address; give one of its own';
    case 'ENOTFOUND':
      return 'no address is known for that name; give one that this host has';
    case 'EACCES':
      break;
    default:
      return reasonOf(error);
  }
  if (address.kind === 'unix') {
    // Node says of a folder that is missing that it is forbidden.
    const folder = dirname(address.path);
    const isThere = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    return isThere
      ? `permission denied: this process may make nothing in ${folder}`
      : `there is no folder ${folder}; make it`;
  }
  return address.kind === 'tcp' && address.port < PRIVILEGED_BELOW
    ? `permission denied: a port below ${PRIVILEGED_BELOW} takes root, or the capability CAP_NET_BIND_SERVICE`
    : reasonOf(error);
}
