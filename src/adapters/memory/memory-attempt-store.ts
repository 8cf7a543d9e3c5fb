import { Count } from '../../effects/codecs/arguments.codec.js';
import { having } from '../../effects/codecs/strict-object.js';
import { checked } from '../../effects/misuse.js';
import type { AttemptRecord, AttemptStore, AttemptStoreBounds } from '../../effects/stores.js';

const Bounds = having<AttemptStoreBounds>('bounds', { attemptsMax: Count });

/** Attempts in memory, forgotten when the process ends. The oldest go as soon as there are too many. */
export function memoryAttemptStore(bounds: AttemptStoreBounds): AttemptStore {
  const { attemptsMax } = checked(Bounds, bounds, 'WAXSEAL_BAD_OPTIONS', 'bounds');
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
