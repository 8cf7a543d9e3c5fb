import type { ReportKey, TlsReportStore } from '../../../effects/stores.js';
import { writtenBehind } from '../../../engine/written-behind.js';
import type { TlsReportPolicy } from '../../../policy/tls-report/tally.js';
import { keepTally } from './collect.js';

/** Where tallies wait to be written. */
export interface TallyMemory extends Pick<TlsReportStore, 'add'> {
  /** Resolves when nothing is left to be written. Never rejects. */
  idle(): Promise<void>;
}

export interface TallyMemoryOptions {
  /** What they wait for before they are written. Never rejects. */
  readonly after: () => Promise<void>;
  /** Told what could not be kept. */
  readonly onProblem: (problem: string) => void;
}

/** Takes tallies and returns at once: they are written in batches, off the way of mail. */
export function tallyMemory(
  store: Pick<TlsReportStore, 'add'>,
  { after, onProblem }: TallyMemoryOptions,
): TallyMemory {
  const behind = writtenBehind<readonly [ReportKey, readonly TlsReportPolicy[]]>(after, async (batch) => {
    const problems = await Promise.all(batch.map(([key, lines]) => keepTally(store, key, lines)));
    for (const problem of new Set(problems)) if (problem !== null) onProblem(problem);
  });
  return {
    add: async (key, lines) => (behind.add([key, lines]) ? 'added' : 'full'),
    idle: behind.idle,
  };
}
