import { errorText } from '../effects/error-text.js';
import { MisuseError } from '../effects/misuse.js';
import type { DeliveryResult, Engine } from '../engine/engine.js';
import type { AttemptOptions } from '../engine/options.js';
import { misuse } from './arguments.js';
import { type Exit, exitOf } from './exit.js';
import { listenForSignals } from './interruption.js';
import { checkJournalPath, writeJournal } from './journal-file.js';
import { openStores, policiesIn } from './kept-state.js';
import type { AttemptSetup } from './options.js';
import { printResults } from './output/results.js';
import { complain, print } from './output/terminal.js';
import { showProgress } from './progress.js';

/** What is told beside the results: for people behind them, else as a key of the object. */
export interface Aside {
  readonly key: string;
  readonly value: unknown;
  readonly text: string;
}

/**
 * Carries out what `deliver` and `explain` ask of the engine, and shows what came of it. Once the engine has spoken, the
 * exit code is settled: output that cannot be written is complained about, and changes nothing.
 */
export async function carryOut(
  setup: AttemptSetup,
  work: (engine: Engine, options: AttemptOptions) => Promise<DeliveryResult>,
  tellAside?: () => Promise<Aside>,
): Promise<Exit> {
  if (setup.journal !== undefined) await checkJournalPath(setup.journal);
  const { results, journal } = await attemptBy(setup, work);
  const aside = await tellAside?.();
  // The journal first: whoever has read the results may look for it.
  if (setup.journal !== undefined) await orComplain(writeJournal(setup.journal, journal));
  await orComplain(printResults(journal, setup, aside === undefined ? {} : { [aside.key]: aside.value }));
  if (aside !== undefined && setup.format === 'text') await orComplain(print(`\n${aside.text}`));
  return exitOf(results);
}

async function orComplain(output: Promise<void>): Promise<void> {
  try {
    await output;
  } catch (error) {
    complain(`waxseal: ${errorText(error)}`);
  }
}

/** One attempt by Node's engine, which a signal stops. Throws a CommandError for what the engine takes for misuse. */
export async function attemptBy(
  { node, settings, places, stores: opened, attempt, deadline, ways, via }: AttemptSetup,
  work: (engine: Engine, options: AttemptOptions) => Promise<DeliveryResult>,
): Promise<DeliveryResult> {
  // Loaded late: it takes longer than finding out that something is missing.
  const { createNodeEngine, signalMemory } = await import('../node.js');
  const stores = opened ?? (await openStores(places));
  const progress = showProgress();
  const interruption = listenForSignals((name) => {
    progress.clear();
    complain(`waxseal: ${name}: what is not delivered yet is deferred`);
  });
  const onFault = (message: string) => {
    progress.clear();
    complain(`waxseal: a fault of ours: ${message}`);
  };
  const engine = createNodeEngine({
    ...node,
    ...ways,
    adapters: policiesIn(stores),
    signals: signalMemory(stores.signals, { onFault }),
    tlsReports: { store: stores.reports },
    settings,
    onFault,
  });
  try {
    return await work(engine, {
      attempt,
      ...(via === undefined ? {} : { transport: via }),
      ...deadline,
      signal: interruption.signal,
      onEntry: (entry) => progress.note(entry),
    });
  } catch (error) {
    throw error instanceof MisuseError ? misuse(error.message) : error;
  } finally {
    interruption.release();
    progress.clear();
    await engine.close();
    if (opened === undefined) await stores.close();
  }
}
