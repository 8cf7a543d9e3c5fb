/** Stores in a SQLite file, which several processes of one machine may share; not over a network's file system. */
import { join } from 'node:path';
import type { StoreBounds } from '../../effects/stores.js';
import { type SqlStores, sqlStores } from '../sql/stores.js';
import { sqliteDatabase } from './sqlite-database.js';

export { takeStateFolder } from './state-lock.js';

/** The file in a state directory that holds everything. */
export const STATE_FILE = 'waxseal.sqlite';

export interface SqliteOptions {
  /** A folder, made when first needed. The file in it is `waxseal.sqlite`, with two others beside it while it is in use. */
  readonly directory: string;
  readonly bounds?: Partial<StoreBounds>;
}

/**
 * All stores in one file. A change waits five seconds at most for those of other processes, and at most as long for its
 * turn among ours; what is only read waits for neither. Where a thousand wait already, the next one fails at once.
 */
export function sqliteStores({ directory, bounds }: SqliteOptions): SqlStores {
  return sqlStores(sqliteDatabase(join(directory, STATE_FILE)), bounds);
}
