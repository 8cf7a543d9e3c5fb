import type { AttemptRecord, AttemptStore, AttemptStoreBounds } from '../../effects/stores.js';

/** Attempts in memory, forgotten when the process ends. The oldest go as soon as there are too many. */
export function memoryAttemptStore({ attemptsMax }: AttemptStoreBounds): AttemptStore {
  /** In order of the last change. */
  const records = new Map<string, AttemptRecord>();

  return {
    read: async (keys) => keys.map((key) => records.get(key) ?? null),
    write: async (changes) => {
      for (const { key, ...record } of changes) {
        const delivered = records.get(key)?.delivered ?? record.delivered;
        records.delete(key);
        records.set(key, { ...record, delivered });
      }
      for (const key of records.keys()) {
        if (records.size <= attemptsMax) break;
        records.delete(key);
      }
    },
    prune: async (before) => {
      const count = records.size;
      for (const [key, { delivered, at }] of records)
        if (at < (delivered === null ? before.attempted : before.delivered)) records.delete(key);
      return count - records.size;
    },
  };
}
