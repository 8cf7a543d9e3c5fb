/** Stores in a PostgreSQL database, for the nodes of a cluster. */
import type { StoreBounds } from '../../effects/stores.js';
import { type SqlStores, sqlStores } from '../sql/stores.js';
import { type PostgresConnection, postgresDatabase } from './postgres-database.js';

export interface PostgresOptions extends PostgresConnection {
  readonly bounds?: Partial<StoreBounds>;
}

/** All stores in one database. Its tables, all called `waxseal_...`, are made when it is first asked. */
export function postgresStores({ bounds, ...connection }: PostgresOptions): SqlStores {
  return sqlStores(postgresDatabase(connection), bounds);
}
