import type { AttemptJournal, JournalEntry } from '../../effects/journal.js';

/** When attempts began and ended: ISO 8601, in UTC. */
export interface Times {
  readonly startedAt: string;
  readonly endedAt: string;
}

/** From the first question to the last answer; null where nothing was attempted. */
export function timesOf(attempts: readonly AttemptJournal[]): Times | null {
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

/** "from ... to ..., 1.5 s" */
export function timesText({ startedAt, endedAt }: Times): string {
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  if (seconds === 0) return `at ${startedAt}`;
  return `from ${startedAt} to ${endedAt}, ${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
}
