import type { ReportKey, TlsReportStore } from '../../../effects/stores.js';
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

/** Tallies that wait while others are written; beyond that the newest are forgotten. */
const WAITING_MAX = 10_000;

/** Takes tallies and returns at once: they are written in batches, off the way of mail. */
export function tallyMemory(
  store: Pick<TlsReportStore, 'add'>,
  { after, onProblem }: TallyMemoryOptions,
): TallyMemory {
  let waiting: (readonly [ReportKey, readonly TlsReportPolicy[]])[] = [];
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      await after();
      const batch = waiting;
      waiting = [];
      const problems = await Promise.all(batch.map(([key, lines]) => keepTally(store, key, lines)));
      for (const problem of new Set(problems)) if (problem !== null) onProblem(problem);
    }
    writing = null;
  }

  return {
    async add(key, lines) {
      if (waiting.length >= WAITING_MAX) return 'full';
      waiting.push([key, lines]);
      writing ??= write();
      return 'added';
    },
    async idle() {
      while (writing !== null) await writing;
    },
  };
}
