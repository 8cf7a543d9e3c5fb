/* The engine of `waxseal lmtp`, which is made anew when settings are read again. */
import { perHost } from '../daemon/per-host.js';
import type { Stores } from '../effects/stores.js';
import type { NodeEngine, NodeOptions } from '../node.js';
import type { Settings } from '../policy/settings.js';
import { policiesIn } from './kept-state.js';
import { reasonOf } from './read-file.js';

/**
 * Connections to one server at once, in use or waiting for the next message: what a mail system opens itself, if it is left as it comes.
 * Where each recipient is a destination of its own, nobody else would bound them.
 */
const PER_HOST_MAX = 20;

/** What is read again. */
export interface Reach {
  readonly node: NodeOptions;
  readonly settings: Settings;
}

/** Over these stores, with its connections bounded. */
export async function openEngine({
  node,
  settings,
  stores,
  concurrency,
  onFault,
}: Reach & {
  readonly stores: Stores;
  readonly concurrency: number;
  readonly onFault: (message: string) => void;
}): Promise<NodeEngine> {
  const { collectReports, createNodeEngine, nodeAdapters, signalMemory } = await import('../node.js');
  const { reports } = stores;
  const counting = new Set<Promise<unknown>>();
  const own = nodeAdapters({
    ...node,
    // As many as are in use wait for the next message, so that none is closed while others are made.
    reuseConnections: { perHostMax: PER_HOST_MAX, connectionsMax: Math.max(100, 2 * concurrency) },
  });
  const engine = createNodeEngine({
    ...node,
    settings,
    // The very store that is renewed.
    adapters: {
      ...policiesIn(stores),
      'smtp.session': perHost(own['smtp.session'], { sessionsMax: PER_HOST_MAX }),
    },
    // Beside the note of a delivery and not in front of it: whoever is killed in between delivers again.
    async onAttempt(result, endedAt) {
      const counted = collectReports({ store: reports }, { result, endedAt })
        .catch(reasonOf)
        .then((problem) => {
          if (problem !== null) onFault(problem);
          counting.delete(counted);
        });
      counting.add(counted);
    },
    signals: signalMemory(stores.signals, { onFault }),
    onFault,
  });
  return {
    ...engine,
    async close() {
      await Promise.all(counting);
      await Promise.all([engine.close(), own.close()]);
    },
  };
}
