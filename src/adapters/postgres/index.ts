/** Stores in a PostgreSQL database, for the nodes of a cluster. */
import { BoundsCodec, Count, TimeMs } from '../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../effects/codecs/strict-object.js';
import { such } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import type { Doorbell } from '../../effects/queue-stores.js';
import type { StoreBounds } from '../../effects/stores.js';
import { type SqlStores, sqlStores } from '../sql/stores.js';
import type { PostgresConnection } from './postgres-connection.js';
import { postgresDatabase } from './postgres-database.js';
import { postgresDoorbell } from './postgres-doorbell.js';

export interface PostgresOptions extends PostgresConnection {
  readonly bounds?: Partial<StoreBounds>;
}

export interface PostgresStores extends SqlStores {
  /** For who takes up what is in its queue; it takes `graphile-worker` beside this package. */
  readonly doorbell: Doorbell;
}

const Url = such(
  'an address like postgres://user@host/database',
  (value): value is string => typeof value === 'string' && /^(?:postgres(?:ql)?|socket):/.test(value),
);

const Schema = such(
  'the name of a schema in lower-case letters, digits and _',
  (value): value is string => typeof value === 'string' && /^[a-z_][a-z0-9_]{0,62}$/.test(value),
);

const OptionsCodec = strictObject<PostgresOptions>(
  'an object with url',
  { url: Url, schema: Schema, connectionsMax: Count, deadlineMs: TimeMs, bounds: BoundsCodec },
  ['url'],
);

/**
 * All stores in one database. Its tables, all called `waxseal_...`, are made when it is first asked. Throws a {@link MisuseError}
 * for options that are none.
 */
export function postgresStores(options: PostgresOptions): PostgresStores {
  const { bounds, ...connection } = checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  const database = postgresDatabase(connection);
  return { ...sqlStores(database, bounds), doorbell: postgresDoorbell(connection, database) };
}
