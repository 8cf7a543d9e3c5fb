import { nodeDns, nodePolicyFetch, nodeSmtp } from '../../src/adapters/node/index.js';
import type { World } from '../../src/adapters/scripted/index.js';
import { hostsOf } from '../../src/adapters/scripted/scenario-contradictions.js';
import { startKnownWorld } from '../../src/testing/internet.js';
import { PASSWORDS, type Subject } from './subject.fixture.js';

/** A world of real servers on loopback, and Node's adapters. What no user may describe, adapters may meet, so that it is not checked. */
export async function node(world: World): Promise<Subject> {
  const internet = await startKnownWorld(world, hostsOf(world));
  const ca = [internet.caPem];
  return {
    dns: nodeDns({ servers: [internet.resolver] }),
    fetch: nodePolicyFetch({ ca }),
    open: nodeSmtp({ ca, secretOf: (account) => PASSWORDS[account] ?? null }),
    port: internet.port,
    httpsPort: internet.httpsPort,
    addressOf: (id) => internet.addressOf(id),
    taken: (id) =>
      internet.received(id).map(({ tls, ...message }) => ({ ...message, tls: tls ? 'yes' : 'no' })),
    now: Date.now,
    close: () => internet.close(),
  };
}
