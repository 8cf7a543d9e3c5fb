import type { Suppression, SuppressionStore } from '../../effects/queue-stores.js';

/** Addresses to which nothing is taken any more, in memory. */
export function memorySuppressionStore(): SuppressionStore {
  const known = new Map<string, Suppression>();
  return {
    add: async (suppression) => void known.set(suppression.address, suppression),
    remove: async (address) => (known.delete(address) ? 'removed' : 'unknown'),
    among: async (addresses) => [...new Set(addresses)].filter((address) => known.has(address)),
    list: async ({ after, entriesMax }) =>
      [...known.values()]
        .filter(({ address }) => address > (after ?? ''))
        .sort((one, other) => (one.address < other.address ? -1 : 1))
        .slice(0, entriesMax),
  };
}
