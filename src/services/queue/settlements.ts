import { Batches } from '../../effects/batches.js';
import { errorText } from '../../effects/error-text.js';
import type { QueueStore, SettledWord, Settlement } from '../../effects/queue-stores.js';
import type { QueuePlatform } from './platform.js';

/** Turns in one transaction at most. */
const BATCH_MAX = 500;
const RETRY_MS = 1_000;
/** A turn waits for others at most so long: a transaction of its own costs it more than all the rest of keeping it. */
const GATHER_MS = 10;

export interface SettlementsOptions {
  readonly store: Pick<QueueStore, 'settle'>;
  readonly clock: () => number;
  readonly platform: Pick<QueuePlatform, 'wait'>;
  /** How many attempts are under way, with those whose turns wait here. */
  readonly attempting: () => number;
  /** Told of turns in the moment in which they are handed to the store: what else is written then can share their transaction. */
  readonly onHandedOver: (settlements: readonly Settlement[]) => void;
  /** Told what became of each, once that is known. */
  readonly onSettled: (settlement: Settlement, word: SettledWord) => void;
  readonly onFault: (message: string) => void;
}

/** Keeps what turns have come to. What the store cannot keep at the moment stays in hand, and is tried again until it can. */
export class Settlements {
  readonly #options: SettlementsOptions;
  readonly #batches: Batches<Settlement, SettledWord>;
  #leftOver: Settlement[] = [];
  #pause: AbortController | null = null;
  #gathering: AbortController | null = null;

  constructor(options: SettlementsOptions) {
    this.#options = options;
    const { store, clock, onHandedOver } = options;
    const settle = (settlements: readonly Settlement[]) => {
      const settled = store.settle(settlements, clock());
      onHandedOver(settlements);
      return settled;
    };
    this.#batches = new Batches(BATCH_MAX, settle, () => this.#gathered());
  }

  /** Half of what is under way is enough; who is alone waits for nobody. */
  async #gathered(): Promise<void> {
    if (this.#isEnough()) return;
    this.#gathering = new AbortController();
    await this.#options.platform.wait(GATHER_MS, this.#gathering.signal);
    this.#gathering = null;
  }

  #isEnough(): boolean {
    return this.#batches.size * 2 >= this.#options.attempting();
  }

  /** Never rejects; `failed`: it stays in hand. */
  async settle(settlement: Settlement): Promise<'settled' | 'superseded' | 'failed'> {
    const { onSettled, onFault } = this.#options;
    const { id } = settlement.claimed;
    try {
      const settled = this.#batches.add(settlement);
      // A reason of our own, because making one costs more than all the rest.
      if (this.#isEnough()) this.#gathering?.abort('enough');
      const word = await settled;
      onSettled(settlement, word);
      if (word !== 'superseded') return 'settled';
      onFault(`another has taken over delivery ${id}, so its recipients may get the message twice`);
      return word;
    } catch (error) {
      onFault(`what became of delivery ${id} cannot be kept yet: ${errorText(error)}`);
      this.#leftOver.push(settlement);
      this.#flushLater();
      return 'failed';
    }
  }

  #flushLater(): void {
    if (this.#pause !== null) return;
    const pause = new AbortController();
    this.#pause = pause;
    void this.#options.platform.wait(RETRY_MS, pause.signal).then(async () => {
      if (!pause.signal.aborted) await this.flush();
    });
  }

  /** Tries what is left over once more. Never rejects. */
  async flush(): Promise<void> {
    // A reason of our own, because making one costs more than all the rest.
    this.#pause?.abort('flushed');
    this.#pause = null;
    await Promise.all(this.#leftOver.splice(0).map((settlement) => this.settle(settlement)));
  }

  /** As the last that is done: what is still left over is left to the others, and to the next start. */
  async end(): Promise<void> {
    await this.flush();
    this.#pause?.abort('flushed');
    this.#leftOver = [];
  }
}
