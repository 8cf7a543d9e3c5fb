/* The listeners of a daemon for those who watch it. */
import type { HttpDoor } from '../daemon/admin/http-server.js';
import type { Daemon, DaemonSettings } from '../daemon/daemon.js';
import { forThisHostAlone, judgeListening } from '../daemon/listening.js';
import { type ListenAddress, listenAddressText } from '../hosts/listen-address.js';
import { readAdminToken } from './admin-token.js';
import { misuse } from './arguments.js';
import { CommandError, EXIT } from './exit.js';
import { readListenAddress } from './listen-at.js';
import { print } from './output/terminal.js';
import type { QueueState } from './queue-state.js';

export interface Watcher {
  readonly kind: 'admin' | 'metrics';
  readonly address: ListenAddress;
  readonly door: HttpDoor;
}

export interface WatcherOptions {
  readonly values: {
    readonly admin?: string | undefined;
    readonly 'admin-token-file'?: string | undefined;
    readonly metrics?: string | undefined;
  };
  readonly first: DaemonSettings;
  readonly daemon: Daemon;
  readonly state: QueueState;
  /** Answers what takes a restart; rejects where the configuration stays as it was. */
  readonly reload: () => Promise<readonly string[]>;
  readonly onFault: (message: string) => void;
}

/** Those that are wanted; none of them listens yet. Throws a CommandError. */
export async function openWatchers({
  values,
  first,
  daemon,
  state,
  reload,
  onFault,
}: WatcherOptions): Promise<readonly Watcher[]> {
  const { places } = first.config;
  const admin = values.admin ?? places.admin ?? undefined;
  const metrics = values.metrics ?? places.metrics ?? undefined;
  if (admin === undefined && values['admin-token-file'] !== undefined)
    throw misuse(
      '--admin-token-file has a meaning only with --admin, or where the configuration has an admin address',
    );
  if (admin === undefined && metrics === undefined) return [];
  const { adminHandler, metricsHandler } = await import('../daemon/admin/admin-door.js');
  const { httpDoor } = await import('../daemon/admin/http-server.js');
  const { registry } = daemon.metrics;
  const watchers: Watcher[] = [];
  if (admin !== undefined) {
    const address = readListenAddress('--admin', admin);
    const judged = judgeListening('admin', address, 0);
    if (judged.verdict === 'refuse')
      throw new CommandError(EXIT.badSettings, `--admin ${admin}: ${forThisHostAlone(judged)}`);
    const handler = adminHandler({
      ...{
        desk: daemon.desk,
        intake: daemon.queue,
        onEvent: (event) => daemon.onEvent(event),
        store: state.queue,
        suppressions: state.suppressions,
        registry,
        lately: daemon.lately,
        transports: daemon.transports,
        messageBytes: daemon.messageBytes,
        room: daemon.room,
        reload,
        clock: Date.now,
      },
      ...{ name: first.settings.helo, ready: () => daemon.ready() },
      token: await readAdminToken(values['admin-token-file'] ?? places.adminTokenFile ?? undefined),
    });
    watchers.push({ kind: 'admin', address, door: httpDoor(handler, onFault) });
  }
  if (metrics !== undefined)
    watchers.push({
      kind: 'metrics',
      address: readListenAddress('--metrics', metrics),
      door: httpDoor(metricsHandler(registry), onFault),
    });
  return watchers;
}

/** Tells whoever started us where we listen. */
export function sayHttpReady(kind: Watcher['kind'], address: ListenAddress): Promise<void> {
  const text = listenAddressText(address);
  return print(`ready ${kind} ${address.kind === 'tcp' ? `http://${text}` : text}\n`);
}
