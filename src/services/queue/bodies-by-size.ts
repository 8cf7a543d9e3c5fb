/*
 * Most messages are small, and a file of its own costs a small one more than all the rest of keeping it: two syncs that it shares with
 * nobody. Where they are in a database, all who wait share one; a large message would only make it slow for the others.
 */
import { BodyStoreCodec, Count } from '../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../effects/codecs/strict-object.js';
import { errorText } from '../../effects/error-text.js';
import { checked } from '../../effects/misuse.js';
import type { BodyStore } from '../../effects/queue-stores.js';
import { begin } from './begun.js';

interface Stores {
  /** For messages of up to `smallOctetsMax`. */
  readonly small: BodyStore;
  readonly large: BodyStore;
}

export interface BodiesBySize extends Stores {
  /** Default 32,768. */
  readonly smallOctetsMax?: number;
}

const OptionsCodec = strictObject<BodiesBySize>(
  'an object with small and large',
  { small: BodyStoreCodec, large: BodyStoreCodec, smallOctetsMax: Count },
  ['small', 'large'],
);

/** Messages that are known to be in the store of small ones, at most. */
const KNOWN_MAX = 10_000;

/**
 * The octets of small messages in one store, and of large ones in another. What was kept in either is found, whatever its size, so that
 * the bound may change. Throws a {@link MisuseError} for options that are none.
 */
export function bodiesBySize(options: BodiesBySize): BodyStore {
  const { small, large, smallOctetsMax = 32_768 } = checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  // So that what was seen to be small is not looked for among files when it goes.
  const known = new Set<string>();
  const foundSmall = (id: string) => {
    if (known.size < KNOWN_MAX) known.add(id);
  };
  return {
    ...(small.whole !== undefined && {
      whole: {
        place: small.whole.place,
        octetsMax: Math.min(smallOctetsMax, small.whole.octetsMax),
      },
    }),
    keep: async (id, octets) => {
      const { chunks, goOn } = await begin(octets, smallOctetsMax);
      if (goOn === null) {
        const size = await small.keep(id, () => chunks);
        foundSmall(id);
        return size;
      }
      // What was kept under that id before would be read in its place.
      await small.remove([id]);
      known.delete(id);
      return large.keep(id, goOn);
    },
    read: (id) => () => readFrom({ small, large, foundSmall }, id),
    remove: async (ids) => {
      await Promise.all([small.remove(ids), large.remove(ids.filter((id) => !known.has(id)))]);
      for (const id of ids) known.delete(id);
    },
    list: (page) => listBoth(small, large, page),
  };
}

/** Small ones first, since most are. Where both refuse, both say why. */
async function* readFrom(
  { small, large, foundSmall }: Stores & { readonly foundSmall: (id: string) => void },
  id: string,
): AsyncGenerator<Uint8Array> {
  let isThere = false;
  try {
    for await (const chunk of small.read(id)()) {
      isThere = true;
      yield chunk;
    }
    foundSmall(id);
    return;
  } catch (error) {
    if (isThere) throw error;
    yield* largeOr(large, id, error);
  }
}

async function* largeOr(large: BodyStore, id: string, cause: unknown): AsyncGenerator<Uint8Array> {
  try {
    yield* large.read(id)();
  } catch (error) {
    throw new Error(`the octets of message ${id} cannot be read: ${errorText(cause)}; ${errorText(error)}`, {
      cause: error,
    });
  }
}

const LARGE = 'large ';

async function listBoth(small: BodyStore, large: BodyStore, page: string | null) {
  if (page?.startsWith(LARGE) === true) {
    const { ids, next } = await large.list(page.slice(LARGE.length) || null);
    return { ids, next: next === null ? null : `${LARGE}${next}` };
  }
  const { ids, next } = await small.list(page);
  return { ids, next: next ?? LARGE };
}
