import { sqliteStores } from 'waxseal/adapters/sqlite';
import {
  createNodeEngine,
  type DkimKey,
  keepPoliciesFresh,
  type NodeOptions,
  nodeAdapters,
  nodePostReport,
  runTlsReports,
  type Settings,
} from 'waxseal/node';

/** One folder for policies and tallies; an engine for the mail, and two jobs that run until they are told to stop. */
export function startMailSystem(
  directory: string,
  keys: readonly DkimKey[],
  node: NodeOptions,
  settings: Settings,
) {
  const stores = sqliteStores({ directory });
  const engine = createNodeEngine({
    ...node,
    settings,
    stateDirectory: directory,
    tlsReports: { store: stores.reports },
  });
  const stop = new AbortController();
  const jobs = [
    keepPoliciesFresh({ store: stores.policies, engine, clock: Date.now }, stop.signal),
    runTlsReports(
      {
        store: stores.reports,
        dns: nodeAdapters(node),
        // Not the one above: reports are not to be counted.
        engine: createNodeEngine({ ...node, settings }),
        https: nodePostReport(),
        clock: Date.now,
      },
      { organizationName: 'Example', contactInfo: 'tls-reports@sender.example', keys },
      stop.signal,
    ),
  ];
  return {
    engine,
    async close() {
      stop.abort();
      await Promise.all(jobs);
      await Promise.all([engine.close(), stores.close()]);
    },
  };
}
