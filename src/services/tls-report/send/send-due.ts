import type { ReportKey } from '../../../effects/stores.js';
import { utcDay } from '../../../policy/tls-report/send/report-day.js';
import { chooseReports } from './choose-reports.js';
import { HostBudget } from './host-budget.js';
import type { ReportChoice, ReportPorts, ReportSettings } from './report-options.js';
import { checkSending } from './report-options.js';
import { type ReportOutcome, type Sender, sendReport } from './send-report.js';
import { completeSettings } from './settings.js';

const DAY_MS = 86_400_000;
/** Tallies of older days are forgotten; a report is given up after two days at the latest. */
const DAYS_KEPT = 3;

/**
 * One pass: sends the reports whose time has come, and forgets days long gone. What became of each is answered, those that were
 * settled before left out. Rejects if the store cannot be reached, with a `ReportSettingsError`, and with a {@link MisuseError}.
 */
export async function sendDue(
  ports: ReportPorts,
  settings: ReportSettings,
  signal: AbortSignal,
  choice: ReportChoice = {},
): Promise<readonly ReportOutcome[]> {
  checkSending(ports, signal, choice);
  const known = completeSettings(settings);
  const budget = new HostBudget(known.perHostMax, ports.clock);
  return passWith({ ports, settings: known, budget, signal }, choice);
}

/** As {@link sendDue}, with a budget that outlasts the pass. */
export async function passWith(sender: Sender, choice: ReportChoice = {}): Promise<readonly ReportOutcome[]> {
  const { store, clock } = sender.ports;
  await store.prune(utcDay(clock() - DAYS_KEPT * DAY_MS));
  const { due, waiting } = await chooseReports(store, choice, { ...sender.settings, now: clock() });
  const outcomes: ReportOutcome[] = await Promise.all(waiting.map((each) => sendReport(each, sender)));
  let next = 0;
  const worker = async () => {
    while (next < due.length && !sender.signal.aborted) outcomes.push(await sendReport(due[next++]!, sender));
  };
  await Promise.all(Array.from({ length: sender.settings.reportsAtOnceMax }, worker));
  return outcomes.toSorted(inOrder);
}

/** By day and domain. */
export function inOrder(a: ReportKey, b: ReportKey): number {
  const [one, other] = [`${a.day} ${a.domain}`, `${b.day} ${b.domain}`];
  return one === other ? 0 : one < other ? -1 : 1;
}
