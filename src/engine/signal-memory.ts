import { methods, strictObject } from '../effects/codecs/strict-object.js';
import { callable } from '../effects/codecs/values.js';
import { errorText } from '../effects/error-text.js';
import { checked } from '../effects/misuse.js';
import type { Sighted, SignalStore } from '../effects/stores.js';
import { SIGNAL_LIFE_MS } from '../policy/signals/domain-signals.js';
import { complaints } from './complaints.js';
import { tell } from './tell.js';
import { writtenBehind } from './written-behind.js';

/** Where an engine keeps what it sees of recipient domains. */
export interface SignalMemory {
  /** Takes a sighting and returns at once; what cannot be written is forgotten. Never throws. */
  note(sighted: Sighted): void;
  /** Behind all that was noted before. Rejects where the store does. */
  read: SignalStore['read'];
  /** Resolves when nothing is left to be written. Never rejects. */
  idle(): Promise<void>;
}

export interface SignalMemoryOptions {
  /** Told that sightings could not be written, which holds up no mail: of the same once an hour. */
  readonly onFault?: (message: string) => void;
  /** What they wait for before they are written. Never rejects. Default: nothing. */
  readonly after?: () => Promise<void>;
}

/** So many sightings from one pruning to the next; the first comes with the first of them. */
const PRUNED_EVERY = 1_000;

const StoreCodec = methods<SignalStore>('a store with note, read and prune', {
  note: true,
  read: true,
  prune: true,
});
const OptionsCodec = strictObject<SignalMemoryOptions>(
  'an object with options',
  { onFault: callable(), after: callable() },
  [],
);

/** Writes sightings in batches, off the way of mail. Throws a {@link MisuseError} for what is no store. */
export function signalMemory(store: SignalStore, options: SignalMemoryOptions = {}): SignalMemory {
  checked(StoreCodec, store, 'WAXSEAL_BAD_OPTIONS', 'store');
  const { onFault, after = () => Promise.resolve() } = checked(
    OptionsCodec,
    options,
    'WAXSEAL_BAD_OPTIONS',
    'options',
  );
  let now = 0;
  // With mail for a thousand domains there would be a thousand of it.
  const complain = complaints(
    (message) => tell(() => onFault?.(message)),
    () => now,
  );
  let untilPruned = 0;
  const behind = writtenBehind<Sighted>(after, async (batch) => {
    try {
      await store.note(batch);
      untilPruned -= batch.length;
      if (untilPruned < 0) {
        untilPruned = PRUNED_EVERY;
        await store.prune(batch[0]!.at - SIGNAL_LIFE_MS);
      }
    } catch (error) {
      now = batch[0]!.at;
      complain(`what recipient domains support is not remembered: ${errorText(error)}`);
    }
  });

  const memory: SignalMemory = {
    note: (sighted) => void behind.add(sighted),
    async read(scope, domains) {
      await memory.idle();
      return store.read(scope, domains);
    },
    idle: behind.idle,
  };
  return memory;
}
