import type { AttemptJournal, JournalEntry } from '../../effects/journal.js';
import type { ExplainedReport } from '../../engine/explain-delivery.js';
import type { AttemptPurpose } from '../../policy/attempt/types.js';
import { renderResults } from './results-text.js';
import { painter, print } from './terminal.js';

/** How results are wanted. */
export interface ResultsFormat {
  readonly format: 'json' | 'text';
  readonly detail: 'short' | 'full';
  readonly purpose: AttemptPurpose;
}

/** What else is printed: when the attempts began and ended, and further keys of the object. */
export interface More {
  readonly attempts?: readonly AttemptJournal[];
  readonly differences?: readonly string[];
  readonly [key: string]: unknown;
}

/** Prints results as one JSON object, or for people. */
export async function printResults(
  results: readonly ExplainedReport[],
  { format, ...style }: ResultsFormat,
  more: More = {},
): Promise<void> {
  const { attempts, ...others } = more;
  const times = attempts === undefined ? null : timesOf(attempts);
  await print(
    format === 'json'
      ? `${JSON.stringify({ results, ...others, ...times })}\n`
      : `${renderResults(results, { paint: painter(), ...style })}${times === null ? '' : renderTimes(times)}`,
  );
}

/** ISO 8601, in UTC. */
interface Times {
  readonly startedAt: string;
  readonly endedAt: string;
}

/** From the first question to the last answer; null where nothing was attempted. */
function timesOf(attempts: readonly AttemptJournal[]): Times | null {
  if (attempts.length === 0) return null;
  const startedAt = Math.min(...attempts.map(({ input }) => input.startedAt));
  const answers = attempts.flatMap(({ entries }) => entries.map(timeOf));
  const endedAt = answers.reduce((latest, at) => Math.max(latest, at), startedAt);
  return { startedAt: new Date(startedAt).toISOString(), endedAt: new Date(endedAt).toISOString() };
}

function timeOf(entry: JournalEntry): number {
  if (entry.kind === 'answer') return entry.event.at;
  return entry.kind === 'end' ? entry.at : 0;
}

function renderTimes({ startedAt, endedAt }: Times): string {
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  return `\nfrom ${startedAt} to ${endedAt}, ${seconds.toFixed(seconds < 10 ? 1 : 0)} s\n`;
}
