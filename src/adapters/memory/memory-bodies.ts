import type { BodyStore } from '../../effects/queue-stores.js';
import { shelfOf } from '../../effects/shelf.js';

/** So that a list of many is read in pieces, as it is of files. */
const SHELVES = 64;

/** Octets of messages in memory, forgotten when the process ends. */
export function memoryBodies(): BodyStore {
  const shelves = Array.from({ length: SHELVES }, () => new Map<string, readonly Uint8Array[]>());
  const shelfFor = (id: string) => shelves[shelfOf(id, SHELVES)]!;
  return {
    keep: async (id, octets) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of octets()) chunks.push(chunk.slice());
      shelfFor(id).set(id, chunks);
      return chunks.reduce((sum, { length }) => sum + length, 0);
    },
    read: (id) => () => {
      const chunks = shelfFor(id).get(id);
      if (chunks === undefined) throw new Error(`the octets of message ${id} are not kept`);
      return chunks;
    },
    remove: async (ids) => {
      for (const id of ids) shelfFor(id).delete(id);
    },
    list: async (page) => {
      const at = page === null ? 0 : Number(page);
      const next = at + 1 < SHELVES ? `${at + 1}` : null;
      return { ids: [...(shelves[at]?.keys() ?? [])], next };
    },
  };
}
