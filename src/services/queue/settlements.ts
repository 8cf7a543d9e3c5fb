import { errorText } from '../../effects/error-text.js';
import type { QueueStore, Settlement } from '../../effects/queue-stores.js';
import { Batches } from './batches.js';

/** Turns in one transaction at most. */
const BATCH_MAX = 500;
const RETRY_MS = 1_000;

export interface SettlementsOptions {
  readonly store: Pick<QueueStore, 'settle'>;
  readonly clock: () => number;
  /** Told of each that was kept, once it is. */
  readonly onSettled: (settlement: Settlement) => void;
  readonly onFault: (message: string) => void;
}

/** Keeps what turns have come to. What the store cannot keep at the moment stays in hand, and is tried again until it can. */
export class Settlements {
  readonly #options: SettlementsOptions;
  readonly #batches: Batches<Settlement, 'settled' | 'superseded'>;
  #leftOver: Settlement[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: SettlementsOptions) {
    this.#options = options;
    const { store, clock } = options;
    this.#batches = new Batches(BATCH_MAX, (settlements) => store.settle(settlements, clock()));
  }

  /** Never rejects; `failed`: it stays in hand. */
  async settle(settlement: Settlement): Promise<'settled' | 'superseded' | 'failed'> {
    const { onSettled, onFault } = this.#options;
    const { id } = settlement.claimed;
    try {
      const kind = await this.#batches.add(settlement);
      if (kind === 'settled') onSettled(settlement);
      else onFault(`another has taken over delivery ${id}, so its recipients may get the message twice`);
      return kind;
    } catch (error) {
      onFault(`what became of delivery ${id} cannot be kept yet: ${errorText(error)}`);
      this.#leftOver.push(settlement);
      this.#timer ??= setTimeout(() => void this.flush(), RETRY_MS);
      return 'failed';
    }
  }

  /** Tries what is left over once more. Never rejects. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await Promise.all(this.#leftOver.splice(0).map((settlement) => this.settle(settlement)));
  }

  /** As the last that is done: what is still left over is left to the others, and to the next start. */
  async end(): Promise<void> {
    await this.flush();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#leftOver = [];
  }
}
