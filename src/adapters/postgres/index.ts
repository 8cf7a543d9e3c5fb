/** Stores in a PostgreSQL database, for the nodes of a cluster. */
import type { StoreBounds, Stores } from '../../effects/stores.js';
import { sqlStores } from '../sql/stores.js';
import { type PostgresConnection, postgresDatabase } from './postgres-database.js';

export interface PostgresOptions extends PostgresConnection {
  readonly bounds?: Partial<StoreBounds>;
}

/** All stores in one database. Its tables, all called `waxseal_...`, are made when it is first asked. */
export function postgresStores({ bounds, ...connection }: PostgresOptions): Stores {
  return sqlStores(postgresDatabase(connection), bounds);
}
