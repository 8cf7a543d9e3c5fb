import { Count } from '../../effects/codecs/arguments.codec.js';
import { having } from '../../effects/codecs/strict-object.js';
import { checked } from '../../effects/misuse.js';
import type { SignalStore, SignalStoreBounds } from '../../effects/stores.js';
import { type DomainSignals, mergeSighting } from '../../policy/signals/domain-signals.js';

const Bounds = having<SignalStoreBounds>('bounds', { signalsMax: Count });

/** Signals in memory, forgotten when the process ends. What was noted longest ago goes as soon as there is too much. */
export function memorySignalStore(bounds: SignalStoreBounds): SignalStore {
  const { signalsMax } = checked(Bounds, bounds, 'WAXSEAL_BAD_OPTIONS', 'bounds');
  /** In order of the last change. */
  const entries = new Map<string, DomainSignals>();
  let size = 0;

  function set(key: string, signals: DomainSignals): void {
    size += count(signals) - count(entries.get(key) ?? {});
    entries.delete(key);
    if (count(signals) > 0) entries.set(key, signals);
  }

  return {
    read: async (scope, domains) => domains.map((domain) => entries.get(keyOf(scope, domain)) ?? {}),
    note: async (sightings) => {
      for (const { scope, domain, sighting, at } of sightings) {
        const key = keyOf(scope, domain);
        set(key, mergeSighting(entries.get(key) ?? {}, sighting, at));
      }
      for (const key of entries.keys()) {
        if (size <= signalsMax) break;
        set(key, {});
      }
    },
    prune: async (before) => {
      const had = size;
      for (const [key, signals] of entries) {
        const left = Object.entries(signals).filter(([, { at }]) => at >= before);
        if (left.length < count(signals)) set(key, Object.fromEntries(left));
      }
      return had - size;
    },
  };
}

const count = (signals: DomainSignals): number => Object.keys(signals).length;

/** No domain has a blank in it. */
const keyOf = (scope: string, domain: string): string => `${domain} ${scope}`;
