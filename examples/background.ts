import { sqliteStores } from 'waxseal/adapters/sqlite';
import {
  createNodeEngine,
  type DkimKey,
  keepPoliciesFresh,
  nodeAdapters,
  nodePostReport,
  runTlsReports,
} from 'waxseal/node';

/** One folder for policies and tallies; an engine for the mail, and two jobs that run until they are told to stop. */
export function startMailSystem(
  directory: string,
  keys: readonly DkimKey[],
  options: Parameters<typeof createNodeEngine>[0] = {},
) {
  const stores = sqliteStores({ directory });
  const engine = createNodeEngine({
    ...options,
    stateDirectory: directory,
    tlsReports: { store: stores.reports },
  });
  const stop = new AbortController();
  const jobs = [
    keepPoliciesFresh({ store: stores.policies, engine, clock: Date.now }, stop.signal),
    runTlsReports(
      {
        store: stores.reports,
        dns: nodeAdapters(options),
        // Not the one above: reports are not to be counted.
        engine: createNodeEngine(options),
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
