import { nodeDns, nodePolicyFetch, nodeSmtp } from '../../src/adapters/node/index.js';
import type { World } from '../../src/adapters/scripted/index.js';
import { startInternet } from '../../src/testing/index.js';
import type { Subject } from './subject.fixture.js';

/** A world of real servers on loopback, and Node's adapters. */
export async function node(world: World): Promise<Subject> {
  const internet = await startInternet(world);
  const ca = [internet.caPem];
  return {
    dns: nodeDns({ servers: [internet.resolver] }),
    fetch: nodePolicyFetch({ ca }),
    open: nodeSmtp({ ca }),
    port: internet.port,
    httpsPort: internet.httpsPort,
    addressOf: (id) => internet.addressOf(id),
    taken: (id) =>
      internet.received(id).map(({ tls, ...message }) => ({ ...message, tls: tls ? 'yes' : 'no' })),
    now: Date.now,
    close: () => internet.close(),
  };
}
