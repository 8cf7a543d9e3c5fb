import type { Query } from '../sql/database.js';

/** Carries out a transaction when its turn comes, unless there is no more need for it; rejects if nothing of it was kept. */
export type Transact = <T>(run: (query: Query) => Promise<T>, isNeeded: () => boolean) => Promise<T | null>;

/** So many changes share a transaction at most, so that other processes get their turn. */
const TOGETHER_MAX = 50;

interface Change {
  /** Makes it, and answers what tells of it once it is kept. Can be done again if it was undone. */
  readonly make: (query: Query) => Promise<() => void>;
  readonly reject: (error: unknown) => void;
}

/**
 * Changes that wait while others are made are made together, in their order, and synced once: to sync is dearer than to write. Each
 * comes to what it would have come to alone; where one fails, all are undone and made one by one.
 */
export function together(transact: Transact): <T>(run: (query: Query) => Promise<T>) => Promise<T> {
  const waiting: Change[] = [];

  async function makeWaiting(own: Change): Promise<void> {
    let taken: readonly Change[] = [];
    try {
      const kept = await transact(
        async (query) => {
          taken = waiting.splice(0, TOGETHER_MAX);
          const made: (() => void)[] = [];
          for (const { make } of taken) made.push(await make(query));
          return made;
        },
        () => waiting.includes(own),
      );
      for (const tell of kept ?? []) tell();
    } catch (error) {
      if (taken.length > 1) for (const change of taken) void makeAlone(change);
      else if (taken.length === 1 || withdraw(own)) own.reject(error);
    }
  }

  /** False: it does not wait any more, so that whoever took it answers for it. */
  function withdraw(change: Change): boolean {
    const at = waiting.indexOf(change);
    if (at >= 0) waiting.splice(at, 1);
    return at >= 0;
  }

  async function makeAlone({ make, reject }: Change): Promise<void> {
    await transact(make, () => true).then((tell) => tell?.(), reject);
  }

  return (run) =>
    new Promise((resolve, reject) => {
      const make: Change['make'] = async (query) => {
        const result = await run(query);
        return () => resolve(result);
      };
      const change = { make, reject };
      waiting.push(change);
      void makeWaiting(change);
    });
}
