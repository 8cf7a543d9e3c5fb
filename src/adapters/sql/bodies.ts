/*
 * The octets of messages in a database, for nodes that share no folder: pieces in base64, each a row, and a last row that says
 * that all of them are there. A message without it was broken off, and is not kept.
 */
import { Batches } from '../../effects/batches.js';
import type { MessageSource } from '../../effects/ports.js';
import type { BodyStore, WholeMessage } from '../../effects/queue-stores.js';
import { numberIn, type Query, type SqlDatabase, type SqlRow, type SqlValue, textIn } from './database.js';
import { insertRows, overKeys } from './statements.js';

const PIECE_OCTETS = 262_144;
const PAGE_IDS = 1_000;
/** The number of the row that says how many pieces there are. */
const WHOLE = -1;
/** Who waits to be inserted in one transaction, at most. */
const TOGETHER_MAX = 20;
const INTO = {
  into: 'waxseal_queue_bodies (message, number, octets)',
  then: 'ON CONFLICT (message, number) DO UPDATE SET octets = excluded.octets',
};
type Row = readonly SqlValue[];
/** Larger ones would make the others wait that come in one transaction with them. */
const WITH_ROWS_OCTETS_MAX = 32_768;

/** Keeps octets of one piece each, in a transaction that somebody else has begun. */
export async function insertOctets(query: Query, messages: readonly WholeMessage[]): Promise<void> {
  const rows = messages.flatMap(({ message: { id }, octets }): Row[] =>
    octets.length === 0
      ? [[id, WHOLE, '0']]
      : [
          [id, 0, Buffer.from(octets).toString('base64')],
          [id, WHOLE, '1'],
        ],
  );
  await insertRows(query, INTO, rows);
}

/** Octets in a database, whose tables are there. */
export function sqlBodies(database: SqlDatabase): BodyStore {
  // Those who wait share a transaction, and its sync.
  const inserting = new Batches<readonly Row[], void>(TOGETHER_MAX, async (rows) => {
    await database.write(({ query }) => insertRows(query, INTO, rows.flat()));
    return rows.map(() => undefined);
  });
  const remove = (ids: readonly string[]) =>
    database.write(async ({ query }) => {
      await overKeys(query, ids, (list) => `DELETE FROM waxseal_queue_bodies WHERE message IN (${list})`);
    });
  return {
    whole: { place: database, octetsMax: WITH_ROWS_OCTETS_MAX },
    keep: async (id, octets) => {
      try {
        let size = 0;
        let number = 0;
        let last: readonly Row[] = [];
        for await (const piece of inPieces(octets)) {
          if (last.length > 0) await inserting.add(last);
          last = [[id, number++, piece.toString('base64')]];
          size += piece.length;
        }
        await inserting.add([...last, [id, WHOLE, `${number}`]]);
        return size;
      } catch (error) {
        await remove([id]).catch(() => undefined);
        throw error;
      }
    },
    read: (id) => () => readPieces(database, id),
    remove,
    list: async (page) => {
      const rows = await database.query(
        'SELECT DISTINCT message FROM waxseal_queue_bodies WHERE message > ?1 AND number <= 0 ORDER BY message LIMIT ?2',
        ...[page ?? '', PAGE_IDS],
      );
      const ids = rows.map((row) => textIn(row, 'message'));
      return { ids, next: ids.length < PAGE_IDS ? null : ids.at(-1)! };
    },
  };
}

/** The first piece comes with the number of all: most messages have no other. */
async function* readPieces(database: SqlDatabase, id: string): AsyncGenerator<Uint8Array> {
  const [whole, first] = await database.find(
    'SELECT number, octets FROM waxseal_queue_bodies WHERE message = ?1 AND number <= 0 ORDER BY number',
    id,
  );
  if (whole === undefined || numberIn(whole, 'number') !== WHOLE) throw missing(id);
  const count = numberIn(whole, 'octets');
  if (count > 0) yield octetsIn(first, id);
  for (let number = 1; number < count; number++) {
    const [row] = await database.query(
      'SELECT octets FROM waxseal_queue_bodies WHERE message = ?1 AND number = ?2',
      ...[id, number],
    );
    yield octetsIn(row, id);
  }
}

function octetsIn(row: SqlRow | undefined, id: string): Uint8Array {
  if (row === undefined) throw missing(id);
  return Buffer.from(textIn(row, 'octets'), 'base64');
}

function missing(id: string): Error {
  return new Error(`the octets of message ${id} are not kept`);
}

async function* inPieces(octets: MessageSource): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of octets()) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.slice(at, at + PIECE_OCTETS - length);
      waiting.push(part);
      length += part.length;
      at += part.length;
      if (length < PIECE_OCTETS) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(waiting);
}
