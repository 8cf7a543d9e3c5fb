import cluster from 'node:cluster';
import type { EventEmitter } from 'node:events';
import { chmod } from 'node:fs/promises';
import type { ListenOptions, Server } from 'node:net';
import { boundAddress, clearSocket, type InheritedSocket, type ListenAddress } from './listen-address.js';

/**
 * Has a server listen, and answers where it does. A socket in the file system is for whoever may enter its folder, as a port of this
 * host is for everybody on it: those who are served run as users of their own. `told`: who emits the server's errors, of which
 * `onError` hears once it listens. Rejects if it cannot.
 */
export async function listenAt(
  server: Server,
  address: ListenAddress | InheritedSocket,
  onError: (error: Error) => void,
  told: EventEmitter = server,
): Promise<ListenAddress> {
  // Of several processes behind one socket, the one that started them has cleared it.
  if (address.kind === 'unix' && cluster.isPrimary) await clearSocket(address.path);
  await new Promise<void>((resolve, reject) => {
    told.once('error', reject);
    server.listen(optionsFor(address), () => {
      told.off('error', reject);
      told.on('error', onError);
      resolve();
    });
  });
  if (address.kind === 'unix') await chmod(address.path, 0o666);
  return boundAddress(address, server.address());
}

function optionsFor(address: ListenAddress | InheritedSocket): ListenOptions & { readonly fd?: number } {
  if (address.kind === 'unix') return { path: address.path };
  if (address.kind === 'inherited') return { fd: address.fd };
  return { host: address.host, port: address.port };
}
