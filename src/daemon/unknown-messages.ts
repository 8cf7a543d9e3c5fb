import type { BodyStore, QueueStore } from '../effects/queue-stores.js';

/** Looked up at once. */
const IDS_MAX = 500;

export interface UnknownMessages {
  readonly count: number;
  /** The first of them. */
  readonly example: string | null;
}

/**
 * Messages whose octets are kept and of which nothing else is known. A crash leaves one now and then that was not answered yet; many are
 * there where the database is older than they. Rejects where that cannot be read.
 */
export async function unknownMessages(
  store: Pick<QueueStore, 'among' | 'show'>,
  bodies: Pick<BodyStore, 'list'>,
): Promise<UnknownMessages> {
  let count = 0;
  let example: string | null = null;
  for (let page: string | null = null, isFirst = true; isFirst || page !== null; isFirst = false) {
    const { ids, next } = await bodies.list(page);
    page = next;
    for (let from = 0; from < ids.length; from += IDS_MAX) {
      const some = ids.slice(from, from + IDS_MAX);
      const waiting = new Set(await store.among(some));
      const others = some.filter((id) => !waiting.has(id));
      const ended = new Set((others.length === 0 ? [] : await store.show(others)).map(({ id }) => id));
      const unknown = others.filter((id) => !ended.has(id));
      count += unknown.length;
      example ??= unknown[0] ?? null;
    }
  }
  return { count, example };
}
