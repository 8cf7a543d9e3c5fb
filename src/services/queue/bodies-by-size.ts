/*
 * Most messages are small, and a file of its own costs a small one more than all the rest of keeping it: two syncs that it shares with
 * nobody. Where they are in a database, all who wait share one; a large message would only make it slow for the others.
 */
import { BodyStoreCodec, Count } from '../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../effects/codecs/strict-object.js';
import { errorText } from '../../effects/error-text.js';
import { checked } from '../../effects/misuse.js';
import type { MessageSource } from '../../effects/ports.js';
import type { BodyStore } from '../../effects/queue-stores.js';

export interface BodiesBySize {
  /** For messages of up to `smallOctetsMax`. */
  readonly small: BodyStore;
  readonly large: BodyStore;
  /** Default 32,768. */
  readonly smallOctetsMax?: number;
}

const OptionsCodec = strictObject<BodiesBySize>(
  'an object with small and large',
  { small: BodyStoreCodec, large: BodyStoreCodec, smallOctetsMax: Count },
  ['small', 'large'],
);

/**
 * The octets of small messages in one store, and of large ones in another. What was kept in either is found, whatever its size, so that
 * the bound may change. Throws a {@link MisuseError} for options that are none.
 */
export function bodiesBySize(options: BodiesBySize): BodyStore {
  const { small, large, smallOctetsMax = 32_768 } = checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  return {
    keep: async (id, octets) => {
      const source = pull(octets);
      const begun: Uint8Array[] = [];
      for (let length = 0; length <= smallOctetsMax; ) {
        const { done, value } = await source.next();
        if (done === true) return small.keep(id, () => begun);
        begun.push(value);
        length += value.length;
      }
      return large.keep(id, () => goOn(begun, source));
    },
    read: (id) => () => readFrom(small, large, id),
    remove: async (ids) => {
      await Promise.all([small.remove(ids), large.remove(ids)]);
    },
    list: (page) => listBoth(small, large, page),
  };
}

async function* pull(octets: MessageSource): AsyncGenerator<Uint8Array, undefined> {
  yield* octets();
}

async function* goOn(
  begun: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* begun;
  yield* rest;
}

/** Small ones first, since most are. Where both refuse, both say why. */
async function* readFrom(small: BodyStore, large: BodyStore, id: string): AsyncGenerator<Uint8Array> {
  let isThere = false;
  try {
    for await (const chunk of small.read(id)()) {
      isThere = true;
      yield chunk;
    }
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
