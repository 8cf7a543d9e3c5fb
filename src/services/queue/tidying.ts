import { errorText } from '../../effects/error-text.js';

export interface TidyingOptions {
  /** May take long. */
  readonly tidy: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds since some moment; nobody sets this clock. */
  readonly elapsed: () => number;
  readonly onFault: (message: string) => void;
}

const TIDY_MS = 3_600_000;

/** Tidies up each hour, beside the beats of a node: one that has much to tidy up lives all the same. What has failed is tried again with the next beat. */
export class Tidying {
  readonly #options: TidyingOptions;
  #tidiedAt = Number.NEGATIVE_INFINITY;
  #isWanted = true;
  #underWay: Promise<void> | null = null;

  constructor(options: TidyingOptions) {
    this.#options = options;
  }

  /** To be called with each beat. `when`: at once, as soon as what is under way has ended; or each hour. */
  look(when: 'at-once' | 'each-hour', signal: AbortSignal): void {
    const { tidy, elapsed, onFault } = this.#options;
    this.#isWanted ||= when === 'at-once' || elapsed() - this.#tidiedAt > TIDY_MS;
    if (!this.#isWanted || this.#underWay !== null) return;
    this.#isWanted = false;
    this.#tidiedAt = elapsed();
    this.#underWay = tidy(signal)
      .catch((error) => {
        this.#isWanted = true;
        onFault(`the queue cannot be tidied up: ${errorText(error)}`);
      })
      .finally(() => {
        this.#underWay = null;
      });
  }

  /** Resolves when nothing is under way any more. Never rejects. */
  async end(): Promise<void> {
    await this.#underWay;
  }
}
