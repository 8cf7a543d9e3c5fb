import { isDeepStrictEqual } from 'node:util';
import { errorText } from '../effects/error-text.js';
import { aborted } from './aborted.js';
import { type ReportJob, sendReports } from './send-reports.js';

/** What can be read again. */
type Said = Pick<ReportJob, 'node' | 'settings' | 'reports'>;

/** The job of sending TLS reports, in the name and by the keys that were said last; null: nothing is sent. */
export class Reporting {
  readonly #common: Omit<ReportJob, keyof Said>;
  #said: Said | null;
  #isSaid = new AbortController();

  constructor(common: Omit<ReportJob, keyof Said>, said: Said | null) {
    this.#common = common;
    this.#said = said;
  }

  /** From now on it is these; what is under way by others ends first. Answers whether they are others. */
  use(said: Said | null): boolean {
    if (isDeepStrictEqual(said, this.#said)) return false;
    this.#said = said;
    const before = this.#isSaid;
    this.#isSaid = new AbortController();
    before.abort();
    return true;
  }

  /** Sends until the signal aborts; resolves when what was under way has ended. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const until = AbortSignal.any([signal, this.#isSaid.signal]);
      if (this.#said !== null)
        await sendReports({ ...this.#common, ...this.#said }, until).catch((error) =>
          this.#common.onWarning(`TLS reports are not sent: ${errorText(error)}`),
        );
      await aborted(until);
    }
  }
}
