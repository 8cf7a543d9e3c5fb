import type { ReportDue, ReportKey, TlsReportStore, UtcDay } from '../../effects/stores.js';
import { utcDay } from '../../policy/tls-report/send/report-day.js';
import { HostBudget } from './host-budget.js';
import { type ReportOutcome, type Sender, sendReport } from './send-report.js';
import { completeSettings, type ReportPorts, type ReportSettings } from './settings.js';

/** Which reports are meant; those that are not said are all. */
export interface ReportChoice {
  readonly day?: UtcDay;
  /** Lower-case A-labels. */
  readonly domain?: string;
}

const PAGE_ENTRIES = 500;
const DAY_MS = 86_400_000;
/** Tallies of older days are forgotten; a report is given up after two days at the latest. */
const DAYS_KEPT = 3;

/**
 * One pass: sends the reports whose time has come, and forgets days long gone. What became of each is answered, those that were
 * settled before left out. Rejects if the store cannot be reached, and throws a `ReportSettingsError`.
 */
export async function sendDue(
  ports: ReportPorts,
  settings: ReportSettings,
  signal: AbortSignal,
  choice: ReportChoice = {},
): Promise<readonly ReportOutcome[]> {
  const known = completeSettings(settings);
  const budget = new HostBudget(known.perHostMax, ports.clock);
  return passWith({ ports, settings: known, budget, signal }, choice);
}

/** As {@link sendDue}, with a budget that outlasts the pass. */
export async function passWith(sender: Sender, choice: ReportChoice = {}): Promise<readonly ReportOutcome[]> {
  const { store, clock } = sender.ports;
  await store.prune(utcDay(clock() - DAYS_KEPT * DAY_MS));
  const due = await listChosen(store, choice, sender.settings.reportsMax);
  const outcomes: ReportOutcome[] = [];
  let next = 0;
  const worker = async () => {
    while (next < due.length && !sender.signal.aborted) outcomes.push(await sendReport(due[next++]!, sender));
  };
  await Promise.all(Array.from({ length: sender.settings.reportsAtOnceMax }, worker));
  return outcomes.toSorted(inOrder);
}

/** Tallies that are not settled, oldest first. */
export async function listChosen(
  store: Pick<TlsReportStore, 'list'>,
  { day, domain }: ReportChoice,
  entriesMax: number,
): Promise<readonly ReportDue[]> {
  const chosen: ReportDue[] = [];
  let after: ReportKey | null = null;
  while (chosen.length < entriesMax) {
    const page: readonly ReportDue[] = await store.list({ after, entriesMax: PAGE_ENTRIES });
    for (const due of page) {
      const isMeant = (day ?? due.day) === due.day && (domain ?? due.domain) === due.domain;
      if (isMeant && due.state.kind !== 'sent' && due.state.kind !== 'dropped') chosen.push(due);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ENTRIES) break;
    after = { day: last.day, domain: last.domain };
  }
  return chosen.slice(0, entriesMax);
}

function inOrder(a: ReportKey, b: ReportKey): number {
  const [one, other] = [`${a.day} ${a.domain}`, `${b.day} ${b.domain}`];
  return one === other ? 0 : one < other ? -1 : 1;
}
