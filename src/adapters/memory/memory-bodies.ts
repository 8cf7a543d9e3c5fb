import type { BodyStore } from '../../effects/queue-stores.js';

/** Octets of messages in memory, forgotten when the process ends. */
export function memoryBodies(): BodyStore {
  const bodies = new Map<string, readonly Uint8Array[]>();
  return {
    keep: async (id, octets) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of octets()) chunks.push(chunk.slice());
      bodies.set(id, chunks);
      return chunks.reduce((sum, { length }) => sum + length, 0);
    },
    read: (id) => () => {
      const chunks = bodies.get(id);
      if (chunks === undefined) throw new Error(`the octets of message ${id} are not kept`);
      return chunks;
    },
    remove: async (ids) => {
      for (const id of ids) bodies.delete(id);
    },
    list: async () => ({ ids: [...bodies.keys()], next: null }),
  };
}
