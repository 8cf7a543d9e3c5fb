/** One call for all who wait: what comes while a call runs goes into the next one, in order. */
export class Batches<Item, Answer> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Answer[]>;
  readonly #itemsMax: number;
  #waiting: {
    readonly item: Item;
    readonly resolve: (answer: Answer) => void;
    readonly reject: (cause: unknown) => void;
  }[] = [];
  #running = 0;

  constructor(itemsMax: number, run: (items: readonly Item[]) => Promise<readonly Answer[]>) {
    this.#itemsMax = itemsMax;
    this.#run = run;
  }

  /** Rejects as the call does that it took part in. */
  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      // Those who come at the same moment go together.
      if (this.#running === 0) void Promise.resolve().then(() => this.#next());
    });
  }

  #next(): void {
    if (this.#running > 0 || this.#waiting.length === 0) return;
    const batch = this.#waiting.splice(0, this.#itemsMax);
    this.#running += 1;
    this.#run(batch.map(({ item }) => item))
      .then(
        (answers) => {
          for (const [at, { resolve }] of batch.entries()) resolve(answers[at]!);
        },
        (cause) => {
          for (const { reject } of batch) reject(cause);
        },
      )
      .finally(() => {
        this.#running -= 1;
        this.#next();
      });
  }
}
