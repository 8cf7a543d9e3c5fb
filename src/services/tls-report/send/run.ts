/*
 * The job that sends reports day after day. It keeps nothing in memory that matters: what is to be done is in the store and in
 * the schedule, so that it may be killed at any time, and run on several nodes.
 */

import { strictObject } from '../../../effects/codecs/strict-object.js';
import { callable } from '../../../effects/codecs/values.js';
import { errorText } from '../../../effects/error-text.js';
import { checked } from '../../../effects/misuse.js';
import { waitByTimer } from '../../../engine/wait-by-timer.js';
import { HostBudget } from './host-budget.js';
import type { ReportPorts, ReportSettings } from './report-options.js';
import { checkSending } from './report-options.js';
import { passWith } from './send-due.js';
import type { ReportOutcome } from './send-report.js';
import { completeSettings } from './settings.js';

export interface RunOptions {
  /** Told of every report that something was done about, or that could not be sent. */
  readonly onOutcome?: (outcome: ReportOutcome) => void;
  /** Told of a pass that failed as a whole; the next one comes all the same. */
  readonly onFailure?: (message: string) => void;
  /** Waits so many milliseconds, or until the signal aborts. Default: a timer. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const OptionsCodec = strictObject<RunOptions>(
  'an object with options',
  { onOutcome: callable(), onFailure: callable(), wait: callable() },
  [],
);

const PASS_MS_MIN = 60_000;
const PASS_MS_MAX = 900_000;

/**
 * Sends reports until the signal aborts; resolves when what was under way has ended. Throws a `ReportSettingsError`, and a {@link MisuseError}.
 */
export async function runTlsReports(
  ports: ReportPorts,
  settings: ReportSettings,
  signal: AbortSignal,
  options: RunOptions = {},
): Promise<void> {
  checkSending(ports, signal);
  checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS', 'options');
  const { onOutcome, onFailure, wait = waitByTimer } = options;
  const known = completeSettings(settings);
  const budget = new HostBudget(known.perHostMax, ports.clock);
  while (!signal.aborted) {
    let pauseMs = PASS_MS_MAX;
    try {
      const outcomes = await passWith({ ports, settings: known, budget, signal });
      for (const outcome of outcomes) if (isNews(outcome)) onOutcome?.(outcome);
      pauseMs = untilNext(outcomes, ports.clock());
    } catch (error) {
      onFailure?.(errorText(error));
    }
    if (!signal.aborted) await wait(pauseMs, signal);
  }
}

/** What only waits for its time is none. */
function isNews({ outcome, endpoints }: ReportOutcome): boolean {
  return outcome !== 'not-due' && (outcome !== 'waiting' || endpoints.length > 0);
}

function untilNext(outcomes: readonly ReportOutcome[], now: number): number {
  const times = outcomes.flatMap(({ nextAt }) => (nextAt === null ? [] : [nextAt - now]));
  return Math.min(PASS_MS_MAX, Math.max(PASS_MS_MIN, Math.min(...times, PASS_MS_MAX)));
}
