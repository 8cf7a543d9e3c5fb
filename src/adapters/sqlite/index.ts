/** Stores in a SQLite file, which several processes of one machine may share; not over a network's file system. */
import { join } from 'node:path';
import { BoundsCodec, Folder } from '../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../effects/codecs/strict-object.js';
import { checked } from '../../effects/misuse.js';
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

const OptionsCodec = strictObject<SqliteOptions>(
  'an object with directory',
  { directory: Folder, bounds: BoundsCodec },
  ['directory'],
);

/**
 * All stores in one file. A change waits five seconds at most for those of other processes, and at most as long for its
 * turn among ours; what is only read waits for neither. Where a thousand wait already, the next one fails at once.
 * Throws a {@link MisuseError} for options that are none.
 */
export function sqliteStores(options: SqliteOptions): SqlStores {
  const { directory, bounds } = checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  return sqlStores(sqliteDatabase(join(directory, STATE_FILE)), bounds);
}
