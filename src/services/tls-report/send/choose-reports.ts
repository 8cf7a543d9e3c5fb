/*
 * Which reports a pass is about. Whoever could have been sent for the longest time comes first, so that no report is passed over
 * for ever because of its name, however many fail before it; and what only waits takes nobody's place.
 */
import type { ReportDue, TlsReportStore } from '../../../effects/stores.js';
import { nextStep } from '../../../policy/tls-report/send/report-step.table.js';
import { allReports } from './all-reports.js';
import type { ReportChoice } from './report-options.js';
import type { KnownReportSettings } from './settings.js';

export interface ChosenReports {
  /** To be sent or given up now; longest due first. */
  readonly due: readonly ReportDue[];
  /** For their hour, or their next attempt; the next first. */
  readonly waiting: readonly ReportDue[];
}

/**
 * Reads the whole store, page by page; of either kind at most `reportsMax` are kept. Rejects if the store cannot be reached.
 *
 * @param now milliseconds since 1970
 */
export async function chooseReports(
  store: Pick<TlsReportStore, 'list'>,
  choice: ReportChoice,
  { now, spread, reportsMax }: Pick<KnownReportSettings, 'spread' | 'reportsMax'> & { readonly now: number },
): Promise<ChosenReports> {
  const [due, waiting] = [new Earliest(reportsMax), new Earliest(reportsMax)];
  for await (const each of allReports(store)) {
    if ((choice.day ?? each.day) !== each.day || (choice.domain ?? each.domain) !== each.domain) continue;
    const step = nextStep({ ...each, now, spread });
    if (step.kind === 'wait') waiting.add(each, step.until);
    else if (step.kind !== 'done') due.add(each, step.since);
  }
  return { due: due.reports(), waiting: waiting.reports() };
}

/** Keeps those with the earliest times, in memory for twice as many. */
class Earliest {
  readonly #max: number;
  #kept: { readonly report: ReportDue; readonly at: number }[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  add(report: ReportDue, at: number): void {
    this.#kept.push({ report, at });
    if (this.#kept.length >= 2 * this.#max) this.#cut();
  }

  reports(): readonly ReportDue[] {
    this.#cut();
    return this.#kept.map(({ report }) => report);
  }

  #cut(): void {
    this.#kept = this.#kept.sort((a, b) => a.at - b.at).slice(0, this.#max);
  }
}
