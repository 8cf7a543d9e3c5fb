import { type Addresses, lookup, resolveAddress, type World } from '../adapters/scripted/index.js';
import type { Zone } from './dns-zone.js';
import { association, type Issued } from './pki.js';

/** A world as it is at one time, with what its references stand for. */
export interface WorldState {
  readonly world: World;
  readonly addresses: Addresses;
  /** What the mail hosts hold, by ID. */
  readonly certificates: ReadonlyMap<string, Issued>;
}

/** The DNS of a world that changes; `port` is the SMTP port, which is part of the names of TLSA records. */
export function zoneOf(state: () => WorldState, port: number): Zone {
  return {
    lookup: (type, name) => lookup(state().world, type, name, port),
    address: (text, type) => resolveAddress(text, state().addresses, type),
    association: ({ id, of, selector, matching }) => {
      const issued = state().certificates.get(id);
      if (issued === undefined) return null;
      // Numbers that mean nothing still need some data behind them.
      const der = of === 'ca' ? issued.anchorDer : issued.leafDer;
      return association(der, selector === 1 ? 1 : 0, matching === 0 || matching === 2 ? matching : 1);
    },
  };
}
