/* The package smtp-server as the receiving server that knows REQUIRETLS, in a process of its own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDaemon, temporaryFolder, until } from './daemon.js';
import type { MailPeer, PeerSession, PlacedHost } from './mail-peer.js';
import type { SmtpServerEvent } from './smtp-server.process.js';

/** Starts it for these hosts. */
export async function startSmtpServer(hosts: readonly PlacedHost[]): Promise<MailPeer> {
  const folder = await temporaryFolder('smtp-server');
  try {
    const config = join(folder.path, 'hosts.json');
    const places = hosts.map(({ id, address, port, issued }) => ({
      id,
      address,
      port,
      key: issued.keyPem,
      cert: issued.chainPem,
    }));
    await writeFile(config, JSON.stringify(places), { mode: 0o600 });
    const daemon = await startDaemon({
      program: process.execPath,
      debianPackage: 'nodejs',
      args: ['--import', 'tsx', fileURLToPath(new URL('smtp-server.process.ts', import.meta.url)), config],
      isReady: (output) =>
        readEvents(output).filter(({ event }) => event === 'listening').length === hosts.length,
    });
    return {
      output: daemon.output,
      sessions: async () => {
        await until(() => isQuiet(readEvents(daemon.output())), 'a connection to smtp-server stays open');
        return sessionsOf(readEvents(daemon.output()));
      },
      stop: async () => {
        await daemon.stop();
        await folder.remove();
      },
    };
  } catch (cause) {
    await folder.remove();
    throw cause;
  }
}

function readEvents(output: string): readonly SmtpServerEvent[] {
  const whole = output.slice(0, output.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as SmtpServerEvent);
}

function isQuiet(events: readonly SmtpServerEvent[]): boolean {
  const count = (kind: SmtpServerEvent['event']) => events.filter(({ event }) => event === kind).length;
  return count('connect') === count('close');
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
