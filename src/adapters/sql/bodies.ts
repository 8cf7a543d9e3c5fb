/*
 * The octets of messages in a database, for nodes that share no folder: pieces in base64, each a row, and a last row that says
 * that all of them are there. A message without it was broken off, and is not kept.
 */
import type { MessageSource } from '../../effects/ports.js';
import type { BodyStore } from '../../effects/queue-stores.js';
import { numberIn, type SqlDatabase, textIn } from './database.js';
import { overKeys } from './statements.js';

const PIECE_OCTETS = 262_144;
const PAGE_IDS = 1_000;
/** The number of the row that says how many pieces there are. */
const WHOLE = -1;

/** Octets in a database, whose tables are there. */
export function sqlBodies(database: SqlDatabase): BodyStore {
  const insert = (id: string, number: number, octets: string) =>
    database.write(async ({ query }) => {
      await query(
        `INSERT INTO waxseal_queue_bodies (message, number, octets) VALUES (?1, ?2, ?3)
         ON CONFLICT (message, number) DO UPDATE SET octets = excluded.octets`,
        ...[id, number, octets],
      );
    });
  const remove = (ids: readonly string[]) =>
    database.write(async ({ query }) => {
      await overKeys(query, ids, (list) => `DELETE FROM waxseal_queue_bodies WHERE message IN (${list})`);
    });
  return {
    keep: async (id, octets) => {
      try {
        let size = 0;
        let number = 0;
        for await (const piece of inPieces(octets)) {
          await insert(id, number++, piece.toString('base64'));
          size += piece.length;
        }
        await insert(id, WHOLE, `${number}`);
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

async function* readPieces(database: SqlDatabase, id: string): AsyncGenerator<Uint8Array> {
  const piece = async (number: number) => {
    const [row] = await database.query(
      'SELECT octets FROM waxseal_queue_bodies WHERE message = ?1 AND number = ?2',
      ...[id, number],
    );
    if (row === undefined) throw new Error(`the octets of message ${id} are not kept`);
    return row;
  };
  const count = numberIn(await piece(WHOLE), 'octets');
  for (let number = 0; number < count; number++)
    yield Buffer.from(textIn(await piece(number), 'octets'), 'base64');
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
