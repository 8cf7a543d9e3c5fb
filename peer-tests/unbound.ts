/* Unbound as the validating resolver, which begins at our own root. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Daemon, startDaemon, startInFolder } from './daemon.js';
import { answersSoa, type Endpoint } from './nsd.js';
import type { Zone } from './zones.js';

export interface UnboundOptions extends Endpoint {
  readonly zones: readonly Zone[];
  readonly nameServer: Endpoint;
  /** DS records. */
  readonly trustAnchors: readonly string[];
}

/** Nothing listens there: the way to a name server that is down. By TCP, where that shows at once. */
const DEAD_PORT = 9;

/** Starts it; ready when it has answered for a name below the root. */
export function startUnbound(options: UnboundOptions): Promise<Daemon> {
  const { address, port, zones, nameServer, trustAnchors } = options;
  return startInFolder('unbound', async (folder) => {
    const anchors = join(folder, 'anchors');
    await writeFile(anchors, `${trustAnchors.join('\n')}\n`);
    const lines = [
      ...serverLines({ address, port }, folder, anchors),
      ...zones.flatMap((zone) => stubLines(zone, nameServer)),
    ];
    const config = join(folder, 'unbound.conf');
    await writeFile(config, `${lines.join('\n')}\n`);
    const top = zones.find(({ name }) => name !== '' && !name.includes('.'))!.name;
    return startDaemon({
      program: 'unbound',
      debianPackage: 'unbound',
      args: ['-d', '-c', config],
      isReady: () => answersSoa({ address, port }, [top]),
    });
  });
}

function serverLines({ address, port }: Endpoint, folder: string, anchors: string): readonly string[] {
  return [
    'server:',
    `  interface: ${address}@${port}`,
    '  do-ip6: no',
    '  num-threads: 1',
    `  directory: "${folder}"`,
    '  chroot: ""',
    '  username: ""',
    '  pidfile: ""',
    '  use-syslog: no',
    '  module-config: "validator iterator"',
    `  trust-anchor-file: "${anchors}"`,
    '  trust-anchor-signaling: no',
    '  val-log-level: 2',
    // Reasons for failures (RFC 8914).
    '  ede: yes',
    '  do-not-query-localhost: no',
    // Otherwise denied without asking anybody (RFC 6761).
    '  local-zone: "test." nodefault',
    'remote-control:',
    '  control-enable: no',
  ];
}

/** The port of a name server cannot stand in a delegation, so every zone's server is said here. */
function stubLines({ name, servedBy }: Zone, nameServer: Endpoint): readonly string[] {
  const isDead = servedBy === 'nobody';
  const port = isDead ? DEAD_PORT : nameServer.port;
  return [
    'stub-zone:',
    `  name: "${name}."`,
    `  stub-addr: ${nameServer.address}@${port}`,
    ...(isDead ? ['  stub-tcp-upstream: yes'] : []),
  ];
}
