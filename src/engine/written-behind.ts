/** Items that wait while others are written; beyond that the newest are forgotten. */
const WAITING_MAX = 10_000;

export interface WrittenBehind<Item> {
  /** Whether there was room for it. */
  add(item: Item): boolean;
  /** Resolves when nothing is left to be written. Never rejects. */
  idle(): Promise<void>;
}

/** Takes items at once, and writes them in batches, off the way of mail. Neither `after`, which comes before each batch, nor `write` may reject. */
export function writtenBehind<Item>(
  after: () => Promise<void>,
  write: (batch: readonly Item[]) => Promise<void>,
): WrittenBehind<Item> {
  let waiting: Item[] = [];
  let writing: Promise<void> | null = null;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      // Those of one moment are written together.
      await after();
      const batch = waiting;
      waiting = [];
      await write(batch);
    }
    writing = null;
  }

  return {
    add(item) {
      if (waiting.length >= WAITING_MAX) return false;
      waiting.push(item);
      writing ??= writeAll();
      return true;
    },
    async idle() {
      while (writing !== null) await writing;
    },
  };
}
