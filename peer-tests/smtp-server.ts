/* The package smtp-server as the receiving server that knows REQUIRETLS, in a process of its own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDaemon, startInFolder, until } from './daemon.js';
import type { MailPeer, PeerSession, PlacedHost } from './mail-peer.js';
import type { Listener, SmtpServerEvent } from './smtp-server.process.js';

/** Starts it for these hosts. */
export function startSmtpServer(hosts: readonly PlacedHost[]): Promise<MailPeer> {
  return startInFolder('smtp-server', async (folder) => {
    const config = join(folder, 'hosts.json');
    await writeFile(config, JSON.stringify(hosts.map(listenerOf)), { mode: 0o600 });
    const script = fileURLToPath(new URL('smtp-server.process.ts', import.meta.url));
    const daemon = await startDaemon({
      program: process.execPath,
      debianPackage: 'nodejs',
      args: ['--import', 'tsx', script, config],
      isReady: (output) => count(readEvents(output), 'listening') === hosts.length,
    });
    return {
      ...daemon,
      sessions: async () => {
        await until(() => isQuiet(readEvents(daemon.output())), 'a connection to smtp-server is open');
        return sessionsOf(readEvents(daemon.output()));
      },
    };
  });
}

function listenerOf({ id, address, port, issued }: PlacedHost): Listener {
  return { id, address, port, key: issued.keyPem, cert: issued.chainPem };
}

function readEvents(output: string): readonly SmtpServerEvent[] {
  const whole = output.slice(0, output.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as SmtpServerEvent);
}

function isQuiet(events: readonly SmtpServerEvent[]): boolean {
  return count(events, 'connect') === count(events, 'close');
}

function count(events: readonly SmtpServerEvent[], kind: SmtpServerEvent['event']): number {
  return events.filter(({ event }) => event === kind).length;
}

function sessionsOf(events: readonly SmtpServerEvent[]): readonly PeerSession[] {
  return events
    .filter(({ event }) => event === 'connect')
    .map(({ host, session }) => {
      const own = events.filter((event) => event.session === session);
      const secure = own.find((event) => event.event === 'secure');
      return {
        host,
        tls: secure === undefined ? 'no' : 'yes',
        serverName: secure?.serverName ?? null,
        taken: own.flatMap((event) => (event.event === 'message' ? [event.message] : [])),
        commands: null,
      };
    });
}
