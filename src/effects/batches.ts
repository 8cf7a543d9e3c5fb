/** What comes of one moment is together at once. */
const AT_ONCE = () => Promise.resolve();

/** One call for all who wait: what comes while a call runs goes into the next one, in order. */
export class Batches<Item, Answer> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Answer[]>;
  readonly #itemsMax: number;
  readonly #gathered: () => Promise<void>;
  #waiting: {
    readonly item: Item;
    readonly resolve: (answer: Answer) => void;
    readonly reject: (cause: unknown) => void;
  }[] = [];
  #isRunning = false;

  /** `gathered`: what is awaited before a call, once there is something to call for. Never rejects. */
  constructor(
    itemsMax: number,
    run: (items: readonly Item[]) => Promise<readonly Answer[]>,
    gathered: () => Promise<void> = AT_ONCE,
  ) {
    this.#itemsMax = itemsMax;
    this.#gathered = gathered;
    this.#run = run;
  }

  /** Rejects as the call does that it took part in. */
  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isRunning) void this.#runAll();
    });
  }

  get size(): number {
    return this.#waiting.length;
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      await this.#gathered();
      const batch = this.#waiting.splice(0, this.#itemsMax);
      try {
        const answers = await this.#run(batch.map(({ item }) => item));
        for (const [at, { resolve }] of batch.entries()) resolve(answers[at]!);
      } catch (cause) {
        for (const { reject } of batch) reject(cause);
      }
    }
    this.#isRunning = false;
  }
}
