import type { AttemptStore } from '../../effects/stores.js';

/** What is written to see whether anything can be; a key of a message is never so short. */
const TRIAL = 'trial';

/**
 * The same store, which is tried in front of the next message where it could not keep the last one: what cannot be noted would be
 * delivered again to whoever missed the answer. Until it can be, its messages wait.
 */
export function triedBeforehand(store: AttemptStore, clock: () => number): AttemptStore {
  let isFailing = false;
  const write: AttemptStore['write'] = async (records) => {
    try {
      await store.write(records);
      isFailing = false;
    } catch (error) {
      isFailing = true;
      throw error;
    }
  };
  return {
    async read(keys) {
      if (isFailing) await write([{ key: TRIAL, attempts: 0, dialled: {}, delivered: null, at: clock() }]);
      return store.read(keys);
    },
    write,
    prune: (before) => store.prune(before),
  };
}
