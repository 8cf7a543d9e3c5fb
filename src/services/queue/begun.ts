import type { MessageSource } from '../../effects/ports.js';

/** The beginning of a message. */
export interface Begun {
  readonly chunks: readonly Uint8Array[];
  /** The whole message, beginning included, to be read once; null: the chunks are all of it. */
  readonly goOn: MessageSource | null;
}

/** Reads a message until it ends, or until it is known to be longer than so many octets. Rejects as it does. */
export async function begin(octets: MessageSource, octetsMax: number): Promise<Begun> {
  const source = pull(octets);
  const chunks: Uint8Array[] = [];
  for (let length = 0; length <= octetsMax; ) {
    const { done, value } = await source.next();
    if (done === true) return { chunks, goOn: null };
    chunks.push(value);
    length += value.length;
  }
  return { chunks, goOn: () => goOn(chunks, source) };
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
