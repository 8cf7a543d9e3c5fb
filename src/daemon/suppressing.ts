/*
 * Addresses that turned out to be gone, on the suppression list for a time. What an operator put there is his: it is neither
 * replaced nor taken off here.
 */
import { errorText } from '../effects/error-text.js';
import type { SuppressionStore } from '../effects/queue-stores.js';
import { waitByTimer } from '../engine/wait-by-timer.js';
import { comparable } from '../policy/names/mailbox.js';
import { judgeSuppression } from '../policy/queue/suppression.table.js';
import { textOf } from '../policy/smtp/reply.js';
import type { QueueOutcome } from '../services/queue/index.js';

/** Who put an address on the list without being asked. */
const SUPPRESSING_ACTOR = 'waxseal';
/** Beyond so many nothing is put there until some are over. */
const ENTRIES_MAX = 100_000;
const PAGE_ENTRIES = 500;
const LOOK_MS = 3_600_000;

export interface SuppressingOptions {
  readonly store: SuppressionStore;
  /** How long an address stays, in milliseconds; null: none is put there, and those that were are taken off. */
  readonly forMs: () => number | null;
  readonly clock: () => number;
  readonly onFault: (message: string) => void;
}

export class Suppressing {
  readonly #options: SuppressingOptions;
  #count = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(options: SuppressingOptions) {
    this.#options = options;
  }

  /** Never throws. What it causes is done once `idle` resolves. */
  note({ recipient, turn, at }: QueueOutcome): void {
    const { word, end } = turn;
    const setting = this.#options.forMs() === null ? 'off' : 'on';
    if (judgeSuppression(setting, end, word?.status ?? null).verdict !== 'suppress') return;
    const said = word!.reply === null ? word!.status : `${word!.reply.code} ${textOf(word!.reply)}`;
    this.#then(() => this.#add(comparable(recipient), `a message to it was returned: ${said}`, at));
  }

  idle(): Promise<void> {
    return this.#work;
  }

  /** Takes off what is over, each hour until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#then(() => this.expire());
      await this.#work;
      await waitByTimer(LOOK_MS, signal);
    }
  }

  async expire(): Promise<void> {
    const { store, forMs, clock } = this.#options;
    const over = clock() - (forMs() ?? 0);
    let kept = 0;
    for (let after: string | null = null; ; ) {
      const page: Awaited<ReturnType<typeof store.list>> = await store.list({
        after,
        entriesMax: PAGE_ENTRIES,
      });
      for (const { address, actor, at } of page) {
        if (actor !== SUPPRESSING_ACTOR) continue;
        if (forMs() === null || at <= over) await store.remove(address);
        else kept += 1;
      }
      if (page.length < PAGE_ENTRIES) break;
      after = page.at(-1)!.address;
    }
    this.#count = kept;
  }

  async #add(address: string, why: string, at: number): Promise<void> {
    const { store } = this.#options;
    if (this.#count >= ENTRIES_MAX || (await store.among([address])).length > 0) return;
    await store.add({ address, actor: SUPPRESSING_ACTOR, why, at });
    this.#count += 1;
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#options.onFault(`the suppression list cannot be used: ${errorText(error)}`);
    });
  }
}
